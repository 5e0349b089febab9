/* model.c -- what the result stands on: assumptions with their sources, the model and its parameters. */
#include <math.h>
#include <stdio.h>

#include "sections.h"

void lind_section_assumptions(lind_story *story) {
  size_t i;
  const json_t *one, *list = json_object_get(story->estimates, "assumptions");
  if (json_array_size(list) == 0) return;
  lind_story_section(story, "assumptions", "What is assumed");
  lind_page_raw(&story->page, "<ul class=\"assumptions\">\n");
  json_array_foreach(list, i, one) {
    const char *source = lind_value_text(one, "source", NULL);
    lind_page_put(&story->page, "<li>%s", json_is_string(one) ? json_string_value(one) : lind_value_text(one, "text", ""));
    if (source != NULL) lind_page_put(&story->page, " <span class=\"tag\">%s</span>", source);
    lind_page_raw(&story->page, "</li>\n");
  }
  lind_page_raw(&story->page, "</ul>\n");
  lind_story_end(story);
}

static void put_parameters(lind_story *story, const json_t *parameters) {
  static const char *const headers[] = {"Parameter", "Value", "Unit", "Meaning", "Origin"};
  size_t i;
  const json_t *one;
  char summary[64];
  (void)snprintf(summary, sizeof summary, "%zu parameters", json_array_size(parameters));
  lind_page_put(&story->page, "<details><summary>%s</summary>\n", summary);
  lind_table_begin(story, "Parameters as used", "cnlll", headers);
  json_array_foreach(parameters, i, one) {
    const lind_value_words value = lind_value_short(lind_value_number(one, "value"));
    const char *const cells[] = {lind_value_text(one, "name", ""), value.text, lind_value_text(one, "unit", ""),
                                 lind_value_text(one, "about", ""), lind_value_text(one, "origin", "")};
    lind_table_row(story, "cnlll", cells);
  }
  lind_table_end(story);
  lind_page_raw(&story->page, "</details>\n");
}

void lind_section_model(lind_story *story) {
  const json_t *model = json_object_get(story->estimates, "model"), *work = json_object_get(story->estimates, "work");
  static const struct {
    const char *key, *words;
  } facts[] = {{"source", "Source"}, {"set", "Parameter set"}, {"engine_choice", "Engine"}, {"back_end", "Back end"}};
  if (model == NULL) return;
  lind_story_section(story, "model", "The model");
  lind_page_put(&story->page, "<p><b>%s</b> <code>%s</code></p>\n<dl class=\"facts\">\n", lind_value_text(model, "title", ""),
                lind_value_text(model, "name", ""));
  for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
    const char *value = lind_value_text(model, facts[i].key, NULL);
    if (value != NULL) lind_page_put(&story->page, "<dt>%s</dt><dd>%s</dd>\n", facts[i].words, value);
  }
  if (isfinite(lind_value_number(model, "relative")))
    lind_page_put(&story->page, "<dt>Tolerances</dt><dd>relative %s, absolute %s</dd>\n",
                  lind_value_short(lind_value_number(model, "relative")).text,
                  lind_value_short(lind_value_number(model, "absolute")).text);
  if (isfinite(lind_value_number(work, "steps")))
    lind_page_put(&story->page, "<dt>Work</dt><dd>%s steps, %s rejected, %s evaluations of 8 patients</dd>\n",
                  lind_value_fixed(lind_value_number(work, "steps"), 0).text,
                  lind_value_fixed(lind_value_number(work, "rejected"), 0).text,
                  lind_value_fixed(lind_value_number(work, "rhs"), 0).text);
  if (lind_value_number(work, "rescued") > 0)
    lind_page_put(&story->page, "<dt>Rescued</dt><dd>%s times cvode went on with a patient whom the engine gave up on</dd>\n",
                  lind_value_fixed(lind_value_number(work, "rescued"), 0).text);
  lind_page_raw(&story->page, "</dl>\n");
  if (json_array_size(json_object_get(model, "parameters")) > 0) put_parameters(story, json_object_get(model, "parameters"));
  lind_story_end(story);
}
