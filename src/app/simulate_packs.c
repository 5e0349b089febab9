/* simulate_packs.c -- everybody's course, by as many threads as there are: a thread writes the rows of some packs into memory,
 * and the file gets them in the order of the table. Nobody's numbers depend on who computes them, so neither does the file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lind/crew.h"
#include "progress.h"
#include "simulate.h"

enum {
  BATCH = 8 * LIND_LANES, /* individuals of a job */
  JOBS_A_THREAD = 16      /* that are finished before rows go to the file: bounds the memory they wait in */
};

typedef struct desk { /* a thread's own */
  lind_course_pack *pack;
  double *given, *varying, *y;
  lind_slopes_room slopes;
  lind_course_mark *marks; /* [LIND_LANES][LIND_MOST_HAPPENED]; NULL: nobody asks */
} desk;

typedef struct batch { /* what a job leaves */
  char *text, *happened;
  size_t length, happened_length;
  size_t stopped, worst, crowded, steep, steepest;
  char why[300];
  lind_course_patient first;
} batch;

struct lind_crowd {
  lind_packs *packs;
  desk *desks;     /* [threads] */
  batch *batches;  /* [most_jobs] of this wave */
  size_t from;     /* the first individual of this wave */
  lind_crew *crew; /* NULL: one thread */
  lind_progress progress;
};
typedef struct lind_crowd crowd;

/* ---- a job ---- */

static void sit(const lind_packs *p, const desk *d, size_t from, int n, lind_course_patient *patients) {
  const lind_events *e = p->events;
  for (int i = 0; i < n; i++) {
    const size_t patient = from + (size_t)i;
    double *given = d->given + i * p->inputs->n_given, *varying = d->varying + (size_t)i * e->most * (size_t)p->inputs->n_varying;
    lind_inputs_fill(p->inputs, e, patient, given, varying);
    patients[i] = (lind_course_patient){.n = (int)(e->first[patient + 1] - e->first[patient]),
                                        .records = e->records + e->first[patient],
                                        .given = given,
                                        .varying = varying,
                                        .who = e->who[patient],
                                        .y = d->y + (size_t)i * e->most * (size_t)p->rows.model->n_outputs,
                                        .marks = d->marks != NULL ? d->marks + i * LIND_MOST_HAPPENED : NULL,
                                        .most_marks = d->marks != NULL ? LIND_MOST_HAPPENED : 0};
  }
}

static void slope(const lind_rows *rows, desk *d, size_t patient, const lind_course_patient *result, batch *b) {
  if (rows->slopes->n == 0 || lind_slopes_solve(rows->slopes, result, &d->slopes) == LIND_OK || b->steep++ > 0) return;
  b->steepest = patient;
  (void)snprintf(b->why, sizeof b->why, "%s", lind_error_message());
}

static void run_pack(const lind_packs *p, const lind_rows *rows, desk *d, size_t from, int n, batch *b) {
  lind_course_patient patients[LIND_LANES];
  sit(p, d, from, n, patients);
  lind_course_run(d->pack, patients, n);
  for (int i = 0; i < n; i++) {
    slope(rows, d, from + (size_t)i, &patients[i], b);
    lind_rows_put(rows, from + (size_t)i, &patients[i], d->slopes.slopes);
    if (rows->happened != NULL) lind_rows_put_happened(rows, from + (size_t)i, &patients[i]);
    b->crowded += rows->happened != NULL && patients[i].fired > LIND_MOST_HAPPENED;
    if (patients[i].status == LIND_LANE_OK || b->stopped++ > 0) continue;
    b->worst = from + (size_t)i;
    b->first = patients[i];
  }
}

static lind_err run_job(void *context, int thread, uint64_t job) {
  const crowd *c = context;
  const lind_packs *p = c->packs;
  const size_t from = c->from + (size_t)job * BATCH, left = p->events->n_patients - from, n = left < BATCH ? left : BATCH;
  batch *b = &c->batches[job];
  lind_rows rows = p->rows;
  rows.out = open_memstream(&b->text, &b->length);
  LIND_CHECK(rows.out != NULL, LIND_ERR_MEMORY, "no memory for the rows of %zu individuals", n);
  if (rows.happened != NULL) rows.happened = open_memstream(&b->happened, &b->happened_length);
  LIND_CHECK(p->rows.happened == NULL || rows.happened != NULL, LIND_ERR_MEMORY, "no memory for the events of %zu individuals",
             n);
  for (size_t k = 0; k < n; k += LIND_LANES) {
    const size_t rest = n - k;
    run_pack(p, &rows, &c->desks[thread], from + k, rest < LIND_LANES ? (int)rest : LIND_LANES, b);
  }
  const bool whole = !ferror(rows.out) && (rows.happened == NULL || (!ferror(rows.happened) && fclose(rows.happened) == 0));
  LIND_CHECK(fclose(rows.out) == 0 && whole, LIND_ERR_MEMORY, "no memory for the rows of %zu individuals", n);
  return LIND_OK;
}

/* ---- waves of jobs ---- */

