/* lives.c -- single patients over time: a few of those whose trajectories are stored. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sections.h"

static json_t *points(const lind_story *story, const json_t *output) {
  json_t *values = json_array();
  size_t i;
  const json_t *life;
  json_array_foreach(json_object_get(output, "lives"), i, life) {
    for (size_t k = 0; k < json_array_size(json_object_get(life, "day")); k++) {
      const double day = lind_value_at(life, "day", k), value = lind_value_at(life, "value", k);
      if (!isfinite(day) || !isfinite(value)) continue;
      json_array_append_new(values, json_pack("{s:s,s:i,s:f,s:f}", "arm", lind_story_arm(story, lind_value_text(life, "arm", "")),
                                              "life", (int)i, "day", day, "value", value));
    }
  }
  return values;
}

static json_t *holes_of(const lind_story *story, const json_t *output, bool dense) {
  const lind_value_words unit = lind_value_unit(lind_value_text(output, "unit", ""));
  json_t *holes =
      json_pack("{s:o,s:o,s:o,s:o}", "values", points(story, output), "arms", lind_story_arm_titles(story), "colours",
                lind_story_arm_colours(story), "y",
                json_sprintf("%s%s%s", lind_value_text(output, "output", ""), unit.text[0] != '\0' ? "," : "", unit.text));
  json_t *dashes = json_array();
  for (size_t i = 0; i < json_array_size(json_object_get(story->estimates, "arms")); i++)
    json_array_append_new(dashes, i % 2 == 0 ? json_pack("[i,i]", 1, 0) : json_pack("[i,i]", 6, 3));
  json_object_set_new(holes, "dashes", dashes);
  if (!dense) json_object_set_new(holes, "dots", json_true());
  return holes;
}

/* Every point would be many: one row a patient. */
static void put_table(lind_story *story, const json_t *output) {
  static const char *const headers[] = {"Patient", "Arm", "First", "Lowest", "Highest", "Last", "Last day"};
  size_t i;
  const json_t *life;
  lind_table_begin(story, lind_value_text(output, "output", "Output"), "llnnnnn", headers);
  json_array_foreach(json_object_get(output, "lives"), i, life) {
    const size_t n = json_array_size(json_object_get(life, "value"));
    double low = INFINITY, high = -INFINITY;
    char who[320];
    for (size_t k = 0; k < n; k++) {
      low = fmin(low, lind_value_at(life, "value", k));
      high = fmax(high, lind_value_at(life, "value", k));
    }
    if (n == 0) continue;
    (void)snprintf(who, sizeof who, "%s of replicate %s", lind_value_fixed(lind_value_number(life, "patient"), 0).text,
                   lind_value_fixed(lind_value_number(life, "replicate"), 0).text);
    if (low > high) low = high = NAN; /* no number at all */
    const lind_value_words first = lind_value_fixed(lind_value_at(life, "value", 0), 2), lowest = lind_value_fixed(low, 2),
                           highest = lind_value_fixed(high, 2), last = lind_value_fixed(lind_value_at(life, "value", n - 1), 2),
                           day = lind_value_short(lind_value_at(life, "day", n - 1));
    const char *const cells[] = {
        who, lind_story_arm(story, lind_value_text(life, "arm", "")), first.text, lowest.text, highest.text, last.text, day.text};
    lind_table_row(story, "llnnnnn", cells);
  }
  lind_table_end(story);
}

void lind_section_lives(lind_story *story) {
  const json_t *all = json_object_get(story->estimates, "trajectories"), *outputs = json_object_get(all, "outputs"), *output;
  const bool dense = strcmp(lind_value_text(all, "at", ""), "dense") == 0;
  size_t i;
  if (json_array_size(outputs) == 0) return;
  lind_story_section(story, "lives", "Single patients");
  json_array_foreach(outputs, i, output) {
    char words[512];
    const int n = (int)json_array_size(json_object_get(output, "lives"));
    const char *name = lind_value_text(output, "output", "output");
    if (n == 0) continue;
    (void)snprintf(words, sizeof words, "%s over time in %d single patients, coloured by arm.", name, n);
    lind_figure_begin(story, "lives", words, holes_of(story, output, dense));
    lind_figure_key_arms(story, true);
    (void)snprintf(words, sizeof words,
                   "%s in %d patients, the first of each arm among the %s whose trajectories are stored: true values, without "
                   "measurement error%s. A line ends where its patient left.",
                   name, n, lind_value_fixed(lind_value_number(all, "stored"), 0).text, dense ? "" : ", at their visits");
    lind_figure_caption(story, words, false);
    put_table(story, output);
    lind_figure_end(story);
  }
  lind_story_end(story);
}
