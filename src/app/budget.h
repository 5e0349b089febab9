/* budget.h -- what a run needs, added up before it begins: bytes of each part of each rank, and what the machine allows. The one
 * place that knows all parts; each part's size comes from the table that allocates it. Depends on: study.h.
 */
#ifndef LIND_BUDGET_H
#define LIND_BUDGET_H

#include <stdio.h>

#include "study.h"

typedef enum {
  LIND_BUDGET_PROGRAM,   /* the program, its libraries and the plans: measured now, and what is paged in later: assumed */
  LIND_BUDGET_MPI,       /* assumed; 0 for one rank */
  LIND_BUDGET_RUNNERS,   /* of all threads: desks, what stands beside them, the record at hand; the largest stage */
  LIND_BUDGET_TISSUE,    /* PETSc and its fields, partly assumed */
  LIND_BUDGET_WAITING,   /* records that wait for the disk */
  LIND_BUDGET_MERGING,   /* small segments become large ones */
  LIND_BUDGET_SHEAVES,   /* sheaves of blocks on their way to rank 0; the largest stage */
  LIND_BUDGET_STRATA,    /* of cut replicates: seats of each stratum before each block */
  LIND_BUDGET_CATALOGUE, /* which block lies where */
  LIND_BUDGET_FINISHING, /* rank 0: tallies, tables, documents */
  LIND_BUDGET_PARTS
} lind_budget_part;

typedef struct lind_budget {
  int ranks, threads;
  double part[LIND_BUDGET_PARTS];
  double thread, rank, first; /* bytes of one thread, of a rank, of rank 0 */
  double growing;             /* of `first`: what comes with more patients or replicates */
  double segments;            /* bytes that the blocks of all ranks leave in the run directory */
  double disk;                /* rank 0 needs it for a file in the run directory, until it has finished */
} lind_budget;

/* What this process holds now; before ranks and threads are started. 0 where it cannot be told. */
double lind_budget_held(void);
double lind_budget_peak(void); /* the most it ever held */
/* held: as above, after the study was made. */
lind_budget lind_budget_plan(const lind_study *study, int ranks, int threads, double held);
void lind_budget_print(const lind_budget *memory, FILE *out);
/* The least of what the machine has and a batch system or a control group allow on this host, and its words. */
double lind_budget_limit(const char **who);
/* "" or a sentence: `ranks_here` ranks of this host, among them rank 0, are planned to need more than there may be. */
const char *lind_budget_notice(const lind_budget *memory, int ranks_here, lind_arena *arena);
/* Ranks on this host. Collective. */
lind_err lind_budget_neighbours(lind_crew *crew, int *ranks_here) LIND_MUST_CHECK;

#endif
