/* course.c -- the loop of a pack: let every lane act until it waits for time, move time, again. */
#include "lind/course.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "course_inside.h"

/* ---- room */

enum { MODELLED_AT_ONCE = 64 };

void lind_course_room(lind_course *course, const lind_record *records, int n) {
  double coming = 0.0, running = 0.0;
  for (int r = 0; r < n; r++) {
    const lind_record *record = &records[r];
    if (record->event != LIND_RECORD_DOSE && record->event != LIND_RECORD_RESET_DOSE) continue;
    coming += 1.0;
    if (record->infusion == LIND_INFUSION_NONE) continue;
    course->infuses = true;
    const bool row = record->interval > 0.0 && record->additional > 0;
    double at_once = 1.0;
    if (row && record->infusion != LIND_INFUSION_RATE) at_once = MODELLED_AT_ONCE;
    if (row && record->infusion == LIND_INFUSION_RATE)
      at_once = ceil(4.0 * record->amount / record->rate / record->interval) + 1.0;
    running += 1.0 + fmin(at_once, 1.0 + record->additional);
  }
  const double most = 1e7;
  if (coming > course->most_coming) course->most_coming = (int)fmin(coming, most);
  if (running > course->most_running) course->most_running = (int)fmin(running, most);
}

/* ---- memory */

static lind_err take_lanes(lind_course_pack *p) {
  const size_t states = (size_t)p->course->kernel->n_states, triggers = (size_t)p->course->kernel->n_triggers;
  struct {
    lind_lane **at;
    size_t n;
  } all[] = {{&p->frame, (size_t)p->course->kernel->n_frame},
             {&p->x, states + (size_t)p->course->kernel->n_delays},
             {&p->input, states},
             {&p->y, (size_t)p->course->kernel->n_outputs},
             {&p->scratch, states},
             {&p->bioavailability, states},
             {&p->lag, states},
             {&p->rate, states},
             {&p->duration, states},
             {&p->after, triggers * states},
             {&p->watch.margin, triggers},
             {&p->watch.was, triggers}};
  for (size_t a = 0; a < sizeof all / sizeof *all; a++) LIND_TAKE(*all[a].at, p->arena, all[a].n + 1);
  return LIND_OK;
}

static lind_err take_queues(lind_course_pack *p) {
  for (int i = 0; i < LIND_LANES; i++) {
    lind_under_way *queue = &p->lane[i].queue;
    queue->most_coming = p->course->most_coming;
    queue->most_running = p->course->most_running;
    LIND_TAKE(queue->coming, p->arena, queue->most_coming + 1);
    LIND_TAKE(queue->running, p->arena, queue->most_running + 1);
  }
  return LIND_OK;
}

static lind_err take_all(lind_course_pack *p) {
  LIND_TRY(take_lanes(p));
  LIND_TRY(take_queues(p));
  LIND_TAKE(p->node, p->arena, LIND_LANES * p->course->n_drifts + 1);
  LIND_TRY(lind_course_line_init(p));
  const lind_stepper *engine = p->course->stepper;
  const char *refusal = engine->refuses != NULL ? engine->refuses(p->kernel) : NULL;
  LIND_CHECK(refusal == NULL, LIND_ERR_INPUT, "the engine %s cannot take this model%s: %s", engine->name,
             p->kernel == p->course->kernel ? "" : " with inputs that move on lines between records", refusal);
  LIND_TRY(lind_course_steady_init(p));
  p->workspace = lind_arena_take(p->arena, lind_rescue_bytes(p->course->stepper, p->kernel) + 1, 1);
  LIND_CHECK(p->workspace != NULL, LIND_ERR_MEMORY, "no memory for the engine %s", p->course->stepper->name);
  return LIND_OK;
}

