/* merge_parts.c -- the blocks of several directories are one study's: nothing is lived, everything is checked. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build_facts.h"
#include "finish.h"
#include "merge.h"
#include "part.h"
#include "past.h"
#include "pictures.h"
#include "progress.h"
#include "session.h"

typedef struct source {
  const char *directory;
  lind_past past; /* its last session takes the place of provenance.json */
  uint64_t part, parts;
  lind_store *store;
} source;

typedef struct merger {
  const char *out;
  bool json;
  int n;
  source *sources;
  lind_study *study;
  uint64_t parts; /* of every source; 0: they are cut differently, or not at all */
  lind_arena *arena;
} merger;

/* ---- one study? ------------------------------------------------------------------------------------------- */

static lind_err damaged(const char *directory, const char *words, size_t n) {
  return lind_error_fail(LIND_ERR_FILE, __FILE__, __LINE__,
                         "%.*s (in %s; the command that made it sets that aside and lives its blocks again)", (int)n, words,
                         directory);
}

static lind_err source_read(source *s, lind_arena *arena) {
  json_t *sessions = lind_session_list(s->directory, arena);
  const size_t n = json_array_size(sessions);
  if (n > 0) s->past.provenance = json_incref(json_array_get(sessions, n - 1));
  json_decref(sessions);
  s->past.directory = s->directory;
  s->past.provenance_path = lind_arena_format(arena, "%s/sessions.jsonl", s->directory);
  LIND_CHECK(s->past.provenance != NULL, LIND_ERR_INPUT, "%s is no run directory of lind: %s says nothing", s->directory,
             s->past.provenance_path);
  s->part = (uint64_t)json_integer_value(json_object_get(s->past.provenance, "part"));
  s->parts = (uint64_t)json_integer_value(json_object_get(s->past.provenance, "parts"));
  LIND_TRY(lind_store_open(s->directory, &s->store));
  const char *notice = lind_store_notice(s->store);
  return notice[0] == '\0' ? LIND_OK : damaged(s->directory, notice, strcspn(notice, ";\n"));
}

static lind_err compare(const source *first, const source *other, lind_arena *arena) {
  static const char *const keys[] = {"patients", "replicates", "seed", "set", "no_sensitivity", "class", "lind", "inputs"};
  const json_t *a = first->past.provenance, *b = other->past.provenance;
  if (strcmp(lind_past_text(a, "plan_hash"), lind_past_text(b, "plan_hash")) == 0) return LIND_OK;
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    const json_t *x = json_object_get(a, keys[i]), *y = json_object_get(b, keys[i]);
    if (json_equal(x, y)) continue;
    LIND_CHECK(strcmp(keys[i], "inputs") != 0, LIND_ERR_INPUT,
               "%s and %s are parts of different studies: their input files differ", first->directory, other->directory);
    LIND_CHECK(false, LIND_ERR_INPUT, "%s and %s are parts of different studies: %s is %s and %s", first->directory,
               other->directory, keys[i], lind_past_shown(x, arena), lind_past_shown(y, arena));
  }
  LIND_CHECK(false, LIND_ERR_INPUT, "%s and %s are parts of different studies", first->directory, other->directory);
}

/* The study that ran: its files must be those that the parts have read. */
static lind_err study_wire(merger *m) {
  const source *first = &m->sources[0];
  size_t i;
  json_t *input;
  json_array_foreach(json_object_get(first->past.provenance, "inputs"), i, input) {
    const char *path = lind_past_path(&first->past, lind_past_text(input, "path"), m->arena);
    char hex[65];
    LIND_CHECK(access(path, R_OK) == 0, LIND_ERR_INPUT, "%s %s, which the parts have read, is not there",
               lind_past_text(input, "role"), path);
    LIND_TRY(lind_digest_file(path, hex));
    LIND_CHECK(strcmp(hex, lind_past_text(input, "sha256")) == 0, LIND_ERR_INPUT, "%s %s has changed since %s was run",
               lind_past_text(input, "role"), path, first->directory);
  }
  LIND_TRY(lind_past_wire(&first->past, m->arena, &m->study));
  LIND_CHECK(strcmp(m->study->hash, lind_past_text(first->past.provenance, "plan_hash")) == 0, LIND_ERR_INPUT,
             "this lind (%s, %s) makes another plan of %s than the one that ran it (%s); merge with that one", LIND_VERSION,
             LIND_REVISION, first->directory, lind_past_text(json_object_get(first->past.provenance, "lind"), "revision"));
  return LIND_OK;
}

