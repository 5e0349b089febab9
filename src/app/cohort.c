/* cohort.c -- `lind cohort`: a cohort in words, or some of its people as a table. */
#include "lind/cohort.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "finish.h"
#include "lind/csv.h"
#include "lind/text.h"
#include "past.h"

enum { ATTEMPTS = 255, MOST_FIELDS = 1024 };

/* Where the people go: a CSV file, or a results file. */
typedef struct sample_writer {
  const lind_cohort *cohort;
  const lind_field *fields;
  int n_fields;
  FILE *csv;
  lind_results *results;
} sample_writer;

static lind_err read_cohort(const char *path, lind_arena *arena, lind_cohort **cohort) {
  const lind_node *root;
  lind_purposes *purposes;
  LIND_TAKE(purposes, arena, 1);
  LIND_TRY(lind_document_read(path, arena, &root));
  return lind_cohort_create(root, path, purposes, arena, cohort);
}

/* The columns of /patients in results.h5: a genotype has one for each allele. */
static lind_err list_fields(const lind_cohort *cohort, lind_arena *arena, lind_field **result, int *n_fields) {
  lind_field *fields;
  int n = 0;
  LIND_TAKE(fields, arena, 2 + 2 * cohort->n_columns);
  fields[n++] = (lind_field){"seat", "1", "the person's place, from 0", LIND_FIELD_COUNT, 0, NULL};
  fields[n++] = (lind_field){"attempts", "1", "people drawn until one was eligible", LIND_FIELD_COUNT, 0, NULL};
  for (int c = 0; c < cohort->n_columns; c++) {
    const lind_column *column = &cohort->columns[c];
    const char *about = column->about != NULL ? column->about : "covariate of the cohort";
    const char *unit = column->unit.text[0] != '\0' ? column->unit.text : "1";
    const lind_levels *levels = column->type.levels;
    if (column->type.kind == LIND_TYPE_GENOTYPE) {
      for (int a = 1; a <= 2; a++) {
        const char *name = lind_arena_format(arena, "%s_%d", column->name, a);
        LIND_CHECK(name != NULL, LIND_ERR_MEMORY, "no memory for the names of columns");
        fields[n++] = (lind_field){name, "1", about, LIND_FIELD_CODE, levels->n, levels->names};
      }
    } else if (column->type.kind == LIND_TYPE_CATEGORY) {
      fields[n++] = (lind_field){column->name, "1", about, LIND_FIELD_CODE, levels->n, levels->names};
    } else {
      fields[n++] = (lind_field){column->name, unit, about, LIND_FIELD_REAL, 0, NULL};
    }
  }
  *result = fields;
  *n_fields = n;
  return LIND_OK;
}

static lind_err put(sample_writer *w, const double *row) {
  if (w->results != NULL) return lind_results_append(w->results, row, 1);
  for (int f = 0; f < w->n_fields; f++) {
    const lind_field *field = &w->fields[f];
    if (f > 0) fputc(',', w->csv);
    if (field->kind == LIND_FIELD_CODE)
      lind_csv_put(w->csv, field->labels[(int)row[f]]);
    else if (field->kind == LIND_FIELD_COUNT)
      fprintf(w->csv, "%.0f", row[f]);
    else
      lind_csv_put_number(w->csv, row[f]);
  }
  fputc('\n', w->csv);
  return LIND_OK;
}

static lind_err put_person(sample_writer *w, const lind_lane *people, int i, uint64_t seat, unsigned attempts) {
  double row[MOST_FIELDS] = {(double)seat, attempts};
  int n = 2;
  for (int c = 0; c < w->cohort->n_columns; c++) {
    const lind_column *column = &w->cohort->columns[c];
    row[n++] = people[column->slot].of[i] / (column->type.kind == LIND_TYPE_NUMBER ? column->unit.scale : 1.0);
    if (column->type.kind == LIND_TYPE_GENOTYPE) row[n++] = people[column->slot + 1].of[i];
  }
  return put(w, row);
}

