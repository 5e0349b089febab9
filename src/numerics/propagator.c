/* propagator.c -- steps of linear systems and the slots that keep their matrices, see propagator.h. */
#include "propagator.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { SLOTS = LIND_PROPAGATOR_SLOTS, GATHERED = SLOTS, FLEETING = SLOTS + 1, PLACES = SLOTS + 2 };

typedef struct slot {
  lind_lane dt;
  unsigned has, driven, noded; /* lanes whose matrices are here, with Phi, with rows at the nodes */
  uint64_t used;
} slot;

typedef struct lind_propagator_memory {
  slot slots[PLACES]; /* GATHERED: from several slots, lane by lane. FLEETING: made and not kept */
  uint64_t clock;
  int latest; /* slot that served last */
  int has_pattern;
  lind_lane grainy; /* 1 where dt may be rounded, see lind_propagator_grain */
} lind_propagator_memory;

static lind_v8 v8(double a) { return lind_v8_fill(a); }

/* ---- storage ---- */

static size_t places_of(const lind_propagator_shape *s) { return (size_t)s->n * (size_t)s->n; }
/* Lanes of half a block: what applies to x. The other half, of the same form, applies to u. */
static size_t half_of(const lind_propagator_shape *s) {
  return places_of(s) + (size_t)s->n_nodes * (size_t)s->n_driving * (size_t)s->n;
}
static size_t memory_bytes(void) { return (sizeof(lind_propagator_memory) + 63) / 64 * 64; }

size_t lind_propagator_bytes(const lind_propagator_shape *s) {
  const size_t lanes = 4 * places_of(s) + (size_t)s->n + 2 * PLACES * half_of(s);
  return memory_bytes() + lind_exponential_bytes(s->n) + lanes * sizeof(lind_lane);
}

void lind_propagator_view(lind_propagator *p, const lind_propagator_shape *shape, void *storage) {
  const size_t places = places_of(shape);
  *p = (lind_propagator){.shape = *shape, .memory = storage, .half = half_of(shape)};
  unsigned char *next = (unsigned char *)storage + memory_bytes();
  lind_exponential_view(&p->exponential, shape->n, next);
  p->a = (lind_lane *)(void *)(next + lind_exponential_bytes(shape->n));
  p->known = p->a + places;
  p->scratch = p->known + places;
  p->b = p->scratch + 2 * places;
  p->blocks = p->b + shape->n;
}

static lind_lane *block_at(const lind_propagator *p, int place) { return p->blocks + (size_t)place * 2 * p->half; }

/* ---- what is known ---- */

/* Rates so slow that (rate * 2^-37 h)^2 is below 2^-53: first order does for what rounding dt leaves. */
static void grain(lind_propagator *p) {
  const int n = p->shape.n;
  lind_v8 most = v8(0);
  for (int i = 0; i < n; i++) {
    lind_v8 row = v8(0);
    for (int j = 0; j < n; j++) row = lind_v8_add(row, lind_v8_abs(lind_v8_load(&p->known[i * n + j])));
    most = lind_v8_max(most, row);
  }
  lind_v8_store(&p->memory->grainy, lind_v8_truth(lind_v8_lt(most, v8(ldexp(1, 37 - 27)))));
}

void lind_propagator_renew(lind_propagator *p, unsigned lanes) {
  const size_t places = places_of(&p->shape);
  lind_m8 changed = lind_m8_from_bits(0);
  bool grew = !p->memory->has_pattern;
  for (size_t e = 0; e < places; e++)
    changed = lind_m8_or(changed, lind_v8_ne(lind_v8_load(&p->a[e]), lind_v8_load(&p->known[e])));
  changed = lind_m8_and(changed, lind_m8_from_bits(lanes));
  const unsigned bits = lind_m8_bits(changed);
  if (!bits && !grew) return;
  for (size_t e = 0; e < places; e++) {
    const lind_v8 old = lind_v8_load(&p->known[e]), now = lind_v8_select(changed, lind_v8_load(&p->a[e]), old);
    lind_v8_store(&p->known[e], now);
    grew |= lind_m8_bits(lind_v8_ne(now, v8(0))) && !lind_m8_bits(lind_v8_ne(old, v8(0)));
  }
  for (int s = 0; s < PLACES; s++) p->memory->slots[s].has &= ~bits;
  if (grew) { /* blocks hold only what the old pattern has */
    lind_exponential_pattern(&p->exponential, p->known);
    for (int s = 0; s < PLACES; s++) p->memory->slots[s].has = 0;
    p->memory->has_pattern = 1;
  }
  grain(p);
}