static lind_err run_jobs(crowd *c, uint64_t n) {
  const lind_crew_work work = {.n = n, .run = run_job, .context = c};
  if (c->crew != NULL) return lind_crew_run(c->crew, &work);
  for (uint64_t job = 0; job < n; job++) LIND_TRY(run_job(c, 0, job));
  return LIND_OK;
}

/* Rows go out, in order; the first individual that stopped is the one that is told of. */
static void collect(crowd *c, uint64_t n) {
  lind_packs *p = c->packs;
  for (uint64_t job = 0; job < n; job++) {
    const batch *b = &c->batches[job];
    (void)fwrite(b->text, 1, b->length, p->rows.out); /* whether all was written is asked at the end */
    if (p->rows.happened != NULL) (void)fwrite(b->happened, 1, b->happened_length, p->rows.happened);
    p->crowded += b->crowded;
    if (b->steep > 0 && p->steep == 0) {
      p->steepest = b->steepest;
      memcpy(p->why, b->why, sizeof p->why);
    }
    p->steep += b->steep;
    if (b->stopped > 0 && p->stopped == 0) {
      p->worst = b->worst;
      p->first = b->first;
    }
    p->stopped += b->stopped;
  }
}

static void forget(crowd *c, uint64_t n) {
  for (uint64_t job = 0; job < n; job++) {
    free(c->batches[job].text);
    free(c->batches[job].happened);
  }
  memset(c->batches, 0, (size_t)n * sizeof *c->batches);
}

static lind_err run_waves(crowd *c, uint32_t replicate) {
  const lind_packs *p = c->packs;
  const size_t people = p->events->n_patients, most = (size_t)JOBS_A_THREAD * (size_t)p->threads,
               jobs = (people + BATCH - 1) / BATCH;
  const bool shows = people * p->replicates >= 1000;
  lind_err err = LIND_OK;
  if (replicate == 0) lind_progress_begin(&c->progress, jobs * p->replicates, 0, people * p->replicates);
  for (c->from = 0; c->from < people && err == LIND_OK; c->from += most * BATCH) {
    const size_t left = (people - c->from + BATCH - 1) / BATCH, n = left < most ? left : most;
    err = run_jobs(c, n);
    if (err == LIND_OK) collect(c, n);
    forget(c, n);
    if (shows) lind_progress_show(&c->progress, jobs * replicate + c->from / BATCH + n);
  }
  if (shows && (replicate + 1 == p->replicates || err != LIND_OK)) lind_progress_end(&c->progress, jobs * p->replicates);
  return err;
}

/* ---- before and after ---- */

static lind_err take_desk(const lind_packs *p, lind_arena *arena, desk *d) {
  const size_t most = p->events->most;
  LIND_TAKE(d->given, arena, LIND_LANES * (size_t)p->inputs->n_given + 1);
  LIND_TAKE(d->varying, arena, LIND_LANES * most * (size_t)p->inputs->n_varying + 1);
  LIND_TAKE(d->y, arena, LIND_LANES * most * (size_t)p->rows.model->n_outputs + 1);
  if (p->tells) LIND_TAKE(d->marks, arena, LIND_LANES * LIND_MOST_HAPPENED);
  LIND_TRY(lind_slopes_take(p->rows.slopes, arena, &d->slopes));
  return lind_course_pack_create(p->course, &d->pack);
}

/* One thread needs no crew, which would refuse several tasks of a launcher, though each may be at a table of its own. */
static lind_err gather(crowd *c) {
  lind_packs *p = c->packs;
  if (p->threads == 1) return LIND_OK;
  LIND_TRY(lind_crew_create(p->threads, &c->crew));
  const int ranks = lind_crew_ranks(c->crew);
  LIND_CHECK(ranks == 1, LIND_ERR_INPUT,
             "lind simulate is one process, but %d were started; start it once, or with --threads 1 in each", ranks);
  p->threads = lind_crew_threads(c->crew);
  return LIND_OK;
}

lind_err lind_packs_init(lind_packs *p, lind_arena *arena) {
  LIND_TAKE(p->crowd, arena, 1);
  p->crowd->packs = p;
  LIND_TRY(gather(p->crowd));
  LIND_TAKE(p->crowd->desks, arena, (size_t)p->threads);
  LIND_TAKE(p->crowd->batches, arena, (size_t)JOBS_A_THREAD * (size_t)p->threads);
  for (int t = 0; t < p->threads; t++) LIND_TRY(take_desk(p, arena, &p->crowd->desks[t]));
  return LIND_OK;
}

void lind_packs_release(lind_packs *p) {
  if (p->crowd == NULL) return;
  for (int t = 0; p->crowd->desks != NULL && t < p->threads; t++) lind_course_pack_destroy(&p->crowd->desks[t].pack);
  lind_crew_destroy(&p->crowd->crew);
}

lind_err lind_packs_run(lind_packs *p, uint32_t replicate) {
  LIND_TRY(run_waves(p->crowd, replicate));
  p->work = (lind_work){0};
  for (int t = 0; t < p->threads; t++) {
    const lind_work work = lind_course_work(p->crowd->desks[t].pack);
    lind_work_add(&p->work, &work);
  }
  return LIND_OK;
}
