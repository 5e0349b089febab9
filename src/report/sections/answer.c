/* answer.c -- the head of the page: what was asked, what came out, in one sentence and four numbers. */
#include <math.h>
#include <stdio.h>

#include "sections.h"

static void put_tile(lind_story *story, const char *name, const char *value, const char *unit, const char *below) {
  lind_page_put(&story->page, "<div><dt>%s</dt><dd><b>%s</b>", name, value);
  if (unit[0] != '\0') lind_page_put(&story->page, " <span>%s</span>", unit);
  if (below[0] != '\0') lind_page_put(&story->page, "<small>%s</small>", below);
  lind_page_raw(&story->page, "</dd></div>\n");
}

static void put_effect(lind_story *story, const json_t *analysis, const json_t *term) {
  const double level = lind_value_number(analysis, "level");
  const lind_value_words unit = lind_story_effect_unit(analysis), interval = lind_story_interval(term);
  const lind_value_words effect = lind_value_with_error(lind_value_number(term, "estimate"), lind_value_number(term, "mcse"));
  char below[256] = "";
  if (isfinite(lind_value_at(term, "interval", 0)))
    (void)snprintf(below, sizeof below, "%.20s %% interval of %s: %.100s",
                   lind_value_short(100.0 * (isfinite(level) ? level : 0.95)).text, lind_story_one(story), interval.text);
  put_tile(story, json_is_true(json_object_get(analysis, "ratio")) ? "Simulated ratio" : "Simulated difference", effect.text,
           unit.text, below);
  const json_t *published = json_object_get(term, "published");
  if (published != NULL) {
    const lind_value_words value =
        lind_value_fixed(lind_value_number(published, "estimate"), lind_story_published_decimals(published));
    const double lower = lind_value_number(published, "lower"), upper = lind_value_number(published, "upper");
    const lind_value_words found = lind_value_interval(lower, upper, lind_story_published_decimals(published));
    below[0] = '\0';
    if (isfinite(lower) && isfinite(upper)) (void)snprintf(below, sizeof below, "interval as published: %.120s", found.text);
    put_tile(story, "The real trial", value.text, unit.text, below);
  }
  const double power = lind_value_number(term, "power"), error = lind_value_number(term, "power_mcse");
  if (isfinite(power))
    put_tile(story, "Power", lind_value_with_error(100.0 * power, 100.0 * error).text, "%", "of such trials would find it");
}

static void put_size(lind_story *story) {
  const double patients = lind_value_number(story->estimates, "patients"),
               replicates = lind_value_number(story->estimates, "replicates");
  if (!isfinite(patients)) return;
  char below[128] = "";
  if (isfinite(replicates))
    (void)snprintf(below, sizeof below, "simulated %.60s time%s", lind_value_fixed(replicates, 0).text,
                   replicates > 1.0 ? "s" : "");
  put_tile(story, "Size of the trial", lind_value_fixed(patients, 0).text, "patients", below);
}

static void put_sentence(lind_story *story) {
  const char *answer = lind_value_text(story->estimates, "answer", NULL);
  const json_t *analysis = lind_story_primary(story), *term = lind_story_primary_term(story);
  if (answer != NULL) {
    lind_page_put(&story->page, "<p class=\"answer\">%s</p>\n", answer);
  } else if (term != NULL) {
    const lind_value_words effect = lind_value_with_error(lind_value_number(term, "estimate"), lind_value_number(term, "mcse"));
    lind_page_put(&story->page, "<p class=\"answer\">The simulated effect of %s against %s is %s %s.</p>\n",
                  lind_story_arm(story, lind_value_text(analysis, "treated", "treatment")),
                  lind_story_arm(story, lind_value_text(analysis, "control", "control")), effect.text,
                  lind_story_effect_unit(analysis).text);
  } else {
    lind_page_raw(&story->page, "<p class=\"answer\">No analysis gave a number.</p>\n");
  }
}

void lind_section_answer(lind_story *story) {
  const char *name = lind_value_text(story->estimates, "protocol", "");
  const char *question = lind_value_text(story->estimates, "question", NULL),
             *source = lind_value_text(story->estimates, "source", NULL);
  lind_page_raw(&story->page, "<header>\n<p class=\"mark\"><b>lind</b> a clinical trial on virtual patients</p>\n");
  lind_page_put(&story->page, "<h1>%s</h1>\n", lind_value_text(story->estimates, "title", name));
  if (question != NULL) lind_page_put(&story->page, "<p class=\"question\">%s</p>\n", question);
  put_sentence(story);
  lind_page_raw(&story->page, "<dl class=\"tiles\">\n");
  if (lind_story_primary_term(story) != NULL) put_effect(story, lind_story_primary(story), lind_story_primary_term(story));
  put_size(story);
  lind_page_raw(&story->page, "</dl>\n");
  if (source != NULL) lind_page_put(&story->page, "<p class=\"source\">Protocol %s after %s.", name, source);
  lind_page_raw(&story->page, source != NULL ? "" : "<p class=\"source\">");
  lind_page_raw(&story->page,
                " Behind every simulated number stands \xC2\xB1 its Monte Carlo standard error: how far another seed would "
                "move it.</p>\n");
  if (!story->figures)
    lind_page_raw(&story->page,
                  "<p class=\"notice\">This build of lind has no drawing library (npm or the network was missing when it "
                  "was built): the report holds tables only.</p>\n");
  lind_page_raw(&story->page,
                "<noscript><p class=\"notice\">Figures need JavaScript, which is off; every figure has its data "
                "table.</p></noscript>\n</header>\n\n");
}
