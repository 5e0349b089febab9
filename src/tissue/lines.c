/* lines.c -- the lines on which a field has one value, for pictures: marching squares, linear along the sides, joined to chains.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tissue_inside.h"

/* A crossing lies on a side of the lattice of centres: side 2 c is that from c to its right neighbour, 2 c + 1 that to its upper
 * one. Each crossing has at most two neighbours, one in each square. */
typedef struct crossings {
  const lind_tissue_space *space;
  const double *v;
  double level;
  int *link; /* [2 cells * 2] neighbours, -1 */
} crossings;

static bool crosses(const crossings *c, int a, int b) { return (c->v[a] > c->level) != (c->v[b] > c->level); }

static void join(crossings *c, int a, int b) {
  int *free_a = c->link + 2 * a, *free_b = c->link + 2 * b;
  free_a[free_a[0] >= 0] = b;
  free_b[free_b[0] >= 0] = a;
}

static void square(crossings *c, int i, int j) {
  const int nx = c->space->nx, a = j * nx + i, b = a + 1, d = a + nx, e = d + 1; /* a b below, d e above */
  const int side[4] = {2 * a, 2 * b + 1, 2 * d, 2 * a + 1};
  const bool on[4] = {crosses(c, a, b), crosses(c, b, e), crosses(c, d, e), crosses(c, a, d)};
  int found[4], n = 0;
  for (int k = 0; k < 4; k++)
    if (on[k]) found[n++] = side[k];
  if (n == 2) join(c, found[0], found[1]);
  if (n < 4) return;
  /* a saddle: what lies on the same side as the middle hangs together */
  const bool middle = 0.25 * (c->v[a] + c->v[b] + c->v[d] + c->v[e]) > c->level;
  const int turn = (c->v[a] > c->level) == middle ? 0 : 3;
  join(c, side[turn], side[(turn + 1) % 4]);
  join(c, side[(turn + 2) % 4], side[(turn + 3) % 4]);
}

static void point(const crossings *c, int at, double *x, double *y) {
  const int cell = at / 2, nx = c->space->nx, other = at % 2 == 0 ? cell + 1 : cell + nx;
  const double way = (c->level - c->v[cell]) / (c->v[other] - c->v[cell]);
  *x = (cell % nx + 0.5 + (at % 2 == 0 ? way : 0.0)) * c->space->spacing;
  *y = (cell / nx + 0.5 + (at % 2 == 0 ? 0.0 : way)) * c->space->spacing;
}

/* From `at` along its links; each crossing is passed once and then has none. A closed line ends where it began. */
static void chain(crossings *c, int at, lind_tissue_lines *lines) {
  const int begin = at;
  lines->first[lines->n_lines++] = lines->n_points;
  for (int from = -1; at >= 0;) {
    int *link = c->link + 2 * at;
    const int next = link[0] >= 0 && link[0] != from ? link[0] : link[1] != from ? link[1] : -1;
    link[0] = link[1] = -2;
    point(c, at, &lines->x[lines->n_points], &lines->y[lines->n_points]);
    lines->n_points++;
    from = at;
    at = next;
    if (at >= 0 && c->link[2 * at] == -2) {
      if (at == begin) {
        lines->x[lines->n_points] = lines->x[lines->first[lines->n_lines - 1]];
        lines->y[lines->n_points] = lines->y[lines->first[lines->n_lines - 1]];
        lines->n_points++;
      }
      at = -1;
    }
  }
  lines->first[lines->n_lines] = lines->n_points;
}

lind_err lind_tissue_lines_create(const lind_tissue_space *space, const double *whole, double level, lind_tissue_lines **result) {
  const int cells = space->nx * space->ny;
  lind_tissue_lines *lines = calloc(1, sizeof *lines);
  crossings c = {space, whole, level, malloc((size_t)cells * 4 * sizeof *c.link)};
  if (lines != NULL) {
    lines->x = malloc((size_t)cells * 4 * sizeof *lines->x);
    lines->y = malloc((size_t)cells * 4 * sizeof *lines->y);
    lines->first = calloc((size_t)cells * 2 + 2, sizeof *lines->first);
  }
  if (lines == NULL || c.link == NULL || lines->x == NULL || lines->y == NULL || lines->first == NULL) {
    free(c.link);
    lind_tissue_lines_destroy(&lines);
    LIND_CHECK(false, LIND_ERR_MEMORY, "no memory for lines of %d cells", cells);
  }
  for (int k = 0; k < 4 * cells; k++) c.link[k] = -1;
  for (int j = 0; j + 1 < space->ny; j++)
    for (int i = 0; i + 1 < space->nx; i++) square(&c, i, j);
  for (int open = 1; open >= 0; open--) /* open lines from their ends, then closed ones from anywhere */
    for (int at = 0; at < 2 * cells; at++) {
      const int *link = c.link + 2 * at;
      if (link[0] >= 0 && (link[1] == -1) == (open == 1)) chain(&c, at, lines);
    }
  free(c.link);
  *result = lines;
  return LIND_OK;
}

void lind_tissue_lines_destroy(lind_tissue_lines **at) {
  if (at == NULL || *at == NULL) return;
  free((*at)->x);
  free((*at)->y);
  free((*at)->first);
  free(*at);
  *at = NULL;
}
