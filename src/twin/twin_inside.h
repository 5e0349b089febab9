/* twin_inside.h -- the memory of a twin, and what its files do for one another.
 *
 * The line is the patient's records as the course runs them: the patient's own, and one at each node of a drift at which none of
 * the patient's stands. All lanes of a pack are the same patient with another z.
 */
#ifndef LIND_TWIN_INSIDE_H
#define LIND_TWIN_INSIDE_H

#include "lind/twin.h"

typedef struct lind_twin_drift {
  int drift, slot;
  double keep, kick, sd, every;
  int apart; /* nodes from knot to knot */
  lind_purpose purpose;
} lind_twin_drift;

struct lind_twin_world {
  lind_twin_settings s;
  lind_kernel kernel;
  lind_course course;
  int n_given, n_effects, n_drifts; /* effects that vary by occasion; drifts that move */
  const double *factor;
  const double *a, *b, *tau;    /* [n_outputs] residual errors */
  const int *effects;           /* [n_effects] randoms */
  const lind_purpose *purposes; /* [n_randoms] */
  const lind_twin_drift *drifts;
  int n_varying; /* the settings' inputs, effects by occasion, drifts */
  int most, most_line;
};

typedef struct lind_twin_life { /* one lane */
  const double *z;
  lind_who who;  /* what lies ahead is drawn for */
  uint32_t base; /* added to its index */
  bool draws;    /* false: what lies ahead is at its mean */
} lind_twin_life;

enum { LIND_TWIN_AHEAD = 4096 }; /* nodes and occasions that a point can draw ahead */

struct lind_twin {
  const lind_twin_world *world;
  lind_arena *arena;
  lind_course_pack *pack;
  const lind_twin_patient *patient;
  int n;                /* of the line */
  lind_record *records; /* [most_line] */
  int *before, *after;  /* [most_line] the patient's records around; equal where it is one of them */
  int *place;           /* [most_records] of the patient's records on the line */
  double *given;        /* [LIND_LANES][n_given] */
  double *varying;      /* [LIND_LANES][most_line][n_varying] */
  double *y;            /* [LIND_LANES][most_line][n_outputs] */
  lind_course_patient lane[LIND_LANES];
  /* fitting */
  double *trial, *step, *point;                            /* [most]; point: [LIND_LANES][most] */
  double *gradient, *next_gradient;                        /* [most] */
  double *information, *next_information, *damped, *lower; /* [most][most] */
  double *truth, *slopes;                                  /* [most_sights], [most_sights][most] */
  double *pull, *error, *expected, *spread;                /* [most_sights] see twin_fit.c */
  int *last;                                               /* [most_sights] the sight before of that output, -1 */
  lind_lane *frame;                                        /* [n_outputs + 2] of rewards */
};

/* ---- twin_line.c */
void lind_twin_line_begin(lind_twin *twin, const lind_twin_patient *patient, int n); /* the first n records */
void lind_twin_line_layout(const lind_twin_world *world, const lind_twin_patient *patient, int record, lind_twin_layout *layout);
/* Point `point` from its posterior on; what lies ahead of it is drawn. */
lind_twin_life lind_twin_line_life(const lind_twin_patient *patient, const lind_twin_points *points, int point);
/* n lanes along the line. */
void lind_twin_line_run(lind_twin *twin, const lind_twin_layout *layout, const lind_twin_life lives[], int n);
double lind_twin_line_output(const lind_twin *twin, int lane, int record, int output); /* of the patient; NAN: not reached */

/* ---- twin_error.c */
typedef struct lind_twin_error_terms {
  double e;        /* standardised error */
  double slope;    /* de/dtruth */
  double expected; /* its mean over measurements: -1/sd */
  double spread;   /* d ln sd/dtruth */
  double log_sd;   /* ln sd, and what turns the density into one of the value itself */
} lind_twin_error_terms;
lind_twin_error_terms lind_twin_error_at(const lind_twin_world *world, int output, double truth, double value);
/* Correlation with the error of an earlier sight of the output. */
double lind_twin_error_link(const lind_twin_world *world, const lind_twin_patient *patient, int sight, int before);
/* Log likelihood of sights [from, to) of the run lane; INFINITY never. */
double lind_twin_error_likelihood(const lind_twin *twin, int lane, int from, int to);
int lind_twin_error_before(const lind_twin_world *world, const lind_twin_patient *patient, int sight); /* -1 */

#endif
