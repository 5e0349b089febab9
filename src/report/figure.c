/* figure.c -- a template with its holes filled, its key, and the place of its data table. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle.h"
#include "story.h"

/* ---- templates ------------------------------------------------------------------------------------------------------------- */

static json_t *filled(const json_t *template, const json_t *holes);

static bool left_out(const json_t *item, const json_t *holes) {
  const char *name = lind_value_text(item, "if", NULL);
  return name != NULL && json_object_get(holes, name + 1) == NULL;
}

static json_t *filled_object(const json_t *template, const json_t *holes) {
  json_t *object = json_object();
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)template, key, value) { /* Jansson's iterator is not const, but changes nothing */
    if (strcmp(key, "if") != 0) json_object_set_new(object, key, filled(value, holes));
  }
  return object;
}

static json_t *filled(const json_t *template, const json_t *holes) {
  if (json_is_object(template)) return filled_object(template, holes);
  if (json_is_array(template)) {
    json_t *array = json_array();
    for (size_t i = 0; i < json_array_size(template); i++) {
      const json_t *item = json_array_get(template, i);
      if (!left_out(item, holes)) json_array_append_new(array, filled(item, holes));
    }
    return array;
  }
  if (json_is_string(template) && json_string_value(template)[0] == '$') {
    json_t *value = json_object_get(holes, json_string_value(template) + 1);
    return value != NULL ? json_incref(value) : json_null();
  }
  return json_deep_copy(template);
}

static void put_spec(lind_story *story, const char *kind, const char *label, const json_t *holes) {
  const lind_bundle file = lind_bundle_view(kind);
  json_t *template = json_loadb(file.bytes, file.n, 0, NULL); /* ours: a test parses every one */
  json_t *spec = filled(template, holes);
  lind_page_put(&story->page, "<div class=\"plot\" role=\"img\" aria-label=\"%s\" data-spec=\"figure-%d\"></div>\n", label,
                story->n_figures);
  lind_page_put(&story->page, "<script type=\"application/json\" id=\"figure-%d\">", story->n_figures);
  lind_page_json(&story->page, spec);
  lind_page_raw(&story->page, "</script>\n");
  json_decref(spec);
  json_decref(template);
}

/* ---- the element ----------------------------------------------------------------------------------------------------------- */

void lind_figure_begin(lind_story *story, const char *kind, const char *label, json_t *holes) {
  story->n_figures++;
  lind_page_put(&story->page, "<figure class=\"%s\">\n", kind);
  if (story->figures) {
    put_spec(story, kind, label, holes);
    lind_page_raw(&story->page, "<ul class=\"key\">");
  }
  json_decref(holes);
}

void lind_figure_key(lind_story *story, lind_figure_mark mark, const char *words) {
  static const char *const classes[] = {"effect", "published", "band", "target", "null", "bars"};
  if (story->figures) lind_page_put(&story->page, "<li><i class=\"%s\" aria-hidden=\"true\"></i>%s</li>", classes[mark], words);
}

void lind_figure_key_arms(lind_story *story, bool line) {
  json_t *titles = lind_story_arm_titles(story);
  for (size_t i = 0; story->figures && i < json_array_size(titles); i++)
    lind_page_put(&story->page, "<li><i class=\"%s arm-%d\" aria-hidden=\"true\"></i>%s</li>", line ? "line" : "dot",
                  (int)(i % LIND_STORY_ARMS), json_string_value(json_array_get(titles, i)));
  json_decref(titles);
}

void lind_figure_caption(lind_story *story, const char *caption, bool open) {
  if (story->figures) lind_page_raw(&story->page, "</ul>\n");
  lind_page_put(&story->page, "<figcaption>%s</figcaption>\n", caption);
  lind_page_raw(&story->page, open || !story->figures ? "<details class=\"data\" open>" : "<details class=\"data\">");
  lind_page_raw(&story->page, "<summary>Data table</summary>\n");
}

void lind_figure_end(lind_story *story) { lind_page_raw(&story->page, "</details>\n</figure>\n"); }

json_t *lind_figure_ticks(const json_t *values, bool ratio) {
  static const double candidates[] = {0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5,  0.6,  0.8,  1.0,
                                      1.25, 1.5,  2.0,  2.5, 3.0, 4.0, 5.0, 10.0, 20.0, 50.0, 100.0};
  static const char *const keys[] = {"lower", "estimate", "upper"};
  double low = 1.0, high = 1.0; /* no effect is always on the axis */
  size_t i;
  const json_t *value;
  if (!ratio) return json_null();
  json_array_foreach(values, i, value) {
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
      const double at = lind_value_number(value, keys[k]);
      if (isfinite(at) && at < low) low = at;
      if (isfinite(at) && at > high) high = at;
    }
  }
  json_t *ticks = json_array();
  for (size_t c = 0; c < sizeof candidates / sizeof *candidates; c++)
    if (candidates[c] >= low && candidates[c] <= high) json_array_append_new(ticks, json_real(candidates[c]));
  return ticks;
}

/* ---- rows with words at the left ------------------------------------------------------------------------------------------- */

void lind_figure_rows_init(lind_figure_rows *rows) {
  *rows = (lind_figure_rows){.ids = json_array(), .values = json_array(), .lines = 1};
}

const char *lind_figure_rows_add(lind_figure_rows *rows, const char *label, bool heading) {
  char lines[512];
  (void)lind_table_wrap(label, 32, lines, sizeof lines);
  int n = 1;
  for (const char *end = lines; (end = strchr(end, '\n')) != NULL; end++) n++;
  if (n > rows->lines) rows->lines = n;
  for (char *bar = lines; (bar = strchr(bar, '|')) != NULL;) *bar = '/'; /* the bar divides an id */
  json_array_append_new(rows->ids, json_sprintf("%03d|%s|%s", (int)json_array_size(rows->ids), lines, heading ? "h" : ""));
  return json_string_value(json_array_get(rows->ids, json_array_size(rows->ids) - 1));
}

void lind_figure_rows_take(lind_figure_rows *rows, int step, json_t *holes) {
  const int room = 15 * rows->lines + 8, each = room > step ? room : step;
  size_t i;
  json_t *value;
  json_array_foreach(rows->values, i, value) { /* a shift is said from the middle of its row, and drawn from its top */
    const json_t *shift = json_object_get(value, "shift");
    if (shift != NULL) json_object_set_new(value, "shift", json_integer(json_integer_value(shift) + each / 2));
  }
  json_object_set_new(holes, "height", json_integer(each * (int)json_array_size(rows->ids)));
  json_object_set_new(holes, "rows", rows->ids);
  json_object_set_new(holes, "values", rows->values);
  *rows = (lind_figure_rows){0};
}
