/* summary_robustness.c -- the robustness table on a terminal. */
#include "summary_robustness.h"

#include "robustness.h"

static const int widths[LIND_ROBUSTNESS_COLUMNS] = {16, 16, 22, 12, 14, 10};

static void put(FILE *out, const char *text, int width) {
  int wide = 0;
  for (const char *c = text; *c != '\0'; c++) wide += ((unsigned char)*c & 0xC0U) != 0x80U;
  fprintf(out, "%s%*s", text, wide < width ? width - wide : 1, "");
}

void lind_summary_robustness(FILE *out, const json_t *estimates) {
  const json_t *grid = json_object_get(estimates, "robustness"), *point, *row;
  const char *notices[LIND_ROBUSTNESS_NOTICES];
  size_t i, j;
  if (json_array_size(json_object_get(grid, "points")) == 0) return;
  fprintf(out, "\n%s\n%s replicates a point, held against the true effect\n", lind_value_text(grid, "title", ""),
          lind_value_fixed(lind_value_number(grid, "replicates"), 0).text);
  const int n = lind_robustness_notices(grid, notices);
  for (int k = 0; k < n; k++) fprintf(out, "%s\n", notices[k]);
  for (int c = 0; c < LIND_ROBUSTNESS_COLUMNS; c++) {
    if (c == 0) fputs("    ", out);
    put(out, c == 5 ? "Saved, %" : lind_robustness_headers[c], c == 5 ? 0 : widths[c]);
  }
  fputc('\n', out);
  json_array_foreach(json_object_get(grid, "points"), i, point) {
    char title[LIND_ROBUSTNESS_TITLE];
    lind_robustness_title(point, title);
    fprintf(out, "  %s\n", title);
    json_array_foreach(json_object_get(point, "rows"), j, row) {
      const lind_robustness_row words = lind_robustness_words(row, lind_value_text(row, "analysis", ""));
      fputs("    ", out);
      for (int c = 0; c < LIND_ROBUSTNESS_COLUMNS - 1; c++) put(out, words.cells[c].text, widths[c]);
      fprintf(out, "%s\n", words.cells[LIND_ROBUSTNESS_COLUMNS - 1].text);
    }
  }
}
