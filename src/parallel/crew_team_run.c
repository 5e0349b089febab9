/* crew_team_run.c -- teams: everybody is a master, and its own worker. The leader draws, one job ahead while many are left. */
#include "crew_pool.h"

static bool must_end(const lind_crew_pool *p) { return p->stopped || p->failed_job != LIND_CREW_END; }

static lind_err guided_next(lind_crew_pool *p, int teams, uint64_t *place) {
  lind_crew *crew = p->crew;
  LIND_TRY(lind_crew_pool_settle(p)); /* a report, or what was asked for ahead */
  if (!p->has_drawn) {
    LIND_TRY(lind_crew_counter_ask(crew, 1));
    LIND_TRY(lind_crew_pool_settle(p));
  }
  *place = p->next >= LIND_CREW_END ? p->next : p->drawn;
  p->has_drawn = false;
  crew->waits.draws++;
  if (*place < p->work->n && p->work->n - *place > 2 * (uint64_t)teams) LIND_TRY(lind_crew_counter_ask(crew, 1));
  return LIND_OK;
}

static lind_err drawing_end(lind_crew_pool *p) {
  LIND_TRY(lind_crew_pool_settle(p));
  LIND_TRY(lind_crew_counter_ask(p->crew, LIND_CREW_END));
  return lind_crew_pool_settle(p);
}

/* The leader's: the next job, -1 if there is none. */
static int64_t team_next(lind_crew_pool *p) {
  const lind_crew_work *work = p->work;
  const int teams = p->crew->ranks / p->crew->team_size;
  uint64_t place = (uint64_t)(p->crew->rank / p->crew->team_size) + p->crew->waits.jobs * (uint64_t)teams;
  if (lind_crew_stopping()) p->stopped = true;
  if (p->trouble == LIND_OK)
    p->trouble = must_end(p) ? drawing_end(p) : work->queue == LIND_QUEUE_GUIDED ? guided_next(p, teams, &place) : LIND_OK;
  if (must_end(p) || p->next >= LIND_CREW_END || p->trouble != LIND_OK || place >= work->n) return -1;
  lind_crew_pool_waited(p, p->idle_since[0]);
  return (int64_t)(work->at != NULL ? work->at(work->context, place) : place);
}

void lind_crew_pool_team(lind_crew_pool *p) {
  lind_crew *crew = p->crew;
  crew->serving = p;
  for (;;) {
    int64_t job = lind_crew_leads(crew) ? team_next(p) : 0, failed;
    const lind_err told = lind_crew_team_tell(crew, &job);
    if (told != LIND_OK) p->trouble = told;
    if (p->trouble != LIND_OK || job < 0) break;
    lind_crew_pool_job(p, 0, (uint64_t)job);
    failed = must_end(p);
    const lind_err agreed = lind_crew_team_most(crew, &failed);
    if (agreed != LIND_OK) p->trouble = agreed;
    if (failed != 0 && p->failed_job == LIND_CREW_END) p->stopped = true; /* who failed says why */
  }
  crew->serving = NULL;
}

void lind_crew_serve(void *at) {
  const lind_crew *crew = at;
  if (crew->serving != NULL) lind_crew_pool_report(crew->serving);
}
