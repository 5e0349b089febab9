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

lind_robustness_row lind_robustness_words(const json_t *row, const char *name) {
  const bool inflated = json_is_true(json_object_get(row, "inflated"));
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
  return words;
}