lind_err lind_course_pack_create(const lind_course *course, lind_course_pack **pack) {
  lind_course_pack *p = aligned_alloc(64, (sizeof *p + 63) / 64 * 64);
  LIND_CHECK(p != NULL, LIND_ERR_MEMORY, "no memory for a pack of patients");
  memset(p, 0, sizeof *p);
  p->course = course;
  p->kernel = course->kernel;
  lind_err err = lind_arena_create(&p->arena);
  if (err == LIND_OK) err = take_all(p);
  if (err == LIND_OK)
    *pack = p;
  else
    lind_course_pack_destroy(&p);
  return err;
}

size_t lind_course_pack_bytes(const lind_course_pack *pack) { return sizeof *pack + lind_arena_bytes(pack->arena); }

void lind_course_pack_destroy(lind_course_pack **pack) {
  if (*pack == NULL) return;
  const lind_course *course = (*pack)->course;
  if ((*pack)->workspace != NULL) {
    lind_rescue_release(course->stepper, (*pack)->kernel, (*pack)->workspace);
    lind_rescue_release(course->stepper, course->kernel, (*pack)->steady.workspace);
  }
  lind_arena_destroy(&(*pack)->arena);
  free(*pack);
  *pack = NULL;
}

lind_work lind_course_work(const lind_course_pack *pack) {
  lind_work work = pack->advance.work;
  lind_work_add(&work, &pack->steady.advance.work);
  return work;
}

/* ---- what lanes need */

void lind_course_stop(lind_course_pack *p, int i, lind_lane_status why, int state) {
  lind_course_patient *patient = p->lane[i].patient;
  patient->status = why;
  patient->time = p->advance.time.of[i];
  patient->state = state;
}

static void refresh(lind_course_pack *p, unsigned lanes) {
  const lind_kernel *kernel = p->course->kernel;
  kernel->individual(kernel->self, p->frame);
  if (kernel->dosing == NULL) return;
  kernel->dosing(kernel->self, p->frame, p->bioavailability, p->lag, p->rate, p->duration);
  for (int i = 0; i < LIND_LANES; i++)
    if (lanes >> i & 1u) lind_course_dose_rates(p, i);
}

static void keep(lind_course_pack *p, int i) {
  lind_course_patient *patient = p->lane[i].patient;
  const int n = p->kernel->n_outputs;
  for (int k = 0; k < n; k++) patient->y[(size_t)p->lane[i].next * (size_t)n + (size_t)k] = p->y[k].of[i];
}

static void show(lind_course_pack *p, unsigned lanes) {
  const lind_kernel *kernel = p->course->kernel; /* a record is shown with its own values, line or not */
  kernel->outputs(kernel->self, &p->advance.time, p->frame, p->x, p->y);
  for (int i = 0; i < LIND_LANES; i++)
    if (lanes >> i & 1u) keep(p, i);
}

/* Where time stops, outputs may look back: what was there a delay ago stays behind the states. */
static void keep_past(lind_course_pack *p, int i, const lind_lane *x) {
  for (int k = p->kernel->n_states; k < p->kernel->n_states + p->kernel->n_delays; k++) p->x[k].of[i] = x[k].of[i];
  p->advance.look.of[i] = INFINITY;
}

/* Records that are looked at on the way. */
static void seen(void *context, lind_advance *advance, unsigned lanes, const lind_lane *x) {
  lind_course_pack *p = context;
  p->kernel->outputs(p->kernel->self, &advance->look, p->frame, x, p->y);
  for (int i = 0; i < LIND_LANES; i++) {
    if (!(lanes >> i & 1u)) continue;
    lind_course_lane *lane = &p->lane[i];
    const lind_record *records = lane->patient->records;
    const double now = advance->look.of[i];
    if (now >= advance->target.of[i]) {
      keep_past(p, i, x);
      continue;
    }
    for (; lane->next < lane->cut && records[lane->next].time == now; lane->patient->reached = ++lane->next)
      if (records[lane->next].observed) keep(p, i);
    advance->look.of[i] = lind_course_lane_look(p, i, advance->target.of[i]);
  }
}

