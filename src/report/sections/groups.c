/* groups.c -- endpoints by arm: everybody in one table, then a dot plot an endpoint for its groups. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sections.h"

static const char columns[] = "lnnnnnl";

static const char *title_of(const json_t *endpoint) {
  return lind_value_text(endpoint, "title", lind_value_text(endpoint, "name", ""));
}

/* A time that was not seen to end is no number: the mean is that of the patients whose event was seen, the others are missing. */
static const char *of_whom(const json_t *endpoint) {
  return strcmp(lind_value_text(endpoint, "scale", ""), "time") == 0 ? " (of those it happened to; the others count as missing)"
                                                                     : "";
}

static int decimals_of(const json_t *cell) {
  return lind_value_decimals(lind_value_number(cell, "mean"), lind_value_number(cell, "mcse"));
}

static void put_cell(lind_story *story, const json_t *cell) {
  const double mean = lind_value_number(cell, "mean"), sd = lind_value_number(cell, "sd");
  const lind_value_words value = lind_value_with_error(mean, lind_value_number(cell, "mcse"));
  const lind_value_words spread = lind_value_fixed(sd, lind_value_decimals(sd, sd / 50.0));
  const lind_value_words n = lind_value_fixed(lind_value_number(cell, "n"), 0),
                         gone = lind_value_fixed(lind_value_number(cell, "missing"), 0);
  const json_t *published = json_object_get(cell, "published");
  const lind_value_words found = lind_story_published(published);
  const char *const cells[] = {lind_story_arm(story, lind_value_text(cell, "arm", "")),
                               value.text,
                               spread.text,
                               n.text,
                               gone.text,
                               found.text,
                               lind_value_text(published, "source", "")};
  lind_table_row(story, columns, cells);
}

static void begin_table(lind_story *story, const char *caption) {
  const char *const headers[] = {lind_story_arm_word(story), "Mean", "SD of patients", "n", "Missing", "Published",
                                 "Source of published"};
  lind_table_begin(story, caption, columns, headers);
}

/* ---- everybody ------------------------------------------------------------------------------------------------------------- */

static void put_everybody(lind_story *story, const json_t *endpoints) {
  size_t i, j;
  const json_t *endpoint, *cell;
  begin_table(story, "Endpoints in all patients");
  json_array_foreach(endpoints, i, endpoint) {
    char label[512];
    if (json_array_size(json_object_get(endpoint, "cells")) == 0) continue; /* a category: classes.c */
    const lind_value_words unit = lind_value_unit(lind_value_text(endpoint, "unit", ""));
    (void)snprintf(label, sizeof label, "%s%s%s%s", title_of(endpoint), unit.text[0] != '\0' ? "," : "", unit.text,
                   of_whom(endpoint));
    lind_table_group(story, columns, label);
    json_array_foreach(json_object_get(endpoint, "cells"), j, cell) {
      if (lind_story_is_all(cell)) put_cell(story, cell);
    }
  }
  lind_table_end(story);
}

/* ---- groups ---------------------------------------------------------------------------------------------------------------- */

static bool has_groups(const json_t *endpoint) {
  size_t i;
  const json_t *cell;
  json_array_foreach(json_object_get(endpoint, "cells"), i, cell) {
    if (!lind_story_is_all(cell)) return true;
  }
  return false;
}

static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

typedef struct drawing {
  lind_figure_rows rows;
  json_t *numbers; /* "66.1 | 59.4" at the right of each row */
  char group[128], level[128];
  bool published;
} drawing;

static void draw_number(drawing *figure, const char *row, const char *text, bool fresh) {
  if (fresh) {
    json_array_append_new(figure->numbers, json_pack("{s:s,s:s}", "row", row, "text", text));
    return;
  }
  json_t *last = json_array_get(figure->numbers, json_array_size(figure->numbers) - 1);
  json_object_set_new(last, "text", json_sprintf("%s \xC2\xB7 %s", lind_value_text(last, "text", ""), text));
}

