/* slices.c -- a tissue on some days: lines of levels of the first patients, each under every arm. Panels stand in one plot, days
 * from left to right and arms from top to bottom, so that a millimetre is the same everywhere. */
#include <math.h>
#include <stdio.h>

#include "sections.h"

typedef struct sheet { /* where a panel stands, in mm */
  double wide, high, gap, head;
  int n_days, n_arms;
} sheet;

static sheet sheet_of(const json_t *pictures, const json_t *patient) {
  const json_t *arms = json_object_get(patient, "arms");
  sheet s = {
      .wide = lind_value_number(pictures, "width"), .high = lind_value_number(pictures, "height"), .gap = 8.0, .head = 22.0};
  s.n_arms = (int)json_array_size(arms);
  for (int a = 0; a < s.n_arms; a++) {
    const int n = (int)json_array_size(json_object_get(json_array_get(arms, (size_t)a), "days"));
    if (n > s.n_days) s.n_days = n;
  }
  return s;
}

static double left(const sheet *s, int day) { return day * (s->wide + s->gap); }
static double bottom(const sheet *s, int arm) { return (s->n_arms - 1 - arm) * (s->high + s->gap + s->head); }

/* Points of [[x, y, ..], ..] in tenths of mm, as rows of the drawing; `more` is copied into each. */
static void add_lines(json_t *rows, const json_t *lines, double x, double y, int *path, const json_t *more) {
  size_t i;
  const json_t *line;
  json_array_foreach(lines, i, line) {
    for (size_t k = 0; 2 * k + 1 < json_array_size(line); k++) {
      json_t *row = json_pack("{s:f,s:f,s:i,s:i}", "x", x + 0.1 * json_number_value(json_array_get(line, 2 * k)), "y",
                              y + 0.1 * json_number_value(json_array_get(line, 2 * k + 1)), "path", *path, "at", (int)k);
      json_object_update(row, (json_t *)more); /* is only read */
      json_array_append_new(rows, row);
    }
    ++*path;
  }
}

static void add_words(json_t *words, const char *text, double x, double y) {
  json_array_append_new(words, json_pack("{s:s,s:f,s:f}", "text", text, "x", x, "y", y));
}

/* The lowest level is a dashed line, higher ones are whole and wider. */
static json_t *look(const lind_story *story, const char *arm, const json_t *level, size_t at) {
  return json_pack("{s:s,s:o,s:f}", "arm", lind_story_arm(story, arm), "level",
                   json_sprintf("%g", lind_value_number(level, "level")), "wide", at == 0 ? 1.4 : 2.2);
}

static void add_panels(const lind_story *story, const json_t *pictures, const json_t *arm, const sheet *s, int a, json_t *holes) {
  const char *name = lind_value_text(arm, "arm", "");
  int path = 10000 * (a + 1), edge = path;
  size_t d, k;
  const json_t *day, *level;
  json_t *words = json_object_get(holes, "words");
  json_array_foreach(json_object_get(arm, "days"), d, day) {
    const double x = left(s, (int)d), y = bottom(s, a);
    char text[128];
    json_t *plain = json_pack("{s:i}", "faint", 0), *faint = json_pack("{s:i}", "faint", 1);
    add_lines(json_object_get(holes, "edges"), json_object_get(pictures, "edges"), x, y, &edge, plain);
    add_lines(json_object_get(holes, "edges"), json_object_get(pictures, "white"), x, y, &edge, faint);
    json_decref(plain);
    json_decref(faint);
    json_array_foreach(json_object_get(day, "levels"), k, level) {
      json_t *more = look(story, name, level, k);
      add_lines(json_object_get(holes, "values"), json_object_get(level, "lines"), x, y, &path, more);
      json_decref(more);
    }
    (void)snprintf(text, sizeof text, "Day %.0f", lind_value_number(day, "day"));
    add_words(words, text, x + 0.5 * s->wide, y + s->high + 6.0);
  }
}

static json_t *levels_of(const json_t *patient) {
  const json_t *arm = json_array_get(json_object_get(patient, "arms"), 0), *day = json_array_get(json_object_get(arm, "days"), 0);
  json_t *names = json_array();
  size_t k;
  const json_t *level;
  json_array_foreach(json_object_get(day, "levels"), k, level) {
    json_array_append_new(names, json_sprintf("%g", lind_value_number(level, "level")));
  }
  return names;
}

