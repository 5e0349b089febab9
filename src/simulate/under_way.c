/* under_way.c -- two short sorted lists; entries move by insertion, because few are alive at once. */
#include "under_way.h"

#include <math.h>

double lind_under_way_soon(double now) { return now + 1e-12 * fmax(1.0, fabs(now)); }

static double enters_at(const lind_coming *row) { return row->first + (double)row->next * row->interval; }
static double ends_at(const lind_running *row) { return row->end + (double)row->next * row->interval; }

void lind_under_way_clear(lind_under_way *queue) { queue->n_coming = queue->n_running = 0; }

/* Times that are one time are ordered by record. */
static bool comes_before(const lind_coming *a, const lind_coming *b) {
  const double x = enters_at(a), y = enters_at(b);
  if (x <= lind_under_way_soon(y) && y <= lind_under_way_soon(x)) return a->record < b->record;
  return x < y;
}

bool lind_under_way_send(lind_under_way *queue, lind_coming row) {
  if (row.next > row.last) return true;
  if (queue->n_coming == queue->most_coming) return false;
  int at = queue->n_coming++;
  for (; at > 0 && comes_before(&row, &queue->coming[at - 1]); at--) queue->coming[at] = queue->coming[at - 1];
  queue->coming[at] = row;
  return true;
}

bool lind_under_way_start(lind_under_way *queue, lind_running row) {
  if (row.next > row.last) return true;
  if (queue->n_running == queue->most_running) return false;
  int at = queue->n_running++;
  for (; at > 0 && ends_at(&row) < ends_at(&queue->running[at - 1]); at--) queue->running[at] = queue->running[at - 1];
  queue->running[at] = row;
  return true;
}

double lind_under_way_next(const lind_under_way *queue) {
  const double dose = queue->n_coming > 0 ? enters_at(&queue->coming[0]) : INFINITY;
  return queue->n_running > 0 ? fmin(dose, ends_at(&queue->running[0])) : dose;
}

bool lind_under_way_enter(lind_under_way *queue, double now, int *record, double *time) {
  if (queue->n_coming == 0 || enters_at(&queue->coming[0]) > lind_under_way_soon(now)) return false;
  lind_coming row = queue->coming[0];
  *record = row.record;
  *time = enters_at(&row);
  row.next++;
  queue->n_coming--;
  for (int i = 0; i < queue->n_coming; i++) queue->coming[i] = queue->coming[i + 1];
  (void)lind_under_way_send(queue, row); /* there is room: it was there before */
  return true;
}

bool lind_under_way_end(lind_under_way *queue, double now) {
  bool ended = false;
  while (queue->n_running > 0 && ends_at(&queue->running[0]) <= lind_under_way_soon(now)) {
    lind_running row = queue->running[0];
    row.next++;
    queue->n_running--;
    for (int i = 0; i < queue->n_running; i++) queue->running[i] = queue->running[i + 1];
    (void)lind_under_way_start(queue, row);
    ended = true;
  }
  return ended;
}

/* Left is (end - now) * old rate for each of a row: the ends stay evenly spaced, q times as far away. The order among rows may
 * change. */
void lind_under_way_change(lind_under_way *queue, double now, int state, double rate) {
  const int n = queue->n_running;
  queue->n_running = 0;
  for (int i = 0; i < n; i++) {
    lind_running row = queue->running[i];
    if (row.modelled && row.state == state && row.rate != rate) {
      const double q = row.rate / rate;
      row.end = now + (row.end - now) * q;
      row.interval *= q;
      row.rate = rate;
    }
    (void)lind_under_way_start(queue, row); /* reads ahead of where it writes */
  }
}

double lind_under_way_rate(const lind_under_way *queue, int state) {
  double sum = 0.0;
  for (int i = 0; i < queue->n_running; i++) {
    const lind_running *row = &queue->running[i];
    if (row->state == state) sum += (double)(row->last - row->next + 1) * row->rate;
  }
  return sum;
}
