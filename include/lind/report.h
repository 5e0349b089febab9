/* report.h -- what a run says, for people: report.html and the summary on the terminal.
 *
 * Made from two documents alone, estimates.json and provenance.json, so that `lind report DIR` can make it again. Equal documents
 * give equal bytes. The page is one file, asks nothing of any network (its content policy forbids it), and escapes all text it is
 * given. Every section is optional: what the documents do not say is left out; a number that is null is shown as a dash. Not
 * collective. Depends on: error.h.
 */
#ifndef LIND_REPORT_H
#define LIND_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "lind/error.h"

/* estimates_path, provenance_path: the two documents; provenance_path may be NULL or name no file (the section then says so).
 * html_path: written under a temporary name beside it, then renamed: a reader sees the old page or the new one.
 * Fails: LIND_ERR_FILE (cannot read or write), LIND_ERR_INPUT (not JSON, not "lind-estimates-1"). Cost: about 1 MB of page. */
lind_err lind_report_write(const char *estimates_path, const char *provenance_path, const char *html_path) LIND_MUST_CHECK;

/* The short summary: the answer in a sentence, the primary analysis with published numbers beside simulated ones, who went where.
 * estimates_json: the text of estimates.json. UTF-8. Fails: LIND_ERR_INPUT, LIND_ERR_FILE. */
lind_err lind_report_answer(const char *estimates_json, FILE *out) LIND_MUST_CHECK;

/* Does this build draw figures? False where npm or the network was missing when it was built: reports then hold tables only. */
bool lind_report_has_figures(void);

#endif
