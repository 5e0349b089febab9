/* robustness.h -- the words of the robustness table, the same on the page and on a terminal. */
#ifndef LIND_REPORT_ROBUSTNESS_H
#define LIND_REPORT_ROBUSTNESS_H

#include "value.h"

enum { LIND_ROBUSTNESS_COLUMNS = 6, LIND_ROBUSTNESS_TITLE = 1024, LIND_ROBUSTNESS_NOTICES = 3 };
extern const char *const lind_robustness_headers[LIND_ROBUSTNESS_COLUMNS];

typedef struct lind_robustness_row {
  lind_value_words cells[LIND_ROBUSTNESS_COLUMNS];
} lind_robustness_row;

/* "as in the protocol", or what is wrong, joined. */
void lind_robustness_title(const json_t *point, char title[LIND_ROBUSTNESS_TITLE]);
/* One analysis at one point. Where type I errors are inflated, it says so, and no patients are saved. */
lind_robustness_row lind_robustness_words(const json_t *row, const char *name);
/* What must be said above the table; how many there are. */
int lind_robustness_notices(const json_t *grid, const char *notices[LIND_ROBUSTNESS_NOTICES]);

#endif
