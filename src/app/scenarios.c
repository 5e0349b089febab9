#include "scenarios.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"
#include "sums.h"

/* ---- what differs ----------------------------------------------------------------------------------------- */

static bool is_list_of_scalars(const json_t *value) {
  for (size_t i = 0; i < json_array_size(value); i++)
    if (json_is_array(json_array_get(value, i)) || json_is_object(json_array_get(value, i))) return false;
  return json_is_array(value);
}

static const char *scalar_text(const json_t *value, lind_arena *arena) {
  if (json_is_string(value)) return lind_arena_text(arena, json_string_value(value));
  char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
  const char *kept = lind_arena_text(arena, text != NULL ? text : "");
  free(text);
  return kept;
}

static const char *list_text(const json_t *value, lind_arena *arena) {
  const char *text = "[";
  for (size_t i = 0; i < json_array_size(value); i++)
    text = lind_arena_format(arena, "%s%s%s", text, i > 0 ? ", " : "", scalar_text(json_array_get(value, i), arena));
  return lind_arena_format(arena, "%s]", text);
}

/* A document as one level of texts: "arms.a.ratio", a list of scalars as "[a, b]". */
static void flatten(const json_t *value, const char *path, json_t *flat, lind_arena *arena) {
  const char *dot = path[0] != '\0' ? "." : "", *key;
  json_t *item;
  size_t i;
  if (json_is_object(value)) {
    json_object_foreach((json_t *)value, key, item)
        flatten(item, lind_arena_format(arena, "%s%s%s", path, dot, key), flat, arena);
  } else if (json_is_array(value) && !is_list_of_scalars(value)) {
    json_array_foreach(value, i, item) flatten(item, lind_arena_format(arena, "%s%s%zu", path, dot, i), flat, arena);
  } else {
    json_object_set_new(flat, path, json_string(json_is_array(value) ? list_text(value, arena) : scalar_text(value, arena)));
  }
}

static bool is_prose(const char *key) {
  static const char *const endings[] = {"title", "question", "source", "about"};
  const char *last = strrchr(key, '.');
  last = last != NULL ? last + 1 : key;
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
    if (strcmp(last, endings[i]) == 0) return true;
  return strncmp(key, "assumptions", 11) == 0;
}

void lind_scenarios_differing(int n, json_t *const *flat, json_t *keys) {
  json_t *seen = json_object(), *value;
  const char *key;
  for (int i = 0; i < n; i++) json_object_foreach(flat[i], key, value) {
      bool differs = false;
      if (json_object_get(seen, key) != NULL) continue;
      json_object_set_new(seen, key, json_true());
      for (int k = 0; k < n; k++) differs |= !json_equal(json_object_get(flat[k], key), value);
      if (differs && !is_prose(key)) json_array_append_new(keys, json_string(key));
    }
  json_decref(seen);
}

/* Sizes, which options may have changed, then the protocol as resolved, then files that have the same name and other bytes. */
void lind_scenarios_settings(const lind_past *past, json_t *flat, lind_arena *arena) {
  static const char *const sizes[] = {"patients", "replicates", "seed", "no_sensitivity"};
  json_t *protocol = json_object();
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
    flatten(json_object_get(past->provenance, sizes[k]), sizes[k], flat, arena);
  flatten(json_object_get(past->provenance, "protocol_as_resolved"), "", protocol, arena);
  json_object_update_missing(flat, protocol);
  json_decref(protocol);
}

static json_t *flat_of(const lind_past *past, lind_arena *arena) {
  json_t *flat = json_object(), *input;
  size_t i;
  json_object_set(flat, "protocol", json_object_get(past->estimates, "protocol"));
  lind_scenarios_settings(past, flat, arena);
  json_array_foreach(json_object_get(past->provenance, "inputs"), i, input) {
    const char *role = lind_past_text(input, "role"), *path = lind_past_text(input, "path"), *name = strrchr(path, '/');
    if (strcmp(role, "protocol") == 0) continue;
    json_object_set_new(
        flat, lind_arena_format(arena, "file of %s", role),
        json_string(lind_arena_format(arena, "%s (%.12s)", name != NULL ? name + 1 : path, lind_past_text(input, "sha256"))));
  }
  return flat;
}

