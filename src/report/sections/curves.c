/* curves.c -- outputs over time by arm: median and the band that holds nine patients in ten. */
#include <math.h>
#include <stdio.h>

#include "sections.h"

static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

static json_t *points(const lind_story *story, const json_t *curve) {
  static const char *const keys[] = {"p05", "p50", "p95"};
  json_t *values = json_array();
  size_t i;
  const json_t *arm;
  json_array_foreach(json_object_get(curve, "arms"), i, arm) {
    for (size_t k = 0; k < json_array_size(json_object_get(arm, "day")); k++) {
      json_t *point = json_pack("{s:s,s:o}", "arm", lind_story_arm(story, lind_value_text(arm, "arm", "")), "day",
                                number(lind_value_at(arm, "day", k)));
      for (int q = 0; q < 3; q++) json_object_set_new(point, keys[q], number(lind_value_at(arm, keys[q], k)));
      json_array_append_new(values, point);
    }
  }
  return values;
}

static json_t *holes_of(const lind_story *story, const json_t *curve) {
  const double lower = lind_value_at(curve, "band", 0), upper = lind_value_at(curve, "band", 1);
  const lind_value_words unit = lind_value_unit(lind_value_text(curve, "unit", ""));
  json_t *dashes = json_array();
  for (size_t i = 0; i < json_array_size(json_object_get(story->estimates, "arms")); i++)
    json_array_append_new(dashes, i % 2 == 0 ? json_pack("[i,i]", 1, 0) : json_pack("[i,i]", 6, 3));
  json_t *holes = json_pack("{s:o,s:o,s:o,s:o,s:o}", "values", points(story, curve), "arms", lind_story_arm_titles(story),
                            "colours", lind_story_arm_colours(story), "dashes", dashes, "y",
                            json_sprintf("%s%s%s", lind_value_text(curve, "title", lind_value_text(curve, "output", "")),
                                         unit.text[0] != '\0' ? "," : "", unit.text));
  if (isfinite(lower) && isfinite(upper))
    json_object_set_new(holes, "band", json_pack("{s:f,s:f}", "lower", lower, "upper", upper));
  return holes;
}

static void put_table(lind_story *story, const json_t *curve) {
  static const char *const headers[] = {"Day", "Arm", "5 %", "Median", "95 %"};
  size_t i;
  const json_t *arm;
  lind_table_begin(story, lind_value_text(curve, "title", "Curve"), "llnnn", headers);
  json_array_foreach(json_object_get(curve, "arms"), i, arm) {
    for (size_t k = 0; k < json_array_size(json_object_get(arm, "day")); k++) {
      const lind_value_words day = lind_value_short(lind_value_at(arm, "day", k)),
                             low = lind_value_fixed(lind_value_at(arm, "p05", k), 2);
      const lind_value_words middle = lind_value_fixed(lind_value_at(arm, "p50", k), 2),
                             high = lind_value_fixed(lind_value_at(arm, "p95", k), 2);
      const char *const cells[] = {day.text, lind_story_arm(story, lind_value_text(arm, "arm", "")), low.text, middle.text,
                                   high.text};
      lind_table_row(story, "llnnn", cells);
    }
  }
  lind_table_end(story);
}

void lind_section_curves(lind_story *story) {
  size_t i;
  const json_t *curve, *curves = json_object_get(story->estimates, "curves");
  if (json_array_size(curves) == 0) return;
  lind_story_section(story, "curves", "Over time");
  json_array_foreach(curves, i, curve) {
    char words[512];
    const char *title = lind_value_text(curve, "title", lind_value_text(curve, "output", "output"));
    (void)snprintf(words, sizeof words, "%s over time by arm: median and the band from 5 to 95 %%.", title);
    lind_figure_begin(story, "curve", words, holes_of(story, curve));
    lind_figure_key_arms(story, true);
    if (isfinite(lind_value_at(curve, "band", 0))) {
      char band[192];
      (void)snprintf(band, sizeof band, "target, %s",
                     lind_value_interval(lind_value_at(curve, "band", 0), lind_value_at(curve, "band", 1), 1).text);
      lind_figure_key(story, LIND_MARK_TARGET, band);
    }
    (void)snprintf(words, sizeof words, "%s. The line is the median patient; nine in ten lie inside the band.", title);
    lind_figure_caption(story, words, false);
    put_table(story, curve);
    lind_figure_end(story);
  }
  lind_story_end(story);
}
