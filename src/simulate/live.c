/* live.c -- 8 lives side by side. All lanes walk over the same stops (days, drift nodes, curve times); between two stops each
 * lane swallows its own doses at its own times, with its own step size. */
#include <math.h>
#include <string.h>
#include <time.h>

#include "conduct.h"
#include "frame.h"
#include "watch.h"

enum { UNDER_WAY = 64 }; /* doses of a lane that wait for their lag, or are running in */

typedef struct arrival {
  double time; /* h at which it reaches its state */
  lind_intake intake;
} arrival;

typedef struct infusion {
  double end, rate; /* h, canonical per h */
  int state;
} infusion;

typedef struct pack {
  lind_conduct conduct;
  lind_advance advance;
  lind_desk_scratch *scratch;
  lind_who who[LIND_LANES];
  arrival coming[LIND_LANES][UNDER_WAY];   /* by time */
  infusion running[LIND_LANES][UNDER_WAY]; /* by end */
  int n_coming[LIND_LANES], n_running[LIND_LANES];
  unsigned recorded; /* lanes whose trajectory is wanted between stops */
  double stop;       /* h, of the way at hand */
  lind_watch watch;  /* kernel NULL: nothing to watch, or the engine does so itself */
} pack;

static const lind_kernel *kernel_of(const pack *p) { return &p->conduct.desk->plan->model->kernel; }

static unsigned lanes_on(const pack *p) {
  unsigned lanes = 0;
  for (int i = 0; i < p->conduct.n; i++) lanes |= (unsigned)(p->advance.status[i] == LIND_LANE_OK && p->conduct.lane[i].on) << i;
  return lanes;
}

static void refresh(pack *p) {
  const lind_kernel *kernel = kernel_of(p);
  lind_desk_scratch *s = p->scratch;
  kernel->individual(kernel->self, s->frame);
  for (int k = 0; k < kernel->n_states; k++)
    for (int i = 0; i < LIND_LANES; i++) s->bioavailability[k].of[i] = 1.0, s->lag[k].of[i] = 0.0;
  if (kernel->dosing != NULL) kernel->dosing(kernel->self, s->frame, s->bioavailability, s->lag, s->rate, s->duration);
  if (p->conduct.desk->plan->timeless) lind_timeless_know(kernel, s->frame, s->moment);
}

static void drift_to(pack *p, int d, uint32_t node) {
  const lind_plan *plan = p->conduct.desk->plan;
  const struct lind_plan_drift *drift = &p->conduct.desk->values.drifts[d];
  lind_lane *value = &p->scratch->drift[d];
  for (int i = 0; i < LIND_LANES; i++) {
    const double z = lind_random_normal(p->conduct.lane[i].who, plan->drift_purposes[d], node);
    value->of[i] = node == 0 ? drift->sd * z : drift->keep * value->of[i] + drift->kick * z;
  }
  p->scratch->frame[plan->model->drifts[d].slot] = *value;
}

void lind_simulate_effects(const lind_desk *desk, int seat, uint32_t occasion, double *eta) {
  const lind_who who = {desk->plan->protocol->seed, desk->replicate, (uint32_t)(desk->first_seat + (uint64_t)seat),
                        (uint32_t)(desk->attempts[seat] - 1)};
  lind_frame_effects(desk->plan, &desk->values, who, occasion, eta);
}

/* Random effects: those of the patient once, those of an occasion whenever one begins. */
static void fill_randoms(pack *p, uint32_t occasion) {
  const lind_plan *plan = p->conduct.desk->plan;
  const lind_model *model = plan->model;
  for (int i = 0; i < LIND_LANES; i++) {
    double eta[LIND_FRAME_RANDOMS];
    if (p->conduct.desk->effects != NULL) /* those that a twin is given */
      for (int k = 0; k < model->n_randoms; k++)
        eta[k] = p->conduct.desk->effects[k * p->conduct.desk->capacity + p->conduct.lane[i].seat];
    else
      lind_frame_effects(plan, &p->conduct.desk->values, p->conduct.lane[i].who, occasion, eta);
    for (int k = 0; k < model->n_randoms; k++) p->scratch->frame[model->randoms[k].slot].of[i] = eta[k];
  }
}

