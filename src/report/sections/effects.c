/* effects.c -- effects as a forest figure with its table. */
#include "effects.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef void (*term_visit)(const lind_effects *effects, const json_t *analysis, const json_t *term, void *context);

static void each_term(const lind_effects *effects, term_visit visit, void *context) {
  size_t i, j;
  const json_t *analysis, *term;
  json_array_foreach(json_object_get(effects->story->estimates, "analyses"), i, analysis) {
    if (effects->only != NULL && analysis != effects->only) continue;
    if (strcmp(lind_story_effect_unit(analysis).text, effects->unit) != 0) continue;
    json_array_foreach(json_object_get(analysis, "terms"), j, term) {
      if (effects->wanted(term)) visit(effects, analysis, term, context);
    }
  }
}

static void count_one(const lind_effects *effects, const json_t *analysis, const json_t *term, void *context) {
  (void)effects, (void)analysis, (void)term;
  ++*(int *)context;
}

bool lind_effects_any(const lind_effects *effects) {
  int n = 0;
  each_term(effects, count_one, &n);
  return n > 0;
}

/* ---- the figure ------------------------------------------------------------------------------------------------------------ */

typedef struct drawing {
  lind_figure_rows rows;
  char group[128]; /* heading last written */
  bool published;  /* is there a published number in it? */
  double null_at;
  bool ratio;
} drawing;

static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

/* The title; where several analyses share it, with the arms that are compared. */
static void title_of(const lind_effects *effects, const json_t *analysis, char *title, size_t size) {
  const lind_story *story = effects->story;
  const char *words = lind_value_text(analysis, "title", lind_value_text(analysis, "name", ""));
  size_t i;
  int same = 0;
  const json_t *other;
  json_array_foreach(json_object_get(story->estimates, "analyses"), i, other) {
    if (strcmp(lind_value_text(other, "title", lind_value_text(other, "name", "")), words) == 0) same++;
  }
  if (same > 1)
    (void)snprintf(title, size, "%s, %s against %s", words,
                   lind_story_arm(story, lind_value_text(analysis, "treated", "treated")),
                   lind_story_arm(story, lind_value_text(analysis, "control", "control")));
  else
    (void)snprintf(title, size, "%s", words);
}

static void label_of(const lind_effects *effects, const json_t *analysis, const json_t *term, char *label, size_t size) {
  char title[384];
  const char *level = lind_value_text(term, "level", "");
  title_of(effects, analysis, title, sizeof title);
  if (effects->only != NULL)
    (void)snprintf(label, size, "%s", lind_story_is_all(term) ? "All patients" : level);
  else if (lind_story_is_all(term))
    (void)snprintf(label, size, "%s", title);
  else
    (void)snprintf(label, size, "%s: %s %s", title, lind_value_text(term, "group", ""), level);
}

static void draw_term(const lind_effects *effects, const json_t *analysis, const json_t *term, void *context) {
  drawing *figure = context;
  char label[512];
  const char *group = lind_value_text(term, "group", "all");
  if (effects->only != NULL && !lind_story_is_all(term) && strcmp(group, figure->group) != 0) {
    (void)lind_figure_rows_add(&figure->rows, group, true);
    (void)snprintf(figure->group, sizeof figure->group, "%s", group);
  }
  label_of(effects, analysis, term, label, sizeof label);
  const char *row = lind_figure_rows_add(&figure->rows, label, false);
  const double lower = lind_value_at(term, "interval", 0), upper = lind_value_at(term, "interval", 1);
  const double estimate = lind_value_number(term, "estimate");
  const int decimals = lind_story_interval_decimals(term);
  json_array_append_new(figure->rows.values,
                        json_pack("{s:s,s:s,s:i,s:s,s:o,s:o,s:o,s:o}", "row", row, "kind", "simulated", "shift",
                                  json_object_get(term, "published") != NULL ? -6 : 0, "label", label, "estimate",
                                  number(estimate), "lower", number(lower), "upper", number(upper), "text",
                                  isfinite(lower) ? json_sprintf("%s (%s)", lind_value_fixed(estimate, decimals).text,
                                                                 lind_story_interval(term).text)
                                                  : json_string(lind_value_fixed(estimate, decimals).text)));
  const json_t *published = json_object_get(term, "published");
  if (published != NULL) {
    figure->published = true;
    json_array_append_new(
        figure->rows.values,
        json_pack("{s:s,s:s,s:i,s:s,s:o,s:o,s:o,s:s}", "row", row, "kind", "published", "shift", 8, "label", label, "estimate",
                  number(lind_value_number(published, "estimate")), "lower", number(lind_value_number(published, "lower")),
                  "upper", number(lind_value_number(published, "upper")), "text", lind_story_published(published).text));
  }
  figure->null_at = lind_value_number(analysis, "null");
  figure->ratio = json_is_true(json_object_get(analysis, "ratio"));
  if (!isfinite(figure->null_at)) figure->null_at = figure->ratio ? 1.0 : 0.0;
}

