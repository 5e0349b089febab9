/* summary.c -- the short summary for a terminal: plain words, aligned by characters rather than bytes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lind/report.h"
#include "load.h"
#include "story.h"
#include "summary_robustness.h"

enum { LABEL = 26, NUMBER = 20, LINE_WIDTH = 78 };

static int width_of(const char *text) {
  int n = 0;
  for (; *text != '\0'; text++) n += ((unsigned char)*text & 0xC0U) != 0x80U;
  return n;
}

static void put_left(FILE *out, const char *text, int width) {
  const int wide = width_of(text);
  fprintf(out, "%s%*s", text, wide < width ? width - wide : 1, "");
}

static void put_row(FILE *out, const char *label, const char *simulated, const char *published) {
  fputs("  ", out);
  put_left(out, label, LABEL);
  if (published[0] == '\0') {
    fprintf(out, "%s\n", simulated);
    return;
  }
  put_left(out, simulated, NUMBER);
  fprintf(out, "%s\n", published);
}

static void put_wrapped(FILE *out, const char *text) {
  char lines[2048];
  fprintf(out, "%s\n", lind_table_wrap(text, LINE_WIDTH, lines, sizeof lines));
}

static const json_t *cell_of(const json_t *estimates, const char *endpoint, const char *arm) {
  size_t i, j;
  const json_t *one, *cell;
  json_array_foreach(json_object_get(estimates, "endpoints"), i, one) {
    if (strcmp(lind_value_text(one, "name", ""), endpoint) != 0) continue;
    json_array_foreach(json_object_get(one, "cells"), j, cell) {
      if (lind_story_is_all(cell) && strcmp(lind_value_text(cell, "arm", ""), arm) == 0) return cell;
    }
  }
  return NULL;
}

/* Of the treated, then of the control; NULL: there is none. */
static const json_t *arm_cell(const lind_story *story, const json_t *analysis, int k) {
  const char *arm = lind_value_text(analysis, k == 0 ? "treated" : "control", NULL);
  return arm != NULL ? cell_of(story->estimates, lind_value_text(analysis, "endpoint", ""), arm) : NULL;
}

static void put_arms(FILE *out, const lind_story *story, const json_t *analysis) {
  for (int k = 0; k < 2; k++) {
    const json_t *cell = arm_cell(story, analysis, k);
    if (cell == NULL) continue;
    const json_t *published = json_object_get(cell, "published");
    const lind_value_words found = lind_story_published(published);
    put_row(out, lind_story_arm(story, lind_value_text(cell, "arm", "")),
            lind_value_with_error(lind_value_number(cell, "mean"), lind_value_number(cell, "mcse")).text,
            published != NULL ? found.text : "");
  }
}

static void put_primary(FILE *out, const lind_story *story) {
  const json_t *analysis = lind_story_primary(story), *term = lind_story_primary_term(story);
  if (term == NULL) return;
  const json_t *published = json_object_get(term, "published");
  const lind_value_words unit = lind_story_effect_unit(analysis);
  char label[256];
  (void)snprintf(label, sizeof label, "%s%s%s", lind_value_text(analysis, "title", lind_value_text(analysis, "name", "primary")),
                 unit.text[0] != '\0' ? ", " : "", unit.text);
  fprintf(out, "\n%s\n", label);
  bool any = published != NULL;
  for (int k = 0; k < 2; k++) any |= json_object_get(arm_cell(story, analysis, k), "published") != NULL;
  put_row(out, "", "simulated", any ? "published" : "");
  put_arms(out, story, analysis);
  put_row(out, json_is_true(json_object_get(analysis, "ratio")) ? "ratio" : "difference",
          lind_value_with_error(lind_value_number(term, "estimate"), lind_value_number(term, "mcse")).text,
          published != NULL
              ? lind_value_fixed(lind_value_number(published, "estimate"), lind_story_published_decimals(published)).text
              : "");
  const double level = lind_value_number(analysis, "level");
  (void)snprintf(label, sizeof label, "%g %% interval", 100.0 * (isfinite(level) ? level : 0.95));
  const lind_value_words interval = lind_story_interval(term);
  const double lower = lind_value_number(published, "lower"), upper = lind_value_number(published, "upper");
  const lind_value_words found = lind_value_interval(lower, upper, lind_story_published_decimals(published));
  put_row(out, label, interval.text, published != NULL ? found.text : "");
  const double power = lind_value_number(term, "power");
  if (isfinite(power)) {
    const lind_value_words words = lind_value_with_error(100.0 * power, 100.0 * lind_value_number(term, "power_mcse"));
    (void)snprintf(label, sizeof label, "%s %%", words.text);
    put_row(out, "power", label, "");
  }
}

static void put_flow(FILE *out, const lind_story *story) {
  const json_t *consort = json_object_get(story->estimates, "consort");
  size_t i;
  const json_t *arm;
  if (consort == NULL) return;
  fprintf(out, "\nFlow: %s screened, %s not eligible, %s randomised\n",
          lind_value_fixed(lind_value_number(consort, "screened"), 0).text,
          lind_value_fixed(lind_value_number(consort, "excluded"), 0).text,
          lind_value_fixed(lind_value_number(consort, "randomised"), 0).text);
  json_array_foreach(json_object_get(consort, "arms"), i, arm) {
    fputs("  ", out);
    put_left(out, lind_story_arm(story, lind_value_text(arm, "arm", "")), LABEL);
    fprintf(out, "%s randomised, %s completed, %s dropped out, %s failed",
            lind_value_fixed(lind_value_number(arm, "randomised"), 0).text,
            lind_value_fixed(lind_value_number(arm, "completed"), 0).text,
            lind_value_fixed(lind_value_number(arm, "dropped"), 0).text,
            lind_value_fixed(lind_value_number(arm, "failed"), 0).text);
    const double ended = lind_value_number(arm, "final_events");
    if (ended > 0.0) fprintf(out, "; %s of the completed had a final event", lind_value_fixed(ended, 0).text);
    fputc('\n', out);
  }
}

lind_err lind_report_answer(const char *estimates_json, FILE *out) {
  json_t *estimates;
  LIND_TRY(lind_load_estimates_text(estimates_json, &estimates));
  const lind_story story = {.estimates = estimates};
  fprintf(out, "%s\n\n", lind_value_text(estimates, "title", lind_value_text(estimates, "protocol", "")));
  put_wrapped(out, lind_value_text(estimates, "answer", "No answer was written."));
  put_primary(out, &story);
  lind_summary_robustness(out, estimates);
  put_flow(out, &story);
  json_decref(estimates);
  LIND_CHECK(ferror(out) == 0, LIND_ERR_FILE, "the summary could not be written");
  return LIND_OK;
}