/* The occasion of a protocol day, from 0. */
static uint32_t occasion_of(const lind_protocol *protocol, int day) {
  uint32_t occasion = 0;
  if (isfinite(protocol->occasion_every)) return (uint32_t)floor((day - 1) * 24.0 / protocol->occasion_every + 1e-9);
  for (int k = 0; k < protocol->occasion_days.n; k++) {
    const double first = protocol->occasion_days.at[k];
    occasion += first > 1 && first <= day;
  }
  return occasion;
}

/* When lane i is looked at next, `from` included, on the way to the stop: points of its trajectory before the stop, and the stop
 * itself where outputs look back in time. */
static double next_look(const pack *p, int i, double from) {
  const double past = kernel_of(p)->n_delays > 0 ? p->stop : INFINITY;
  return p->recorded >> i & 1u ? fmin(lind_trajectory_next(&p->conduct, from, p->stop), past) : past;
}

/* What the engine saw a delay before the stop is kept for outputs, behind the states. */
static void look_on(void *context, lind_advance *advance, unsigned lanes, const lind_lane *x) {
  pack *p = context;
  const lind_kernel *kernel = kernel_of(p);
  unsigned points = 0;
  for (int i = 0; i < LIND_LANES; i++)
    points |= (unsigned)((lanes & p->recorded) >> i & 1u && advance->look.of[i] < p->stop) << i;
  if (points != 0) lind_trajectory_look(&p->conduct, points, &advance->look, x);
  for (int i = 0; i < LIND_LANES; i++) {
    if (!(lanes & (1u << i))) continue;
    const bool before = points >> i & 1u;
    for (int k = 0; !before && k < kernel->n_delays; k++)
      p->scratch->x[kernel->n_states + k].of[i] = x[kernel->n_states + k].of[i];
    advance->look.of[i] = before ? next_look(p, i, advance->look.of[i]) : INFINITY;
  }
}

static void begin(pack *p, lind_desk *desk, const int seat[LIND_LANES], int n) {
  const lind_plan *plan = desk->plan;
  const lind_kernel *kernel = &plan->model->kernel;
  memset(p, 0, sizeof *p);
  p->scratch = desk->scratch;
  lind_conduct_begin(&p->conduct, desk, seat, n);
  lind_lane *rules = p->scratch->rules;
  memset(rules, 0, (size_t)plan->n_rule_slots * sizeof *rules);
  for (int slot = 0; slot < plan->cohort->n_slots; slot++)
    for (int i = 0; i < LIND_LANES; i++)
      rules[slot].of[i] = desk->row[(size_t)slot * (size_t)desk->capacity + (size_t)p->conduct.lane[i].seat];
  for (int m = 0; m < 2 * plan->n_measures; m++)
    for (int i = 0; i < LIND_LANES; i++) rules[plan->slot_measures + m].of[i] = NAN; /* not measured yet */
  for (int k = 0; k < plan->protocol->n_definitions; k++)
    if (plan->definitions[k] != NULL && !plan->definition_moves[k])
      lind_program_run(plan->definitions[k], rules, &rules[plan->slot_definitions + k]);
  lind_control_begin(&p->conduct);
  lind_habit_begin(&p->conduct);
  lind_trace_begin(&p->conduct);
  lind_frame_fill(plan, &desk->values, desk->arm[p->conduct.lane[0].seat], rules, p->scratch->frame);
  fill_randoms(p, 0);
  for (int d = 0; d < plan->model->n_drifts; d++) drift_to(p, d, 0);
  refresh(p);
  kernel->initial(kernel->self, p->scratch->frame, p->scratch->x);
  for (int k = 0; k < kernel->n_delays; k++) p->scratch->x[kernel->n_states + k] = p->scratch->x[kernel->delayed[k]];
  memset(p->scratch->control, 0, (size_t)plan->n_controllers * sizeof *p->scratch->control);
  memset(p->scratch->input, 0, (size_t)kernel->n_states * sizeof *p->scratch->input);
  p->advance.x = p->scratch->x;
  p->advance.alone = !desk->plan->protocol->rescue;
  p->advance.input = p->scratch->input;
  for (int i = 0; i < LIND_LANES; i++) {
    p->who[i] = p->conduct.lane[i].who;
    p->advance.trigger[i] = LIND_TRIGGER_NONE;
  }
  p->advance.who = p->who;
  p->advance.purposes = plan->noise_purposes;
  p->advance.grid = plan->protocol->grid;
  p->recorded = lind_trajectory_begin(&p->conduct);
  p->advance.seen = kernel->n_delays > 0 || p->recorded != 0 ? look_on : NULL;
  p->advance.aside = true;
  p->advance.context = p;
  for (int i = 0; i < LIND_LANES; i++) {
    p->advance.status[i] = i < n ? LIND_LANE_OK : LIND_LANE_IDLE;
  }
  if (kernel->n_triggers == 0 || plan->timeless || plan->stepper->alone) return;
  p->watch = (lind_watch){kernel, p->scratch->margin, p->scratch->was};
  lind_watch_begin(&p->watch, &p->advance.time, p->scratch->frame, p->scratch->x, lanes_on(p));
}

