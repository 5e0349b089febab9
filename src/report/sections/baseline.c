/* baseline.c -- who took part, by arm. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sections.h"

enum { MOST_ARMS = 32 };

static const json_t *arm_of(const json_t *variable, const char *name) {
  size_t i;
  const json_t *arm;
  json_array_foreach(json_object_get(variable, "arms"), i, arm) {
    if (strcmp(lind_value_text(arm, "arm", ""), name) == 0) return arm;
  }
  return NULL;
}

typedef struct columns {
  int n; /* arms */
  const char *names[MOST_ARMS];
  char letters[MOST_ARMS + 2]; /* of the table: "lnn" */
} columns;

static void put_numeric(lind_story *story, const columns *arms, const json_t *variable) {
  lind_value_words words[MOST_ARMS];
  char label[256];
  const char *cells[MOST_ARMS + 1] = {label};
  const lind_value_words unit = lind_value_unit(lind_value_text(variable, "unit", ""));
  (void)snprintf(label, sizeof label, "%s%s%s, mean (SD)", lind_value_text(variable, "name", ""), unit.text[0] != '\0' ? "," : "",
                 unit.text);
  for (int a = 0; a < arms->n; a++) {
    const json_t *arm = arm_of(variable, arms->names[a]);
    const double mean = lind_value_number(arm, "mean"), sd = lind_value_number(arm, "sd");
    const int decimals = lind_value_decimals(mean, sd / 50.0);
    words[a] = lind_value_fixed(mean, decimals);
    const size_t used = strlen(words[a].text);
    if (isfinite(sd))
      (void)snprintf(words[a].text + used, sizeof words[a].text - used, " (%s)", lind_value_fixed(sd, decimals).text);
    cells[a + 1] = words[a].text;
  }
  lind_table_row(story, arms->letters, cells);
}

static void put_shares(lind_story *story, const columns *arms, const json_t *variable) {
  char label[256];
  const bool alleles = strcmp(lind_value_text(variable, "kind", ""), "alleles") == 0;
  (void)snprintf(label, sizeof label, "%s, %s", lind_value_text(variable, "name", ""), alleles ? "% of alleles" : "%");
  lind_table_group(story, arms->letters, label);
  for (size_t l = 0; l < json_array_size(json_object_get(variable, "levels")); l++) {
    lind_value_words words[MOST_ARMS];
    const char *level = json_string_value(json_array_get(json_object_get(variable, "levels"), l));
    const char *cells[MOST_ARMS + 1] = {level != NULL ? level : ""};
    for (int a = 0; a < arms->n; a++) {
      words[a] = lind_value_fixed(100.0 * lind_value_at(arm_of(variable, arms->names[a]), "share", l), 1);
      cells[a + 1] = words[a].text;
    }
    lind_table_row(story, arms->letters, cells);
  }
}

void lind_section_baseline(lind_story *story) {
  size_t i;
  const json_t *variable, *baseline = json_object_get(story->estimates, "baseline"),
                          *arms = json_object_get(story->estimates, "arms");
  const json_t *cohort = json_object_get(story->estimates, "cohort");
  const size_t n = json_array_size(arms) < MOST_ARMS ? json_array_size(arms) : MOST_ARMS;
  if (json_array_size(baseline) == 0 || n == 0) return;
  columns by = {.n = (int)n, .letters = "l"};
  memset(by.letters + 1, 'n', n);
  const char *headers[MOST_ARMS + 1] = {"Characteristic"};
  for (size_t a = 0; a < n; a++) {
    by.names[a] = lind_value_text(json_array_get(arms, a), "name", "");
    headers[a + 1] = lind_story_arm(story, by.names[a]);
  }
  lind_story_section(story, "baseline", "Who took part");
  if (cohort != NULL)
    lind_page_put(&story->page, "<p>Cohort <b>%s</b>: %s</p>\n<p class=\"source\">%s</p>\n", lind_value_text(cohort, "name", ""),
                  lind_value_text(cohort, "title", ""), lind_value_text(cohort, "source", ""));
  lind_table_begin(story, "Baseline characteristics of the randomised", by.letters, headers);
  json_array_foreach(baseline, i, variable) {
    if (json_object_get(variable, "levels") != NULL)
      put_shares(story, &by, variable);
    else
      put_numeric(story, &by, variable);
  }
  lind_table_end(story);
  lind_story_end(story);
}
