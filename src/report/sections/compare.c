/* compare.c -- simulated beside published: the effects, and where the published one lies among the replicates. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "effects.h"

static bool wanted(const json_t *term) { return lind_story_is_all(term) || json_object_get(term, "published") != NULL; }

/* One figure a unit: points of different units share no axis. */
static void put_units(lind_story *story) {
  enum { MOST = 16 };
  lind_value_words seen[MOST];
  int n_seen = 0;
  static const char long_caption[] =
      "Effects of the analyses. Intervals are those that one trial of this size would show; the Monte Carlo "
      "error of each mean is in the table.";
  size_t i;
  const json_t *analysis;
  json_array_foreach(json_object_get(story->estimates, "analyses"), i, analysis) {
    const lind_value_words unit = lind_story_effect_unit(analysis);
    int k = 0;
    while (k < n_seen && strcmp(seen[k].text, unit.text) != 0) k++;
    if (k < n_seen || n_seen == MOST) continue;
    seen[n_seen++] = unit;
    const lind_effects effects = {story, unit.text, wanted, NULL};
    char caption[320];
    (void)snprintf(caption, sizeof caption, n_seen > 1 ? "The same for effects in another unit: %.120s." : "%s",
                   n_seen > 1 ? (unit.text[0] != '\0' ? unit.text : "numbers without one") : long_caption);
    if (lind_effects_any(&effects))
      lind_effects_put(&effects, "Simulated effects with their intervals, and the published ones below each.", caption, true);
  }
}

/* ---- replicates ------------------------------------------------------------------------------------------------------------ */

static json_t *bars(const json_t *histogram, int decimals) {
  const double from = lind_value_number(histogram, "from"), width = lind_value_number(histogram, "width");
  json_t *list = json_array();
  for (size_t b = 0; b < json_array_size(json_object_get(histogram, "count")); b++) {
    const double count = lind_value_at(histogram, "count", b), low = from + (double)b * width;
    if (isfinite(count) && isfinite(low))
      json_array_append_new(list, json_pack("{s:f,s:f,s:f,s:s}", "from", low, "to", low + width, "count", count, "range",
                                            lind_value_interval(low, low + width, decimals).text));
  }
  return list;
}

static json_t *replicate_holes(const json_t *analysis, const json_t *term, json_t *values) {
  const json_t *published = json_object_get(term, "published");
  const lind_value_words unit = lind_story_effect_unit(analysis);
  const bool ratio = json_is_true(json_object_get(analysis, "ratio"));
  json_t *holes =
      json_pack("{s:O,s:o}", "values", values, "scale",
                ratio ? json_pack("{s:s,s:b,s:i}", "type", "log", "nice", 0, "padding", 16) : json_pack("{s:b}", "zero", 0));
  json_object_set_new(
      holes, "x",
      json_sprintf("%s%s%s", ratio ? "Ratio" : "Difference", !ratio && unit.text[0] != '\0' ? ", " : "", ratio ? "" : unit.text));
  const double mean = lind_value_number(term, "estimate"), null_at = lind_value_number(analysis, "null");
  if (isfinite(mean)) json_object_set_new(holes, "mean", json_real(mean));
  if (isfinite(null_at)) json_object_set_new(holes, "null", json_real(null_at));
  const double found = lind_value_number(published, "estimate");
  const double lower = lind_value_number(published, "lower"), upper = lind_value_number(published, "upper");
  if (isfinite(found)) json_object_set_new(holes, "published", json_real(found));
  if (isfinite(lower) && isfinite(upper))
    json_object_set_new(holes, "band", json_pack("{s:f,s:f}", "lower", lower, "upper", upper));
  return holes;
}

static void put_bars_table(lind_story *story, const json_t *values) {
  static const char *const headers[] = {"Effect between", "Replicates"};
  size_t i;
  const json_t *bar;
  lind_table_begin(story, "Replicates by the effect they found", "ln", headers);
  json_array_foreach(values, i, bar) {
    const lind_value_words count = lind_value_fixed(lind_value_number(bar, "count"), 0);
    const char *const cells[] = {lind_value_text(bar, "range", ""), count.text};
    lind_table_row(story, "ln", cells);
  }
  lind_table_end(story);
}

static void put_replicates(lind_story *story) {
  const json_t *analysis = lind_story_primary(story), *term = lind_story_primary_term(story);
  const json_t *histogram = json_object_get(term, "histogram"), *published = json_object_get(term, "published");
  if (histogram == NULL) return;
  const int decimals = lind_story_interval_decimals(term);
  json_t *values = bars(histogram, decimals);
  const lind_value_words range = lind_value_interval(lind_value_number(term, "p05"), lind_value_number(term, "p95"), decimals);
  const lind_value_words n = lind_value_fixed(lind_value_number(term, "replicates"), 0);
  lind_figure_begin(story, "replicates",
                    "Histogram of the primary effect over the replicates, with the published interval as a band.",
                    replicate_holes(analysis, term, values));
  lind_figure_key(story, LIND_MARK_BARS, "replicates");
  lind_figure_key(story, LIND_MARK_EFFECT, "their mean");
  if (published != NULL) lind_figure_key(story, LIND_MARK_BAND, "published effect and interval");
  lind_figure_key(story, LIND_MARK_NULL, "no effect");
  char caption[512];
  (void)snprintf(caption, sizeof caption, "The primary effect in each of %s whole trials. Nine trials in ten found %s.", n.text,
                 range.text);
  lind_figure_caption(story, caption, false);
  put_bars_table(story, values);
  lind_figure_end(story);
  json_decref(values);
}

static bool any_published(const lind_story *story) {
  size_t i, k;
  const json_t *analysis, *term;
  json_array_foreach(json_object_get(story->estimates, "analyses"), i, analysis)
      json_array_foreach(json_object_get(analysis, "terms"), k, term) if (json_object_get(term, "published") != NULL) return true;
  return false;
}

void lind_section_compare(lind_story *story) {
  if (json_array_size(json_object_get(story->estimates, "analyses")) == 0) return;
  lind_story_section(story, "compare", any_published(story) ? "Simulated beside published" : "Results");
  put_units(story);
  put_replicates(story);
  lind_story_end(story);
}
