/* verify_segments.c -- what can be made again from what is kept, must come out the same. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build_facts.h"
#include "finish.h"
#include "lind/report.h"
#include "verify.h"

/* A folder for files that are made to be compared. */
static const char *folder_make(lind_arena *arena) {
  const char *base = getenv("TMPDIR");
  char *path = lind_arena_format(arena, "%s/lind-verify-XXXXXX", base != NULL && base[0] != '\0' ? base : "/tmp");
  return path != NULL ? mkdtemp(path) : NULL;
}

static bool is_text_of_file(const char *text, const char *path, lind_arena *arena, const char *folder) {
  const char *copy = lind_arena_format(arena, "%s/text", folder);
  const bool same = lind_finish_file(copy, text) == LIND_OK && lind_past_is_same_bytes(copy, path);
  (void)unlink(copy);
  return same;
}

/* Pictures of a tissue are lives of their own: they are taken as they stand. */
static const char *pictures_of(const lind_past *past, lind_arena *arena) {
  char *text = json_dumps(json_object_get(past->estimates, "pictures"), JSON_COMPACT | JSON_REAL_PRECISION(6));
  const char *kept = text != NULL ? lind_arena_text(arena, text) : NULL;
  free(text);
  return kept;
}

static void make_again(const lind_past *past, lind_study *study, lind_store *store, lind_arena *arena, lind_verify *v) {
  const char *folder = folder_make(arena), *text = "";
  if (folder == NULL) {
    lind_verify_judge(v, false, "nothing can be made again: no temporary folder can be made (TMPDIR)");
    return;
  }
  study->pictures = pictures_of(past, arena);
  const lind_finish finish = {.study = study, .store = store, .out = folder, .ranks = 1, .threads = 1};
  const char *results = lind_arena_format(arena, "%s/results.h5", folder);
  const lind_err err = lind_finish_again(&finish, arena, &text);
  if (err != LIND_OK) {
    lind_verify_judge(v, false, "the results cannot be made again: %s", lind_error_message());
  } else {
    bool same = is_text_of_file(text, past->estimates_path, arena, folder);
    lind_verify_judge(v, same, "estimates.json %s what the segments give", same ? "is" : "is not");
    same = lind_past_is_same_bytes(results, past->results);
    lind_verify_judge(v, same, "results.h5 %s what the segments give, byte for byte", same ? "is" : "is not");
  }
  (void)unlink(results);
  (void)rmdir(folder);
}

static bool is_complete(const lind_study *study, lind_store *store, lind_verify *v) {
  bool complete = true;
  for (int s = 0; s < study->n_stages; s++) {
    const unsigned long long due = study->stage[s].plan->n_blocks, there = lind_store_blocks(store, (uint32_t)s);
    if (there == due) continue;
    complete = false;
    lind_verify_judge(v, false, "%llu of %llu blocks of stage %d are in the segments", there, due, s);
  }
  return complete;
}

void lind_verify_segments(const lind_past *past, lind_study *again, lind_arena *arena, lind_verify *v) {
  lind_store *store = NULL;
  const char *segments = lind_arena_format(arena, "%s/segments", past->directory);
  if (access(segments, F_OK) != 0) {
    printf("note      no segments are kept, so the results cannot be made again from them\n");
    return;
  }
  const int wrong = v->wrong;
  if (lind_store_inspect(past->directory, lind_verify_tell, v) != LIND_OK)
    lind_verify_judge(v, false, "%s", lind_error_message());
  else if (v->wrong > wrong || again == NULL || v->goes_on)
    printf("note      the results are not made again from these segments\n");
  else if (lind_store_open(past->directory, &store) != LIND_OK)
    lind_verify_judge(v, false, "%s", lind_error_message());
  else if (is_complete(again, store, v))
    make_again(past, again, store, arena, v);
  lind_store_destroy(&store);
}

void lind_verify_report(const lind_past *past, lind_arena *arena, lind_verify *v) {
  const json_t *made_by = json_object_get(past->provenance, "lind");
  const char *folder;
  if (strcmp(lind_past_text(made_by, "revision"), LIND_REVISION) != 0 || strstr(LIND_REVISION, "dirty") != NULL) {
    printf("note      report.html is of lind %s; this is %s, whose page may look different\n",
           lind_past_text(made_by, "revision"), LIND_REVISION);
    return;
  }
  if ((folder = folder_make(arena)) == NULL) return;
  const char *page = lind_arena_format(arena, "%s/report.html", folder);
  const bool same = lind_report_write(past->estimates_path, past->provenance_path, page) == LIND_OK &&
                    lind_past_is_same_bytes(page, past->report);
  lind_verify_judge(v, same, "report.html %s the page of estimates.json and provenance.json", same ? "is" : "is not");
  (void)unlink(page);
  (void)rmdir(folder);
}