/* State events that have fired: what they change, when they were first seen, whether they end the life. */
static void fire(pack *p) {
  const lind_kernel *kernel = kernel_of(p);
  const lind_model *model = p->conduct.desk->plan->model;
  lind_advance *a = &p->advance;
  bool any = false;
  for (int i = 0; i < p->conduct.n; i++) any |= a->status[i] == LIND_LANE_OK && a->trigger[i] != LIND_TRIGGER_NONE;
  if (!any) return;
  kernel->reset(kernel->self, &a->time, p->scratch->frame, p->scratch->x, p->scratch->after);
  for (int i = 0; i < p->conduct.n; i++) {
    const int t = a->trigger[i];
    a->trigger[i] = LIND_TRIGGER_NONE;
    if (t == LIND_TRIGGER_NONE || a->status[i] != LIND_LANE_OK) continue;
    for (int k = 0; k < kernel->n_states; k++) p->scratch->x[k].of[i] = p->scratch->after[t * kernel->n_states + k].of[i];
    for (int e = 0; e < model->n_events; e++)
      if (model->events[e].trigger == t) lind_conduct_happen(&p->conduct, i, e, a->time.of[i]);
  }
}

/* Lanes that the engine gave up on are data: they leave with a reason. Who had gone before it happened had gone. */
static void note_failures(pack *p) {
  for (int i = 0; i < p->conduct.n; i++) {
    const double time = p->advance.time.of[i], leaves = p->conduct.lane[i].leaves;
    if (p->advance.status[i] != LIND_LANE_OK && p->advance.status[i] != LIND_LANE_IDLE)
      lind_conduct_leave(&p->conduct, i, fmin(time, leaves), leaves <= time ? LIND_END_DROPOUT : LIND_END_FAILED);
    if (!p->conduct.lane[i].on && p->advance.status[i] == LIND_LANE_OK) p->advance.status[i] = LIND_LANE_IDLE;
  }
}

/* What doses, resets and jumps of inputs have made true fires before time goes on. Events of which one makes the other true for
 * ever are given up. */
static void leap(pack *p) {
  enum { MOST_LEAPS = 1000 };
  lind_advance *a = &p->advance;
  for (int n = 0; lind_watch_jump(&p->watch, p->scratch->frame, a, lanes_on(p)); n++) {
    for (int i = 0; n == MOST_LEAPS && i < LIND_LANES; i++)
      if (a->trigger[i] != LIND_TRIGGER_NONE) a->status[i] = LIND_LANE_STEPS;
    fire(p);
    note_failures(p);
  }
}

static void advance_engine(pack *p) {
  const lind_plan *plan = p->conduct.desk->plan;
  if (p->watch.kernel != NULL) leap(p);
  lind_rescue_advance(plan->stepper, &plan->model->kernel, p->scratch->frame, &plan->tolerance, &p->advance,
                      p->scratch->workspace);
  if (p->watch.kernel != NULL) lind_watch_pass(&p->watch, p->scratch->frame, &p->advance, lanes_on(p));
  if (plan->model->kernel.n_triggers > 0) fire(p);
}

/* ---- doses
 * ------------------------------------------------------------------------------------------------------------------------- */

/* A lane without room is given up, and counted: no dose is lost in silence. */
static bool has_room(pack *p, int i, int n) {
  if (n < UNDER_WAY) return true;
  p->advance.status[i] = LIND_LANE_CROWDED;
  return false;
}

