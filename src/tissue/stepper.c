/* stepper.c -- the engine: half of the reaction, diffusion, half of the reaction (Strang 1968, doi:10.1137/0705041; order 2),
 * lane after lane, because a lane is a whole organ here. Between two stops the steps are equal and at most wiring.step long.
 *
 * State events are watched at the ends of steps. A condition that has passed between two calls, because of a dose, acts at once;
 * one that passes within a step is found by halving and secants (Illinois), each try being the step again with another length.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tissue_inside.h"

enum { MOST_TRIGGERS = 32, MOST_STATES = 64, TRIES = 40 };

typedef struct seat { /* of a lane */
  lind_tissue_organ *organ;
  double g[MOST_TRIGGERS]; /* at the end of the last call, after the reset */
} seat;

typedef struct drive { /* one lane, one call */
  lind_tissue *tissue;
  const lind_lane *frame;
  lind_advance *pack;
  seat *seat;
  int lane;
} drive;

static lind_tissue *tissue_of(const lind_kernel *kernel) {
  union { /* a kernel's self is const for all who only read numbers; the tissue behind it works */
    const void *in;
    lind_tissue *out;
  } self = {kernel->self};
  return self.out;
}

static size_t tissue_bytes(const lind_kernel *kernel) {
  (void)kernel;
  return LIND_LANES * sizeof(seat);
}

static void tissue_release(const lind_kernel *kernel, void *workspace) {
  seat *seats = workspace;
  for (int i = 0; i < LIND_LANES; i++) lind_tissue_organ_destroy(tissue_of(kernel), &seats[i].organ);
}

static const char *tissue_refuses(const lind_kernel *kernel) {
  if (kernel->n_noises > 0) return "noise in states is not known in a tissue";
  if (kernel->n_delays > 0) return "delays are not known in a tissue";
  if (kernel->n_triggers > MOST_TRIGGERS) return "a tissue knows at most 32 state events";
  if (kernel->n_states > MOST_STATES) return "a tissue knows at most 64 states";
  return NULL;
}

/* ---- triggers */

static void margins(const drive *d, double time, double g[MOST_TRIGGERS]) {
  const lind_kernel *kernel = d->tissue->wiring.kernel;
  lind_lane now, all[MOST_TRIGGERS];
  if (kernel->n_triggers == 0) return;
  for (int i = 0; i < LIND_LANES; i++) now.of[i] = time;
  kernel->triggers(kernel->self, &now, d->frame, d->pack->x, all);
  for (int t = 0; t < kernel->n_triggers; t++) g[t] = all[t].of[d->lane];
}

static int passed(const drive *d, const double before[MOST_TRIGGERS], const double after[MOST_TRIGGERS]) {
  for (int t = 0; t < d->tissue->wiring.kernel->n_triggers; t++)
    if (before[t] <= 0.0 && after[t] > 0.0) return t;
  return LIND_TRIGGER_NONE;
}

static double widest(const drive *d, const double before[MOST_TRIGGERS], const double marked[MOST_TRIGGERS],
                     const double g[MOST_TRIGGERS]) {
  double most = -INFINITY;
  for (int t = 0; t < d->tissue->wiring.kernel->n_triggers; t++)
    if (before[t] <= 0.0 && marked[t] > 0.0) most = fmax(most, g[t]);
  return most;
}

static void keep_states(const drive *d, double *kept, bool back) {
  for (int k = 0; k < d->tissue->wiring.kernel->n_states; k++) {
    if (back)
      d->pack->x[k].of[d->lane] = kept[k];
    else
      kept[k] = d->pack->x[k].of[d->lane];
  }
}

/* Trigger t acts in the cells at once; what it does to the patient's states is the caller's. What else has passed waits: it stays
 * at or below 0 in `g`, and is found at the next call. */
