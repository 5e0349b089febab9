/* relay.c -- engines that take lanes over from one another, see relay.h.
 *
 * When a lane leaves an explicit engine for being stiff: its step h is bounded by stability where h times the fastest decay rate
 * reaches 3 or so (3.3 for Dormand and Prince's pair on the real axis; Hairer and Wanner, Solving Ordinary Differential Equations
 * II, IV.2), while an accurate step has h rate below 1 as long as the fast mode is alive. Shown by tests/numerics/stepper_auto.c.
 */
#include "relay.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "stiffness.h"

/* An explicit engine is asked for so many attempts at a time, then its lanes are looked at. */
static const uint32_t slice = 64;
/* h * rate above which a step counts as bounded by stability. */
static const double bounded = 2;
/* So many such steps in sequence, over calls, are enough; assumed: what they cost is what an implicit engine takes to pay off. */
static const double enough = 64;
/* A new patient with so many ahead does not even begin with the explicit engine; assumed. */
static const double hopeless = 1000;
/* Calls of fewer steps are not worth a Jacobian. */
static const double worth = 16;

typedef struct seat {
  int turn;       /* which engine has the lane */
  double bounded; /* steps in sequence that stability bounded, about */
} seat;

typedef struct team { /* one call */
  const lind_relay *engines;
  const lind_kernel *kernel;
  const lind_lane *frame;
  const lind_tolerance *tolerance;
  lind_advance *pack;
  seat *seats;
  lind_lane *scratch; /* of stiffness.h */
  void *workspace[LIND_RELAY_MOST];
  uint32_t used[LIND_LANES]; /* attempts of the first engine in this call */
} team;

static size_t whole(size_t bytes) { return (bytes + sizeof(lind_lane) - 1) / sizeof(lind_lane) * sizeof(lind_lane); }

static size_t scratch_bytes(const lind_relay *engines, const lind_kernel *kernel) {
  return engines->watch ? lind_stiffness_lanes(kernel) * sizeof(lind_lane) : 0;
}

/* ---- who ---- */

static const lind_stepper *able(const lind_stepper *stepper, const lind_kernel *kernel) {
  return stepper->refuses != NULL && stepper->refuses(kernel) != NULL ? NULL : stepper;
}

static void append(lind_relay *relay, const lind_stepper *stepper) {
  if (stepper != NULL) relay->engines[relay->n++] = stepper;
}

lind_relay lind_relay_pick(const lind_kernel *kernel) {
  lind_relay relay = {0};
  const lind_stepper *first = NULL;
  if (kernel->n_noises > 0)
    first = able(&lind_stepper_milstein, kernel);
  else if (kernel->n_delays == 0 && kernel->n_linear > 0)
    first = able(&lind_stepper_exact, kernel);
  relay.linear = first != NULL && kernel->n_noises == 0;
  if (first == NULL && kernel->n_noises == 0) first = able(&lind_stepper_rk, kernel);
  if (first == NULL) return relay;
  append(&relay, first);
  const bool all_linear = relay.linear && kernel->n_linear == kernel->n_states;
  if (!all_linear && kernel->n_noises == 0 && kernel->n_delays == 0) append(&relay, able(&lind_stepper_rosenbrock, kernel));
  append(&relay, able(&lind_stepper_cvode, kernel));
  relay.watch = !all_linear && relay.n > 1 && kernel->jacobian != NULL && kernel->n_states > 0;
  return relay;
}

lind_relay lind_relay_behind(const lind_stepper *stepper, const lind_kernel *kernel) {
  lind_relay relay = {.n = 1, .engines = {stepper}};
  const lind_stepper *cvode = able(&lind_stepper_cvode, kernel);
  if (stepper != cvode && stepper != &lind_stepper_auto && !stepper->alone) append(&relay, cvode);
  return relay;
}

size_t lind_relay_bytes(const lind_relay *engines, const lind_kernel *kernel) {
  size_t bytes = whole(LIND_LANES * sizeof(seat)) + scratch_bytes(engines, kernel);
  for (int r = 0; r < engines->n; r++) bytes += whole(engines->engines[r]->bytes(kernel));
  return bytes;
}

static void lay_out(team *y, void *workspace) {
  char *next = workspace;
  y->seats = workspace;
  next += whole(LIND_LANES * sizeof(seat));
  y->scratch = (lind_lane *)(void *)next;
  next += scratch_bytes(y->engines, y->kernel);
  for (int r = 0; r < y->engines->n; r++) {
    y->workspace[r] = next;
    next += whole(y->engines->engines[r]->bytes(y->kernel));
  }
}

void lind_relay_release(const lind_relay *engines, const lind_kernel *kernel, void *workspace) {
  team y = {.engines = engines, .kernel = kernel};
  lay_out(&y, workspace);
  for (int r = 0; r < engines->n; r++)
    if (engines->engines[r]->release != NULL) engines->engines[r]->release(kernel, y.workspace[r]);
}

/* ---- one engine, some lanes ---- */

static bool moves(const team *y, int i) {
  return y->pack->status[i] == LIND_LANE_OK && y->pack->trigger[i] == LIND_TRIGGER_NONE &&
         y->pack->target.of[i] > y->pack->time.of[i];
}

static unsigned at_turn(const team *y, int turn) {
  unsigned lanes = 0;
  for (int i = 0; i < LIND_LANES; i++)
    if (moves(y, i) && y->seats[i].turn == turn) lanes |= 1u << i;
  return lanes;
}

