/* read_disk.c -- what a run left behind and lind reads again: JSON documents, segments, results.h5. */
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lind/report.h"
#include "lind/store.h"
#include "reader.h"
#include "store/segment_head.h"

static const char plan_hash[] = "0123456789abcdef0123456789abcdef";

void fuzz_read_report(const uint8_t *bytes, size_t n) {
  fuzz_bundle bundle;
  fuzz_bundle_write(&bundle, bytes, n);
  FILE *out = fopen("/dev/null", "wb");
  if (out == NULL) abort();
  (void)fuzz_good(lind_report_write("main", "provenance.json", "report.html"));
  (void)fuzz_good(lind_report_answer(bundle.files[0].text, out));
  (void)fclose(out);
  fuzz_bundle_release(&bundle);
}

/* plan.json beside folders that are empty */
void fuzz_read_run_directory(const uint8_t *bytes, size_t n) {
  lind_store *store = NULL;
  (void)mkdir("run", 0700);
  (void)mkdir("run/segments", 0700);
  fuzz_write("run/plan.json", bytes, n);
  if (fuzz_good(lind_store_open("run", &store))) lind_store_destroy(&store);
  const lind_store_stage stage = {.patients = 100, .replicates = 10, .block_replicates = 5, .block_seats = 500};
  const lind_store_study study = {.world = plan_hash, .cpu_class = "x86-64-v3 finz", .n_stages = 1, .stages = &stage};
  if (fuzz_good(lind_store_create("run", &study, &store))) lind_store_destroy(&store);
}

/* ---- HDF5 ------------------------------------------------------------------------------------------------------------------ */

static void read_segment(const char *path, const char *plan) {
  lind_segment heads = {0};
  lind_segment_file *file = NULL;
  lind_arena *arena = NULL;
  lind_block_record record;
  if (lind_arena_create(&arena) != LIND_OK) abort();
  if (!fuzz_good(lind_segment_read_heads(path, plan, &heads))) goto done;
  const size_t n = lind_segment_records(&heads);
  if (!fuzz_good(lind_segment_open(path, plan, &file))) goto done;
  for (uint32_t row = 0; row < n && row < 64; row++) {
    const lind_arena_place place = lind_arena_mark(arena);
    (void)fuzz_good(lind_segment_record(file, row, arena, &record));
    lind_arena_rewind(arena, place);
  }
  lind_segment_close(&file);
done:
  lind_segment_release(&heads);
  lind_arena_destroy(&arena);
}

/* That of a sound segment, so that its records are read, too. */
static void plan_of(const char *path, char plan[sizeof plan_hash]) {
  (void)snprintf(plan, sizeof plan_hash, "%s", plan_hash);
  const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT), word = file >= 0 ? H5Aopen(file, "plan", H5P_DEFAULT) : -1;
  if (word >= 0 && H5Aget_storage_size(word) == sizeof plan_hash - 1) {
    const hid_t type = H5Aget_type(word);
    (void)H5Aread(word, type, plan);
    (void)H5Tclose(type);
  }
  if (word >= 0) (void)H5Aclose(word);
  if (file >= 0) (void)H5Fclose(file);
}

/* As the program does it: HDF5 sees what matches its checksum. (Sealed again, damaged files crash HDF5 1.10 itself, within
 * seconds: docs/validation/hostile-input.md. What sound files of wrong shapes do is the reader `shapes`.) */
void fuzz_read_segment(const uint8_t *bytes, size_t n) {
  fuzz_write("0-0.h5", bytes, n);
  char plan[sizeof plan_hash];
  if (!fuzz_good(lind_segment_check("0-0.h5"))) return;
  plan_of("0-0.h5", plan);
  read_segment("0-0.h5", plan);
}

static void read_results(const char *path) {
  static const char *const tables[] = {"patients", "outcomes", "a", "a/b", "estimates/effects"};
  lind_results_view *view;
  char *text;
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
    if (fuzz_good(lind_results_read(path, tables[i], &view))) lind_results_view_destroy(&view);
    (void)fuzz_good(lind_results_csv(path, tables[i], "table.csv"));
  }
  if (fuzz_good(lind_results_read_text(path, "/provenance/digest", &text))) free(text);
}

/* ---- HDF5 that is sound as a file, and wrong as a table
 * ------------------------------------------------------------------------ */

typedef struct tape {
  const uint8_t *at, *end;
} tape;

static unsigned next(tape *t) { return t->at < t->end ? *t->at++ : 0; }

