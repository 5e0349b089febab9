/* estimates_design.c -- of estimates.json: how often the design stopped at which look and what it took; survival by arm. */
#include <math.h>
#include <stdlib.h>

#include "estimates_parts.h"
#include "lind/draw.h"

enum { LOOKS, USED, VERDICT, EVENTS, TIME, Z };
enum { EFFICACY = 1, FUTILITY = 2 };

/* Share of the replicates that stopped at look k (from 1) with that verdict; k 0: at any. */
static double share(const lind_tally *tally, int k, int verdict) {
  uint64_t n = 0;
  for (int taken = 0; taken <= tally->layout->plan->protocol->n_looks; taken++)
    if (k == 0 || k == taken) n += tally->verdicts[taken * LIND_TALLY_VERDICTS + verdict];
  return (double)n / (double)tally->replicates;
}

static json_t *mean(const lind_tally *tally, int what, double scale) {
  const lind_moments *m = &tally->look[what];
  return lind_estimates_number(m->n > 0.0 ? m->mean * scale : NAN);
}

static double mcse(const lind_tally *tally, double p) {
  return lind_tally_mcse((uint64_t)(p * (double)tally->replicates + 0.5), tally->replicates);
}

/* Stopped: before all seats (by fraction), or with a verdict (by events). */
static json_t *look_json(const lind_tally *tally, int k) {
  const lind_layout *layout = tally->layout;
  const lind_protocol *protocol = layout->plan->protocol;
  const lind_look *look = &protocol->looks[k];
  const double efficacy = share(tally, k + 1, EFFICACY), futility = share(tally, k + 1, FUTILITY);
  json_t *object = json_object();
  if (layout->by_events) {
    json_object_set_new(object, "events", json_real(look->events));
    json_object_set_new(object, "information", json_real(look->events / protocol->looks[protocol->n_looks - 1].events));
    json_object_set_new(object, "nominal_p", lind_estimates_number(lind_draw_normal_cdf(-layout->looks.upper[k])));
  } else {
    json_object_set_new(object, "fraction", json_real(look->fraction));
  }
  json_object_set_new(object, "efficacy", lind_estimates_number(layout->by_events ? layout->looks.upper[k] : look->efficacy));
  json_object_set_new(object, "futility", lind_estimates_number(look->futility));
  json_object_set_new(object, "stopped", json_real(efficacy + futility));
  json_object_set_new(object, "stopped_efficacy", json_real(efficacy));
  json_object_set_new(object, "stopped_futility", json_real(futility));
  return object;
}

json_t *lind_estimates_design(const lind_tally *tally) {
  const lind_layout *layout = tally->layout;
  const lind_protocol *protocol = layout->plan->protocol;
  json_t *object = json_object(), *list = json_array();
  for (int k = 0; k < protocol->n_looks; k++) json_array_append_new(list, look_json(tally, k));
  json_object_set_new(object, "kind", json_string(protocol->n_looks > 0 ? "group-sequential" : "fixed"));
  json_object_set_new(object, "patients", mean(tally, USED, 1.0));
  if (layout->by_events) {
    const double power = share(tally, 0, EFFICACY);
    json_object_set_new(object, "analysis", json_string(protocol->analyses[0].name));
    json_object_set_new(object, "alpha", json_real(protocol->rule.alpha));
    json_object_set_new(object, "events", mean(tally, EVENTS, 1.0));
    json_object_set_new(object, "duration", mean(tally, TIME, 1.0 / 24.0));
    json_object_set_new(object, "power", json_real(power));
    json_object_set_new(object, "power_mcse", json_real(mcse(tally, power)));
    json_object_set_new(object, "stopped_futility", json_real(share(tally, 0, FUTILITY)));
  }
  json_object_set_new(object, "looks", list);
  return object;
}

/* ---- survival --------------------------------------------------------------------------------------------- */

static double median_of(const lind_layout *layout, const double *curve) {
  for (int b = 0; b < layout->survival_bins; b++)
    if (curve[b] <= 0.5) {
      const double before = b > 0 ? curve[b - 1] : 1.0;
      return layout->survival_days * (b + (before - 0.5) / (before - curve[b])); /* a straight line through the bin */
    }
  return NAN;
}

static json_t *arm_json(const lind_tally *tally, int e, int a, double *curve, double *at_risk) {
  const lind_layout *layout = tally->layout;
  json_t *day = json_array(), *shares = json_array(), *left = json_array();
  lind_tally_survival(tally, e, a, curve, at_risk);
  json_array_append_new(day, json_real(0.0));
  json_array_append_new(shares, json_real(1.0));
  json_array_append_new(left, lind_estimates_number(at_risk[0]));
  for (int b = 0; b + 1 < layout->survival_bins && isfinite(curve[b]) && at_risk[b] > 0.0; b++) {
    json_array_append_new(day, json_real((double)(b + 1) * layout->survival_days));
    json_array_append_new(shares, lind_estimates_number(curve[b]));
    json_array_append_new(left, lind_estimates_number(at_risk[b + 1]));
  }
  return json_pack("{s:s,s:o,s:o,s:o,s:o}", "arm", layout->plan->protocol->arms[a].name, "median",
                   lind_estimates_number(median_of(layout, curve)), "day", day, "share", shares, "at_risk", left);
}

json_t *lind_estimates_survival(const lind_tally *tally) {
  const lind_layout *layout = tally->layout;
  const lind_protocol *protocol = layout->plan->protocol;
  json_t *list = json_array();
  double *curve = malloc(2 * (size_t)layout->survival_bins * sizeof *curve);
  for (int e = 0; curve != NULL && e < layout->n_endpoints; e++) {
    if (layout->survival[e] < 0) continue;
    json_t *arms = json_array();
    for (int a = 0; a < layout->n_arms; a++)
      json_array_append_new(arms, arm_json(tally, e, a, curve, curve + layout->survival_bins));
    json_array_append_new(
        list, json_pack("{s:s,s:s,s:b,s:i,s:o}", "endpoint", protocol->endpoints[e].name, "title", protocol->endpoints[e].title,
                        "competing", layout->kinds[e]->competing, "days", layout->survival_days, "arms", arms));
  }
  free(curve);
  return list;
}
