#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crew_inside.h"

enum { EAGER_LOOKS = 200, SLEEP_NS = 500000, MEANWHILE_MS = 200, PIECE = 1 << 20 };

double lind_crew_now(void) {
  struct timespec t;
  (void)clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

lind_err lind_crew_wait(lind_crew *crew, MPI_Request *request, void (*meanwhile)(void *context), void *context) {
  double last = lind_crew_now();
  for (int looks = 0;; looks++) {
    int is_done = 0;
    LIND_CREW_MPI(crew, MPI_Test(request, &is_done, MPI_STATUS_IGNORE));
    if (is_done) {
      lind_crew_beat_waited(crew);
      return LIND_OK;
    }
    if (looks < EAGER_LOOKS) continue;
    LIND_TRY(lind_crew_look(crew));
    (void)nanosleep(&(struct timespec){.tv_nsec = SLEEP_NS}, NULL);
    if (meanwhile == NULL || lind_crew_now() - last < MEANWHILE_MS * 1e-3) continue;
    meanwhile(context);
    last = lind_crew_now();
  }
}

static lind_err reduce_part(lind_crew *crew, MPI_Comm comm, void *words, size_t n, MPI_Datatype type, MPI_Op op,
                            lind_crew_meanwhile meanwhile) {
  MPI_Request request;
  if (lind_crew_lost(crew)) return lind_crew_look(crew);
  int64_t *own = malloc(n * sizeof *own + 1);
  if (own == NULL) return lind_crew_break(crew, __FILE__, __LINE__, "no memory to reduce %zu numbers", n);
  memcpy(own, words, n * sizeof *own);
  LIND_CREW_MPI(crew, MPI_Iallreduce(MPI_IN_PLACE, own, (int)n, type, op, comm, &request));
  LIND_TRY(lind_crew_wait(crew, &request, meanwhile.call, meanwhile.context)); /* on failure MPI keeps `own` */
  memcpy(words, own, n * sizeof *own);
  free(own);
  return LIND_OK;
}

lind_err lind_crew_reduce(lind_crew *crew, MPI_Comm comm, void *words, size_t n, MPI_Datatype type, MPI_Op op,
                          lind_crew_meanwhile meanwhile) {
  for (size_t done = 0; done < n; done += PIECE)
    LIND_TRY(reduce_part(crew, comm, (char *)words + done * sizeof(int64_t), n - done < PIECE ? n - done : PIECE, type, op,
                         meanwhile));
  return LIND_OK;
}

static lind_err spread_part(lind_crew *crew, MPI_Comm comm, int root, void *bytes, size_t n) {
  MPI_Request request;
  if (lind_crew_lost(crew)) return lind_crew_look(crew);
  char *own = malloc(n + 1);
  if (own == NULL) return lind_crew_break(crew, __FILE__, __LINE__, "no memory to share %zu bytes", n);
  memcpy(own, bytes, n);
  LIND_CREW_MPI(crew, MPI_Ibcast(own, (int)n, MPI_BYTE, root, comm, &request));
  LIND_TRY(lind_crew_wait(crew, &request, NULL, NULL)); /* on failure MPI keeps `own` */
  memcpy(bytes, own, n);
  free(own);
  return LIND_OK;
}

lind_err lind_crew_spread(lind_crew *crew, MPI_Comm comm, int root, void *bytes, size_t n) {
  for (size_t done = 0; done < n; done += 8 * (size_t)PIECE)
    LIND_TRY(spread_part(crew, comm, root, (char *)bytes + done, n - done < 8 * (size_t)PIECE ? n - done : 8 * (size_t)PIECE));
  return LIND_OK;
}

/* How bad: success < stopped < a failure. */
static int severity(lind_err err) { return err == LIND_OK ? 0 : err == LIND_ERR_STOPPED ? 1 : 2; }

typedef struct verdict {
  int32_t code;
  char message[LIND_CREW_MESSAGE];
} verdict;

lind_err lind_crew_agree(lind_crew *crew, lind_err mine) {
  if (crew->ranks == 1) return mine;
  int64_t lowest = (2 - severity(mine)) * (int64_t)crew->ranks + crew->rank;
  LIND_TRY(lind_crew_reduce(crew, crew->world, &lowest, 1, MPI_INT64_T, MPI_MIN, LIND_CREW_NOTHING));
  if (lowest >= 2 * (int64_t)crew->ranks) return LIND_OK;
  const int owner = (int)(lowest % crew->ranks);
  verdict worst = {.code = (int32_t)mine};
  if (owner == crew->rank) (void)snprintf(worst.message, sizeof worst.message, "%s", lind_error_message());
  LIND_TRY(lind_crew_spread(crew, crew->world, owner, &worst, sizeof worst));
  if (owner != crew->rank) lind_error_set(worst.message);
  crew->agreed = (lind_err)worst.code;
  return crew->agreed;
}

lind_err lind_crew_share(lind_crew *crew, void *bytes, size_t n) {
  return crew->ranks == 1 ? LIND_OK : lind_crew_spread(crew, crew->world, 0, bytes, n);
}

lind_err lind_crew_sum(lind_crew *crew, int64_t *counts, size_t n) {
  return crew->ranks == 1 ? LIND_OK : lind_crew_reduce(crew, crew->world, counts, n, MPI_INT64_T, MPI_SUM, LIND_CREW_NOTHING);
}

/* MPI_MAX leaves open what becomes of NaN and of -0 against 0, so doubles go as integers of the same order, NaN below all. */
static uint64_t order_of(double value) {
  uint64_t bits;
  if (isnan(value)) return 0;
  memcpy(&bits, &value, sizeof bits);
  return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double value_of(uint64_t order) {
  double value;
  if (order == 0) return (double)NAN;
  const uint64_t bits = order >> 63 ? order & ~(UINT64_C(1) << 63) : ~order;
  memcpy(&value, &bits, sizeof value);
  return value;
}

lind_err lind_crew_most(lind_crew *crew, double *values, size_t n) {
  if (crew->ranks == 1) return LIND_OK;
  uint64_t *orders = calloc(n + 1, sizeof *orders);
  if (orders == NULL) return lind_crew_break(crew, __FILE__, __LINE__, "no memory for the maxima of %zu values", n);
  for (size_t i = 0; i < n; i++) orders[i] = order_of(values[i]);
  const lind_err err = lind_crew_reduce(crew, crew->world, orders, n, MPI_UINT64_T, MPI_MAX, LIND_CREW_NOTHING);
  for (size_t i = 0; i < n && err == LIND_OK; i++) values[i] = value_of(orders[i]);
  free(orders);
  return err;
}