static hid_t some_type(tape *t) {
  const hid_t types[] = {H5T_IEEE_F64LE, H5T_IEEE_F32LE, H5T_STD_I64LE, H5T_STD_U64LE, H5T_STD_I8LE, H5T_STD_U32BE, H5T_C_S1};
  const unsigned kind = next(t) % 10;
  if (kind < 7) return H5Tcopy(types[kind]);
  hid_t made = H5Tcopy(H5T_C_S1);
  (void)H5Tset_size(made, kind == 7 ? H5T_VARIABLE : 1 + next(t) % 40);
  if (kind == 9) {
    (void)H5Tclose(made);
    made = H5Tcreate(H5T_COMPOUND, 16);
    (void)H5Tinsert(made, "x", 0, H5T_IEEE_F64LE);
  }
  return made;
}

static hid_t some_space(tape *t) {
  const unsigned kind = next(t) % 8;
  hsize_t extent[3] = {next(t) % 6, next(t) % 20, 2};
  if (kind == 0) return H5Screate(H5S_SCALAR);
  if (kind == 1) return H5Screate(H5S_NULL);
  if (kind == 2) extent[0] = (hsize_t)next(t) << 52; /* more than any memory */
  if (kind == 3) return H5Screate_simple(2, (hsize_t[]){extent[0], LIND_SEGMENT_WORDS}, NULL);
  return H5Screate_simple(1 + (int)(kind % 3), extent, NULL);
}

static void some_attribute(tape *t, hid_t object) {
  static const char *const names[] = {"unit", "description", "labels", "plan", "missing"};
  const char *name = names[next(t) % 5];
  char words[4096];
  hid_t type = some_type(t), space = next(t) % 2 ? some_space(t) : H5Screate(H5S_SCALAR);
  if (strcmp(name, "plan") == 0 && next(t) % 4 > 0) {
    (void)H5Tclose(type), (void)H5Sclose(space);
    type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    (void)H5Tset_size(type, sizeof plan_hash - 1);
  }
  const hid_t made = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  memset(words, 0, sizeof words);
  memcpy(words, plan_hash, sizeof plan_hash);
  const hssize_t n = H5Sget_simple_extent_npoints(space);
  if (made >= 0 && H5Tis_variable_str(type) <= 0 && n > 0 && (size_t)n * H5Tget_size(type) <= sizeof words)
    (void)H5Awrite(made, type, words);
  if (made >= 0) (void)H5Aclose(made);
  (void)H5Tclose(type);
  (void)H5Sclose(space);
}

static void some_dataset(tape *t, hid_t file, const char *name) {
  uint8_t values[4096];
  hid_t type = some_type(t), space = some_space(t);
  const hid_t made = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  const hssize_t n = H5Sget_simple_extent_npoints(space);
  for (size_t i = 0; i < sizeof values; i++) values[i] = i % 8 < 2 ? (uint8_t)next(t) : 0;
  if (made >= 0) {
    if (H5Tis_variable_str(type) <= 0 && n > 0 && n < 4096 && (size_t)n * H5Tget_size(type) <= sizeof values)
      (void)H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    for (unsigned k = next(t) % 4; k > 0; k--) some_attribute(t, made);
    (void)H5Dclose(made);
  }
  (void)H5Tclose(type);
  (void)H5Sclose(space);
}

static void some_file(tape *t, const char *path, hsize_t userblock) {
  static const char *const names[] = {"heads", "reals",         "counts",       "rows",
                                      "a",     "a/x",           "a/y",          "a/b",
                                      "a/b/x", "patients/seat", "outcomes/end", "provenance/digest"};
  hid_t file;
  if (lind_h5_create(path, userblock, &file) != LIND_OK) abort();
  const char *const groups[] = {"a", "patients", "outcomes", "provenance"};
  for (int g = 0; g < 4; g++) {
    const hid_t list = lind_h5_group_list(), made = H5Gcreate2(file, groups[g], H5P_DEFAULT, list, H5P_DEFAULT);
    if (made >= 0) (void)H5Gclose(made);
    (void)H5Pclose(list);
  }
  const unsigned first = next(t);
  for (int k = 0; first % 2 == 1 && k < 4; k++) some_dataset(t, file, names[k]);
  for (unsigned k = next(t) % 8; k > 0; k--) some_dataset(t, file, names[next(t) % 12]);
  for (unsigned k = next(t) % 4; k > 0; k--) some_attribute(t, file);
  (void)H5Fclose(file);
}

void fuzz_read_shapes(const uint8_t *bytes, size_t n) {
  tape t = {bytes, bytes + n};
  const unsigned segment = next(&t) % 2;
  lind_h5_enter();
  some_file(&t, "shapes.h5", segment ? LIND_SEGMENT_HEAD_BYTES : 0);
  lind_h5_leave();
  if (segment)
    read_segment("shapes.h5", plan_hash);
  else
    read_results("shapes.h5");
}
