/* plan_traces.c -- how many samples each trace takes, and where each begins. */
#include <math.h>

#include "plan_parts.h"

static lind_err settle(lind_plan *plan, int t, double *samples, lind_plan_trace *made) {
  const lind_trace *item = &plan->protocol->traces[t];
  const double from = isnan(item->from) ? 0.0 : item->from, to = isnan(item->to) ? plan->protocol->duration : item->to;
  const double before = floor(from / item->every + 1e-9), last = floor(to / item->every + 1e-9);
  const int residual = plan->n_residuals - plan->protocol->n_traces + t; /* traces stand last */
  LIND_CHECK_AT(last > before, LIND_ERR_INPUT, item->where, "traces.%s takes no sample from %g day to %g day, at every %g min",
                item->name, from / 24.0, to / 24.0, item->every * 60.0);
  *samples += last - before;
  LIND_CHECK_AT(*samples <= LIND_TRACE_SAMPLES, LIND_ERR_INPUT, item->where,
                "traces.%s takes %.0f samples, every %g min from %g day to %g day; the traces of a patient can have at most %d; "
                "sample less often, or in a shorter part of the trial",
                item->name, last - before, item->every * 60.0, from / 24.0, to / 24.0, LIND_TRACE_SAMPLES);
  *made = (lind_plan_trace){.item = item,
                            .output = plan->residual_outputs[residual],
                            .residual = item->measured ? residual : -1,
                            .first = (uint32_t)before + 1,
                            .n = (int)(last - before)};
  return lind_plan_parts_purpose(plan, "trace", item->name, &made->purpose);
}

lind_err lind_plan_parts_traces(lind_plan *plan, lind_arena *arena) {
  enum { NUMBERS = (1 << 24) - 1 }; /* a sample is 24 bits of a random address: see random.h */
  const lind_protocol *protocol = plan->protocol;
  lind_plan_trace *made;
  double samples = 0.0;
  LIND_TAKE(made, arena, protocol->n_traces + 1);
  for (int t = 0; t < protocol->n_traces; t++) {
    LIND_CHECK_AT(protocol->duration / protocol->traces[t].every < NUMBERS, LIND_ERR_INPUT, protocol->traces[t].where,
                  "traces.%s.every is %g min; a trial of %g day can be sampled at most %d times", protocol->traces[t].name,
                  protocol->traces[t].every * 60.0, protocol->duration / 24.0, NUMBERS);
    LIND_TRY(settle(plan, t, &samples, &made[t]));
  }
  plan->n_traces = protocol->n_traces;
  plan->trace_samples = (int)samples;
  plan->traces = made;
  return LIND_OK;
}
