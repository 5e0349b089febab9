/* results.h5: equal content gives equal bytes, every column says what it is, and what is read is what was written. */
#include <hdf5.h>
#include <malloc.h>

#include "store_test.h"

static const char *const arms[] = {"control", "genotype", "Bégué, \"both\""};
static const lind_field fields[] = {
    {.name = "seat", .about = "the patient's seat", .kind = LIND_FIELD_COUNT},
    {.name = "weight", .unit = "kg", .about = "body weight at screening", .kind = LIND_FIELD_REAL},
    {.name = "arm", .about = "the arm", .kind = LIND_FIELD_CODE, .n_labels = 3, .labels = arms},
    {.name = "site", .about = "the site's number", .kind = LIND_FIELD_CODE},
};
enum { FIELDS = 4, LONG = 40000 }; /* over two chunks, and a part */

static double value(int field, size_t row) {
  switch (field) {
    case 0:
      return row % 1000 == 17 ? (double)NAN : (double)row * 1e6;
    case 1:
      return row % 100 == 5 ? (double)NAN : 70 + 30 * sin((double)row);
    case 2:
      return row % 50 == 3 ? (double)NAN : (double)(row % 3);
    default:
      return (double)(row % 12345);
  }
}

/* Append rows [0, n) in pieces of `piece`. */
static void rows_append(lind_results *results, size_t n, size_t piece) {
  double *data = malloc(FIELDS * piece * sizeof *data);
  assert_non_null(data);
  for (size_t first = 0; first < n; first += piece) {
    const size_t part = n - first < piece ? n - first : piece;
    for (int f = 0; f < FIELDS; f++)
      for (size_t i = 0; i < part; i++) data[(size_t)f * part + i] = value(f, first + i);
    GOOD(lind_results_append(results, data, part));
  }
  free(data);
}

static void file_make(const char *path, size_t piece) {
  lind_results *results = NULL;
  GOOD(lind_results_create(path, &results));
  GOOD(lind_results_text(results, "provenance/protocol", "the protocol as read", "title: Maßgeschneidert\n"));
  GOOD(lind_results_table(results, "patients", "one row a patient", fields, FIELDS, "patient"));
  rows_append(results, LONG, piece);
  GOOD(lind_results_table(results, "tallies/arms", "one row an arm", fields, FIELDS, "arm"));
  rows_append(results, 3, piece);
  GOOD(lind_results_table(results, "tallies/none", "no rows", fields, FIELDS, "arm"));
  GOOD(lind_results_text(results, "provenance/empty", "nothing", ""));
  GOOD(lind_results_close(&results));
  assert_null(results);
}

static void equal_content_gives_equal_bytes(void **state) {
  static const size_t pieces[] = {LONG, 1000, 16384, 16385};
  size_t n, m;
  file_make(in(state, "0.h5"), 777);
  unsigned char *due = file_bytes(in(state, "0.h5"), &n);
  for (int i = 0; i < 4; i++) {
    if (i == 1) (void)sleep(1);           /* another second, in case that a time is in it */
    (void)mallopt(M_PERTURB, 50 * i + 1); /* fresh memory is full of something else each time */
    file_make(in(state, "1.h5"), pieces[i]);
    unsigned char *bytes = file_bytes(in(state, "1.h5"), &m);
    assert_int_equal(n, m);
    assert_memory_equal(due, bytes, n);
    free(bytes);
  }
  free(due);
  assert_true(n < 4 * 8 * LONG); /* deflated */
}

static void same_number(double a, double b) { assert_memory_equal(&a, &b, sizeof a); }

static void what_is_read_is_what_was_written(void **state) {
  lind_results_view *view = NULL;
  file_make(in(state, "r.h5"), 5000);
  static const struct {
    const char *group;
    size_t n;
  } tables[] = {{"patients", LONG}, {"/tallies/arms", 3}, {"tallies/none", 0}};
  for (int t = 0; t < 3; t++) {
    GOOD(lind_results_read(in(state, "r.h5"), tables[t].group, &view));
    assert_int_equal(view->n_fields, FIELDS);
    assert_int_equal(view->n_rows, tables[t].n);
    for (int f = 0; f < FIELDS; f++) {
      assert_string_equal(view->fields[f].name, fields[f].name); /* in the order they were named */
      assert_string_equal(view->fields[f].unit, fields[f].unit != NULL ? fields[f].unit : "");
      assert_string_equal(view->fields[f].about, fields[f].about);
      assert_int_equal(view->fields[f].kind, fields[f].kind);
      assert_int_equal(view->fields[f].n_labels, fields[f].n_labels);
      for (int i = 0; i < fields[f].n_labels; i++) assert_string_equal(view->fields[f].labels[i], arms[i]);
      for (size_t row = 0; row < view->n_rows; row++) same_number(view->data[f][row], value(f, row));
    }
    lind_results_view_destroy(&view);
    assert_null(view);
  }
  char *text = NULL;
  GOOD(lind_results_read_text(in(state, "r.h5"), "provenance/protocol", &text));
  assert_string_equal(text, "title: Maßgeschneidert\n");
  free(text);
  GOOD(lind_results_read_text(in(state, "r.h5"), "provenance/empty", &text));
  assert_string_equal(text, "");
  free(text);
}

