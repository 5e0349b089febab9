/* sequential.h -- group-sequential mathematics: what looks may spend, where they stop, how often they cross.
 *
 * Looks k = 0 .. n - 1 see z_k, jointly normal with E z_k = drift sqrt(t_k), Var z_k = 1, Cov(z_i, z_k) = sqrt(t_i / t_k) for i
 * <= k (Jennison & Turnbull 2000, doi:10.1201/9780367805326, chapter 3). t is the information of a look as a share of the full
 * one; only ratios of t matter to the bounds, and drift is E z at t = 1. Pure functions of plain numbers. Depends on: nothing in
 * lind.
 */
#ifndef LIND_SEQUENTIAL_H
#define LIND_SEQUENTIAL_H

enum { LIND_SEQUENTIAL_LOOKS = 24 };
/* The next look has at least this much more information than the last, as a share of its own; what is nearer is one look. */
#define LIND_SEQUENTIAL_APART 0.002

typedef struct lind_sequential {
  int n;
  double t[LIND_SEQUENTIAL_LOOKS];     /* rising, above 0 */
  double upper[LIND_SEQUENTIAL_LOOKS]; /* stop if z >= upper; INFINITY: never */
  double lower[LIND_SEQUENTIAL_LOOKS]; /* stop if z <= lower; -INFINITY: never */
} lind_sequential;

/* ---- spending functions: what of alpha (one side's) is gone at share t of the information */
typedef enum { LIND_SPENDING_OBRIEN_FLEMING, LIND_SPENDING_POCOCK, LIND_SPENDING_HSD, LIND_SPENDING_POWER } lind_spending_kind;
#define LIND_SPENDING_CHOICES "obrien-fleming|pocock|hwang-shih-decani|power"
typedef struct lind_spending {
  int kind;
  double parameter; /* gamma of Hwang, Shih & DeCani; rho of Kim & DeMets */
} lind_spending;
double lind_spending_used(const lind_spending *spending, double alpha, double t); /* t above 1 is 1 */

/* ---- crossing
 * above[n], below[n]: chances that look k is the first to cross, and crosses up or down. Cost: n - 1 products of about 100 x 100.
 */
void lind_sequential_cross(const lind_sequential *looks, double drift, double *above, double *below);

/* ---- bounds
 * looks->n and t are given; upper is set so that look k crosses first with chance spent[k] - spent[k - 1] where there is no
 * effect. symmetric: lower = -upper, and `spent` is one side's; else lower is left alone and plays no part (non-binding). */
void lind_sequential_spend(lind_sequential *looks, const double *spent, int symmetric);
/* upper[k] = c t_k^(delta - 1/2) (Wang & Tsiatis 1987, doi:10.2307/2531959), t_last = 1: delta 0 is O'Brien & Fleming, 1/2 is
 * Pocock. Returns c for which one side crosses with chance alpha. */
double lind_sequential_shape(lind_sequential *looks, double alpha, double delta, int symmetric);
/* Lower bounds that spend lost[k] of beta where the drift is the one sought, and meet the upper ones at the last look. binding:
 * the upper bounds (spent, as above) count on them; else they must be there already. Returns the drift. */
double lind_sequential_futility(lind_sequential *looks, const double *spent, const double *lost, int binding);
/* The drift at which some look crosses up with chance `power`. */
double lind_sequential_drift(const lind_sequential *looks, double power);

#endif