/* Every lane acts until it waits for time. */
static void act(lind_course_pack *p) {
  unsigned need[LIND_NEED_NOTHING + 1];
  do {
    memset(need, 0, sizeof need);
    for (int i = 0; i < LIND_LANES; i++)
      if (p->lane[i].patient != NULL) need[lind_course_lane_act(p, i)] |= 1u << i;
    if (need[LIND_NEED_REFRESH] != 0) refresh(p, need[LIND_NEED_REFRESH]);
    if (need[LIND_NEED_STEADY] != 0) lind_course_steady_run(p, need[LIND_NEED_STEADY]);
    if (need[LIND_NEED_OUTPUT] != 0) show(p, need[LIND_NEED_OUTPUT]);
  } while ((need[LIND_NEED_REFRESH] | need[LIND_NEED_STEADY] | need[LIND_NEED_OUTPUT]) != 0);
}

/* ---- time */

/* The state to blame: one that is not finite, or whose rate is not; else the one that moves fastest for its size. */
static int culprit(lind_course_pack *p, int i) {
  int worst = -1;
  double fastest = 0.0;
  p->kernel->rhs(p->kernel->self, &p->advance.time, p->frame, p->x, p->scratch);
  for (int k = 0; k < p->kernel->n_states; k++) {
    const double x = p->x[k].of[i], rate = fabs(p->scratch[k].of[i]);
    if (!isfinite(x) || !isfinite(rate)) return k;
    const double unit = p->kernel->unit != NULL ? p->kernel->unit[k] : 1.0;
    const double speed = rate / (fabs(x) + p->course->tolerance.absolute * unit);
    if (speed > fastest) fastest = speed, worst = k;
  }
  return worst;
}

static void fire(lind_course_pack *p, int i) {
  const lind_kernel *kernel = p->kernel;
  const int trigger = p->advance.trigger[i];
  lind_course_patient *patient = p->lane[i].patient;
  if (patient->fired < (uint64_t)patient->most_marks)
    patient->marks[patient->fired] = (lind_course_mark){p->advance.time.of[i], trigger};
  kernel->reset(kernel->self, &p->advance.time, p->frame, p->x, p->after);
  for (int k = 0; k < kernel->n_states; k++) p->x[k].of[i] = p->after[trigger * kernel->n_states + k].of[i];
  if (++patient->fired >= p->course->tolerance.most_steps) lind_course_stop(p, i, LIND_LANE_STEPS, -1);
}

static unsigned lanes_on(const lind_course_pack *p) {
  unsigned lanes = 0;
  for (int i = 0; i < LIND_LANES; i++) lanes |= (unsigned)(p->advance.status[i] == LIND_LANE_OK) << i;
  return lanes;
}

/* What doses, resets and jumps of inputs have made true fires before time goes on. */
static void leap(lind_course_pack *p) {
  while (p->watch.kernel != NULL && lind_watch_jump(&p->watch, p->frame, &p->advance, lanes_on(p)))
    for (int i = 0; i < LIND_LANES; i++) {
      if (p->advance.trigger[i] == LIND_TRIGGER_NONE) continue;
      fire(p, i);
      p->advance.trigger[i] = LIND_TRIGGER_NONE;
      if (p->lane[i].patient->status != LIND_LANE_OK) p->advance.status[i] = LIND_LANE_IDLE;
    }
}

static bool prepare(lind_course_pack *p) {
  bool moves = false;
  for (int i = 0; i < LIND_LANES; i++) {
    const lind_course_lane *lane = &p->lane[i];
    const bool on = lane->patient != NULL && lane->patient->status == LIND_LANE_OK && lane->next < lane->patient->n;
    p->advance.status[i] = on ? LIND_LANE_OK : LIND_LANE_IDLE;
    p->advance.trigger[i] = LIND_TRIGGER_NONE;
    p->advance.look.of[i] = INFINITY;
    p->advance.target.of[i] = on ? lind_course_lane_target(p, i) : p->advance.time.of[i];
    for (int k = 0; p->course->infuses && k < p->kernel->n_states; k++)
      p->input[k].of[i] = on ? lind_under_way_rate(&lane->queue, k) : 0.0;
    moves |= on;
  }
  return moves;
}

