/* The same rows as text: for a terminal and for the reference page. */
#include <stdbool.h>
#include <string.h>

#include "schema_value.h"

enum { VALUE_SIZE = 512, INDENT = 2 };

typedef struct writer {
  char *buffer;
  size_t used;
} writer;

static void put(writer *w, const char *text) {
  const size_t room = VALUE_SIZE - w->used;
  const int n = snprintf(w->buffer + w->used, room, "%s", text);
  w->used += n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
}

static void put_bounds(writer *w, const lind_key *row) {
  char text[96];
  lind_schema_bounds_text(row, row->unit != NULL ? row->unit : "", text, sizeof text);
  if (text[0] != '\0') put(w, ", ");
  put(w, text);
}

static void put_choices(writer *w, const char *choices, const char *bar) {
  for (const char *c = choices; *c != '\0'; c++) {
    const char one[2] = {*c, '\0'};
    put(w, *c == '|' ? bar : one);
  }
}

static void put_dimension(writer *w, const lind_key *row) {
  lind_unit unit;
  char words[96];
  if (row->unit == NULL || lind_unit_parse(row->unit, &unit) != LIND_OK) return;
  put(w, lind_unit_dimension_words(unit.dimension, words, sizeof words));
  put(w, ", such as 1 ");
  put(w, row->unit);
}

/* "time, such as 1 day, at least 0 day" */
static const char *value_text(const lind_key *row, const char *bar, char buffer[VALUE_SIZE]) {
  static const char *const words[] = {
      [LIND_KEY_WORDS] = "text",
      [LIND_KEY_WORDS_LIST] = "list of texts",
      [LIND_KEY_NUMBER] = "number",
      [LIND_KEY_NUMBERS] = "list of numbers",
      [LIND_KEY_COUNT] = "whole number",
      [LIND_KEY_FLAG] = "true or false",
      [LIND_KEY_QUANTITY] = "",
      [LIND_KEY_QUANTITIES] = "list: ",
      [LIND_KEY_CHOICE] = "",
      [LIND_KEY_NODE] = "section",
  };
  writer w = {.buffer = buffer};
  buffer[0] = '\0';
  put(&w, words[row->kind]);
  if (row->kind == LIND_KEY_QUANTITY || row->kind == LIND_KEY_QUANTITIES) put_dimension(&w, row);
  if (row->kind == LIND_KEY_CHOICE) put_choices(&w, row->choices, bar);
  put_bounds(&w, row);
  return buffer;
}

static bool is_any(const lind_key *row) { return strcmp(row->key, "*") == 0; }

static const char *preset_text(const lind_key *row) {
  if (is_any(row)) return "";
  return row->preset == NULL ? "required" : row->preset[0] == '\0' ? "optional" : row->preset;
}

void lind_schema_describe(FILE *out, const lind_section *section) {
  int width = 0;
  for (const lind_key *row = section->rows; row->key != NULL; row++) {
    const int n = is_any(row) ? (int)sizeof "NAME" - 1 : (int)strlen(row->key);
    width = n > width ? n : width;
  }
  (void)fprintf(out, "%s: %s\n", section->name, section->sentence);
  for (const lind_key *row = section->rows; row->key != NULL; row++) {
    char value[VALUE_SIZE];
    const char *mark = is_any(row) || row->preset == NULL || row->preset[0] == '\0' ? "" : "default ";
    (void)fprintf(out, "%*s%-*s  %s%s%s%s%s\n", INDENT, "", width, is_any(row) ? "NAME" : row->key,
                  is_any(row) ? "any other key" : value_text(row, " | ", value), is_any(row) ? "" : "  (", mark, preset_text(row),
                  is_any(row) ? "" : ")");
    (void)fprintf(out, "%*s%s\n", INDENT + width + 2, "", row->sentence);
  }
}

void lind_schema_describe_markdown(FILE *out, const lind_section *section) {
  (void)fprintf(out, "### `%s`\n\n%s\n\n| key | value | default | meaning |\n|---|---|---|---|\n", section->name,
                section->sentence);
  for (const lind_key *row = section->rows; row->key != NULL; row++) {
    char value[VALUE_SIZE];
    const bool written = !is_any(row) && row->preset != NULL && row->preset[0] != '\0';
    (void)fprintf(out, "| %s%s%s | %s | %s%s%s | %s |\n", is_any(row) ? "" : "`", is_any(row) ? "any other" : row->key,
                  is_any(row) ? "" : "`", is_any(row) ? "" : value_text(row, " \\| ", value), written ? "`" : "",
                  preset_text(row), written ? "`" : "", row->sentence);
  }
  (void)fprintf(out, "\n");
}
