/* subgroups.c -- the effect in each group: a forest a analysis. */
#include <stdio.h>

#include "effects.h"

static bool any(const json_t *term) { return term != NULL; }

static bool has_groups(const json_t *analysis) {
  size_t i;
  const json_t *term;
  json_array_foreach(json_object_get(analysis, "terms"), i, term) {
    if (!lind_story_is_all(term)) return true;
  }
  return false;
}

void lind_section_subgroups(lind_story *story) {
  size_t i;
  const json_t *analysis;
  bool begun = false;
  json_array_foreach(json_object_get(story->estimates, "analyses"), i, analysis) {
    if (!has_groups(analysis)) continue;
    if (!begun) lind_story_section(story, "subgroups", "The effect in each group");
    begun = true;
    const lind_value_words unit = lind_story_effect_unit(analysis);
    const lind_effects effects = {story, unit.text, any, analysis};
    lind_page_put(&story->page, "<h3>%s</h3>\n", lind_value_text(analysis, "title", lind_value_text(analysis, "name", "")));
    lind_effects_put(&effects, "Effect in all patients and in each group, with intervals.",
                     "Effect by group. A group's interval is wide because a single trial of this size has few such patients.",
                     false);
  }
  if (begun) lind_story_end(story);
}