/* All lanes reach their target, or stop. A lane whose trigger has fired goes on towards it, while the others rest. */
static void move(lind_course_pack *p) {
  bool fired = true;
  while (fired) {
    fired = false;
    leap(p);
    lind_rescue_advance(p->course->stepper, p->kernel, p->frame, &p->course->tolerance, &p->advance, p->workspace);
    if (p->watch.kernel != NULL) lind_watch_pass(&p->watch, p->frame, &p->advance, lanes_on(p));
    for (int i = 0; i < LIND_LANES; i++) {
      if (p->advance.status[i] == LIND_LANE_IDLE) continue;
      if (p->advance.status[i] != LIND_LANE_OK) {
        lind_course_stop(p, i, p->advance.status[i], culprit(p, i));
        p->advance.status[i] = LIND_LANE_IDLE;
      } else if (p->advance.trigger[i] != LIND_TRIGGER_NONE) {
        fire(p, i);
        p->advance.trigger[i] = LIND_TRIGGER_NONE;
        if (p->lane[i].patient->status != LIND_LANE_OK) p->advance.status[i] = LIND_LANE_IDLE;
        fired |= p->advance.time.of[i] < p->advance.target.of[i];
      }
    }
  }
}

/* ---- a pack */

static void sit(lind_course_pack *p, lind_course_patient patients[], int n) {
  for (int i = 0; i < LIND_LANES; i++) { /* a ghost is a copy of the first, so that its numbers are numbers */
    const lind_course_patient *patient = &patients[i < n ? i : 0];
    p->lane[i].patient = NULL;
    for (int slot = 0; slot < p->course->n_given; slot++) p->frame[slot].of[i] = patient->given[slot];
    p->advance.time.of[i] = 0.0;
    for (int k = 0; k < p->kernel->n_states; k++) {
      p->bioavailability[k].of[i] = 1.0;
      p->lag[k].of[i] = p->rate[k].of[i] = p->duration[k].of[i] = p->input[k].of[i] = 0.0;
    }
    if (i >= n) continue;
    p->lane[i].patient = &patients[i];
    patients[i].status = LIND_LANE_OK;
    patients[i].reached = 0;
    patients[i].fired = 0;
    patients[i].state = -1;
    if (patients[i].n > 0)
      lind_course_lane_begin(p, i);
    else
      p->lane[i].patient = NULL;
  }
}

static void look_around(lind_course_pack *p, lind_who who[LIND_LANES]) {
  for (int i = 0; i < LIND_LANES; i++) who[i] = p->lane[i].patient != NULL ? p->lane[i].patient->who : (lind_who){0};
  p->advance.who = who;
  p->advance.purposes = p->course->noises;
  p->advance.grid = p->course->noise_grid;
  p->advance.x = p->x;
  p->advance.input = p->course->infuses ? p->input : NULL;
  p->advance.seen = seen;
  p->advance.context = p;
}

void lind_course_run(lind_course_pack *p, lind_course_patient patients[], int n) {
  lind_who who[LIND_LANES];
  sit(p, patients, n);
  look_around(p, who);
  for (int i = 0; i < LIND_LANES; i++)
    if (p->lane[i].patient != NULL) (void)lind_course_inputs_arrive(p, i); /* drifts begin */
  refresh(p, 0);
  p->kernel->initial(p->kernel->self, p->frame, p->x);
  for (int k = 0; k < p->kernel->n_delays; k++) p->x[p->kernel->n_states + k] = p->x[p->kernel->delayed[k]];
  p->watch.kernel = p->kernel->n_triggers > 0 ? p->kernel : NULL;
  if (p->watch.kernel != NULL) lind_watch_begin(&p->watch, &p->advance.time, p->frame, p->x, ~0u);
  for (;;) {
    act(p);
    if (!prepare(p)) break;
    move(p);
  }
  for (int i = 0; i < n; i++)
    if (patients[i].status == LIND_LANE_OK) patients[i].time = p->advance.time.of[i];
  p->advance.who = NULL;
}
