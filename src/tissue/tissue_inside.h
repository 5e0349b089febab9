/* tissue_inside.h -- what the files of this folder share: the seam to the solver, the cells of a rank, one patient's organ.
 * Depends on: tissue.h. */
#ifndef LIND_TISSUE_INSIDE_H
#define LIND_TISSUE_INSIDE_H

#include "lind/tissue.h"

/* ---- the solver: everything that ranks do together. One implementation, petsc/, in a library of its own that exports
 * `lind_tissue_solver_petsc`; all of it is collective but `part` and `values`. */
typedef struct lind_tissue_part { /* cells that this rank owns: x0 <= i < x0 + nx, y0 <= j < y0 + ny */
  int x0, y0, nx, ny;
} lind_tissue_part;

typedef struct lind_tissue_solver {
  lind_err (*start)(void);
  void (*finish)(void);
  lind_err (*create)(const lind_tissue_space *space, const void *comm, double relative, void **solver);
  void (*destroy)(void **solver);
  lind_tissue_part (*part)(const void *solver);
  void (*sum)(void *solver, double *values, int n);     /* over ranks, in their order: the same bits everywhere */
  void (*largest)(void *solver, double *values, int n); /* maximum */
  /* One field of one patient. values: [ny][nx] of the part, the caller's to change between calls. */
  lind_err (*layer_create)(void *solver, void **layer);
  void (*layer_destroy)(void **layer);
  double *(*values)(void *layer);
  /* diffusivity [ny][nx] of the part, dm2/h, 0 where nothing passes: harmonic means at the faces */
  lind_err (*conduct)(void *layer, const double *diffusivity);
  /* Crank and Nicolson over h hours; what leaves a cell enters its neighbour to the last bit but rounding. */
  lind_err (*diffuse)(void *layer, double h);
  /* values with one row of neighbours around: [ny + 2][nx + 2]; 0 outside the slice. Valid until the next call. */
  const double *(*surround)(void *layer);
  lind_err (*gather)(void *layer, double *whole); /* [space ny][space nx] on every rank */
} lind_tissue_solver;

lind_err lind_tissue_library_load(const lind_tissue_solver **solver) LIND_MUST_CHECK;

/* ---- the cells of a rank that are tissue, in packs of LIND_LANES; the last pack repeats its last cell */
typedef struct lind_tissue_cells {
  int n, n_packs;
  int *at;                         /* [n_packs * LIND_LANES] place in the part */
  lind_lane *x, *y, *white, *grey; /* [n_packs] */
  unsigned char *mask;             /* [ny + 2][nx + 2] of the part and its neighbours: 1 tissue */
} lind_tissue_cells;

typedef struct lind_tissue_organ lind_tissue_organ;
enum { LIND_TISSUE_FEW = 64 }; /* measures and fields together */

struct lind_tissue {
  const lind_tissue_space *space;
  lind_tissue_wiring wiring;
  lind_kernel kernel; /* the model's, whose self is this tissue */
  const lind_tissue_solver *solver;
  void *solve; /* NULL until started */
  lind_tissue_part part;
  lind_tissue_cells cells;
  lind_tissue_organ *first; /* where initial fields are measured */
  void (*meanwhile)(void *context);
  void *context;
  const lind_tissue_watch *watch;
  int n_shown;        /* of its times */
  double *whole;      /* [ny][nx] of the space, for who watches; NULL until somebody does */
  lind_lane *scratch; /* of one pack of cells: organ.c */
  double *numbers;    /* [cells of the part], and LIND_TISSUE_FEW more */
};

bool lind_tissue_is_tissue(const lind_tissue_space *space, int i, int j);
lind_err lind_tissue_cells_create(const lind_tissue_space *space, lind_tissue_part part,
                                  lind_tissue_cells *cells) LIND_MUST_CHECK;
void lind_tissue_cells_release(lind_tissue_cells *cells);

/* ---- one patient's organ: the fields and what the frame makes of each cell */
struct lind_tissue_organ {
  void **layers;    /* [n_fields] */
  double *frame;    /* [n_frame] what it was made from */
  int n_varying;    /* slots of the frame that differ from cell to cell */
  int *varying;     /* [n_frame] */
  lind_lane *local; /* [n_packs][n_frame] their values, n_varying of each row in use */
  double *saved;    /* [n_fields][cells of the part] the fields before a step */
};

lind_err lind_tissue_organ_create(lind_tissue *tissue, lind_tissue_organ **organ) LIND_MUST_CHECK;
void lind_tissue_organ_destroy(const lind_tissue *tissue, lind_tissue_organ **organ);
/* Everything below is about lane `lane` of frame and x; x[n_states] of the patient. */
/* What the frame makes of each cell: derived values, diffusivities. Does nothing where the frame is the same as before. */
lind_err lind_tissue_organ_frame(lind_tissue *tissue, lind_tissue_organ *organ, const lind_lane *frame, const lind_lane *x,
                                 int lane) LIND_MUST_CHECK;
void lind_tissue_organ_lay(lind_tissue *tissue, lind_tissue_organ *organ, const lind_lane *frame, int lane);
/* The model's rates over h, by the classical Runge-Kutta scheme of order 4, in each cell and in the patient. */
void lind_tissue_organ_react(lind_tissue *tissue, lind_tissue_organ *organ, const lind_lane *frame, const lind_lane *input,
                             double time, double h, lind_lane *x, int lane);
/* Trigger t acts in each cell; the patient's own states are the caller's. */
void lind_tissue_organ_reset(lind_tissue *tissue, lind_tissue_organ *organ, const lind_lane *frame, double time, int trigger,
                             const lind_lane *x, int lane);
void lind_tissue_organ_keep(const lind_tissue *tissue, lind_tissue_organ *organ);
void lind_tissue_organ_restore(const lind_tissue *tissue, lind_tissue_organ *organ);
/* Measures into the patient's states; a field's own state gets the largest value in the tissue if `largest`. */
void lind_tissue_organ_measure(lind_tissue *tissue, lind_tissue_organ *organ, bool largest, lind_lane *x, int lane);

/* Shows the fields to who watches, at the first step that reaches one of its times. */
void lind_tissue_watch_step(lind_tissue *tissue, lind_tissue_organ *organ, double time);

/* Area of {value > level} over the squares between the centres of cells, of this part; and the integral. dm2 */
double lind_tissue_measure_area(const lind_tissue_cells *cells, lind_tissue_part part, const double *around, double spacing,
                                double level);

#endif