/* Says whether there is a published number among them. */
static bool draw(const lind_effects *effects, const char *label) {
  lind_story *story = effects->story;
  drawing figure = {.group = ""};
  lind_figure_rows_init(&figure.rows);
  each_term(effects, draw_term, &figure);
  json_t *holes = json_object();
  json_object_set_new(holes, "ticks", lind_figure_ticks(figure.rows.values, figure.ratio));
  if (figure.published) json_object_set_new(holes, "published", json_true());
  lind_figure_rows_take(&figure.rows, 32, holes);
  json_object_set_new(holes, "null", json_real(figure.null_at));
  json_object_set_new(holes, "room", json_integer(150));
  json_object_set_new(
      holes, "scale",
      figure.ratio ? json_pack("{s:s,s:b,s:i}", "type", "log", "nice", 0, "padding", 16) : json_pack("{s:b}", "zero", 0));
  json_object_set_new(holes, "x",
                      json_sprintf("%s%s%s", figure.ratio ? "Ratio" : "Difference",
                                   !figure.ratio && effects->unit[0] != '\0' ? ", " : "", figure.ratio ? "" : effects->unit));
  lind_figure_begin(story, "forest", label, holes);
  char words[80];
  (void)snprintf(words, sizeof words, "simulated, with the interval of %s", lind_story_one(story));
  lind_figure_key(story, LIND_MARK_EFFECT, words);
  if (figure.published) lind_figure_key(story, LIND_MARK_PUBLISHED, "published");
  lind_figure_key(story, LIND_MARK_NULL, "no effect");
  return figure.published;
}

/* ---- the table ------------------------------------------------------------------------------------------------------------- */

static void put_row(const lind_effects *effects, const json_t *analysis, const json_t *term, void *context) {
  const char *columns = context;
  char label[512], source[512];
  if (effects->only != NULL && !lind_story_is_all(term))
    (void)snprintf(label, sizeof label, "%s: %s", lind_value_text(term, "group", ""), lind_value_text(term, "level", ""));
  else
    label_of(effects, analysis, term, label, sizeof label);
  const json_t *published = json_object_get(term, "published");
  const char *mark = lind_value_text(published, "mark", NULL);
  (void)snprintf(source, sizeof source, "%s%s%s%s", lind_value_text(published, "source", ""), mark != NULL ? " (" : "",
                 mark != NULL ? mark : "", mark != NULL ? ")" : "");
  const lind_value_words effect = lind_value_with_error(lind_value_number(term, "estimate"), lind_value_number(term, "mcse"));
  const lind_value_words interval = lind_story_interval(term), found = lind_story_published(published);
  const lind_value_words power =
      lind_value_with_error(100.0 * lind_value_number(term, "power"), 100.0 * lind_value_number(term, "power_mcse"));
  const lind_value_words n = lind_value_fixed(lind_value_number(term, "n"), 0);
  const char *const cells[] = {label, effect.text, interval.text, power.text, n.text, found.text, source};
  lind_table_row(effects->story, columns, cells);
}

void lind_effects_put(const lind_effects *effects, const char *label, const char *caption, bool open) {
  char one[80];
  (void)snprintf(one, sizeof one, "Interval of %s", lind_story_one(effects->story));
  const char *const headers[] = {
      "Effect", "Simulated", one, "Power %", "n per trial", "Published (interval)", "Source (how known)"};
  char columns[] = "lnnnnnl", title[160];
  if (!draw(effects, label)) columns[5] = '\0'; /* no column for what nobody published */
  lind_figure_caption(effects->story, caption, open);
  (void)snprintf(title, sizeof title, "Effects%s%s", effects->unit[0] != '\0' ? ", " : "", effects->unit);
  lind_table_begin(effects->story, title, columns, headers);
  each_term(effects, put_row, columns);
  lind_table_end(effects->story);
  lind_figure_end(effects->story);
}