/* Different protocols differ in everything; then only what --set, --patients and their like have said is told. */
static json_t *keys_told(const lind_scenarios *s, json_t *const *flat) {
  enum { MOST_KEYS = 24 };
  json_t *keys = json_array(), *few = json_array(), *key, *word;
  size_t i, k;
  lind_scenarios_differing(s->n, flat, keys);
  json_array_foreach(keys, i, key) {
    const char *name = json_string_value(key);
    bool told = strcmp(name, "protocol") == 0 || strcmp(name, "patients") == 0 || strcmp(name, "replicates") == 0 ||
                strcmp(name, "seed") == 0;
    for (int p = 0; p < s->n; p++) json_array_foreach(json_object_get(s->pasts[p].provenance, "set"), k, word) {
        const char *text = json_string_value(word);
        const size_t length = text != NULL ? strcspn(text, "=") : 0;
        told |= length > 0 && strncmp(text, name, length) == 0 && (name[length] == '\0' || name[length] == '.');
      }
    if (told) json_array_append(few, key);
  }
  json_t *chosen = json_array_size(keys) > MOST_KEYS ? few : keys;
  json_decref(chosen == few ? keys : few);
  return chosen;
}

/* ---- columns ---------------------------------------------------------------------------------------------- */

typedef enum { OF_STUDY, OF_ANALYSIS, OF_TERM, OF_PROVENANCE } origin;

static const struct {
  const char *name, *unit, *about;
  origin from;
  const char *path;
  bool is_words;
} fixed[] = {
    {"analysis", "1", "name of the analysis", OF_ANALYSIS, "name", true},
    {"group", "1", "grouping of the term", OF_TERM, "group", true},
    {"level", "1", "level of the grouping", OF_TERM, "level", true},
    {"endpoint", "1", "what is analysed", OF_ANALYSIS, "endpoint", true},
    {"estimator", "1", "how it is analysed", OF_ANALYSIS, "estimator", true},
    {"treated", "1", "arm or treatment", OF_ANALYSIS, "treated", true},
    {"control", "1", "arm or treatment that it is compared with", OF_ANALYSIS, "control", true},
    {"unit", "1", "unit of estimate, mcse, sd, p05, p50, p95, se, lower, upper, null and published", OF_ANALYSIS, "unit", true},
    {"estimate", "see column unit", "mean of the effect over replicates", OF_TERM, "estimate", false},
    {"mcse", "see column unit", "its Monte Carlo standard error", OF_TERM, "mcse", false},
    {"power", "1", "share of replicates that reject; the type I error where there is no effect", OF_TERM, "power", false},
    {"power_mcse", "1", "its Monte Carlo standard error", OF_TERM, "power_mcse", false},
    {"sd", "see column unit", "standard deviation of the effect over replicates", OF_TERM, "sd", false},
    {"p05", "see column unit", "5th percentile of the effect over replicates", OF_TERM, "p05", false},
    {"p50", "see column unit", "median", OF_TERM, "p50", false},
    {"p95", "see column unit", "95th percentile", OF_TERM, "p95", false},
    {"se", "see column unit", "mean of the replicates' standard errors", OF_TERM, "se", false},
    {"lower", "see column unit", "mean of the replicates' lower limits", OF_TERM, "interval.0", false},
    {"upper", "see column unit", "mean of the replicates' upper limits", OF_TERM, "interval.1", false},
    {"null", "see column unit", "effect of the null hypothesis", OF_ANALYSIS, "null", false},
    {"published", "see column unit", "what the real trial found", OF_TERM, "published.estimate", false},
    {"n", "patient", "patients used, mean over replicates", OF_TERM, "n", false},
    {"missing", "patient", "patients without a value, mean over replicates", OF_TERM, "missing", false},
    {"replicates_used", "1", "replicates with an estimate", OF_TERM, "replicates", false},
    {"patients_mean", "patient", "patients of a trial, mean over replicates: fewer where looks stop it", OF_STUDY,
     "design.patients", false},
    {"screened", "patient", "all replicates", OF_STUDY, "consort.screened", false},
    {"randomised", "patient", "all replicates", OF_STUDY, "consort.randomised", false},
    {"completed", "patient", "followed to the end, all replicates", OF_STUDY, "consort.arms.*.completed", false},
    {"dropped", "patient", "left before the end, all replicates", OF_STUDY, "consort.arms.*.dropped", false},
    {"failed", "patient", "lanes that the engine gave up on, all replicates", OF_STUDY, "consort.arms.*.failed", false},
    {"protocol_title", "1", "title of the protocol", OF_STUDY, "title", true},
    {"digest", "1", "digest of the study", OF_STUDY, "digest", true},
    {"plan", "1", "hash of the plan of all its stages", OF_PROVENANCE, "plan_hash", true},
};
enum { N_FIXED = sizeof fixed / sizeof *fixed };