static void run(team *y, int turn, unsigned lanes, const lind_tolerance *tolerance) {
  lind_advance *pack = y->pack;
  lind_lane_status status[LIND_LANES];
  int trigger[LIND_LANES];
  for (int i = 0; i < LIND_LANES; i++) {
    status[i] = pack->status[i], trigger[i] = pack->trigger[i];
    if (!(lanes >> i & 1)) pack->status[i] = LIND_LANE_IDLE;
  }
  y->engines->engines[turn]->advance(y->kernel, y->frame, tolerance, pack, y->workspace[turn]);
  for (int i = 0; i < LIND_LANES; i++)
    if (!(lanes >> i & 1)) pack->status[i] = status[i], pack->trigger[i] = trigger[i];
}

/* The next engine meets the lane as a new patient. */
static void hand_on(team *y, int i, int turn) {
  y->seats[i].turn = turn + 1;
  y->pack->status[i] = LIND_LANE_OK;
  y->pack->step.of[i] = 0;
}

static bool failed(lind_lane_status status) {
  return status == LIND_LANE_STEPS || status == LIND_LANE_STEP_SIZE || status == LIND_LANE_NOT_FINITE;
}

/* ---- stiffness ---- */

static void rates(team *y, lind_lane *rate) {
  lind_stiffness_rates(y->kernel, y->frame, y->tolerance, &y->pack->time, y->pack->x, y->engines->linear, y->scratch, rate);
}

/* Before the first engine moves: new patients that are hopeless, and those whose steps have been bounded for long enough. */
static void watch_start(team *y) {
  const lind_advance *pack = y->pack;
  const unsigned lanes = at_turn(y, 0);
  unsigned asked = 0;
  for (int i = 0; i < LIND_LANES; i++) {
    const double way = pack->target.of[i] - pack->time.of[i], step = pack->step.of[i];
    if (lanes >> i & 1 && (!(step > 0) || way > worth * step)) asked |= 1u << i;
  }
  if (asked == 0) return;
  lind_lane rate;
  rates(y, &rate);
  for (int i = 0; i < LIND_LANES; i++) {
    if (!(asked >> i & 1)) continue;
    const double way = pack->target.of[i] - pack->time.of[i], step = pack->step.of[i];
    double *steps = &y->seats[i].bounded;
    if (!(step > 0)) {
      if (rate.of[i] * way > bounded * hopeless) hand_on(y, i, 0);
      continue;
    }
    *steps = step * rate.of[i] > bounded ? *steps + way / step : 0;
    if (*steps > enough) hand_on(y, i, 0);
  }
}

/* After a slice: who has used it up goes on, unless stability bounds its steps. */
static void watch_slice(team *y, unsigned lanes, uint32_t length) {
  lind_advance *pack = y->pack;
  unsigned asked = 0;
  for (int i = 0; i < LIND_LANES; i++) {
    if (!(lanes >> i & 1) || pack->status[i] != LIND_LANE_STEPS) continue;
    y->used[i] += length;
    if (y->used[i] + length <= y->tolerance->most_steps) asked |= 1u << i;
  }
  if (asked == 0) return;
  lind_lane rate;
  rates(y, &rate);
  for (int i = 0; i < LIND_LANES; i++) {
    if (!(asked >> i & 1)) continue;
    pack->status[i] = LIND_LANE_OK;
    if (pack->step.of[i] * rate.of[i] > bounded) hand_on(y, i, 0);
  }
}

static void first_engine(team *y) {
  lind_tolerance part = *y->tolerance;
  if (slice < part.most_steps) part.most_steps = slice;
  watch_start(y);
  for (unsigned lanes = at_turn(y, 0); lanes != 0; lanes = at_turn(y, 0)) {
    run(y, 0, lanes, &part);
    watch_slice(y, lanes, part.most_steps);
  }
}

/* ---- */

void lind_relay_advance(const lind_relay *engines, const lind_kernel *kernel, const lind_lane *frame,
                        const lind_tolerance *tolerance, lind_advance *pack, void *workspace) {
  team y = {.engines = engines, .kernel = kernel, .frame = frame, .tolerance = tolerance, .pack = pack};
  unsigned moved = 0;
  lay_out(&y, workspace);
  for (int i = 0; i < LIND_LANES; i++) {
    pack->trigger[i] = LIND_TRIGGER_NONE;
    if (!moves(&y, i)) continue;
    moved |= 1u << i;
    if (!(pack->step.of[i] > 0)) y.seats[i] = (seat){0};
  }
  for (int turn = 0; turn < engines->n; turn++) {
    const bool watched = turn == 0 && engines->watch;
    const unsigned lanes = at_turn(&y, turn);
    if (lanes == 0) continue;
    if (watched)
      first_engine(&y);
    else
      run(&y, turn, lanes, tolerance);
    for (int i = 0; turn + 1 < engines->n && i < LIND_LANES; i++) {
      if (y.seats[i].turn != turn || !(lanes >> i & 1) || !failed(pack->status[i])) continue;
      hand_on(&y, i, turn);
      pack->work.rescued++;
    }
  }
  for (int i = 0; i < LIND_LANES; i++) /* a step of 0 would make the lane look like a new patient */
    if (moved >> i & 1 && y.seats[i].turn > 0 && !(pack->step.of[i] > 0)) pack->step.of[i] = DBL_MIN;
}
