/* twin_outlook.c -- medians and intervals at the times that are asked for. */
#include <math.h>

#include "twin_session.h"

typedef struct bench {
  double *outputs, *truth, *measured;
  int *order;
} bench;

/* Observed records that are no part of the record: added times, rows of the plan. */
static bool is_asked(const lind_twin_session *s, int record) {
  return s->patient.records[record].observed && (s->events.added[record] || s->events.row[record] >= s->known);
}

static void sum_up(const lind_twin_session *s, const lind_twin_points *points, const bench *b, size_t at, size_t stride,
                   uint32_t index, double level, struct lind_twin_outlook_row *row) {
  const double low = 0.5 * (1.0 - level), high = 1.0 - low, *w = points->weight;
  const int n = points->n;
  for (int i = 0; i < n; i++) {
    b->truth[i] = b->outputs[(size_t)i * stride + at];
    b->measured[i] = lind_twin_forecast_measured(s->world, s->patient.who, i, index % 4096, row->output, b->truth[i]);
  }
  row->median = lind_twin_forecast_quantile(b->truth, w, n, 0.5, b->order);
  row->lower = lind_twin_forecast_quantile(b->truth, w, n, low, b->order);
  row->upper = lind_twin_forecast_quantile(b->truth, w, n, high, b->order);
  const bool errs = s->model->outputs[row->output].residual != LIND_ERROR_NONE;
  row->measured_lower = errs ? lind_twin_forecast_quantile(b->measured, w, n, low, b->order) : (double)NAN;
  row->measured_upper = errs ? lind_twin_forecast_quantile(b->measured, w, n, high, b->order) : (double)NAN;
}

lind_err lind_twin_outlook_make(const lind_twin_session *s, const lind_twin_points *points, double level, lind_arena *arena,
                                lind_twin_outlook *outlook) {
  const size_t n_outputs = (size_t)s->model->n_outputs;
  size_t observed = 0, asked = 0;
  bench b;
  for (int r = 0; r < s->patient.n; r++) {
    observed += s->patient.records[r].observed;
    asked += is_asked(s, r);
  }
  LIND_CHECK(asked > 0, LIND_ERR_INPUT,
             "nothing is asked: --times '0:28 day:1 day', or rows without a dose in --events, say when");
  LIND_CHECK((double)observed * (double)n_outputs * points->n < 2e8, LIND_ERR_INPUT, "%zu times are too many at once", observed);
  LIND_TAKE(b.outputs, arena, observed * n_outputs * (size_t)points->n);
  LIND_TAKE(b.truth, arena, points->n);
  LIND_TAKE(b.measured, arena, points->n);
  LIND_TAKE(b.order, arena, points->n);
  LIND_TAKE(outlook->rows, arena, asked * n_outputs);
  outlook->n = 0;
  lind_twin_forecast(points->weight != NULL ? s->finer : s->twin, &s->patient, points, 0, b.outputs);
  size_t at = 0;
  for (int r = 0; r < s->patient.n; r++) {
    if (!s->patient.records[r].observed) continue;
    for (size_t k = 0; k < n_outputs && is_asked(s, r); k++) {
      struct lind_twin_outlook_row *row = &outlook->rows[outlook->n++];
      *row = (struct lind_twin_outlook_row){.time = s->patient.records[r].time, .output = (int)k};
      sum_up(s, points, &b, at + k, observed * n_outputs, (uint32_t)(at + k), level, row);
    }
    at += n_outputs;
  }
  return LIND_OK;
}