/* ---- is everything there? --------------------------------------------------------------------------------- */

static bool is_there(const merger *m, uint64_t job) {
  const int s = lind_study_stage_of(m->study, job);
  for (int i = 0; i < m->n; i++) {
    const lind_sink sink = lind_store_sink(m->sources[i].store);
    if (sink.has(sink.self, (uint32_t)s, job - m->study->stage[s].first_job)) return true;
  }
  return false;
}

static const char *command_of(const merger *m, uint64_t part) {
  const lind_study_request *r = m->study->request;
  const char *text =
      lind_arena_format(m->arena, "lind run %s --patients %llu --replicates %llu --seed %llu", r->path,
                        (unsigned long long)r->patients, (unsigned long long)r->replicates, (unsigned long long)r->seed);
  for (int i = 0; i < r->set.n; i++) text = lind_arena_format(m->arena, "%s --set '%s'", text, r->set.at[i]);
  if (r->no_sensitivity) text = lind_arena_format(m->arena, "%s --no-sensitivity", text);
  return m->parts == 0
             ? text
             : lind_arena_format(m->arena, "%s --part %llu/%llu", text, (unsigned long long)part, (unsigned long long)m->parts);
}

static const char *cut(const merger *m, int i) {
  const source *s = &m->sources[i];
  return s->parts == 0
             ? "the whole study"
             : lind_arena_format(m->arena, "part %llu of %llu", (unsigned long long)s->part, (unsigned long long)s->parts);
}

static const source *holder(const merger *m, uint64_t part) {
  for (int i = 0; i < m->n; i++)
    if (m->sources[i].part == part) return &m->sources[i];
  return NULL;
}

/* Add what is missing of a part to the sentence. */
static const char *complain(const merger *m, const char *text, uint64_t part, uint64_t there) {
  const source *s = holder(m, part);
  const unsigned long long due = lind_part_blocks(m->study, part, m->parts);
  const char *begin = lind_arena_format(m->arena, "%s%spart %llu of %llu", text, text[0] != '\0' ? "; " : "",
                                        (unsigned long long)part, (unsigned long long)m->parts);
  return s == NULL ? lind_arena_format(m->arena, "%s is not there", begin)
                   : lind_arena_format(m->arena, "%s (%s) has %llu of its %llu blocks", begin, s->directory,
                                       (unsigned long long)there, due);
}

static lind_err completeness_check(const merger *m) {
  enum { MOST_NAMED = 10 };
  const uint64_t parts = m->parts > 0 ? m->parts : 1, jobs = m->study->n_jobs;
  uint64_t *there, missing = 0, first = 0, named = 0;
  const char *text = "";
  LIND_TAKE(there, m->arena, parts);
  for (uint64_t job = 0; job < jobs; job++) there[job % parts] += is_there(m, job);
  for (uint64_t part = 1; part <= parts; part++) {
    const uint64_t due = lind_part_blocks(m->study, part, parts);
    if (there[part - 1] == due) continue;
    missing += due - there[part - 1];
    if (first == 0) first = part;
    if (m->parts > 0 && ++named <= MOST_NAMED) text = complain(m, text, part, there[part - 1]);
  }
  if (missing == 0) return LIND_OK;
  if (named > MOST_NAMED)
    text = lind_arena_format(m->arena, "%s; and %llu more parts", text, (unsigned long long)(named - MOST_NAMED));
  for (int i = 1; m->parts == 0 && i < m->n && text[0] == '\0'; i++)
    if (m->sources[i].parts != m->sources[0].parts)
      text = lind_arena_format(m->arena, "%s is %s and %s is %s, which do not fit together: ", m->sources[0].directory, cut(m, 0),
                               m->sources[i].directory, cut(m, i));
  if (m->parts == 0)
    text = lind_arena_format(m->arena, "%s%llu of %llu blocks are in none of the directories", text, (unsigned long long)missing,
                             (unsigned long long)jobs);
  const source *s = holder(m, first);
  LIND_CHECK(false, LIND_ERR_INPUT, "%s: %s --out %s", text, command_of(m, first),
             m->parts > 0 && s != NULL ? s->directory : "DIR");
}

