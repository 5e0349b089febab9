/* classes.c -- endpoints that are categories: the share of patients in each class, and the plane in which they lie. */
#include <stdio.h>
#include <string.h>

#include "sections.h"

enum { MOST = 12 }; /* classes */

static const char *title_of(const json_t *endpoint) {
  return lind_value_text(endpoint, "title", lind_value_text(endpoint, "name", ""));
}

static void put_table(lind_story *story, const json_t *endpoint) {
  const json_t *labels = json_object_get(endpoint, "labels"), *arm;
  const int n = (int)json_array_size(labels) < MOST ? (int)json_array_size(labels) : MOST;
  const char *headers[MOST + 2] = {lind_story_arm_word(story)};
  char columns[MOST + 3] = "l", caption[300], names[MOST][80];
  size_t i;
  for (int l = 0; l < n; l++) {
    (void)snprintf(names[l], sizeof names[l], "%.70s, %%", json_string_value(json_array_get(labels, (size_t)l)));
    headers[l + 1] = names[l];
    columns[l + 1] = 'n';
  }
  headers[n + 1] = "n";
  columns[n + 1] = 'n';
  (void)snprintf(caption, sizeof caption, "%.200s: share of patients in each class", title_of(endpoint));
  lind_table_begin(story, caption, columns, headers);
  json_array_foreach(json_object_get(endpoint, "classes"), i, arm) {
    lind_value_words shares[MOST + 1];
    const char *cells[MOST + 2] = {lind_story_arm(story, lind_value_text(arm, "arm", ""))};
    for (int l = 0; l < n; l++) shares[l] = lind_value_fixed(lind_value_at(arm, "share", (size_t)l), 1);
    shares[n] = lind_value_fixed(lind_value_number(arm, "n"), 0);
    for (int l = 0; l <= n; l++) cells[l + 1] = shares[l].text;
    lind_table_row(story, columns, cells);
  }
  lind_table_end(story);
}

/* Each bin is a dot whose area is its share of the treatment's patients. */
static json_t *dots(const lind_story *story, const json_t *plane) {
  json_t *values = json_array();
  size_t i, k;
  const json_t *arm, *point;
  json_array_foreach(json_object_get(plane, "arms"), i, arm) {
    double total = 0.0;
    json_array_foreach(json_object_get(arm, "points"), k, point) total += lind_value_number(point, "n");
    json_array_foreach(json_object_get(arm, "points"), k, point) {
      const double share = 100.0 * lind_value_number(point, "n") / total;
      json_array_append_new(values,
                            json_pack("{s:s,s:f,s:f,s:f}", "arm", lind_story_arm(story, lind_value_text(arm, "arm", "")), "x",
                                      lind_value_number(point, "x"), "y", lind_value_number(point, "y"), "share", share));
    }
  }
  return values;
}

static void put_figure(lind_story *story, const json_t *endpoint) {
  const json_t *plane = json_object_get(endpoint, "plane");
  const char *figure = lind_value_text(plane, "figure", NULL);
  char words[400];
  if (figure == NULL || strcmp(figure, "cvga") != 0) return;
  json_t *values = dots(story, plane);
  json_t *holes = json_pack("{s:o,s:s,s:s,s:o,s:o,s:o}", "values", values, "x", lind_value_text(plane, "x", ""), "y",
                            lind_value_text(plane, "y", ""), "arms", lind_story_arm_titles(story), "colours",
                            lind_story_arm_colours(story), "shapes", lind_story_arm_shapes(story));
  (void)snprintf(words, sizeof words, "%.200s: patients by their lowest and highest glucose, in zones A to E.",
                 title_of(endpoint));
  lind_figure_begin(story, "cvga", words, holes);
  lind_figure_key_arms(story, false);
  (void)snprintf(words, sizeof words,
                 "%.200s. Each dot is the patients who share a square of 1 by 5 mg/dL, by area; better control lies at the lower "
                 "left. What lies outside is drawn on the edge.",
                 title_of(endpoint));
  lind_figure_caption(story, words, true);
  put_table(story, endpoint);
  lind_figure_end(story);
}

void lind_section_classes(lind_story *story, const json_t *endpoints) {
  size_t i;
  const json_t *endpoint;
  json_array_foreach(endpoints, i, endpoint) {
    if (json_object_get(endpoint, "classes") == NULL) continue;
    if (json_object_get(endpoint, "plane") != NULL)
      put_figure(story, endpoint);
    else
      put_table(story, endpoint);
  }
}
