/* study.h -- the plans of one run: stage 0 is the protocol, stages 1.. the scenarios of its sensitivity grid. All share seed and
 * patients. */
#ifndef LIND_STUDY_H
#define LIND_STUDY_H

#include "command.h"
#include "lind/crew.h"
#include "lind/reduce.h"
#include "lind/store.h"
#include "lind/tissue.h"

enum { LIND_STUDY_WAITING = 4 << 20 /* bytes of records that a rank keeps until it writes them */ };
enum { LIND_STUDY_STAGES = 65, LIND_STUDY_ARMS = 64 };

typedef struct lind_study_request {
  const char *path;
  lind_option_list set;
  bool no_sensitivity;
  uint64_t patients, replicates, seed; /* UINT64_MAX: as in the protocol */
  uint64_t part, parts;                /* live jobs with job % parts == part - 1 alone; parts 0: all */
  lind_queue queue;
} lind_study_request;

typedef struct lind_study {
  const lind_study_request *request;
  const lind_protocol *protocol; /* of stage 0 */
  const lind_node *root;
  int n_stages, first_judged, n_judged; /* the last n_judged are the robustness grid, with and without effect in turn */
  struct {
    lind_plan *plan;
    lind_layout *layout;
    uint64_t first_job; /* its blocks are jobs first_job .. first_job + n_blocks - 1 */
    bool store_rows;
    lind_tissue *tissue; /* NULL: its model has no space */
    uint64_t *base;      /* cut replicates: [n_blocks][n_strata] seats before; else NULL */
  } stage[LIND_STUDY_STAGES];
  uint64_t n_jobs, n_patients; /* lives of all stages */
  struct {
    int64_t lives, nanoseconds; /* of one core, of all ranks */
  } cost[LIND_STUDY_ARMS];      /* by arm, of what was lived now, scenarios included */
  uint64_t n_lived;             /* of them by the crew of this process, once it is through: less than all after a resume */
  uint64_t n_finished;          /* jobs of an unfinished run that rank 0 knows to be done */
  char hash[33];                /* of all plans: what results depend on */
  char world[33];               /* the same but for numbers of patients and replicates: what a directory is bound to */
  const char *pictures;         /* JSON, pictures.h; NULL: none */
} lind_study;

lind_err lind_study_create(const lind_study_request *request, lind_arena *arena, lind_study **study) LIND_MUST_CHECK;
/* What the directory of this study must know of it; taken from the arena. */
lind_err lind_study_extent(const lind_study *study, lind_arena *arena, lind_store_study *extent) LIND_MUST_CHECK;
/* The team of `tissue` sections; 0: there are none, and threads run the jobs. */
int lind_study_team(const lind_study *study);
/* Before the first patient, where there is a tissue: teams, and the libraries that they need. crew NULL: this process alone lives
 * patients again. Collective. */
lind_err lind_study_start(lind_study *study, lind_crew *crew) LIND_MUST_CHECK;
void lind_study_stop(lind_study *study); /* after the last runner, before the crew is destroyed. Accepts NULL. Collective */
/* The integer pass of stages whose replicates are cut. Collective. */
lind_err lind_study_scan(lind_study *study, lind_crew *crew, lind_arena *arena) LIND_MUST_CHECK;
/* All blocks of all stages. Collective. */
lind_err lind_study_run(lind_study *study, lind_crew *crew, const lind_sink *sink) LIND_MUST_CHECK;
bool lind_study_is_others(const lind_study *study, uint64_t job); /* it belongs to another part */
int lind_study_stage_of(const lind_study *study, uint64_t job);
/* Patients' rows are kept of the blocks before this one; trajectories, which stage 0 alone keeps, of none from this one on. */
uint64_t lind_study_rows_end(const lind_study *study, int stage);
uint64_t lind_study_courses_end(const lind_study *study);

#endif
