/* report.c -- `lind report`: the page again, from the two documents that a run left. */
#include "lind/report.h"

#include "past.h"
#include "sums.h"

static lind_err run(int n, char **arguments, lind_arena *arena) {
  const lind_option options[] = {{0}};
  const char *directory;
  int given;
  lind_past past;
  LIND_TRY(lind_options_read(n, arguments, options, &directory, 1, &given));
  LIND_CHECK(given == 1, LIND_ERR_INPUT, "the report of which run? lind report DIR");
  LIND_TRY(lind_past_create(directory, "report", arena, &past));
  lind_err err = lind_sums_guard(directory, "estimates.json", arena); /* a page of other numbers would pass for that of the run */
  if (err == LIND_OK) err = lind_sums_guard(directory, "provenance.json", arena);
  if (err == LIND_OK) err = lind_report_write(past.estimates_path, past.provenance_path, past.report);
  lind_past_release(&past);
  LIND_TRY(err);
  LIND_TRY(lind_sums_renew(directory, "report.html", arena));
  printf("%s\n", past.report);
  return LIND_OK;
}

const lind_command lind_command_report = {
    .name = "report",
    .usage = "report DIR",
    .summary = "Write DIR/report.html again from DIR/estimates.json and DIR/provenance.json.",
    .run = run,
};