/* Seats are filled as a trial's replicate 0 fills them: whoever does not meet the cohort's own rule is drawn again. */
static lind_err draw_all(sample_writer *w, uint64_t patients, uint64_t seed, lind_arena *arena) {
  lind_lane *drawn, *people;
  LIND_TAKE(drawn, arena, w->cohort->n_slots);
  LIND_TAKE(people, arena, w->cohort->n_slots);
  for (uint64_t first = 0; first < patients; first += LIND_LANES) {
    lind_who who[LIND_LANES];
    unsigned attempts[LIND_LANES] = {0}, open = (1u << LIND_LANES) - 1u;
    for (unsigned i = 0; i < LIND_LANES; i++) who[i] = (lind_who){seed, 0, (uint32_t)(first + i), 0};
    for (uint32_t attempt = 0; open != 0 && attempt < ATTEMPTS; attempt++) {
      for (unsigned i = 0; i < LIND_LANES; i++) who[i].attempt = attempt;
      const unsigned fit = lind_cohort_draw(w->cohort, who, drawn) & open;
      for (unsigned i = 0; i < LIND_LANES; i++) {
        if (!(fit & (1u << i))) continue;
        attempts[i] = attempt + 1;
        for (int slot = 0; slot < w->cohort->n_slots; slot++) people[slot].of[i] = drawn[slot].of[i];
      }
      open &= ~fit;
    }
    for (unsigned i = 0; i < LIND_LANES && first + i < patients; i++) {
      LIND_CHECK(!(open & (1u << i)), LIND_ERR_INPUT, "%s: none of %d people drawn for seat %llu meets `eligible`",
                 w->cohort->path, ATTEMPTS, (unsigned long long)(first + i));
      LIND_TRY(put_person(w, people, (int)i, first + i, attempts[i]));
    }
  }
  return LIND_OK;
}

static void put_header(const sample_writer *w, uint64_t seed) {
  char hex[33];
  fprintf(w->csv, "# cohort %s, digest %s, seed %llu\n", w->cohort->name, lind_digest_text(w->cohort->digest, hex),
          (unsigned long long)seed);
  for (int f = 0; f < w->n_fields; f++) {
    char name[400];
    const lind_field *field = &w->fields[f];
    const bool bare = field->kind != LIND_FIELD_REAL;
    (void)snprintf(name, sizeof name, bare ? "%s" : "%s [%s]", field->name, field->unit);
    if (f > 0) fputc(',', w->csv);
    lind_csv_put(w->csv, name);
  }
  fputc('\n', w->csv);
}

static lind_err sample_csv(sample_writer *w, const char *out, uint64_t patients, uint64_t seed, lind_arena *arena) {
  const char *temporary = lind_arena_format(arena, "%s.tmp", out);
  LIND_CHECK(temporary != NULL, LIND_ERR_MEMORY, "no memory for a path");
  w->csv = fopen(temporary, "wbe");
  LIND_CHECK(w->csv != NULL, LIND_ERR_INPUT, "--out %s cannot be written: %s", out, strerror(errno));
  put_header(w, seed);
  lind_err err = draw_all(w, patients, seed, arena);
  bool ok = fflush(w->csv) == 0 && fsync(fileno(w->csv)) == 0 && !ferror(w->csv);
  ok = fclose(w->csv) == 0 && ok;
  if (err == LIND_OK && !(ok && rename(temporary, out) == 0))
    err = lind_error_fail(LIND_ERR_FILE, __FILE__, __LINE__, "%s cannot be written: %s", out, strerror(errno));
  if (err != LIND_OK) (void)unlink(temporary);
  return err;
}

static lind_err fill_results(sample_writer *w, uint64_t patients, uint64_t seed, lind_arena *arena) {
  char hex[33];
  LIND_TRY(
      lind_results_table(w->results, "/patients", "people of a cohort, in order of seat", w->fields, w->n_fields, "patient"));
  LIND_TRY(draw_all(w, patients, seed, arena));
  LIND_TRY(lind_results_text(w->results, "/provenance/cohort_digest", "digest of the cohort's file and tables",
                             lind_digest_text(w->cohort->digest, hex)));
  const char *text = lind_arena_format(arena, "%llu", (unsigned long long)seed);
  LIND_CHECK(text != NULL, LIND_ERR_MEMORY, "no memory for a number");
  return lind_results_text(w->results, "/provenance/seed", "the number that all randomness hangs on", text);
}

static lind_err sample_results(sample_writer *w, const char *out, uint64_t patients, uint64_t seed, lind_arena *arena) {
  LIND_TRY(lind_results_create(out, &w->results));
  const lind_err err = fill_results(w, patients, seed, arena);
  if (err != LIND_OK) {
    lind_results_abandon(&w->results);
    return err;
  }
  return lind_results_close(&w->results);
}