static void act(drive *d, int t, const double before[MOST_TRIGGERS], const double now[MOST_TRIGGERS]) {
  lind_tissue *tissue = d->tissue;
  const lind_kernel *kernel = tissue->wiring.kernel;
  const double time = d->pack->time.of[d->lane];
  double kept[MOST_STATES], g[MOST_TRIGGERS];
  lind_lane at, after[MOST_STATES];
  lind_tissue_organ_reset(tissue, d->seat->organ, d->frame, time, t, d->pack->x, d->lane);
  lind_tissue_organ_measure(tissue, d->seat->organ, false, d->pack->x, d->lane);
  keep_states(d, kept, false);
  for (int i = 0; i < LIND_LANES; i++) at.of[i] = time;
  lind_lane *resets = tissue->scratch; /* [n_triggers][n_states]: long enough, see create.c */
  kernel->reset(kernel->self, &at, d->frame, d->pack->x, resets);
  memcpy(after, resets + t * kernel->n_states, (size_t)kernel->n_states * sizeof *after);
  for (int k = 0; k < kernel->n_states; k++) d->pack->x[k].of[d->lane] = after[k].of[d->lane];
  margins(d, time, g);
  keep_states(d, kept, true);
  for (int k = 0; k < kernel->n_triggers; k++) {
    const bool waits = k != t && before[k] <= 0.0 && now[k] > 0.0;
    d->seat->g[k] = waits ? before[k] : g[k];
  }
  d->pack->trigger[d->lane] = t;
}

/* ---- steps */

static lind_err step(drive *d, double time, double h) {
  lind_tissue *tissue = d->tissue;
  lind_tissue_organ *organ = d->seat->organ;
  lind_tissue_organ_react(tissue, organ, d->frame, d->pack->input, time, 0.5 * h, d->pack->x, d->lane);
  for (int f = 0; f < tissue->wiring.n_fields && !tissue->wiring.kinetics_alone; f++)
    LIND_TRY(tissue->solver->diffuse(organ->layers[f], h));
  lind_tissue_organ_react(tissue, organ, d->frame, d->pack->input, time + 0.5 * h, 0.5 * h, d->pack->x, d->lane);
  lind_tissue_organ_measure(tissue, organ, true, d->pack->x, d->lane);
  if (tissue->meanwhile != NULL) tissue->meanwhile(tissue->context);
  d->pack->work.rhs += 8 * (unsigned)(tissue->cells.n_packs + 1);
  return LIND_OK;
}

/* The step that holds an event again, shorter and shorter: *h is then just behind the root, to a thousandth of the step. */
static lind_err narrow(drive *d, double time, double *h, double *before, double *now, double *kept) {
  double low = 0.0, high = *h, marked[MOST_TRIGGERS], last = *h;
  memcpy(marked, now, sizeof marked);
  double g_low = widest(d, before, marked, before), g_high = widest(d, before, marked, now);
  for (int turn = 0; turn < TRIES && high - low > 1e-3 * *h; turn++) {
    double way = turn % 3 == 2 || !(g_high > g_low) ? 0.5 : g_low / (g_low - g_high);
    way = fmin(fmax(way, 0.02), 0.98);
    last = low + way * (high - low);
    lind_tissue_organ_restore(d->tissue, d->seat->organ);
    keep_states(d, kept, true);
    LIND_TRY(step(d, time, last));
    margins(d, time + last, now);
    const double g = widest(d, before, marked, now);
    if (g > 0.0)
      high = last, g_high = g;
    else
      low = last, g_low = g;
  }
  if (last != high) {
    lind_tissue_organ_restore(d->tissue, d->seat->organ);
    keep_states(d, kept, true);
    LIND_TRY(step(d, time, high));
    margins(d, time + high, now);
  }
  *h = high;
  return LIND_OK;
}

static void show(drive *d) {
  if (d->tissue->watch != NULL && d->lane == 0) lind_tissue_watch_step(d->tissue, d->seat->organ, d->pack->time.of[0]);
}

static bool is_finite(const drive *d) {
  double sum = 0.0;
  for (int k = 0; k < d->tissue->wiring.kernel->n_states; k++) sum += d->pack->x[k].of[d->lane];
  return isfinite(sum);
}

