/* tissue.h -- an organ as a tissue: some states of a model become fields over the cells of a slice, which react by the model's
 * own equations and diffuse; the rest of the patient stays as it is, and sees the fields through measures (an area, an integral).
 *
 * To the rest of lind a tissue is an engine (lind_stepper) and a kernel that knows its space: visits, doses, rules, events and
 * endpoints are those of every trial. The linear algebra is PETSc's, in a shared library that is loaded when a tissue starts, so
 * that nothing else pays for it. Not thread-safe: one tissue works on one thread of a rank, and its calls are collective over the
 * ranks of its team, which all get the same bits. Depends on: plan.h, stepper.h.
 */
#ifndef LIND_TISSUE_H
#define LIND_TISSUE_H

#include "lind/plan.h"

/* Square cells, row by row: cell (i, j) is [j * nx + i], its centre ((i + 1/2) spacing, (j + 1/2) spacing). Shares of white and
 * grey matter, 0 to 1; what is left of a cell is fluid or lies outside. A cell whose tissue is less than half is no tissue. */
typedef struct lind_tissue_space {
  int nx, ny;
  double spacing; /* dm */
  const double *white, *grey;
} lind_tissue_space;

/* A map: a CSV file with a row a shape, painted one over the other: shape (ellipse, box), tissue (white, grey, fluid, outside),
 * centre x, y and half axes a, b with a unit, turn in degrees, anticlockwise. It is cut into cells of `spacing` dm. */
lind_err lind_tissue_space_read(const char *path, lind_where where, double spacing, lind_arena *arena,
                                lind_tissue_space *space) LIND_MUST_CHECK;
lind_digest lind_tissue_space_digest(const lind_tissue_space *space);

/* The kinds of a protocol's tissue.measures, in the order of the key's choices. */
typedef enum { LIND_TISSUE_AREA, LIND_TISSUE_INTEGRAL } lind_tissue_measure_kind;

/* What a tissue knows of a model. */
typedef struct lind_tissue_wiring {
  const lind_kernel *kernel; /* of the model: what happens in one cell, and in the patient */
  int n_fields;
  const int *fields, *diffusivities;         /* states; outputs */
  int slot_x, slot_y, slot_white, slot_grey; /* of the frame, filled cell by cell; -1: the model has no such parameter */
  int n_measures;
  const struct lind_tissue_measure {
    lind_tissue_measure_kind kind;
    int field, state; /* number of the field; the state of the patient that it is written to */
    double level;
  } * measures;
  double step;         /* h, at most */
  double relative;     /* of the solver */
  bool kinetics_alone; /* for tests: no diffusion */
} lind_tissue_wiring;

typedef struct lind_tissue lind_tissue;
/* `kernel` of *tissue replaces the model's, `lind_stepper_tissue` its engine. No PETSc yet. */
lind_err lind_tissue_create(const lind_tissue_space *space, const lind_tissue_wiring *wiring, lind_arena *arena,
                            lind_tissue **tissue) LIND_MUST_CHECK;
const lind_kernel *lind_tissue_kernel(const lind_tissue *tissue);
extern const lind_stepper lind_stepper_tissue;

/* A plan whose protocol has a section `tissue`: its model and engine become those of a tissue, its hash knows the space. Without
 * the section NULL is made, and a model that has parameters for the place of a cell is refused. */
lind_err lind_tissue_dress(lind_plan *plan, lind_arena *arena, lind_tissue **tissue) LIND_MUST_CHECK;
/* The file that tissue.space names. */
const char *lind_tissue_dress_path(const lind_protocol *protocol, lind_arena *arena);

/* Loads PETSc, which may be missing on one host. Local; start does it, too. */
lind_err lind_tissue_load(void) LIND_MUST_CHECK;
/* `comm` is the team's MPI_Comm; NULL: this process alone. Before the first patient. Collective over the team. */
lind_err lind_tissue_start(lind_tissue *tissue, const void *comm) LIND_MUST_CHECK;
/* `meanwhile` is called after each step from now on: peers want an answer, users want to see how far it is. NULL: nobody. */
void lind_tissue_meanwhile(lind_tissue *tissue, void (*meanwhile)(void *context), void *context);
/* After the last desk is gone. Accepts NULL and a tissue that was not started. Collective over the team. */
void lind_tissue_stop(lind_tissue *tissue);
/* After the last tissue has stopped, before MPI ends: PETSc ends. Collective over all ranks that started one. */
void lind_tissue_finish(const lind_tissue *tissue);

const lind_tissue_space *lind_tissue_map(const lind_tissue *tissue);

/* ---- looking at a patient's field, in the order of time, while desks live; see contour.c */
typedef struct lind_tissue_watch { /* told at the start and after each step of lane 0 of a pack */
  void (*see)(void *context, double time, int field, const lind_tissue_space *space, const double *whole /* [ny][nx] */);
  void *context;
  int n_times;
  const double *times; /* h, rising; fields are shown at the first step that reaches one */
} lind_tissue_watch;
void lind_tissue_show(lind_tissue *tissue, const lind_tissue_watch *watch); /* NULL: nobody looks */

/* The area in which a field is above a level, dm2: measure.c. */
lind_err lind_tissue_space_area(const lind_tissue_space *space, const double *whole, double level, double *area) LIND_MUST_CHECK;

/* Lines on which a field has one value: linear between the centres of cells, as closed or open chains. */
typedef struct lind_tissue_lines {
  int n_points, n_lines;
  double *x, *y; /* [n_points] dm */
  int *first;    /* [n_lines + 1] */
} lind_tissue_lines;
lind_err lind_tissue_lines_create(const lind_tissue_space *space, const double *whole, double level,
                                  lind_tissue_lines **lines) LIND_MUST_CHECK;
void lind_tissue_lines_destroy(lind_tissue_lines **lines);

#endif