static void input_sum(pack *p, int i, int state) {
  const lind_plan *plan = p->conduct.desk->plan;
  double sum = 0.0;
  for (int c = 0; c < plan->n_controllers; c++)
    if (plan->controllers[c].state == state) sum += p->scratch->control[c].of[i];
  sum *= p->scratch->bioavailability[state].of[i];
  for (int k = 0; k < p->n_running[i]; k++)
    if (p->running[i][k].state == state) sum += p->running[i][k].rate;
  p->scratch->input[state].of[i] = sum;
}

static void infusion_start(pack *p, int i, infusion made) {
  if (!has_room(p, i, p->n_running[i])) return;
  int at = p->n_running[i]++;
  for (; at > 0 && p->running[i][at - 1].end > made.end; at--) p->running[i][at] = p->running[i][at - 1];
  p->running[i][at] = made;
  input_sum(p, i, made.state);
}

static void infusion_end(pack *p, int i) {
  const int state = p->running[i][0].state;
  memmove(p->running[i], p->running[i] + 1, (size_t)--p->n_running[i] * sizeof(infusion));
  input_sum(p, i, state);
}

static void enter_first(pack *p, int i) {
  arrival *first = p->coming[i];
  const lind_intake intake = first->intake;
  const double amount = p->scratch->bioavailability[intake.state].of[i] * intake.amount;
  if (intake.over > 0.0)
    infusion_start(p, i, (infusion){first->time + intake.over, amount / intake.over, intake.state});
  else
    p->scratch->x[intake.state].of[i] += amount;
  memmove(first, first + 1, (size_t)--p->n_coming[i] * sizeof *first);
}

static void send(pack *p, int i, double now, lind_intake intake) {
  if (!has_room(p, i, p->n_coming[i])) return;
  const double lag = p->scratch->lag[intake.state].of[i];
  const arrival dose = {lag > 0.0 ? now + lag : now, intake};
  int at = p->n_coming[i]++;
  for (; at > 0 && p->coming[i][at - 1].time > dose.time; at--) p->coming[i][at] = p->coming[i][at - 1];
  p->coming[i][at] = dose;
}

/* The next time at which something enters or stops entering. */
static double next_turn(const pack *p, int i) {
  const double dose = p->n_coming[i] > 0 ? p->coming[i][0].time : INFINITY;
  return p->n_running[i] > 0 ? fmin(dose, p->running[i][0].end) : dose;
}

/* Doses that are due now, for every lane at its own time. A lane that is at the stop waits for what happens there, whatever keeps
 * its neighbours: a dose due at the stop follows the day's rules. */
static void swallow(pack *p, double stop) {
  for (int i = 0; i < p->conduct.n; i++) {
    const double now = p->advance.time.of[i];
    lind_intake intake;
    if (!p->conduct.lane[i].on || now >= stop) continue;
    while (lind_conduct_take(&p->conduct, i, now, &intake)) send(p, i, now, intake);
    while (lind_habit_take(&p->conduct, i, now, &intake)) send(p, i, now, intake);
    while (p->n_running[i] > 0 && p->running[i][0].end <= now) infusion_end(p, i);
    while (p->n_coming[i] > 0 && p->coming[i][0].time <= now) enter_first(p, i);
  }
}

static void advance_to(pack *p, double stop) {
  const lind_plan *plan = p->conduct.desk->plan;
  p->stop = stop;
  for (int i = 0; i < LIND_LANES; i++) p->advance.look.of[i] = next_look(p, i, p->advance.time.of[i]);
  for (;;) {
    swallow(p, stop);
    bool short_of_it = false;
    for (int i = 0; i < LIND_LANES; i++) {
      const lind_conduct_lane *lane = &p->conduct.lane[i];
      double target = stop;
      if (i < p->conduct.n && lane->on) {
        const double due = fmin(lind_conduct_next(&p->conduct, i), lind_habit_next(&p->conduct, i));
        target = fmin(stop, fmin(due, next_turn(p, i)));
      }
      p->advance.target.of[i] = target;
      if (i < p->conduct.n && lane->on && p->advance.time.of[i] < target) short_of_it = true;
    }
    if (!short_of_it) return;
    if (plan->timeless) {
      lind_timeless_pass(&p->conduct, p->scratch->moment, &p->advance);
    } else {
      advance_engine(p);
    }
    note_failures(p);
    bool there = true;
    for (int i = 0; i < p->conduct.n; i++) there &= !p->conduct.lane[i].on || p->advance.time.of[i] >= stop;
    if (there) return;
  }
}

