/* robustness.c -- what each control would be worth if the twin, the registry or the population were not what was thought. */
#include "../robustness.h"

#include <stdio.h>
#include <string.h>

#include "sections.h"

static const json_t *analysis_of(const lind_story *story, const char *name) {
  size_t i;
  const json_t *analysis;
  json_array_foreach(json_object_get(story->estimates, "analyses"), i, analysis) {
    if (strcmp(lind_value_text(analysis, "name", ""), name) == 0) return analysis;
  }
  return NULL;
}

static void put_point(lind_story *story, const json_t *point) {
  char title[LIND_ROBUSTNESS_TITLE];
  size_t i;
  const json_t *row;
  lind_robustness_title(point, title);
  title[0] = (char)(title[0] >= 'a' && title[0] <= 'z' ? title[0] - 'a' + 'A' : title[0]);
  lind_table_group(story, "lnnnnn", title);
  json_array_foreach(json_object_get(point, "rows"), i, row) {
    const char *name = lind_value_text(row, "analysis", "");
    const lind_robustness_row words = lind_robustness_words(row, lind_value_text(analysis_of(story, name), "title", name));
    const char *cells[LIND_ROBUSTNESS_COLUMNS];
    for (int c = 0; c < LIND_ROBUSTNESS_COLUMNS; c++) cells[c] = words.cells[c].text;
    lind_table_row(story, "lnnnnn", cells);
  }
}

void lind_section_robustness(lind_story *story) {
  const json_t *grid = json_object_get(story->estimates, "robustness");
  size_t i;
  const json_t *point;
  if (json_array_size(json_object_get(grid, "points")) == 0) return;
  const char *title = lind_value_text(grid, "title", "What if the control is wrong?");
  const lind_value_words replicates = lind_value_fixed(lind_value_number(grid, "replicates"), 0);
  lind_story_section(story, "robustness", title);
  lind_page_put(
      &story->page,
      "<p>Every estimate below is held against the true effect, which the simulation knows. %s replicates a point with the "
      "effect of the treatment, as many without it. Bias is in the unit of the endpoint; coverage is of the interval; "
      "patients saved are those that a concurrent control of equal precision would need in addition.</p>\n",
      replicates.text);
  const char *notices[LIND_ROBUSTNESS_NOTICES];
  const int n = lind_robustness_notices(grid, notices);
  for (int k = 0; k < n; k++) lind_page_put(&story->page, "<p class=\"notice\">%s</p>\n", notices[k]);
  lind_table_begin(story, title, "lnnnnn", lind_robustness_headers);
  json_array_foreach(json_object_get(grid, "points"), i, point) put_point(story, point);
  lind_table_end(story);
  lind_story_end(story);
}