static lind_err steps(drive *d) {
  lind_advance *pack = d->pack;
  const bool watches = d->tissue->wiring.kernel->n_triggers > 0;
  const double begin = pack->time.of[d->lane], target = pack->target.of[d->lane];
  const double n = ceil((target - begin) / d->tissue->wiring.step - 1e-9), h = (target - begin) / n;
  double before[MOST_TRIGGERS], now[MOST_TRIGGERS] = {0}, kept[MOST_STATES];
  memcpy(before, d->seat->g, sizeof before);
  for (double k = 0.0; k < n; k += 1.0) {
    const double time = pack->time.of[d->lane];
    double length = h;
    if (watches) lind_tissue_organ_keep(d->tissue, d->seat->organ);
    keep_states(d, kept, false);
    LIND_TRY(step(d, time, h)); /* equal steps share a matrix */
    if (!is_finite(d)) {
      pack->status[d->lane] = LIND_LANE_NOT_FINITE;
      return LIND_OK;
    }
    margins(d, time + length, now);
    const bool event = watches && passed(d, before, now) != LIND_TRIGGER_NONE;
    if (event) LIND_TRY(narrow(d, time, &length, before, now, kept));
    pack->time.of[d->lane] = event ? time + length : k + 1.0 < n ? begin + (k + 1.0) * h : target;
    pack->work.steps++;
    show(d);
    if (event) {
      act(d, passed(d, before, now), before, now);
      return LIND_OK;
    }
    memcpy(before, now, sizeof before);
  }
  memcpy(d->seat->g, before, sizeof before);
  pack->step.of[d->lane] = h;
  return LIND_OK;
}

/* Another patient sits here now. */
static lind_err begin(drive *d) {
  lind_tissue *tissue = d->tissue;
  if (d->seat->organ == NULL) LIND_TRY(lind_tissue_organ_create(tissue, &d->seat->organ));
  LIND_TRY(lind_tissue_organ_frame(tissue, d->seat->organ, d->frame, d->pack->x, d->lane));
  lind_tissue_organ_lay(tissue, d->seat->organ, d->frame, d->lane);
  /* before any dose: what is dosed has its own initial value in the margins */
  double x[MOST_STATES];
  lind_lane first[MOST_STATES];
  keep_states(d, x, false);
  tissue->wiring.kernel->initial(tissue->wiring.kernel->self, d->frame, first);
  for (int k = 0; k < tissue->wiring.kernel->n_states; k++) d->pack->x[k].of[d->lane] = first[k].of[d->lane];
  lind_tissue_organ_measure(tissue, d->seat->organ, true, d->pack->x, d->lane);
  margins(d, d->pack->time.of[d->lane], d->seat->g);
  keep_states(d, x, true);
  d->pack->step.of[d->lane] = tissue->wiring.step;
  tissue->n_shown = 0;
  show(d);
  return LIND_OK;
}

static lind_err live(drive *d) {
  const double time = d->pack->time.of[d->lane];
  double now[MOST_TRIGGERS] = {0};
  if (d->pack->step.of[d->lane] == 0.0) LIND_TRY(begin(d));
  LIND_TRY(lind_tissue_organ_frame(d->tissue, d->seat->organ, d->frame, d->pack->x, d->lane));
  margins(d, time, now);
  const int t = passed(d, d->seat->g, now);
  if (t != LIND_TRIGGER_NONE) {
    act(d, t, d->seat->g, now);
    return LIND_OK;
  }
  memcpy(d->seat->g, now, sizeof now);
  return steps(d);
}

static void tissue_advance(const lind_kernel *kernel, const lind_lane *frame, const lind_tolerance *tolerance, lind_advance *pack,
                           void *workspace) {
  (void)tolerance;
  seat *seats = workspace;
  for (int i = 0; i < LIND_LANES; i++) pack->trigger[i] = LIND_TRIGGER_NONE;
  for (int i = 0; i < LIND_LANES; i++) {
    if (pack->status[i] != LIND_LANE_OK || !(pack->time.of[i] < pack->target.of[i])) continue;
    drive d = {.tissue = tissue_of(kernel), .frame = frame, .pack = pack, .seat = &seats[i], .lane = i};
    const lind_err err = live(&d);
    if (err != LIND_OK) pack->status[i] = err == LIND_ERR_MEMORY ? LIND_LANE_MEMORY : LIND_LANE_STEPS;
  }
}

const lind_stepper lind_stepper_tissue = {
    .name = "tissue",
    .summary = "reaction and diffusion in a slice of tissue: Strang splitting, Crank-Nicolson, PETSc",
    .source = "doi:10.1137/0705041",
    .bytes = tissue_bytes,
    .refuses = tissue_refuses,
    .advance = tissue_advance,
    .release = tissue_release,
    .alone = true,
};
