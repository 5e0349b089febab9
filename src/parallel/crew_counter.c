/* One number on rank 0 that everybody draws jobs from, and one that adds up what is done. Only master threads come here. */
#include "crew_inside.h"

lind_err lind_crew_counter_create(lind_crew *crew) {
  if (crew->ranks == 1) return LIND_OK;
  int64_t *words;
  const MPI_Aint bytes = crew->rank == 0 ? LIND_CREW_WORDS * (MPI_Aint)sizeof *words : 0;
  const int code = MPI_Win_allocate(bytes, sizeof *words, MPI_INFO_NULL, crew->world, &words, &crew->window);
  LIND_CHECK(code == MPI_SUCCESS, crew->rank == 0 ? LIND_ERR_FILE : LIND_ERR_PEER,
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

/* The word before, and the word after by `op`. */
static lind_err word_change(lind_crew *crew, int word, int64_t value, MPI_Op op, int64_t *before) {
  LIND_MPI(MPI_Fetch_and_op(&value, before, MPI_INT64_T, 0, word, op, crew->window));
  LIND_MPI(MPI_Win_flush(0, crew->window));
  return LIND_OK;
}

lind_err lind_crew_counter_reset(lind_crew *crew) {
  atomic_store(&crew->own, 0);
  crew->others = crew->told = 0;
  crew->next = 0;
  if (crew->ranks == 1) return LIND_OK;
  int64_t ignored;
  if (crew->rank == 0)
    for (int word = 0; word < LIND_CREW_WORDS; word++) LIND_TRY(word_change(crew, word, 0, MPI_REPLACE, &ignored));
  MPI_Request request;
  LIND_MPI(MPI_Ibarrier(crew->world, &request));
  return lind_crew_wait(&request, NULL, NULL);
}

lind_err lind_crew_counter_claim(lind_crew *crew, uint64_t n, uint64_t *first) {
  int64_t before = crew->next;
  if (crew->ranks > 1)
    LIND_TRY(word_change(crew, LIND_CREW_NEXT, (int64_t)n, MPI_SUM, &before));
  else
    crew->next += (int64_t)n;
  *first = (uint64_t)before;
  return LIND_OK;
}

lind_err lind_crew_counter_end(lind_crew *crew) {
  int64_t ignored;
  crew->next = (int64_t)LIND_CREW_END;
  if (crew->ranks > 1) LIND_TRY(word_change(crew, LIND_CREW_NEXT, (int64_t)LIND_CREW_END, MPI_REPLACE, &ignored));
  return LIND_OK;
}

lind_err lind_crew_counter_report(lind_crew *crew, uint64_t *next) {
  int64_t before = crew->next;
  if (crew->ranks > 1) {
    const uint64_t own = atomic_load(&crew->own);
    if (crew->rank != 0 && own > crew->told) {
      LIND_TRY(word_change(crew, LIND_CREW_FINISHED, (int64_t)(own - crew->told), MPI_SUM, &before));
      crew->told = own;
    }
    if (crew->rank == 0) {
      LIND_TRY(word_change(crew, LIND_CREW_FINISHED, 0, MPI_NO_OP, &before));
      crew->others = (uint64_t)before;
    }
    LIND_TRY(word_change(crew, LIND_CREW_NEXT, 0, MPI_NO_OP, &before));
  }
  *next = (uint64_t)before;
  return LIND_OK;
}
