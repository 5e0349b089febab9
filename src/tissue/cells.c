/* cells.c -- which cells of a rank are tissue, gathered into packs: a lane is a cell here. */
#include <stdlib.h>
#include <string.h>

#include "tissue_inside.h"

bool lind_tissue_is_tissue(const lind_tissue_space *space, int i, int j) {
  if (i < 0 || j < 0 || i >= space->nx || j >= space->ny) return false;
  const size_t at = (size_t)j * (size_t)space->nx + (size_t)i;
  return space->white[at] + space->grey[at] >= 0.5;
}

static void fill(const lind_tissue_space *space, lind_tissue_part part, lind_tissue_cells *cells) {
  for (int k = 0; k < cells->n_packs * LIND_LANES; k++) {
    const int at = k < cells->n ? cells->at[k] : cells->n > 0 ? cells->at[cells->n - 1] : 0;
    const int i = part.x0 + at % part.nx, j = part.y0 + at / part.nx, pack = k / LIND_LANES, lane = k % LIND_LANES;
    const size_t whole = (size_t)j * (size_t)space->nx + (size_t)i;
    cells->at[k] = at;
    cells->x[pack].of[lane] = (i + 0.5) * space->spacing;
    cells->y[pack].of[lane] = (j + 0.5) * space->spacing;
    cells->white[pack].of[lane] = space->white[whole];
    cells->grey[pack].of[lane] = space->grey[whole];
  }
}

lind_err lind_tissue_cells_create(const lind_tissue_space *space, lind_tissue_part part, lind_tissue_cells *cells) {
  const size_t most = (size_t)part.nx * (size_t)part.ny + LIND_LANES, packs = most / LIND_LANES + 1;
  *cells = (lind_tissue_cells){.at = calloc(most + LIND_LANES, sizeof(int)),
                               .mask = calloc((size_t)(part.nx + 2) * (size_t)(part.ny + 2), 1)};
  lind_lane **lanes[] = {&cells->x, &cells->y, &cells->white, &cells->grey};
  bool ok = cells->at != NULL && cells->mask != NULL;
  for (int k = 0; k < 4; k++) ok &= (*lanes[k] = aligned_alloc(64, packs * sizeof(lind_lane))) != NULL;
  if (!ok) {
    lind_tissue_cells_release(cells);
    LIND_CHECK(false, LIND_ERR_MEMORY, "no memory for a tissue of %d x %d cells", part.nx, part.ny);
  }
  for (int j = -1; j <= part.ny; j++)
    for (int i = -1; i <= part.nx; i++) {
      const bool is = lind_tissue_is_tissue(space, part.x0 + i, part.y0 + j);
      cells->mask[(size_t)(j + 1) * (size_t)(part.nx + 2) + (size_t)(i + 1)] = is;
      if (is && i >= 0 && j >= 0 && i < part.nx && j < part.ny) cells->at[cells->n++] = j * part.nx + i;
    }
  cells->n_packs = (cells->n + LIND_LANES - 1) / LIND_LANES;
  fill(space, part, cells);
  return LIND_OK;
}

void lind_tissue_cells_release(lind_tissue_cells *cells) {
  free(cells->at);
  free(cells->mask);
  free(cells->x);
  free(cells->y);
  free(cells->white);
  free(cells->grey);
  *cells = (lind_tissue_cells){0};
}
