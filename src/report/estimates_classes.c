/* estimates_classes.c -- endpoints that are categories: how many patients are in which class, and the figure that shows it. */
#include <jansson.h>

#include "estimates_parts.h"

static json_t *classes(const lind_tally *tally, int e, int treatment) {
  const lind_layout *layout = tally->layout;
  const int64_t *counts = tally->counts + layout->classes[e] + treatment * layout->n_labels[e];
  int64_t n = 0;
  json_t *shares = json_array();
  for (int l = 0; l < layout->n_labels[e]; l++) n += counts[l];
  for (int l = 0; l < layout->n_labels[e]; l++)
    json_array_append_new(shares, n > 0 ? json_real(100.0 * (double)counts[l] / (double)n) : json_null());
  return json_pack("{s:s,s:I,s:o}", "arm", layout->plan->protocol->treatments[treatment].name, "n", (json_int_t)n, "share",
                   shares);
}

/* Bins that hold somebody: the middle of each, and how many. */
static json_t *points(const lind_tally *tally, int e, int treatment) {
  const lind_plane *plane = tally->layout->kinds[e]->plane;
  const int bins = plane->x_bins * plane->y_bins;
  const int64_t *counts = tally->counts + tally->layout->plane[e] + treatment * bins;
  const double wide = (plane->x_upper - plane->x_lower) / plane->x_bins, tall = (plane->y_upper - plane->y_lower) / plane->y_bins;
  json_t *list = json_array();
  for (int b = 0; b < bins; b++)
    if (counts[b] > 0)
      json_array_append_new(list, json_pack("{s:f,s:f,s:I}", "x", plane->x_lower + wide * (b % plane->x_bins + 0.5), "y",
                                            plane->y_lower + tall * (b / plane->x_bins + 0.5), "n", (json_int_t)counts[b]));
  return list;
}

void lind_estimates_classes(const lind_tally *tally, int e, json_t *object) {
  const lind_layout *layout = tally->layout;
  const lind_plane *plane = layout->kinds[e]->plane;
  json_t *labels = json_array(), *shares = json_array(), *places = json_array();
  for (int l = 0; l < layout->n_labels[e]; l++) json_array_append_new(labels, json_string(layout->kinds[e]->labels[l]));
  for (int t = 0; t < layout->n_treatments; t++) {
    json_array_append_new(shares, classes(tally, e, t));
    if (plane != NULL)
      json_array_append_new(
          places, json_pack("{s:s,s:o}", "arm", layout->plan->protocol->treatments[t].name, "points", points(tally, e, t)));
  }
  json_object_set_new(object, "labels", labels);
  json_object_set_new(object, "classes", shares);
  if (plane != NULL)
    json_object_set_new(object, "plane",
                        json_pack("{s:s,s:s,s:s,s:o}", "figure", plane->figure, "x", plane->x, "y", plane->y, "arms", places));
  else
    json_decref(places);
}
