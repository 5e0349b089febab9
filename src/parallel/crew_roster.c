/* crew_roster.c -- who works where, and how long everybody waited: a row a rank. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crew_inside.h"

static void fill(const lind_crew *crew, lind_crew_post *mine) {
  *mine = (lind_crew_post){.threads = crew->threads,
                           .pinned = crew->pinned,
                           .node_threads = crew->cores.node_threads,
                           .node_cores = crew->cores.node_cores,
                           .waits = crew->waits};
  if (gethostname(mine->host, sizeof mine->host) != 0) (void)snprintf(mine->host, sizeof mine->host, "?");
  mine->host[sizeof mine->host - 1] = '\0';
  lind_crew_cores_words(&crew->cores.mask, mine->cores, sizeof mine->cores);
}

lind_err lind_crew_roster(lind_crew *crew, lind_crew_post *posts) {
  if (crew->ranks == 1) {
    fill(crew, &posts[0]);
    return LIND_OK;
  }
  const size_t bytes = sizeof(lind_crew_post), n = crew->rank == 0 ? (size_t)crew->ranks : 0;
  lind_crew_post *rows = calloc(n + 1, bytes); /* mine, then everybody's */
  if (rows == NULL) return lind_crew_break(crew, __FILE__, __LINE__, "no memory for the roster of %d ranks", crew->ranks);
  fill(crew, &rows[0]);
  MPI_Request request;
  LIND_CREW_MPI(crew, MPI_Igather(&rows[0], (int)bytes, MPI_BYTE, rows + 1, (int)bytes, MPI_BYTE, 0, crew->world, &request));
  LIND_TRY(lind_crew_wait(crew, &request, NULL, NULL)); /* where a peer is lost MPI may still use them: they stay */
  memcpy(posts, rows + 1, n * bytes);
  free(rows);
  return LIND_OK;
}

static const char *plural(int n) { return n == 1 ? "" : "s"; }

const char *lind_crew_roster_words(const lind_crew_post *posts, int n, char *text, size_t size) {
  int hosts = 0, most = 0, least = posts[0].threads;
  bool pinned = true;
  const lind_crew_post *crowded = NULL;
  for (int i = 0; i < n; i++) {
    bool is_new = true; /* found at once where launchers number the ranks of a host in a row */
    for (int k = i - 1; k >= 0 && is_new; k--) is_new = strcmp(posts[k].host, posts[i].host) != 0;
    hosts += is_new;
    most = posts[i].threads > most ? posts[i].threads : most;
    least = posts[i].threads < least ? posts[i].threads : least;
    pinned = pinned && posts[i].pinned;
    if (posts[i].node_threads > posts[i].node_cores) crowded = &posts[i];
  }
  char range[32], how[160] = ", placed by the operating system";
  (void)snprintf(range, sizeof range, least < most ? "%d to %d" : "%d", least, most);
  if (pinned) (void)snprintf(how, sizeof how, ", each thread on a core of its own");
  if (crowded != NULL)
    (void)snprintf(how, sizeof how, "; more threads (%d) than cores (%d) on %.64s: they take turns", crowded->node_threads,
                   crowded->node_cores, crowded->host);
  (void)snprintf(text, size, "%d rank%s x %s thread%s on %d host%s%s", n, plural(n), range, plural(most), hosts, plural(hosts),
                 how);
  return text;
}
