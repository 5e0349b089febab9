/* course.h -- 8 patients side by side, each through a list of records of its own: doses, infusions, steady states, resets,
 * changing covariates, observations. What a record means is docs/reference/events.md.
 *
 * Invariants: records of one patient stand in the order in which they act; their time falls only at a reset. A patient's numbers
 * do not depend on who shares the pack. Observations cut no step. Additional doses are never written out: memory is bounded by
 * the records. Nothing is allocated while patients run, and nothing fails: who cannot go on stops with a lane status.
 * Times in h, everything canonical. Depends on: kernel.h, stepper.h, random.h.
 */
#ifndef LIND_COURSE_H
#define LIND_COURSE_H

#include <stdbool.h>
#include <stdint.h>

#include "lind/stepper.h"

typedef enum { /* EVID */
               LIND_RECORD_OBSERVATION,
               LIND_RECORD_DOSE,
               LIND_RECORD_OTHER,
               LIND_RECORD_RESET,
               LIND_RECORD_RESET_DOSE
} lind_record_event;

typedef enum { /* RATE */
               LIND_INFUSION_NONE,
               LIND_INFUSION_RATE,          /* at lind_record.rate */
               LIND_INFUSION_MODEL_RATE,    /* -1 */
               LIND_INFUSION_MODEL_DURATION /* -2 */
} lind_infusion;

typedef struct lind_record {
  double time, amount, rate;
  double interval;     /* II, h */
  uint32_t additional; /* ADDL */
  int16_t state;       /* of a dose */
  uint8_t event, infusion;
  uint8_t steady;   /* SS: 0, 1, 2 */
  uint8_t observed; /* the outputs are wanted, as they are once the record has acted */
} lind_record;

typedef enum {                        /* what holds between two records */
               LIND_BETWEEN_BACKWARD, /* the value of the next one: NONMEM */
               LIND_BETWEEN_FORWARD,  /* the value of the last one */
               LIND_BETWEEN_LINE,     /* the one on the line between them: rates then depend on time */
               LIND_BETWEEN_OWN_LINE  /* the same, for an input whose kernel takes lines: its slots are value, slope, time from
                                         which they hold */
} lind_between;

typedef struct lind_course_drift { /* x' = keep x + kick z at nodes k * every, x = sd z at node 0 */
  int slot;
  double keep, kick, sd, every;
  lind_purpose purpose;
} lind_course_drift;

/* What all patients share; const while they run. */
typedef struct lind_course {
  const lind_kernel *kernel;
  const lind_stepper *stepper;
  lind_tolerance tolerance;
  int n_given; /* slots of the frame that are given: the first ones; `individual` fills the others */
  int n_varying;
  const int *varying;     /* [n_varying] slots whose values change from record to record */
  const uint8_t *between; /* [n_varying] lind_between */
  int n_drifts;
  const lind_course_drift *drifts;
  const lind_purpose *noises;    /* [kernel->n_noises] */
  double noise_grid;             /* h */
  bool infuses;                  /* some record of some patient does, or may */
  int most_coming, most_running; /* room for what is under way in one patient: lind_course_room */
} lind_course;

typedef struct lind_course_mark { /* a state event that has fired */
  double time;
  int trigger; /* of the model */
} lind_course_mark;

typedef struct lind_course_patient {
  int n;
  const lind_record *records;
  const double *given;   /* [n_given] */
  const double *varying; /* [n][n_varying]; NULL if none vary */
  lind_who who;
  /* Out. */
  double *y; /* [n][n_outputs], without residual error: rows that were observed and reached are filled */
  lind_lane_status status;
  int reached;             /* records that have acted: n unless it stopped */
  double time;             /* where it stopped */
  int state;               /* that did not behave, if it stopped; -1: none to blame */
  uint64_t fired;          /* state events */
  lind_course_mark *marks; /* [most_marks] the first of them; NULL: nobody asks */
  int most_marks;
} lind_course_patient;

/* Enlarge the room so that these records fit. Infusions are counted with 4 times their own amount, modelled ones with 64 at once
 * for each record; who needs more stops with LIND_LANE_CROWDED. */
void lind_course_room(lind_course *course, const lind_record *records, int n);

/* One thread's working memory. */
typedef struct lind_course_pack lind_course_pack;
lind_err lind_course_pack_create(const lind_course *course, lind_course_pack **pack) LIND_MUST_CHECK;
size_t lind_course_pack_bytes(const lind_course_pack *pack);
void lind_course_pack_destroy(lind_course_pack **pack);
/* The courses of n <= LIND_LANES patients. */
void lind_course_run(lind_course_pack *pack, lind_course_patient patients[], int n);
lind_work lind_course_work(const lind_course_pack *pack); /* of all runs so far */

#endif
