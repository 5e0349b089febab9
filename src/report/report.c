/* report.c -- two documents become one page. The order of the calls in put_sections is the order of the page. */
#include "lind/report.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bundle.h"
#include "load.h"
#include "sections/sections.h"

bool lind_report_has_figures(void) { return lind_bundle_view("library").n > 0; }

/* Nothing may be fetched, sent or framed, whatever stands in the page; the drawing library interprets its expressions and needs
 * no eval. */
static const char policy[] =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action "
    "'none'";

static void put_head(lind_page *page, const json_t *estimates) {
  const lind_bundle style = lind_bundle_view("style");
  lind_page_put(page,
                "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" "
                "content=\"light dark\">\n"
                "<meta name=\"generator\" content=\"lind\">\n<title>%s</title>\n<style>\n",
                policy, lind_value_text(estimates, "title", lind_value_text(estimates, "protocol", "A simulated trial")));
  lind_page_bytes(page, style.bytes, style.n);
  lind_page_raw(page, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the results</a>\n");
}

static void put_foot(lind_page *page, bool figures) {
  const lind_bundle library = lind_bundle_view("library"), script = lind_bundle_view("script");
  lind_page_raw(
      page,
      "</main>\n<footer><p>Made by lind. Simulated patients, not real ones: nothing here is medical advice.</p></footer>\n");
  if (figures) {
    lind_page_raw(page, "<script>\n");
    lind_page_bytes(page, library.bytes, library.n);
    lind_page_raw(page, "</script>\n");
  }
  lind_page_raw(page, "<script>\n");
  lind_page_bytes(page, script.bytes, script.n);
  lind_page_raw(page, "</script>\n</body>\n</html>\n");
}

static void put_sections(lind_story *story) {
  lind_section_compare(story);
  lind_section_flow(story);
  lind_section_survival(story);
  lind_section_curves(story);
  lind_section_lives(story);
  lind_section_slices(story);
  lind_section_groups(story);
  lind_section_subgroups(story);
  lind_section_robustness(story);
  lind_section_sensitivity(story);
  lind_section_baseline(story);
  lind_section_assumptions(story);
  lind_section_model(story);
  lind_section_methods(story);
  lind_section_operating(story);
  lind_section_provenance(story);
}

static void put_page(lind_story *story, lind_page *whole) {
  put_head(whole, story->estimates);
  lind_section_answer(story);
  lind_page_bytes(whole, story->page.text != NULL ? story->page.text : "", story->page.length);
  story->page.length = 0;
  put_sections(story);
  lind_page_raw(whole, "<nav aria-label=\"Contents\"><ol>\n");
  lind_page_bytes(whole, story->contents.text != NULL ? story->contents.text : "", story->contents.length);
  lind_page_raw(whole, "</ol></nav>\n<main id=\"main\">\n");
  lind_page_bytes(whole, story->page.text != NULL ? story->page.text : "", story->page.length);
  put_foot(whole, story->figures);
  whole->failed = whole->failed || story->page.failed || story->contents.failed;
}

static lind_err write_file(const lind_page *page, const char *path) {
  char part[4096];
  LIND_CHECK((size_t)snprintf(part, sizeof part, "%s.part", path) < sizeof part, LIND_ERR_FILE, "the path %s is too long", path);
  FILE *file = fopen(part, "wb");
  LIND_CHECK(file != NULL, LIND_ERR_FILE, "cannot write %s: %s", part, lind_error_reason(errno));
  bool good = fwrite(page->text, 1, page->length, file) == page->length && fflush(file) == 0 && fsync(fileno(file)) == 0;
  int why = errno;
  if (fclose(file) != 0 && good) good = false, why = errno;
  if (good && rename(part, path) == 0) return LIND_OK;
  if (good) why = errno;
  (void)unlink(part);
  return lind_error_fail(LIND_ERR_FILE, __FILE__, __LINE__, "cannot write %s: %s", path, lind_error_reason(why));
}

static lind_err write_page(const json_t *estimates, const json_t *provenance, const char *html_path) {
  lind_story story = {.estimates = estimates, .provenance = provenance, .figures = lind_report_has_figures()};
  lind_page whole = {0};
  put_page(&story, &whole);
  lind_err err = whole.failed ? lind_error_fail(LIND_ERR_MEMORY, __FILE__, __LINE__, "no memory for the report %s", html_path)
                              : write_file(&whole, html_path);
  lind_page_release(&story.page);
  lind_page_release(&story.contents);
  lind_page_release(&whole);
  return err;
}

lind_err lind_report_write(const char *estimates_path, const char *provenance_path, const char *html_path) {
  json_t *estimates = NULL, *provenance = NULL;
  LIND_TRY(lind_load_estimates(estimates_path, &estimates));
  lind_err err = LIND_OK;
  if (provenance_path != NULL && access(provenance_path, F_OK) == 0) err = lind_load_object(provenance_path, &provenance);
  if (err == LIND_OK) err = write_page(estimates, provenance, html_path);
  json_decref(provenance);
  json_decref(estimates);
  return err == LIND_OK ? LIND_OK : lind_error_trace(err, __FILE__, __LINE__, "lind_report_write");
}