/* ---- making ---- */

static void make(const lind_propagator *p, lind_v8 dt, unsigned wants, lind_lane *block) {
  const int n = p->shape.n;
  const bool driven = wants & LIND_PROPAGATOR_DRIVEN;
  lind_lane time, *matrix = p->scratch, *integral = driven ? p->scratch + n * n : NULL;
  lind_exponential_step step;
  lind_v8_store(&time, dt);
  lind_exponential_begin(&p->exponential, p->known, &time, &step);
  for (int k = 0; wants & LIND_PROPAGATOR_NODES && k < p->shape.n_nodes; k++) {
    lind_exponential_part(&p->exponential, &step, p->shape.node[k], matrix, integral);
    lind_lane *rows = block + lind_propagator_node(p, k, 0);
    for (int d = 0; d < p->shape.n_driving; d++) {
      memcpy(rows + d * n, matrix + p->shape.driving[d] * n, (size_t)n * sizeof *rows);
      if (driven) memcpy(rows + p->half + d * n, integral + p->shape.driving[d] * n, (size_t)n * sizeof *rows);
    }
  }
  lind_exponential_part(&p->exponential, &step, 1, block, driven ? block + p->half : NULL);
}

/* ---- finding ---- */

static unsigned match(const lind_propagator *p, int place, lind_v8 dt, unsigned wants) {
  const slot *s = &p->memory->slots[place];
  unsigned lanes = s->has;
  if (wants & LIND_PROPAGATOR_DRIVEN) lanes &= s->driven;
  if (wants & LIND_PROPAGATOR_NODES) lanes &= s->noded;
  return lanes ? lanes & lind_m8_bits(lind_v8_eq(lind_v8_load(&s->dt), dt)) : 0;
}

static void copy(const lind_propagator *p, unsigned lanes, unsigned wants, int from, int to) {
  const lind_m8 which = lind_m8_from_bits(lanes);
  const size_t size = wants & LIND_PROPAGATOR_NODES ? p->half : places_of(&p->shape);
  for (size_t part = 0; part <= (wants & LIND_PROPAGATOR_DRIVEN ? p->half : 0); part += p->half) {
    const lind_lane *source = block_at(p, from) + part;
    lind_lane *target = block_at(p, to) + part;
    for (size_t e = 0; e < size; e++)
      lind_v8_store(&target[e], lind_v8_select(which, lind_v8_load(&source[e]), lind_v8_load(&target[e])));
  }
}

static void note(const lind_propagator *p, int place, unsigned lanes, lind_v8 dt, unsigned wants) {
  slot *s = &p->memory->slots[place];
  lind_v8_store(&s->dt, lind_v8_select(lind_m8_from_bits(lanes), dt, lind_v8_load(&s->dt)));
  s->has |= lanes;
  s->driven = wants & LIND_PROPAGATOR_DRIVEN ? s->driven | lanes : s->driven & ~lanes;
  s->noded = wants & LIND_PROPAGATOR_NODES ? s->noded | lanes : s->noded & ~lanes;
}

/* What these lanes miss is made, and kept where nothing was wanted for longest; other lanes keep what they have there. */
static int fill(lind_propagator *p, unsigned missing, lind_v8 dt, unsigned wants) {
  slot *slots = p->memory->slots;
  const lind_v8 wanted = lind_v8_select(lind_m8_from_bits(missing), dt, v8(0));
  const bool keep = !(wants & LIND_PROPAGATOR_FLEETING);
  int place = keep ? 0 : FLEETING;
  for (int s = 1; keep && s < SLOTS; s++)
    if (slots[s].used < slots[place].used) place = s;
  if (slots[place].has & ~missing) {
    make(p, wanted, wants, block_at(p, FLEETING));
    copy(p, missing, wants, FLEETING, place);
  } else {
    make(p, wanted, wants, block_at(p, place));
  }
  note(p, place, missing, dt, wants);
  slots[place].used = p->memory->clock;
  slots[FLEETING].has = 0;
  return place;
}

/* Steps with nodes come from a ladder: what one lane wants now its neighbours will want soon, and 8 lanes cost no more than one.
 * So up to FEW different steps are made for all lanes of the call. Returns the lanes that still miss theirs. */