/* Of extremes: a count beyond 2^53 cannot be said, all others keep their bits. */
/* Replicates of 7, 0, 20000 and 1 patients, of whom each has as many rows as the seat's last digit. */
static void rows_of_a_patient_are_found(void **state) {
  static const lind_field keys[] = {{.name = "replicate", .kind = LIND_FIELD_COUNT}, {.name = "seat", .kind = LIND_FIELD_COUNT}};
  static const int seats[] = {7, 0, 20000, 1};
  lind_results *results = NULL;
  lind_results_view *view = NULL;
  size_t first, n, due = 0;
  GOOD(lind_results_create(in(state, "r.h5"), &results));
  GOOD(lind_results_table(results, "t", "rows", keys, 2, "row"));
  for (int r = 0; r < 4; r++)
    for (int s = 0; s < seats[r]; s++)
      for (int k = 0; k < s % 10; k++) GOOD(lind_results_append(results, (double[]){r, s}, 1));
  GOOD(lind_results_close(&results));
  for (int r = 0; r < 4; r++)
    for (int s = 0; s < seats[r]; s++) {
      const size_t rows = (size_t)(s % 10);
      due += rows;
      if (r == 2 && s % 997 != 5 && s != 19999) continue;
      GOOD(lind_results_find(in(state, "r.h5"), "t", (double[]){r, s}, &first, &n));
      assert_int_equal(n, rows);
      assert_int_equal(first + n, due);
    }
  GOOD(lind_results_find(in(state, "r.h5"), "t", (double[]){1, 3}, &first, &n));
  assert_int_equal(n, 0);
  GOOD(lind_results_read_rows(in(state, "r.h5"), "t", due - 5, 100, &view));
  assert_int_equal(view->n_rows, 5); /* as far as there are so many */
  for (size_t i = 0; i < 5; i++) assert_true(view->data[0][i] == 2 && view->data[1][i] == 19999);
  lind_results_view_destroy(&view);
  GOOD(lind_results_read_rows(in(state, "r.h5"), "t", due, 1, &view));
  assert_int_equal(view->n_rows, 0);
  lind_results_view_destroy(&view);
}

static void reals_keep_their_bits(void **state) {
  static const lind_field one = {.name = "x", .unit = "1", .about = "a number", .kind = LIND_FIELD_REAL};
  const double odd[] = {-0.0, (double)INFINITY, (double)-INFINITY, 5e-324, 0x1.fffffffffffffp1023, 0.1};
  lind_results *results = NULL;
  lind_results_view *view = NULL;
  GOOD(lind_results_create(in(state, "r.h5"), &results));
  GOOD(lind_results_table(results, "odd", "odd numbers", &one, 1, "n"));
  GOOD(lind_results_append(results, odd, 6));
  GOOD(lind_results_close(&results));
  GOOD(lind_results_read(in(state, "r.h5"), "odd", &view));
  for (int i = 0; i < 6; i++) same_number(view->data[0][i], odd[i]);
  lind_results_view_destroy(&view);
}

