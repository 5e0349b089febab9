/* watch.c -- state events that something outside the engine sets off. */
#include "watch.h"

static void look(const lind_watch *w, const lind_lane *time, const lind_lane *frame, const lind_lane *x) {
  w->kernel->triggers(w->kernel->self, time, frame, x, w->margin);
}

static bool is_true(const lind_watch *w, int t, int lane) { return w->margin[t].of[lane] > 0.0; }

void lind_watch_begin(const lind_watch *w, const lind_lane *time, const lind_lane *frame, const lind_lane *x, unsigned lanes) {
  look(w, time, frame, x);
  for (int i = 0; i < LIND_LANES; i++)
    for (int t = 0; lanes >> i & 1u && t < w->kernel->n_triggers; t++) w->was[t].of[i] = is_true(w, t, i);
}

bool lind_watch_jump(const lind_watch *w, const lind_lane *frame, lind_advance *advance, unsigned lanes) {
  bool any = false;
  look(w, &advance->time, frame, advance->x);
  for (int i = 0; i < LIND_LANES; i++) {
    if (!(lanes >> i & 1u)) continue;
    for (int t = 0; t < w->kernel->n_triggers; t++) {
      const bool before = w->was[t].of[i] != 0.0, now = is_true(w, t, i);
      if (before && !now) w->was[t].of[i] = 0.0;
      if (before || !now || advance->trigger[i] != LIND_TRIGGER_NONE) continue;
      w->was[t].of[i] = 1.0;
      advance->trigger[i] = t;
      any = true;
    }
  }
  return any;
}

/* In a lane that has fired the other conditions are left as they were: what has become true at the same moment fires next. */
void lind_watch_pass(const lind_watch *w, const lind_lane *frame, const lind_advance *advance, unsigned lanes) {
  look(w, &advance->time, frame, advance->x);
  for (int i = 0; i < LIND_LANES; i++) {
    if (!(lanes >> i & 1u)) continue;
    if (advance->trigger[i] != LIND_TRIGGER_NONE)
      w->was[advance->trigger[i]].of[i] = 1.0;
    else
      for (int t = 0; t < w->kernel->n_triggers; t++) w->was[t].of[i] = is_true(w, t, i);
  }
}