/* People are not written over what they are drawn from. */
static lind_err check_out(const char *path, const char *out, lind_arena *arena) {
  json_t *inputs = lind_finish_inputs_cohort(path, arena), *input;
  const char *own = NULL;
  size_t i;
  json_array_foreach(inputs, i, input) {
    const char *file = lind_past_text(input, "path");
    if (lind_past_is_one(out, file)) own = lind_arena_text(arena, file);
  }
  json_decref(inputs);
  LIND_CHECK(own == NULL, LIND_ERR_INPUT, "--out is %s, which the cohort is read from", own);
  return LIND_OK;
}

static lind_err sample(const char *path, const char *out, uint64_t patients, uint64_t seed, lind_arena *arena) {
  lind_cohort *cohort;
  lind_field *fields;
  int n;
  LIND_CHECK(out != NULL, LIND_ERR_INPUT, "--out is missing; lind cohort sample %s --patients N --out FILE.csv", path);
  LIND_TRY(check_out(path, out, arena));
  LIND_CHECK(patients != UINT64_MAX, LIND_ERR_INPUT, "--patients is missing; how many people are to be drawn?");
  LIND_CHECK(patients >= 1 && patients < UINT32_MAX, LIND_ERR_INPUT, "--patients is %llu; 1 to %u would be right",
             (unsigned long long)patients, UINT32_MAX - 1);
  const char *end = strrchr(out, '.');
  const bool csv = end != NULL && strcmp(end, ".csv") == 0, h5 = end != NULL && strcmp(end, ".h5") == 0;
  LIND_CHECK(csv || h5, LIND_ERR_INPUT, "--out is '%s'; its end says the format: .csv or .h5", out);
  LIND_TRY(read_cohort(path, arena, &cohort));
  LIND_TRY(list_fields(cohort, arena, &fields, &n));
  LIND_CHECK(n <= MOST_FIELDS, LIND_ERR_INPUT, "%s has more than %d columns", path, MOST_FIELDS);
  sample_writer writer = {.cohort = cohort, .fields = fields, .n_fields = n};
  LIND_TRY(csv ? sample_csv(&writer, out, patients, seed, arena) : sample_results(&writer, out, patients, seed, arena));
  printf("%llu people of %s: %s\n", (unsigned long long)patients, cohort->name, out);
  return LIND_OK;
}

static lind_err describe(const char *path, lind_arena *arena) {
  lind_cohort *cohort;
  char hex[33];
  LIND_TRY(read_cohort(path, arena, &cohort));
  lind_cohort_describe(stdout, cohort);
  printf("\ndigest %s\n", lind_digest_text(cohort->digest, hex));
  return LIND_OK;
}

static lind_err run(int n, char **arguments, lind_arena *arena) {
  static const char *const verbs[] = {"describe", "sample"};
  const char *words[2], *out = NULL;
  uint64_t patients = UINT64_MAX, seed = 1747; /* as a protocol's seed is unless it says otherwise */
  char suggestion[64];
  int given;
  const lind_option options[] = {
      {"--patients", LIND_OPTION_COUNT, &patients}, {"--out", LIND_OPTION_TEXT, &out}, {"--seed", LIND_OPTION_COUNT, &seed}, {0}};
  LIND_TRY(lind_options_read(n, arguments, options, words, 2, &given));
  LIND_CHECK(given >= 1, LIND_ERR_INPUT,
             "lind cohort describe COHORT.yaml, or lind cohort sample COHORT.yaml --patients N --out FILE.csv");
  const bool wants_sample = strcmp(words[0], "sample") == 0;
  LIND_CHECK(wants_sample || strcmp(words[0], "describe") == 0, LIND_ERR_INPUT,
             "'%s' is not done with a cohort; describe and sample are%s", words[0],
             lind_text_suggestion(words[0], verbs, 2, suggestion, sizeof suggestion));
  LIND_CHECK(given == 2, LIND_ERR_INPUT, "which cohort? lind cohort %s COHORT.yaml", words[0]);
  if (wants_sample) return sample(words[1], out, patients, seed, arena);
  return describe(words[1], arena);
}

const lind_command lind_command_cohort = {
    .name = "cohort",
    .usage = "cohort describe COHORT.yaml | cohort sample COHORT.yaml --patients N --out FILE.csv|FILE.h5 [--seed S]",
    .summary = "Say in words who takes part, or draw some of them into a table.",
    .run = run,
};
