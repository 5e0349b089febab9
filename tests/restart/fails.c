/* fails.c -- an MPI that fails, preloaded in front of the true one: LIND_FAILS="CALL RANK N" makes the N-th CALL of that rank
 * return an error, "CALL RANK N+" that one and all that follow. LIND_FULL=RANK: the disk of that rank is full. */
#include <errno.h>
#include <mpi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Only master threads call MPI, so a count needs no lock. */
static bool is_due(const char *call) {
  static int seen;
  char due[64], more = ' ';
  int rank, n;
  const char *words = getenv("LIND_FAILS"), *mine = getenv("OMPI_COMM_WORLD_RANK");
  if (words == NULL || mine == NULL || sscanf(words, "%63s %d %d%c", due, &rank, &n, &more) < 3) return false;
  if (strcmp(due, call) != 0 || atoi(mine) != rank) return false;
  seen++;
  return more == '+' ? seen >= n : seen == n;
}

#define FAILS(call, declared, given) \
  int call declared { return is_due(#call) ? MPI_ERR_OTHER : P##call given; }

int fsync(int descriptor) {
  const char *full = getenv("LIND_FULL"), *mine = getenv("OMPI_COMM_WORLD_RANK");
  if (full == NULL || mine == NULL || strcmp(full, mine) != 0) return (int)syscall(SYS_fsync, descriptor);
  errno = ENOSPC;
  return -1;
}

FAILS(MPI_Comm_dup, (MPI_Comm comm, MPI_Comm *made), (comm, made))
FAILS(MPI_Test, (MPI_Request * request, int *flag, MPI_Status *status), (request, flag, status))
FAILS(MPI_Iprobe, (int source, int tag, MPI_Comm comm, int *flag, MPI_Status *status), (source, tag, comm, flag, status))
FAILS(MPI_Ibcast, (void *at, int n, MPI_Datatype type, int root, MPI_Comm comm, MPI_Request *request),
      (at, n, type, root, comm, request))
FAILS(MPI_Iallreduce, (const void *from, void *to, int n, MPI_Datatype type, MPI_Op op, MPI_Comm comm, MPI_Request *request),
      (from, to, n, type, op, comm, request))
FAILS(MPI_Issend, (const void *at, int n, MPI_Datatype type, int to, int tag, MPI_Comm comm, MPI_Request *request),
      (at, n, type, to, tag, comm, request))
FAILS(MPI_Irecv, (void *at, int n, MPI_Datatype type, int from, int tag, MPI_Comm comm, MPI_Request *request),
      (at, n, type, from, tag, comm, request))
FAILS(MPI_Rget_accumulate,
      (const void *from, int n, MPI_Datatype type, void *to, int m, MPI_Datatype back, int rank, MPI_Aint at, int k,
       MPI_Datatype there, MPI_Op op, MPI_Win window, MPI_Request *request),
      (from, n, type, to, m, back, rank, at, k, there, op, window, request))