static unsigned fill_for_all(lind_propagator *p, unsigned missing, unsigned lanes, lind_v8 dt, unsigned wants,
                             unsigned from[SLOTS]) {
  enum { FEW = 3 };
  lind_lane each;
  unsigned alike[FEW], rest = missing;
  int n = 0;
  lind_v8_store(&each, dt);
  for (; rest && n < FEW; n++) {
    const double first = each.of[__builtin_ctz(rest)];
    alike[n] = rest & lind_m8_bits(lind_v8_eq(dt, v8(first)));
    rest &= ~alike[n];
  }
  if (rest) return missing;
  for (int k = 0; k < n; k++) from[fill(p, lanes, v8(each.of[__builtin_ctz(alike[k])]), wants)] |= alike[k];
  return 0;
}

/* Lanes that find theirs in different slots: one block is gathered; what it holds already stays. */
static const lind_lane *gather(lind_propagator *p, unsigned lanes, lind_v8 dt, unsigned wants) {
  lind_propagator_memory *m = p->memory;
  unsigned open = lanes, from[SLOTS];
  for (int s = 0; s < SLOTS; s++) {
    from[s] = open ? match(p, s, dt, wants) & open : 0;
    open &= ~from[s];
    if (from[s]) m->slots[s].used = m->clock;
    if (from[s] == lanes) return block_at(p, m->latest = s);
  }
  const unsigned gathered = match(p, GATHERED, dt, wants) & lanes;
  open &= ~gathered;
  if (open && wants & LIND_PROPAGATOR_NODES) open = fill_for_all(p, open, lanes, dt, wants, from);
  const int made = open ? fill(p, open, dt, wants) : FLEETING;
  if (open == lanes) {
    if (made != FLEETING) m->latest = made;
    return block_at(p, made);
  }
  for (int s = 0; s < SLOTS; s++) {
    if (from[s] == lanes) return block_at(p, m->latest = s);
    if (from[s] & ~gathered) copy(p, from[s] & ~gathered, wants, s, GATHERED);
  }
  if (open) copy(p, open, wants, made, GATHERED);
  m->slots[GATHERED].has &= gathered;
  note(p, GATHERED, lanes, dt, wants);
  m->latest = GATHERED;
  return block_at(p, GATHERED);
}

const lind_lane *lind_propagator_find(lind_propagator *p, unsigned lanes, lind_v8 dt, unsigned wants) {
  p->memory->clock++;
  const int latest = p->memory->latest;
  if ((lanes & ~match(p, latest, dt, wants)) == 0) {
    p->memory->slots[latest].used = p->memory->clock;
    return block_at(p, latest);
  }
  return gather(p, lanes, dt, wants);
}

/* ---- using ---- */

void lind_propagator_apply(const lind_propagator *p, const lind_lane *block, const lind_lane *x, const lind_lane *u,
                           lind_lane *y) {
  const int n = p->shape.n;
  for (int i = 0; i < n; i++) lind_v8_store(&y[i], lind_propagator_row(p, i, block + i * n, x, u));
}

lind_v8 lind_propagator_grain(const lind_propagator *p, lind_v8 dt, lind_v8 *left) {
  const lind_v8 scaled = lind_v8_floor(lind_v8_fma(dt, v8(0x1p36), v8(0.5)));
  const lind_m8 grainy = lind_m8_of(lind_v8_load(&p->memory->grainy));
  const lind_v8 round = lind_v8_select(grainy, lind_v8_mul(scaled, v8(0x1p-36)), dt);
  *left = lind_v8_sub(dt, round);
  return round;
}

void lind_propagator_shift(const lind_propagator *p, lind_v8 left, const lind_lane *u, lind_lane *x, lind_lane *work) {
  const int n = p->shape.n;
  if (!lind_m8_bits(lind_v8_ne(left, v8(0)))) return;
  for (int i = 0; i < n; i++)
    lind_v8_store(&work[i], lind_propagator_sum(p, i, p->known + i * n, x, u ? lind_v8_load(&u[i]) : v8(0)));
  for (int i = 0; i < n; i++) {
    const lind_v8 moved = lind_v8_fma(left, lind_v8_load(&work[i]), lind_v8_load(&x[i]));
    lind_v8_store(&x[i], lind_v8_add(moved, v8(0)));
  }
}
