/* story.c -- sections, and arms and terms in words. */
#include "story.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void lind_story_section(lind_story *story, const char *id, const char *title) {
  lind_page_put(&story->contents, "<li><a href=\"#%s\">%s</a></li>\n", id, title);
  lind_page_put(&story->page, "<section id=\"%s\" aria-labelledby=\"%s-title\">\n<h2 id=\"%s-title\">%s</h2>\n", id, id, id,
                title);
}

void lind_story_end(lind_story *story) { lind_page_raw(&story->page, "</section>\n\n"); }

bool lind_story_crossover(const lind_story *story) { return json_object_get(story->estimates, "treatments") != NULL; }

const char *lind_story_arm_word(const lind_story *story) {
  return story->by_treatment && lind_story_crossover(story) ? "Treatment" : "Arm";
}

/* What is told apart by colour just now. */
static const json_t *arms_of(const lind_story *story) {
  return json_object_get(story->estimates, story->by_treatment && lind_story_crossover(story) ? "treatments" : "arms");
}

static const json_t *find(const json_t *list, const char *name, int *index) {
  size_t i;
  const json_t *item;
  json_array_foreach(list, i, item) {
    if (strcmp(lind_value_text(item, "name", ""), name) != 0) continue;
    *index = (int)i;
    return item;
  }
  return NULL;
}

const char *lind_story_arm(const lind_story *story, const char *name) {
  int index;
  if (name == NULL) return "";
  const json_t *arm = find(json_object_get(story->estimates, "arms"), name, &index);
  if (arm == NULL) arm = find(json_object_get(story->estimates, "treatments"), name, &index);
  return arm != NULL ? lind_value_text(arm, "title", name) : name;
}

int lind_story_arm_index(const lind_story *story, const char *name) {
  int index = 0;
  if (name != NULL) (void)find(arms_of(story), name, &index);
  return index;
}

static size_t n_arms(const lind_story *story) { return json_array_size(arms_of(story)); }

json_t *lind_story_arm_titles(const lind_story *story) {
  json_t *titles = json_array();
  for (size_t i = 0; i < n_arms(story); i++) {
    const json_t *arm = json_array_get(arms_of(story), i);
    json_array_append_new(titles, json_string(lind_story_arm(story, lind_value_text(arm, "name", ""))));
  }
  return titles;
}

json_t *lind_story_arm_colours(const lind_story *story) {
  json_t *colours = json_array();
  for (size_t i = 0; i < n_arms(story); i++)
    json_array_append_new(colours, json_sprintf("var(--arm-%d)", (int)(i % LIND_STORY_ARMS)));
  return colours;
}

json_t *lind_story_arm_shapes(const lind_story *story) {
  static const char *const shapes[LIND_STORY_ARMS] = {"circle",        "square", "triangle-up",
                                                      "triangle-down", "cross",  "triangle-right"};
  json_t *list = json_array();
  for (size_t i = 0; i < n_arms(story); i++) json_array_append_new(list, json_string(shapes[i % LIND_STORY_ARMS]));
  return list;
}

int lind_story_arm_size(int index) { return index == 0 ? 150 : index == 1 ? 70 : 45; }

bool lind_story_is_all(const json_t *term) { return strcmp(lind_value_text(term, "group", "all"), "all") == 0; }

lind_value_words lind_story_effect_unit(const json_t *analysis) {
  lind_value_words words = {"ratio"};
  if (json_is_true(json_object_get(analysis, "ratio"))) return words;
  const char *unit = lind_value_text(analysis, "unit", "");
  (void)snprintf(words.text, sizeof words.text, "%s",
                 strcmp(unit, "%") == 0   ? "percentage points"
                 : strcmp(unit, "1") == 0 ? ""
                                          : unit);
  return words;
}

int lind_story_interval_decimals(const json_t *term) {
  const double lower = lind_value_at(term, "interval", 0), upper = lind_value_at(term, "interval", 1);
  return lind_value_decimals(upper, (upper - lower) / 20.0);
}

lind_value_words lind_story_interval(const json_t *term) {
  return lind_value_interval(lind_value_at(term, "interval", 0), lind_value_at(term, "interval", 1),
                             lind_story_interval_decimals(term));
}

int lind_story_published_decimals(const json_t *published) {
  static const char *const keys[] = {"estimate", "lower", "upper"};
  int most = 0;
  for (size_t k = 0; k < 3; k++) {
    const lind_value_words plain = lind_value_plain(lind_value_number(published, keys[k]));
    const char *point = strchr(plain.text, '.');
    if (point != NULL && (int)strlen(point + 1) > most) most = (int)strlen(point + 1);
  }
  return most;
}

lind_value_words lind_story_published(const json_t *published) {
  const int decimals = lind_story_published_decimals(published);
  lind_value_words words = lind_value_fixed(lind_value_number(published, "estimate"), decimals);
  const double lower = lind_value_number(published, "lower"), upper = lind_value_number(published, "upper");
  const size_t used = strlen(words.text);
  if (isfinite(lower) && isfinite(upper))
    (void)snprintf(words.text + used, sizeof words.text - used, " (%.60s)", lind_value_interval(lower, upper, decimals).text);
  return words;
}

const json_t *lind_story_primary(const lind_story *story) {
  return json_array_get(json_object_get(story->estimates, "analyses"), 0);
}

const json_t *lind_story_primary_term(const lind_story *story) {
  return json_array_get(json_object_get(lind_story_primary(story), "terms"), 0);
}

const char *lind_story_one(const lind_story *story) {
  return json_is_true(json_object_get(story->estimates, "weighted")) ? "one weighted sample" : "one trial";
}