/* "a.b", "a.0", and "a.*.b" for the sum over a list. */
static double number_at(const json_t *value, const char *path) {
  while (path[0] != '\0' && value != NULL) {
    const size_t length = strcspn(path, ".");
    const char *rest = path + length + (path[length] == '.');
    if (path[0] == '*') {
      double sum = 0.0;
      for (size_t i = 0; i < json_array_size(value); i++) sum += number_at(json_array_get(value, i), rest);
      return sum;
    }
    char key[64];
    (void)snprintf(key, sizeof key, "%.*s", (int)length, path);
    value = json_is_array(value) ? json_array_get(value, (size_t)strtoul(key, NULL, 10)) : json_object_get(value, key);
    path = rest;
  }
  return json_is_number(value) ? json_number_value(value) : NAN;
}

static size_t rows_count(const lind_past *past) {
  size_t n = 0, i;
  json_t *analysis;
  json_array_foreach(json_object_get(past->estimates, "analyses"), i, analysis) n +=
      json_array_size(json_object_get(analysis, "terms"));
  return n;
}

static lind_err column_begin(lind_scenarios *s, const char *name, const char *unit, const char *about, bool is_words,
                             lind_arena *arena) {
  lind_scenarios_column *c = &s->columns[s->n_columns++];
  *c = (lind_scenarios_column){.name = name, .unit = unit, .about = about, .is_words = is_words};
  if (is_words)
    LIND_TAKE(c->words, arena, s->n_rows + 1);
  else
    LIND_TAKE(c->numbers, arena, s->n_rows + 1);
  return LIND_OK;
}

static void fill(lind_scenarios *s, int study, const json_t *analysis, const json_t *term, size_t row, lind_arena *arena) {
  const lind_past *past = &s->pasts[study];
  const json_t *const roots[] = {past->estimates, analysis, term, past->provenance};
  s->study[row] = study;
  s->columns[0].words[row] = s->names[study];
  for (int f = 0; f < N_FIXED; f++) {
    lind_scenarios_column *c = &s->columns[1 + s->n_keys + f];
    if (fixed[f].is_words)
      c->words[row] = lind_arena_text(arena, lind_past_text(roots[fixed[f].from], fixed[f].path));
    else
      c->numbers[row] = number_at(roots[fixed[f].from], fixed[f].path);
  }
}

/* A key's column is of numbers where all values are numbers with one unit, or without any. */
static lind_err key_column(lind_scenarios *s, const char *key, json_t *const *flat, lind_arena *arena) {
  const char *unit = NULL;
  bool numbers = true;
  for (int i = 0; i < s->n && numbers; i++) {
    const char *text = json_string_value(json_object_get(flat[i], key));
    char *end = NULL;
    numbers = text != NULL && strtod(text, &end) == strtod(text, NULL) && end != text && (*end == '\0' || *end == ' ');
    if (!numbers) break;
    while (*end == ' ') end++;
    numbers = unit == NULL || strcmp(unit, end) == 0;
    unit = lind_arena_text(arena, end);
  }
  const bool bare = unit == NULL || unit[0] == '\0';
  LIND_TRY(column_begin(s, lind_arena_text(arena, key), numbers && !bare ? unit : "1", "setting of the study", !numbers, arena));
  const lind_scenarios_column *c = &s->columns[s->n_columns - 1];
  for (size_t row = 0; row < s->n_rows; row++) {
    const char *text = json_string_value(json_object_get(flat[s->study[row]], key));
    if (numbers)
      c->numbers[row] = strtod(text, NULL);
    else
      c->words[row] = lind_arena_text(arena, text != NULL ? text : "");
  }
  return LIND_OK;
}

