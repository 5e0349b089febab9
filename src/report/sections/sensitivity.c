/* sensitivity.c -- the scenario grid: what the difference becomes when an assumption is moved, and the arms' own levels. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sections.h"

static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

static const json_t *analysis_of(const lind_story *story, const json_t *grid) {
  size_t i;
  const json_t *analysis;
  json_array_foreach(json_object_get(story->estimates, "analyses"), i, analysis) {
    if (strcmp(lind_value_text(analysis, "name", ""), lind_value_text(grid, "analysis", "primary")) == 0) return analysis;
  }
  return NULL;
}

static const char *title_of(const json_t *scenario) {
  return lind_value_text(scenario, "title", lind_value_text(scenario, "name", ""));
}

static void put_differences(lind_story *story, const json_t *grid, const json_t *analysis, const char *unit) {
  const bool ratio = json_is_true(json_object_get(analysis, "ratio"));
  lind_figure_rows rows;
  size_t i;
  const json_t *one;
  lind_figure_rows_init(&rows);
  json_array_foreach(json_object_get(grid, "scenarios"), i, one) {
    const char *row = lind_figure_rows_add(&rows, title_of(one), false);
    const double estimate = lind_value_number(one, "estimate");
    json_array_append_new(rows.values,
                          json_pack("{s:s,s:s,s:i,s:s,s:o,s:o,s:o,s:s}", "row", row, "kind", "simulated", "shift", 0, "label",
                                    title_of(one), "estimate", number(estimate), "lower", number(lind_value_number(one, "lower")),
                                    "upper", number(lind_value_number(one, "upper")), "text",
                                    lind_value_with_error(estimate, lind_value_number(one, "mcse")).text));
  }
  const double null_at = lind_value_number(analysis, "null");
  const json_t *published = json_object_get(lind_story_primary_term(story), "published");
  const double lower = lind_value_number(published, "lower"), upper = lind_value_number(published, "upper");
  json_t *holes =
      json_pack("{s:f,s:i,s:o}", "null",
                isfinite(null_at) ? null_at
                : ratio           ? 1.0
                                  : 0.0,
                "room", 110, "scale",
                ratio ? json_pack("{s:s,s:b,s:i}", "type", "log", "nice", 0, "padding", 16) : json_pack("{s:b}", "zero", 0));
  const bool band = isfinite(lower) && isfinite(upper) && analysis == lind_story_primary(story);
  if (band) json_object_set_new(holes, "band", json_pack("{s:f,s:f}", "lower", lower, "upper", upper));
  json_object_set_new(
      holes, "x",
      json_sprintf("%s%s%s", ratio ? "Ratio" : "Difference", !ratio && unit[0] != '\0' ? ", " : "", ratio ? "" : unit));
  json_object_set_new(holes, "ticks", lind_figure_ticks(rows.values, ratio));
  lind_figure_rows_take(&rows, 28, holes);
  lind_figure_begin(story, "forest", "Difference under each scenario, with the published interval as a band.", holes);
  lind_figure_key(story, LIND_MARK_EFFECT, "simulated mean with its Monte Carlo interval");
  if (band) lind_figure_key(story, LIND_MARK_BAND, "published interval");
  lind_figure_key(story, LIND_MARK_NULL, "no effect");
}

static void put_table(lind_story *story, const json_t *grid, const json_t *analysis) {
  char treated[256], control[256];
  (void)snprintf(treated, sizeof treated, "%s", lind_story_arm(story, lind_value_text(analysis, "treated", "Treated")));
  (void)snprintf(control, sizeof control, "%s", lind_story_arm(story, lind_value_text(analysis, "control", "Control")));
  const char *const headers[] = {"Scenario", treated, control, "Effect", "Monte Carlo interval"};
  size_t i;
  const json_t *one;
  lind_table_begin(story, lind_value_text(grid, "title", "Scenarios"), "lnnnn", headers);
  json_array_foreach(json_object_get(grid, "scenarios"), i, one) {
    const double error = lind_value_number(one, "mcse"), estimate = lind_value_number(one, "estimate");
    const int decimals = lind_value_decimals(estimate, error);
    const lind_value_words first = lind_value_fixed(lind_value_number(one, "treated"), decimals);
    const lind_value_words second = lind_value_fixed(lind_value_number(one, "control"), decimals);
    const lind_value_words effect = lind_value_with_error(estimate, error);
    const lind_value_words interval =
        lind_value_interval(lind_value_number(one, "lower"), lind_value_number(one, "upper"), decimals);
    const char *const cells[] = {title_of(one), first.text, second.text, effect.text, interval.text};
    lind_table_row(story, "lnnnn", cells);
  }
  lind_table_end(story);
}

static void put_levels(lind_story *story, const json_t *grid, const json_t *analysis) {
  static const char *const keys[] = {"treated", "control"};
  lind_figure_rows rows;
  size_t i;
  const json_t *one;
  json_t *numbers = json_array();
  lind_figure_rows_init(&rows);
  json_array_foreach(json_object_get(grid, "scenarios"), i, one) {
    const char *row = lind_figure_rows_add(&rows, title_of(one), false);
    json_array_append_new(numbers,
                          json_pack("{s:s,s:o}", "row", row, "text",
                                    json_sprintf("%s \xC2\xB7 %s", lind_value_fixed(lind_value_number(one, "treated"), 1).text,
                                                 lind_value_fixed(lind_value_number(one, "control"), 1).text)));
    for (int k = 0; k < 2; k++) {
      const double level = lind_value_number(one, keys[k]);
      json_array_append_new(
          rows.values,
          json_pack("{s:s,s:i,s:s,s:s,s:o,s:s}", "row", row, "size",
                    lind_story_arm_size(lind_story_arm_index(story, lind_value_text(analysis, keys[k], NULL))), "label",
                    title_of(one), "arm", lind_story_arm(story, lind_value_text(analysis, keys[k], keys[k])), "mean",
                    number(level), "text", lind_value_fixed(level, 1).text));
    }
  }
  const lind_value_words unit = lind_value_unit(lind_value_text(grid, "unit", ""));
  json_t *holes = json_pack("{s:o,s:o,s:o,s:o,s:i,s:o}", "arms", lind_story_arm_titles(story), "colours",
                            lind_story_arm_colours(story), "shapes", lind_story_arm_shapes(story), "numbers", numbers, "room",
                            110, "x", json_sprintf("Level of each arm%s%s", unit.text[0] != '\0' ? "," : "", unit.text));
  lind_figure_rows_take(&rows, 28, holes);
  lind_figure_begin(story, "dots", "Level of each arm under each scenario.", holes);
  lind_figure_key_arms(story, false);
  lind_figure_caption(story, "The same scenarios: where the two arms lie. A difference can stay while both levels move.", false);
  put_table(story, grid, analysis);
  lind_figure_end(story);
}

void lind_section_sensitivity(lind_story *story) {
  const json_t *grid = json_object_get(story->estimates, "sensitivity");
  if (json_array_size(json_object_get(grid, "scenarios")) == 0) return;
  const json_t *analysis = analysis_of(story, grid);
  const char *unit = lind_value_text(grid, "unit", "");
  char caption[512];
  const lind_value_words replicates = lind_value_fixed(lind_value_number(grid, "replicates"), 0);
  lind_story_section(story, "sensitivity", lind_value_text(grid, "title", "Sensitivity"));
  put_differences(story, grid, analysis, strcmp(unit, "%") == 0 ? "percentage points" : strcmp(unit, "1") == 0 ? "" : unit);
  (void)snprintf(
      caption, sizeof caption,
      "The effect when one thing is changed. %s replicates a scenario; the bars are the Monte Carlo error alone, not the "
      "uncertainty of one trial.",
      replicates.text);
  lind_figure_caption(story, caption, true);
  put_table(story, grid, analysis);
  lind_figure_end(story);
  if (analysis != NULL && story->figures) put_levels(story, grid, analysis);
  lind_story_end(story);
}
