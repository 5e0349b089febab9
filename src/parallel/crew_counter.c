/* Two numbers in a window of rank 0: the place that everybody draws next, and how many jobs are finished. Both are only ever
 * added to, by one request that changes the one and the other and brings back what they were. Only master threads come here. */
#include <assert.h>

#include "crew_inside.h"

lind_err lind_crew_counter_create(lind_crew *crew) {
  if (crew->ranks == 1) return LIND_OK;
  int64_t *words;
  const MPI_Aint bytes = crew->rank == 0 ? LIND_CREW_WORDS * (MPI_Aint)sizeof *words : 0;
  const int code = MPI_Win_allocate(bytes, sizeof *words, MPI_INFO_NULL, crew->world, &words, &crew->window);
  LIND_CHECK(code == MPI_SUCCESS, LIND_ERR_MPI,
             "MPI has no one-sided communication between these hosts; with Open MPI, OMPI_MCA_osc=^ucx allows all that works on "
             "any network");
  LIND_MPI(MPI_Win_set_errhandler(crew->window, MPI_ERRORS_RETURN));
  LIND_MPI(MPI_Win_lock_all(0, crew->window));
  return LIND_OK;
}

void lind_crew_counter_destroy(lind_crew *crew) {
  if (crew->window == MPI_WIN_NULL) return;
  (void)MPI_Win_unlock_all(crew->window);
  (void)MPI_Win_free(&crew->window);
}

static lind_err words_change(lind_crew *crew, MPI_Op op) {
  LIND_CREW_MPI(crew,
                MPI_Rget_accumulate(crew->asking.change, LIND_CREW_WORDS, MPI_INT64_T, crew->asking.before, LIND_CREW_WORDS,
                                    MPI_INT64_T, 0, 0, LIND_CREW_WORDS, MPI_INT64_T, op, crew->window, &crew->asking.request));
  return LIND_OK;
}

/* Nobody has a request under way, here or elsewhere: lind_crew_run ends with that. */
lind_err lind_crew_counter_reset(lind_crew *crew) {
  assert(!crew->asking.open);
  atomic_store(&crew->own, 0);
  crew->others = crew->told = 0;
  crew->next = 0;
  if (crew->ranks == 1) return LIND_OK;
  if (crew->rank == 0) {
    for (int word = 0; word < LIND_CREW_WORDS; word++) crew->asking.change[word] = 0;
    LIND_TRY(words_change(crew, MPI_REPLACE));
    LIND_TRY(lind_crew_wait(crew, &crew->asking.request, NULL, NULL));
    LIND_CREW_MPI(crew, MPI_Win_flush(0, crew->window));
  }
  MPI_Request request;
  LIND_CREW_MPI(crew, MPI_Ibarrier(crew->world, &request));
  return lind_crew_wait(crew, &request, NULL, NULL);
}

lind_err lind_crew_counter_ask(lind_crew *crew, uint64_t n) {
  assert(!crew->asking.open);
  if (lind_crew_lost(crew)) return lind_crew_look(crew);
  crew->asking.change[LIND_CREW_NEXT] = (int64_t)n;
  crew->asking.change[LIND_CREW_FINISHED] = (int64_t)((uint64_t)atomic_load(&crew->own) - crew->told);
  if (crew->ranks > 1) {
    LIND_TRY(words_change(crew, MPI_SUM));
  } else {
    crew->asking.before[LIND_CREW_NEXT] = crew->next;
    crew->asking.before[LIND_CREW_FINISHED] = (int64_t)crew->told;
    crew->next += (int64_t)n;
  }
  crew->asking.open = true;
  return LIND_OK;
}

lind_err lind_crew_counter_hear(lind_crew *crew, bool *heard, uint64_t *next) {
  int is_here = crew->asking.open;
  *heard = false;
  if (lind_crew_lost(crew)) { /* the answer may never come; if it comes, its place is still there */
    crew->asking.open = false;
    return lind_crew_look(crew);
  }
  if (is_here && crew->ranks > 1) LIND_CREW_MPI(crew, MPI_Test(&crew->asking.request, &is_here, MPI_STATUS_IGNORE));
  if (!is_here) return LIND_OK;
  crew->asking.open = false;
  crew->others = (uint64_t)crew->asking.before[LIND_CREW_FINISHED] - crew->told;
  crew->told += (uint64_t)crew->asking.change[LIND_CREW_FINISHED];
  *next = (uint64_t)crew->asking.before[LIND_CREW_NEXT];
  *heard = true;
  return LIND_OK;
}