static lind_err table_make(lind_scenarios *s, const json_t *keys, json_t *const *flat, lind_arena *arena) {
  s->n_keys = (int)json_array_size(keys);
  for (int i = 0; i < s->n; i++) s->n_rows += rows_count(&s->pasts[i]);
  LIND_TAKE(s->columns, arena, 1 + s->n_keys + N_FIXED + 1);
  LIND_TAKE(s->study, arena, s->n_rows + 1);
  LIND_TAKE(s->is_first, arena, s->n_rows + 1);
  for (size_t row = 0, i = 0; i < (size_t)s->n; i++)
    for (size_t k = 0, n = rows_count(&s->pasts[i]); k < n; k++) {
      s->is_first[row] = k == 0;
      s->study[row++] = (int)i;
    }
  LIND_TRY(column_begin(s, "scenario", "1", "the study", true, arena));
  for (int k = 0; k < s->n_keys; k++) LIND_TRY(key_column(s, json_string_value(json_array_get(keys, (size_t)k)), flat, arena));
  for (int f = 0; f < N_FIXED; f++)
    LIND_TRY(column_begin(s, fixed[f].name, fixed[f].unit, fixed[f].about, fixed[f].is_words, arena));
  LIND_TRY(column_begin(s, "directory", "1", "where the study was", true, arena));
  size_t row = 0, a, t;
  json_t *analysis, *term;
  for (int i = 0; i < s->n; i++)
    json_array_foreach(json_object_get(s->pasts[i].estimates, "analyses"), a, analysis)
        json_array_foreach(json_object_get(analysis, "terms"), t, term) {
      s->columns[s->n_columns - 1].words[row] = s->pasts[i].directory;
      fill(s, i, analysis, term, row++, arena);
    }
  return LIND_OK;
}

/* ---- studies ---------------------------------------------------------------------------------------------- */

static const char *last_part(const char *path, lind_arena *arena) {
  size_t end = strlen(path);
  while (end > 1 && path[end - 1] == '/') end--;
  size_t begin = end;
  while (begin > 0 && path[begin - 1] != '/') begin--;
  return lind_arena_format(arena, "%.*s", (int)(end - begin), path + begin);
}

static lind_err names_give(lind_scenarios *s, const char *const *directories, lind_arena *arena) {
  bool clear = true;
  LIND_TAKE(s->names, arena, s->n);
  for (int i = 0; i < s->n; i++) s->names[i] = last_part(directories[i], arena);
  for (int i = 0; i < s->n; i++)
    for (int k = 0; k < i; k++) clear &= strcmp(s->names[i], s->names[k]) != 0;
  for (int i = 0; i < s->n && !clear; i++) s->names[i] = directories[i];
  return LIND_OK;
}

static lind_err check_distinct(const lind_scenarios *s) {
  for (int i = 0; i < s->n; i++)
    for (int k = 0; k < i; k++)
      LIND_CHECK(
          strcmp(lind_past_text(s->pasts[i].provenance, "plan_hash"), lind_past_text(s->pasts[k].provenance, "plan_hash")) != 0,
          LIND_ERR_INPUT, "%s and %s are the same study; `lind diff` compares them", s->pasts[k].directory,
          s->pasts[i].directory);
  return LIND_OK;
}

lind_err lind_scenarios_create(int n, const char *const *directories, lind_arena *arena, lind_scenarios **scenarios) {
  lind_scenarios *s;
  json_t **flat;
  LIND_TAKE(s, arena, 1);
  s->n = n;
  LIND_TAKE(s->pasts, arena, n);
  LIND_TAKE(flat, arena, n);
  lind_err err = names_give(s, directories, arena);
  for (int i = 0; i < n && err == LIND_OK; i++) {
    err = lind_past_create(directories[i], "merge", arena, &s->pasts[i]);
    if (err == LIND_OK && lind_session_goes_on(directories[i], lind_past_text(s->pasts[i].provenance, "plan_hash"), arena))
      err = lind_error_fail(LIND_ERR_INPUT, __FILE__, __LINE__,
                            "an extension of %s was begun and is not finished; finish it by the same command, or leave it out",
                            directories[i]);
    if (err == LIND_OK) err = lind_sums_trust(directories[i], arena);
  }
  if (err == LIND_OK) err = check_distinct(s);
  if (err == LIND_OK) {
    for (int i = 0; i < n; i++) flat[i] = flat_of(&s->pasts[i], arena);
    json_t *keys = keys_told(s, flat);
    err = table_make(s, keys, flat, arena);
    json_decref(keys);
    for (int i = 0; i < n; i++) json_decref(flat[i]);
  }
  if (err != LIND_OK) {
    lind_scenarios_release(s);
    return err;
  }
  *scenarios = s;
  return LIND_OK;
}

void lind_scenarios_release(lind_scenarios *scenarios) {
  for (int i = 0; scenarios != NULL && i < scenarios->n; i++) lind_past_release(&scenarios->pasts[i]);
}