/* ---- the results ------------------------------------------------------------------------------------------ */

static lind_err adopt_all(const merger *m, lind_store *store) {
  for (int i = 0; i < m->n; i++) {
    const lind_err err = lind_store_adopt(store, m->sources[i].directory);
    if (err == LIND_ERR_DAMAGED) return damaged(m->sources[i].directory, lind_error_message(), strlen(lind_error_message()));
    LIND_TRY(err);
  }
  return LIND_OK;
}

static json_t *merged_list(const merger *m) {
  json_t *list = json_array();
  for (int i = 0; i < m->n; i++)
    json_array_append_new(list, json_pack("{s:s,s:I,s:I,s:o}", "directory", m->sources[i].directory, "part",
                                          (json_int_t)m->sources[i].part, "parts", (json_int_t)m->sources[i].parts, "sessions",
                                          lind_session_list(m->sources[i].directory, m->arena)));
  return list;
}

static lind_err finish(const merger *m, lind_crew *crew, lind_store *store) {
  const double began = lind_progress_now();
  json_t *merged = merged_list(m);
  lind_err err = lind_session_begin(m->study, crew, m->out, merged, m->arena);
  json_decref(merged);
  LIND_TRY(err);
  LIND_TRY(adopt_all(m, store));
  LIND_TRY(lind_pictures_make(m->study, crew, m->arena));
  lind_session_end(m->study, m->out, LIND_OK, m->arena);
  const lind_finish finish = {.study = m->study,
                              .store = store,
                              .out = m->out,
                              .ranks = 1,
                              .threads = 1,
                              .seconds = lind_progress_now() - began,
                              .json = m->json};
  return lind_finish_write(&finish, crew, m->arena);
}

static lind_err merge(merger *m) {
  lind_crew *crew = NULL;
  lind_store *store = NULL;
  m->parts = m->sources[0].parts;
  for (int i = 0; i < m->n; i++) {
    LIND_TRY(compare(&m->sources[0], &m->sources[i], m->arena));
    if (m->sources[i].parts != m->parts) m->parts = 0;
  }
  LIND_TRY(study_wire(m));
  LIND_TRY(completeness_check(m));
  LIND_TRY(lind_finish_directories(m->out));
  LIND_TRY(lind_crew_create(1, &crew));
  lind_err err = lind_crew_ranks(crew) == 1
                     ? lind_study_start(m->study, crew)
                     : lind_error_fail(LIND_ERR_INPUT, __FILE__, __LINE__, "lind merge is one process; start it alone");
  lind_store_study extent;
  if (err == LIND_OK) err = lind_study_extent(m->study, m->arena, &extent);
  if (err == LIND_OK) err = lind_store_create(m->out, &extent, &store);
  if (err == LIND_OK) err = finish(m, crew, store);
  lind_store_destroy(&store);
  lind_study_stop(m->study);
  lind_crew_destroy(&crew);
  return err;
}

lind_err lind_merge_parts(const char *out, int n, const char *const *directories, bool json, lind_arena *arena) {
  merger m = {.out = out, .json = json, .n = n, .arena = arena};
  lind_err err = LIND_OK;
  LIND_TAKE(m.sources, arena, n);
  for (int i = 0; i < n; i++) m.sources[i].directory = directories[i];
  for (int i = 0; i < n && err == LIND_OK; i++) err = source_read(&m.sources[i], arena);
  if (err == LIND_OK) err = merge(&m);
  for (int i = 0; i < n; i++) {
    lind_store_destroy(&m.sources[i].store);
    lind_past_release(&m.sources[i].past);
  }
  return err;
}