static void draw_cell(const lind_story *story, drawing *figure, const json_t *cell) {
  const char *group = lind_value_text(cell, "group", "all"), *level = lind_value_text(cell, "level", "");
  const bool new_group = strcmp(group, figure->group) != 0, fresh = new_group || strcmp(level, figure->level) != 0;
  if (new_group && !lind_story_is_all(cell)) (void)lind_figure_rows_add(&figure->rows, group, true);
  if (fresh) (void)lind_figure_rows_add(&figure->rows, lind_story_is_all(cell) ? "All patients" : level, false);
  (void)snprintf(figure->group, sizeof figure->group, "%s", group);
  (void)snprintf(figure->level, sizeof figure->level, "%s", level);
  const char *row = json_string_value(json_array_get(figure->rows.ids, json_array_size(figure->rows.ids) - 1));
  const double mean = lind_value_number(cell, "mean");
  const double found = lind_value_number(json_object_get(cell, "published"), "estimate");
  if (isfinite(found)) figure->published = true;
  const int most = fabs(mean) < 10.0 ? 2 : 1;
  draw_number(figure, row, lind_value_fixed(mean, decimals_of(cell) < most ? decimals_of(cell) : most).text, fresh);
  json_array_append_new(figure->rows.values,
                        json_pack("{s:s,s:i,s:s,s:s,s:o,s:o,s:s}", "row", row, "size",
                                  lind_story_arm_size(lind_story_arm_index(story, lind_value_text(cell, "arm", ""))), "label",
                                  lind_story_is_all(cell) ? "All patients" : level, "arm",
                                  lind_story_arm(story, lind_value_text(cell, "arm", "")), "mean", number(mean), "published",
                                  number(found), "text", lind_value_with_error(mean, lind_value_number(cell, "mcse")).text));
}

static void draw(lind_story *story, const json_t *endpoint) {
  drawing figure = {.numbers = json_array(), .group = "", .level = ""};
  size_t i;
  const json_t *cell;
  char words[512];
  const char *word = strcmp(lind_story_arm_word(story), "Arm") == 0 ? "arm" : "treatment";
  lind_figure_rows_init(&figure.rows);
  json_array_foreach(json_object_get(endpoint, "cells"), i, cell) draw_cell(story, &figure, cell);
  const lind_value_words unit = lind_value_unit(lind_value_text(endpoint, "unit", ""));
  const int room =
      24 + 42 * (int)json_array_size(json_object_get(story->estimates, lind_story_crossover(story) ? "treatments" : "arms"));
  json_t *holes =
      json_pack("{s:o,s:o,s:o,s:o,s:i,s:o}", "arms", lind_story_arm_titles(story), "colours", lind_story_arm_colours(story),
                "shapes", lind_story_arm_shapes(story), "numbers", figure.numbers, "room", room, "x",
                json_sprintf("%s%s%s", title_of(endpoint), unit.text[0] != '\0' ? "," : "", unit.text));
  lind_figure_rows_take(&figure.rows, 24, holes);
  if (figure.published) json_object_set_new(holes, "published", json_true());
  (void)snprintf(words, sizeof words, "%s by group and %s, means as dots.", title_of(endpoint), word);
  lind_figure_begin(story, "dots", words, holes);
  lind_figure_key_arms(story, false);
  if (figure.published) lind_figure_key(story, LIND_MARK_PUBLISHED, "published");
  (void)snprintf(words, sizeof words, "%s: mean of each %s, by group%s.", title_of(endpoint), word, of_whom(endpoint));
  lind_figure_caption(story, words, false);
}

static void put_groups(lind_story *story, const json_t *endpoint) {
  size_t i;
  const json_t *cell;
  char last[256] = "";
  draw(story, endpoint);
  begin_table(story, title_of(endpoint));
  json_array_foreach(json_object_get(endpoint, "cells"), i, cell) {
    char label[256];
    (void)snprintf(label, sizeof label, "%s: %s", lind_value_text(cell, "group", ""), lind_value_text(cell, "level", ""));
    if (strcmp(label, last) != 0) lind_table_group(story, columns, lind_story_is_all(cell) ? "All patients" : label);
    (void)strcpy(last, label);
    put_cell(story, cell);
  }
  lind_table_end(story);
  lind_figure_end(story);
}

void lind_section_groups(lind_story *story) {
  size_t i;
  const json_t *endpoint, *endpoints = json_object_get(story->estimates, "endpoints");
  if (json_array_size(endpoints) == 0) return;
  story->by_treatment = true;
  lind_story_section(story, "endpoints",
                     lind_story_crossover(story) ? "Endpoints by treatment and group" : "Endpoints by arm and group");
  put_everybody(story, endpoints);
  lind_page_raw(&story->page, "<div class=\"pair\">\n");
  json_array_foreach(endpoints, i, endpoint) {
    if (has_groups(endpoint)) put_groups(story, endpoint);
  }
  lind_page_raw(&story->page, "</div>\n");
  lind_section_classes(story, endpoints);
  lind_story_end(story);
  story->by_treatment = false;
}