static void observe(pack *p, double now) {
  const lind_kernel *kernel = kernel_of(p);
  lind_lane time;
  for (int i = 0; i < LIND_LANES; i++) time.of[i] = now;
  kernel->outputs(kernel->self, &time, p->scratch->frame, p->scratch->x, p->scratch->y);
}

static void draw_curve(pack *p, int at, double now) {
  lind_desk *desk = p->conduct.desk;
  const lind_protocol *protocol = desk->plan->protocol;
  const lind_model_output *output = &desk->plan->model->outputs[desk->plan->curve_output];
  const double width = (protocol->curve_upper - protocol->curve_lower) / LIND_CURVE_BINS;
  for (int i = 0; i < p->conduct.n; i++) {
    const double y = p->scratch->y[desk->plan->curve_output].of[i] / output->unit.scale;
    if (!p->conduct.lane[i].on || p->conduct.lane[i].leaves <= now || isnan(y)) continue;
    const double place = floor((y - protocol->curve_lower) / width);
    const int bin = (int)fmax(0.0, fmin(place, LIND_CURVE_BINS - 1));
    const int arm = desk->arm[p->conduct.lane[i].seat];
    desk->curve[((size_t)arm * (size_t)desk->n_curve_times + (size_t)at) * LIND_CURVE_BINS + (size_t)bin]++;
  }
}

/* The next stop after `now`: a day, a drift node, a curve time, a sample or the end; where nothing goes on between visits, the
 * next visit in place of the next day. Multiples are counted, not added up; a grid such as a third of an hour meets the day only
 * to rounding, and the day wins. */
static double next_stop(const lind_conduct *conduct, double now) {
  const lind_desk *desk = conduct->desk;
  const lind_plan *plan = desk->plan;
  if (plan->uneventful) return plan->protocol->duration;
  const double soon = now + 1e-6, day = plan->still ? lind_conduct_next_visit(conduct, now) : 24.0 * (floor(soon / 24.0) + 1.0);
  const double first = fmin(plan->protocol->duration, day);
  double stop = first;
  for (int d = 0; d < plan->model->n_drifts; d++)
    stop = fmin(stop, desk->values.drifts[d].every * (floor(soon / desk->values.drifts[d].every) + 1.0));
  if (plan->curve_output >= 0) stop = fmin(stop, plan->protocol->curve_every * (floor(soon / plan->protocol->curve_every) + 1.0));
  stop = fmin(stop, lind_control_next(conduct, now));
  stop = fmin(stop, lind_trace_next(plan, now));
  return first - stop < 1e-6 ? first : stop;
}

static bool is_multiple(double now, double every, int *count) {
  *count = (int)floor(now / every + 0.5);
  return fabs(now - every * *count) < 1e-6;
}

/* Single doses. Those of the drug count among what was taken on the day. */
static void take_given(pack *p, double now, const lind_given *given) {
  const lind_desk *desk = p->conduct.desk;
  const lind_plan *plan = desk->plan;
  for (int k = 0; k < given->n; k++) {
    const int i = given->at[k].lane;
    const lind_intake intake = given->at[k].intake;
    const size_t day = (size_t)p->conduct.lane[i].seat * (size_t)plan->n_days + (size_t)floor((now + 1e-6) / 24.0);
    if (intake.state == plan->drug) desk->taken[day] += intake.amount;
    send(p, i, now, intake);
  }
}

/* Everything that happens at a stop, in the order of the day: drift, visit and measurement, rules, controllers; the dose
 * follows. */