static json_t *holes_of(const lind_story *story, const json_t *pictures, const json_t *patient) {
  const sheet s = sheet_of(pictures, patient);
  const double right = left(&s, s.n_days - 1) + s.wide, top = bottom(&s, 0) + s.high + s.head;
  json_t *levels = levels_of(patient), *dashes = json_array();
  for (size_t k = 0; k < json_array_size(levels); k++)
    json_array_append_new(dashes, k == 0 && json_array_size(levels) > 1 ? json_pack("[i,i]", 4, 2) : json_pack("[i,i]", 1, 0));
  json_t *holes = json_pack("{s:[],s:[],s:[],s:o,s:o,s:[f,f],s:[f,f],s:f}", "values", "edges", "words", "levels", levels,
                            "dashes", dashes, "x", -2.0, right + 2.0, "y", -2.0, top, "aspect", (top + 2.0) / (right + 4.0));
  json_object_set_new(holes, "arms", lind_story_arm_titles(story));
  json_object_set_new(holes, "colours", lind_story_arm_colours(story));
  size_t a;
  const json_t *arm;
  json_array_foreach(json_object_get(patient, "arms"), a, arm) { add_panels(story, pictures, arm, &s, (int)a, holes); }
  return holes;
}

static void put_table(lind_story *story, const json_t *patient) {
  static const char *const headers[] = {"Day", "Arm", "Level", "Area, mm\u00b2", "Radius of a disk, mm"};
  size_t a, d, k;
  const json_t *arm, *day, *level;
  lind_table_begin(story, "Size of the region above each level", "llnnn", headers);
  json_array_foreach(json_object_get(patient, "arms"), a, arm) {
    json_array_foreach(json_object_get(arm, "days"), d, day) {
      json_array_foreach(json_object_get(day, "levels"), k, level) {
        const double area = lind_value_number(level, "area");
        const lind_value_words when = lind_value_short(lind_value_number(day, "day")),
                               above = lind_value_short(lind_value_number(level, "level")), size = lind_value_fixed(area, 0),
                               radius = lind_value_fixed(sqrt(area / 3.141592653589793), 1);
        const char *const cells[] = {when.text, lind_story_arm(story, lind_value_text(arm, "arm", "")), above.text, size.text,
                                     radius.text};
        lind_table_row(story, "llnnn", cells);
      }
    }
  }
  lind_table_end(story);
}

void lind_section_slices(lind_story *story) {
  const json_t *pictures = json_object_get(story->estimates, "pictures"), *patients = json_object_get(pictures, "patients"),
               *patient;
  size_t i;
  if (json_array_size(patients) == 0 || !(lind_value_number(pictures, "width") > 0.0)) return;
  lind_story_section(story, "slices", "In the tissue");
  json_array_foreach(patients, i, patient) {
    char words[512];
    const int number = (int)lind_value_number(patient, "patient");
    if (json_array_size(json_object_get(patient, "arms")) == 0) continue;
    (void)snprintf(words, sizeof words, "Slices of patient %d: lines of equal density by day, one row for each arm.", number);
    lind_figure_begin(story, "slices", words, holes_of(story, pictures, patient));
    lind_figure_key_arms(story, true);
    json_t *levels = levels_of(patient);
    (void)snprintf(
        words, sizeof words,
        "Patient %d of the first trial, who was given %s, and the same person under every arm: lines on which %s is %s%s%s. A "
        "row ends where the patient left. Grey: edge of the tissue, and of white matter.",
        number, lind_story_arm(story, lind_value_text(patient, "assigned", "")), lind_value_text(pictures, "of", "the field"),
        json_string_value(json_array_get(levels, 0)), json_array_size(levels) > 1 ? " (dashed) and " : "",
        json_array_size(levels) > 1 ? json_string_value(json_array_get(levels, json_array_size(levels) - 1)) : "");
    json_decref(levels);
    lind_figure_caption(story, words, false);
    put_table(story, patient);
    lind_figure_end(story);
  }
  lind_story_end(story);
}
