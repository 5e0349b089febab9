/* under_way.c -- two short sorted lists; entries move by insertion, because few are alive at once. */
#include "under_way.h"

void lind_under_way_clear(lind_under_way *queue) { queue->n_coming = queue->n_running = 0; }

/* Times that are one time are ordered by record. */
static bool comes_before(const lind_coming *a, const lind_coming *b) {
  const double x = lind_under_way_enters(a), y = lind_under_way_enters(b);
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
  for (; at > 0 && lind_under_way_ends(&row) < lind_under_way_ends(&queue->running[at - 1]); at--)
    queue->running[at] = queue->running[at - 1];
  queue->running[at] = row;
  return true;
}

bool lind_under_way_enter(lind_under_way *queue, double now, int *record, double *time) {
  if (queue->n_coming == 0 || lind_under_way_enters(&queue->coming[0]) > lind_under_way_soon(now)) return false;
  lind_coming row = queue->coming[0];
  *record = row.record;
  *time = lind_under_way_enters(&row);
  row.next++;
  if (queue->n_coming == 1 && row.next <= row.last) { /* the row of a patient with one */
    queue->coming[0].next = row.next;
    return true;
  }
  queue->n_coming--;
  for (int i = 0; i < queue->n_coming; i++) queue->coming[i] = queue->coming[i + 1];
  (void)lind_under_way_send(queue, row); /* there is room: it was there before */
  return true;
}

bool lind_under_way_end(lind_under_way *queue, double now) {
  bool ended = false;
  while (queue->n_running > 0 && lind_under_way_ends(&queue->running[0]) <= lind_under_way_soon(now)) {
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