static void stop_at(pack *p, double now) {
  lind_desk *desk = p->conduct.desk;
  const lind_plan *plan = desk->plan;
  int count;
  bool moved = false;
  for (int d = 0; d < plan->model->n_drifts; d++)
    if (now > 0.0 && is_multiple(now, desk->values.drifts[d].every, &count)) {
      drift_to(p, d, (uint32_t)count);
      moved = true;
    }
  int days;
  const bool morning = is_multiple(now, 24.0, &days);
  if (plan->varies && morning && days > 0 && occasion_of(plan->protocol, days + 1) != occasion_of(plan->protocol, days)) {
    fill_randoms(p, occasion_of(plan->protocol, days + 1));
    moved = true;
  }
  if (moved) refresh(p);
  const bool curve = desk->curve != NULL && is_multiple(now, plan->protocol->curve_every, &count) && count < desk->n_curve_times;
  const unsigned visiting = morning ? lind_conduct_visits(&p->conduct, days + 1) : 0;
  note_failures(p);
  const bool tracing = lind_trace_due(plan, now);
  const unsigned points = lind_trajectory_due(&p->conduct, now, visiting);
  if (curve || tracing || visiting != 0 || points != 0) observe(p, now);
  if (curve) draw_curve(p, count, now);
  if (tracing) lind_trace_sample(&p->conduct, now, p->scratch->y);
  if (visiting != 0) lind_conduct_measure(&p->conduct, visiting, now, p->scratch->y);
  if (points != 0) lind_trajectory_stop(&p->conduct, points, now, p->scratch->x, p->scratch->y);
  if (now >= plan->protocol->duration) return;
  lind_given given;
  if (morning) {
    lind_conduct_turn(&p->conduct, days + 1);
    lind_prescribe(&p->conduct, days + 1, visiting, &given);
    take_given(p, now, &given);
  }
  if (plan->n_controllers == 0) return;
  observe(p, now);
  lind_control_sample(&p->conduct, now, p->scratch->y, &given);
  take_given(p, now, &given);
  for (int c = 0; c < plan->n_controllers; c++)
    for (int i = 0; i < p->conduct.n; i++) input_sum(p, i, plan->controllers[c].state);
}

/* What controllers have infused of the drug between two stops, which lie on one day. */
static void take_infused(pack *p, double from, double to) {
  const lind_desk *desk = p->conduct.desk;
  const lind_plan *plan = desk->plan;
  for (int c = 0; c < plan->n_controllers; c++)
    for (int i = 0; plan->controllers[c].state == plan->drug && i < p->conduct.n; i++) {
      const lind_conduct_lane *lane = &p->conduct.lane[i];
      const double gone = lane->on ? lane->leaves : desk->end[lane->seat], hours = fmin(to, gone) - from;
      const size_t day = (size_t)lane->seat * (size_t)plan->n_days + (size_t)floor((from + 1e-6) / 24.0);
      if (hours > 0.0) desk->taken[day] += p->scratch->control[c].of[i] * hours;
    }
}

static void live(lind_desk *desk, const int seat[LIND_LANES], int n) {
  pack p;
  begin(&p, desk, seat, n);
  const double end = desk->plan->protocol->duration;
  double now = 0.0;
  stop_at(&p, now);
  const bool moves = desk->plan->model->n_states > 0 || desk->plan->model->n_events > 0;
  while (now < end) {
    const double stop = next_stop(&p.conduct, now);
    if (moves) advance_to(&p, stop);
    if (p.recorded != 0 && (!moves || desk->plan->timeless)) lind_trajectory_pass(&p.conduct, p.recorded, now, stop);
    take_infused(&p, now, stop);
    now = stop;
    for (int i = 0; i < LIND_LANES; i++)
      if (p.advance.status[i] != LIND_LANE_OK || !moves) p.advance.time.of[i] = now;
    stop_at(&p, now);
  }
  for (int i = 0; i < n; i++) { /* who left after the last morning */
    lind_conduct_lane *lane = &p.conduct.lane[i];
    if (lane->on && lane->leaves < end) lind_conduct_leave(&p.conduct, i, lane->leaves, LIND_END_DROPOUT);
  }
  lind_cost *cost = &desk->cost[desk->arm[seat[0]]];
  lind_work_add(&cost->work, &p.advance.work);
  cost->lives += (uint64_t)n;
  for (int i = 0; i < n && desk->witness.see != NULL; i++) desk->witness.see(desk->witness.context, seat[i]);
}

static double seconds_now(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Packs are of one arm, so that lanes follow the same rules and are stopped by the same things; results cannot tell. */
void lind_simulate(lind_desk *desk, int from, int to) {
  for (int arm = 0; arm < desk->plan->protocol->n_arms; arm++) {
    const double began = seconds_now();
    int seat[LIND_LANES], n = 0;
    for (int s = from; s < to; s++) {
      if (!desk->seated[s] || desk->arm[s] != arm) continue;
      seat[n++] = s;
      if (n < LIND_LANES) continue;
      if (lind_desk_quits(desk)) return;
      live(desk, seat, n);
      n = 0;
    }
    if (n > 0) live(desk, seat, n);
    desk->cost[arm].seconds += seconds_now() - began;
  }
}