/* As another program sees it: types, layout, attributes. */
static void columns_have_types_and_attributes(void **state) {
  file_make(in(state, "r.h5"), 5000);
  const hid_t file = H5Fopen(in(state, "r.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
  assert_true(file >= 0);
  static const struct {
    const char *path;
    size_t size;
    H5T_class_t class;
    H5D_layout_t layout;
  } rows[] = {
      {"patients/seat", 8, H5T_INTEGER, H5D_CHUNKED},        {"patients/weight", 8, H5T_FLOAT, H5D_CHUNKED},
      {"patients/arm", 1, H5T_INTEGER, H5D_CHUNKED},         {"patients/site", 4, H5T_INTEGER, H5D_CHUNKED},
      {"tallies/arms/weight", 8, H5T_FLOAT, H5D_CONTIGUOUS},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const hid_t dataset = H5Dopen2(file, rows[i].path, H5P_DEFAULT), type = H5Dget_type(dataset),
                list = H5Dget_create_plist(dataset);
    assert_true(dataset >= 0);
    assert_int_equal(H5Tget_size(type), rows[i].size);
    assert_int_equal(H5Tget_class(type), rows[i].class);
    assert_int_equal(H5Pget_layout(list), rows[i].layout);
    assert_int_equal(H5Pget_nfilters(list), rows[i].layout == H5D_CHUNKED ? 2 : 0);
    static const char *const attributes[] = {"unit", "description", "axes"};
    for (int a = 0; a < 3; a++) assert_true(H5Aexists(dataset, attributes[a]) > 0);
    assert_int_equal(H5Aexists(dataset, "missing") > 0, rows[i].class == H5T_INTEGER);
    H5O_info_t info;
    assert_true(H5Oget_info2(dataset, &info, H5O_INFO_TIME) >= 0);
    assert_int_equal(info.ctime, 0);
    assert_int_equal(info.mtime, 0);
    (void)H5Pclose(list);
    (void)H5Tclose(type);
    (void)H5Dclose(dataset);
  }
  (void)H5Fclose(file);
}

static void wrong_values_are_refused(void **state) {
  lind_results *results = NULL;
  GOOD(lind_results_create(in(state, "r.h5"), &results));
  GOOD(lind_results_table(results, "patients", "patients", fields, FIELDS, "patient"));
  REFUSED(lind_results_append(results, (const double[]){0.5, 70, 1, 1}, 1), LIND_ERR_INPUT,
          "column seat of table patients counts, and 0.5 is not a whole number");
  REFUSED(lind_results_append(results, (const double[]){1, 70, 3, 1}, 1), LIND_ERR_INPUT,
          "column arm of table patients has codes 0 to 2, and 3 is none of them");
  GOOD(lind_results_append(results, (const double[]){1, 70, 2, 1}, 1));
  GOOD(lind_results_close(&results));
  lind_results_view *view = NULL;
  GOOD(lind_results_read(in(state, "r.h5"), "patients", &view));
  assert_int_equal(view->n_rows, 1); /* a refused call leaves nothing behind */
  lind_results_view_destroy(&view);

  GOOD(lind_results_create(in(state, "r.h5"), &results));
  const lind_field twice[] = {fields[1], fields[1]};
  REFUSED(lind_results_table(results, "t", "", twice, 2, ""), LIND_ERR_INPUT, "table t has two columns 'weight'");
  lind_results_abandon(&results);
  assert_null(results);
}

static void a_file_has_its_name_when_it_is_whole(void **state) {
  lind_results *results = NULL;
  GOOD(lind_results_create(in(state, "r.h5"), &results));
  assert_false(file_exists(in(state, "r.h5")));
  assert_true(file_exists(in(state, "r.h5.tmp")));
  lind_results_abandon(&results);
  assert_false(file_exists(in(state, "r.h5.tmp")));
  assert_int_equal(lind_results_create(in(state, "nowhere/r.h5"), &results), LIND_ERR_FILE);
  char due[600];
  (void)snprintf(due, sizeof due, "%s cannot be written: ", in(state, "nowhere/r.h5.tmp"));
  assert_int_equal(strncmp(lind_error_message(), due, strlen(due)), 0);
}

static void absent_things_are_named(void **state) {
  lind_results_view *view = NULL;
  char *text = NULL, due[600];
  file_make(in(state, "r.h5"), 5000);
  (void)snprintf(due, sizeof due, "%s has no table 'patient' (did you mean 'patients'?)", in(state, "r.h5"));
  REFUSED(lind_results_read(in(state, "r.h5"), "patient", &view), LIND_ERR_INPUT, due);
  (void)snprintf(due, sizeof due, "%s has no text 'provenance/protokoll' (did you mean 'provenance/protocol'?)",
                 in(state, "r.h5"));
  REFUSED(lind_results_read_text(in(state, "r.h5"), "provenance/protokoll", &text), LIND_ERR_INPUT, due);
  (void)snprintf(due, sizeof due, "%s cannot be read: there is no such file", in(state, "s.h5"));
  REFUSED(lind_results_read(in(state, "s.h5"), "patients", &view), LIND_ERR_FILE, due);
  assert_null(view);
  assert_null(text);
}

static void csv_is_what_rfc_4180_wants(void **state) {
  size_t n;
  lind_results *results = NULL;
  GOOD(lind_results_create(in(state, "r.h5"), &results));
  GOOD(lind_results_table(results, "patients", "patients", fields, FIELDS, "patient"));
  const double data[FIELDS][4] = {{0, 9007199254740991., (double)NAN, -3},
                                  {0.1, (double)NAN, (double)-INFINITY, 1e300},
                                  {0, 2, 1, (double)NAN},
                                  {7, 8, 9, 10}};
  GOOD(lind_results_append(results, data[0], 4));
  GOOD(lind_results_close(&results));
  GOOD(lind_results_csv(in(state, "r.h5"), "patients", in(state, "r.csv")));
  unsigned char *text = file_bytes(in(state, "r.csv"), &n);
  assert_string_equal((char *)text,
                      "seat,weight [kg],arm,site\n"
                      "0,0.10000000000000001,control,7\n"
                      "9007199254740991,NaN,\"Bégué, \"\"both\"\"\",8\n"
                      ",-Inf,genotype,9\n"
                      "-3,1.0000000000000001e+300,,10\n");
  free(text);
  assert_int_equal(lind_results_csv(in(state, "r.h5"), "nothing", in(state, "n.csv")), LIND_ERR_INPUT);
  assert_false(file_exists(in(state, "n.csv")));
  assert_false(file_exists(in(state, "n.csv.tmp")));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scratch_open, scratch_close)

int main(void) {
  const struct CMUnitTest tests[] = {
      CASE(equal_content_gives_equal_bytes),      CASE(rows_of_a_patient_are_found),
      CASE(what_is_read_is_what_was_written),     CASE(reals_keep_their_bits),
      CASE(columns_have_types_and_attributes),    CASE(wrong_values_are_refused),
      CASE(a_file_has_its_name_when_it_is_whole), CASE(absent_things_are_named),
      CASE(csv_is_what_rfc_4180_wants),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
