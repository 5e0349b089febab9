/* crew_team.c -- fixed teams of ranks: who is in which, and what its leader says. */
#include "crew_inside.h"

lind_err lind_crew_teams(lind_crew *crew, int size) {
  LIND_CHECK(size >= 1 && crew->ranks % size == 0, LIND_ERR_INPUT,
             "teams of %d ranks cannot be made of %d; start a number of ranks that %d divides", size, crew->ranks, size);
  LIND_CHECK(crew->threads == 1, LIND_ERR_INPUT, "teams work on one thread of each rank, but there are %d; leave --threads out",
             crew->threads);
  crew->team_size = size;
  if (crew->ranks == 1) return LIND_OK;
  LIND_CREW_MPI(crew, MPI_Comm_split(crew->world, crew->rank / size, crew->rank, &crew->team));
  LIND_CREW_MPI(crew, MPI_Comm_set_errhandler(crew->team, MPI_ERRORS_RETURN));
  return LIND_OK;
}

const void *lind_crew_team(const lind_crew *crew) { return crew->ranks > 1 && crew->team_size > 0 ? &crew->team : NULL; }

bool lind_crew_leads(const lind_crew *crew) { return crew->team_size == 0 || crew->rank % crew->team_size == 0; }

lind_err lind_crew_team_tell(lind_crew *crew, int64_t *word) {
  if (crew->team_size <= 1) return LIND_OK;
  return lind_crew_spread(crew, crew->team, 0, word, sizeof *word);
}

lind_err lind_crew_team_most(lind_crew *crew, int64_t *word) {
  if (crew->team_size <= 1) return LIND_OK;
  return lind_crew_reduce(crew, crew->team, word, 1, MPI_INT64_T, MPI_MAX, LIND_CREW_NOTHING);
}
