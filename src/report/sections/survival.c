/* survival.c -- Kaplan-Meier curves by arm, with the numbers at risk below them. */
#include <math.h>
#include <stdio.h>

#include "sections.h"

enum { TIMES = 8 };

static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

/* Where other events compete the curve leaves them out, too: 1 minus it is no incidence. */
static const char *without(const json_t *curve) {
  return json_is_true(json_object_get(curve, "competing")) ? "without the event and without those that compete"
                                                           : "without the event";
}

static json_t *points(const lind_story *story, const json_t *curve) {
  json_t *values = json_array();
  size_t i;
  const json_t *arm;
  json_array_foreach(json_object_get(curve, "arms"), i, arm) {
    for (size_t k = 0; k < json_array_size(json_object_get(arm, "day")); k++)
      json_array_append_new(values,
                            json_pack("{s:s,s:o,s:o}", "arm", lind_story_arm(story, lind_value_text(arm, "arm", "")), "day",
                                      number(lind_value_at(arm, "day", k)), "share", number(lind_value_at(arm, "share", k))));
  }
  return values;
}

static json_t *holes_of(const lind_story *story, const json_t *curve) {
  json_t *dashes = json_array();
  char axis[80];
  (void)snprintf(axis, sizeof axis, "Share %s", without(curve));
  for (size_t i = 0; i < json_array_size(json_object_get(story->estimates, "arms")); i++)
    json_array_append_new(dashes, i % 2 == 0 ? json_pack("[i,i]", 1, 0) : json_pack("[i,i]", 6, 3));
  return json_pack("{s:o,s:o,s:o,s:o,s:s}", "values", points(story, curve), "arms", lind_story_arm_titles(story), "colours",
                   lind_story_arm_colours(story), "dashes", dashes, "y", axis);
}

/* The longest curve and how many of its points lie between two columns of the table. */
static const json_t *longest(const json_t *curve, size_t *step) {
  const json_t *arm, *found = NULL;
  size_t i, most = 0;
  json_array_foreach(json_object_get(curve, "arms"), i, arm) {
    const size_t n = json_array_size(json_object_get(arm, "day"));
    if (n <= most) continue;
    most = n;
    found = arm;
  }
  *step = most > TIMES ? (most + TIMES - 2) / (TIMES - 1) : 1;
  return found;
}

/* A row an arm, a column a time: at risk, and the share without the event. */
static void put_table(lind_story *story, const json_t *curve) {
  size_t i, step;
  const json_t *arm, *all = longest(curve, &step);
  lind_value_words days[TIMES], cells_of[TIMES];
  char first[100];
  const char *headers[TIMES + 2] = {first}, *cells[TIMES + 2];
  char format[TIMES + 3] = "l", both[TIMES][64];
  int n = 0;
  (void)snprintf(first, sizeof first, "At risk in one trial (share %s, %%)", without(curve));
  for (size_t k = 0; n < TIMES && k < json_array_size(json_object_get(all, "day")); k += step, n++) {
    char words[40];
    days[n] = lind_value_short(lind_value_at(all, "day", k));
    (void)snprintf(words, sizeof words, "day %.30s", days[n].text);
    (void)snprintf(days[n].text, sizeof days[n].text, "%s", words);
    headers[n + 1] = days[n].text;
    format[n + 1] = 'n';
  }
  format[n + 1] = '\0';
  lind_table_begin(story, lind_value_text(curve, "title", "Survival"), format, headers);
  json_array_foreach(json_object_get(curve, "arms"), i, arm) {
    cells[0] = lind_story_arm(story, lind_value_text(arm, "arm", ""));
    for (int k = 0; k < n; k++) {
      const double at_risk = lind_value_at(arm, "at_risk", (size_t)k * step),
                   share = lind_value_at(arm, "share", (size_t)k * step);
      cells_of[k] = lind_value_fixed(at_risk, 1);
      (void)snprintf(both[k], sizeof both[k], isfinite(at_risk) && isfinite(share) ? "%s (%.0f)" : "0", cells_of[k].text,
                     100.0 * share);
      cells[k + 1] = both[k];
    }
    lind_table_row(story, format, cells);
  }
  lind_table_end(story);
}

static void put_medians(lind_story *story, const json_t *curve) {
  size_t i;
  const json_t *arm;
  lind_page_raw(&story->page, "<p>");
  json_array_foreach(json_object_get(curve, "arms"), i, arm) {
    const double median = lind_value_number(arm, "median");
    lind_page_put(&story->page, "%s%s: median %s", i > 0 ? "; " : "", lind_story_arm(story, lind_value_text(arm, "arm", "")),
                  isfinite(median) ? lind_value_fixed(median, 0).text : "not reached");
    if (isfinite(median)) lind_page_raw(&story->page, " days");
  }
  lind_page_raw(&story->page, ".</p>\n");
}

void lind_section_survival(lind_story *story) {
  size_t i;
  const json_t *curve, *curves = json_object_get(story->estimates, "survival");
  if (json_array_size(curves) == 0) return;
  lind_story_section(story, "survival", "Times to events");
  json_array_foreach(curves, i, curve) {
    char words[512];
    const char *title = lind_value_text(curve, "title", lind_value_text(curve, "endpoint", "time"));
    (void)snprintf(words, sizeof words, "%s: share %s by arm, Kaplan-Meier.", title, without(curve));
    lind_figure_begin(story, "survival", words, holes_of(story, curve));
    lind_figure_key_arms(story, true);
    (void)snprintf(words, sizeof words,
                   "%s. Kaplan-Meier curves over the patients of all replicates, as known at the end of each.", title);
    lind_figure_caption(story, words, true);
    put_table(story, curve);
    lind_figure_end(story);
    put_medians(story, curve);
  }
  lind_story_end(story);
}
