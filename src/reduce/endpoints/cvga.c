/* cvga.c -- the class of a patient in the control-variability grid, A (accurate) to E (erroneous). */
#include "cvga.h"

static double of_series(const lind_endpoint *endpoint, const lind_series *series) {
  const int class = lind_cvga_class(endpoint, series);
  return class >= 0 ? (double)class : NAN;
}

static const char *const classes[] = {"A", "B", "C", "D", "E", NULL};

static const lind_plane grid = {.figure = "cvga",
                                .x = "Lowest glucose (2.5 percentile), mg/dL",
                                .y = "Highest glucose (97.5 percentile), mg/dL",
                                .x_lower = 50.0,
                                .x_upper = 110.0,
                                .y_lower = 110.0,
                                .y_upper = 400.0,
                                .x_bins = 60,
                                .y_bins = 58};

const lind_endpoint_kind lind_endpoint_cvga = {
    .name = "cvga",
    .summary = "class in the control-variability grid, from the lowest and the highest glucose",
    .source = "Magni et al. 2008, doi:10.1177/193229680800200414",
    .scale = LIND_SCALE_CATEGORY,
    .unit = "1",
    .needs_output = true,
    .in_unit = "mg/dL",
    .of_series = of_series,
    .labels = classes,
    .plane = &grid,
    .place = lind_cvga_place,
};
