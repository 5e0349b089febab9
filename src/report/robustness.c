#include "robustness.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const lind_robustness_headers[LIND_ROBUSTNESS_COLUMNS] = {"Control",  "Bias",        "Type I error, %",
                                                                      "Power, %", "Coverage, %", "Patients saved, %"};

void lind_robustness_title(const json_t *point, char title[LIND_ROBUSTNESS_TITLE]) {
  static const char *const axes[] = {"drift", "slope", "population"};
  size_t used = 0;
  title[0] = '\0';
  for (int a = 0; a < 3; a++) {
    const char *words = lind_value_text(point, axes[a], NULL);
    if (words == NULL || used + strlen(words) + 3 > LIND_ROBUSTNESS_TITLE) continue;
    used += (size_t)snprintf(title + used, LIND_ROBUSTNESS_TITLE - used, "%s%s", used > 0 ? "; " : "", words);
  }
  if (used == 0) (void)snprintf(title, LIND_ROBUSTNESS_TITLE, "everything as in the protocol");
}

static lind_value_words percent(const json_t *row, const char *key, const char *mcse) {
  return lind_value_with_error(100.0 * lind_value_number(row, key), 100.0 * lind_value_number(row, mcse));
}

static bool is(const json_t *row, const char *key) { return json_is_true(json_object_get(row, key)); }

lind_robustness_row lind_robustness_words(const json_t *row, const char *name) {
  const bool inflated = is(row, "inflated");
  lind_robustness_row words = {{{{0}},
                                lind_value_with_error(lind_value_number(row, "bias"), lind_value_number(row, "bias_mcse")),
                                percent(row, "type_one", "type_one_mcse"),
                                percent(row, "power", "power_mcse"),
                                percent(row, "coverage", "coverage_mcse"),
                                lind_value_fixed(100.0 * lind_value_number(row, "saved"), 0)}};
  (void)snprintf(words.cells[0].text, sizeof words.cells[0].text, "%s", name);
  if (inflated) {
    const lind_value_words type_one = words.cells[2];
    (void)snprintf(words.cells[2].text, sizeof words.cells[2].text, "%.90s inflated", type_one.text);
    (void)snprintf(words.cells[5].text, sizeof words.cells[5].text, "not valid");
  }
  if (is(row, "effect_left")) (void)snprintf(words.cells[2].text, sizeof words.cells[2].text, "effect left");
  if (is(row, "too_few")) {
    (void)snprintf(words.cells[2].text, sizeof words.cells[2].text, "too few trials");
    words.cells[5] = lind_value_fixed(NAN, 0);
  }
  return words;
}

static bool any(const json_t *grid, const char *key) {
  size_t i, j;
  const json_t *point, *row;
  json_array_foreach(json_object_get(grid, "points"), i, point) json_array_foreach(json_object_get(point, "rows"), j, row) {
    if (is(row, key)) return true;
  }
  return false;
}

int lind_robustness_notices(const json_t *grid, const char *notices[LIND_ROBUSTNESS_NOTICES]) {
  static const char *const rows[LIND_ROBUSTNESS_NOTICES][2] = {
      {"inflated",
       "Inflated: more type I errors than the level allows, beyond what chance can do. Where that stands, the control is no "
       "evidence if its world is the true one, and no patients are saved."},
      {"too_few", "Too few trials: below 50 a point type I errors cannot be counted. No synthetic control here is evidence."},
      {"effect_left",
       "Effect left: what robustness.no_effect changes leaves an effect, so that type I errors cannot be counted. Where that "
       "stands, no synthetic control is evidence."}};
  int n = 0;
  for (int k = 0; k < LIND_ROBUSTNESS_NOTICES; k++)
    if (any(grid, rows[k][0])) notices[n++] = rows[k][1];
  return n;
}
