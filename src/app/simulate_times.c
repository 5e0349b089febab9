/* simulate_times.c -- --times: numbers and from:to:by, separated by commas, each with a unit of its own or TIME's. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lind/text.h"
#include "simulate.h"

enum { MOST_POINTS = 10000000, LONGEST_ITEM = 100 };

typedef struct reader {
  const char *text; /* as it was given */
  lind_unit otherwise;
  double *values;
  size_t n, room;
} reader;

/* Numbers with : between them; *behind is what follows. */
static lind_err read_parts(const reader *r, const char *item, double part[3], int *n, const char **behind) {
  const char *c = item;
  for (*n = 0;; c++) {
    while (*c == ' ') c++;
    const size_t length = *n < 3 ? lind_text_number_head(c, &part[*n]) : 0;
    LIND_CHECK(length > 0 && isfinite(part[*n]), LIND_ERR_INPUT,
               "--times is '%s'; it is numbers and from:to:by, separated by commas, such as '0:24:0.5, 48 h'", r->text);
    c += length;
    ++*n;
    while (*c == ' ') c++;
    if (*c != ':') break;
  }
  *behind = c;
  return LIND_OK;
}

static lind_err read_unit(const reader *r, const char *item, const char *words, double *scale) {
  lind_unit unit = r->otherwise;
  if (*words != '\0' && lind_unit_parse(words, &unit) != LIND_OK)
    return lind_error_fail(LIND_ERR_UNIT, __FILE__, __LINE__, "--times is '%s'; in '%s', %s", r->text, item,
                           lind_error_message());
  LIND_CHECK(lind_unit_same_dimension(unit.dimension, r->otherwise.dimension), LIND_ERR_UNIT, "--times is in '%s', no time",
             words);
  *scale = unit.scale;
  return LIND_OK;
}

static lind_err count(const reader *r, const char *item, const double part[3], int parts, double *n) {
  *n = 1.0;
  if (parts == 1) return LIND_OK;
  LIND_CHECK(parts == 3, LIND_ERR_INPUT, "--times is '%s'; '%s' is no from:to:by", r->text, item);
  LIND_CHECK(part[2] > 0.0, LIND_ERR_INPUT, "--times is '%s'; the step of '%s' is %g, and must be above 0", r->text, item,
             part[2]);
  LIND_CHECK(part[1] >= part[0], LIND_ERR_INPUT, "--times is '%s'; '%s' goes back from %g to %g", r->text, item, part[0],
             part[1]);
  *n = floor((part[1] - part[0]) / part[2] * (1.0 + 1e-12)) + 1.0;
  return LIND_OK;
}

static lind_err read_item(reader *r, const char *item) {
  double part[3], scale, more;
  const char *behind;
  int parts;
  LIND_TRY(read_parts(r, item, part, &parts, &behind));
  LIND_TRY(read_unit(r, item, behind, &scale));
  LIND_TRY(count(r, item, part, parts, &more));
  LIND_CHECK((double)r->n + more <= MOST_POINTS, LIND_ERR_INPUT,
             "--times is '%s'; that makes %.3g times, and at most %d are possible", r->text, (double)r->n + more, MOST_POINTS);
  if (r->n + (size_t)more > r->room) {
    double *larger = realloc(r->values, (r->room = 2 * (r->n + (size_t)more)) * sizeof *larger);
    LIND_CHECK(larger != NULL, LIND_ERR_MEMORY, "no memory for --times");
    r->values = larger;
  }
  for (size_t k = 0; k < (size_t)more; k++) r->values[r->n++] = (parts == 3 ? part[0] + (double)k * part[2] : part[0]) * scale;
  return LIND_OK;
}

static int by_value(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static lind_err read_items(reader *r) {
  for (const char *c = r->text;;) {
    char item[LONGEST_ITEM];
    const size_t length = strcspn(c, ",");
    size_t from = 0, to = length;
    while (from < to && c[from] == ' ') from++;
    while (to > from && c[to - 1] == ' ') to--;
    LIND_CHECK(to - from < sizeof item, LIND_ERR_INPUT, "--times has '%.40s...', which is too long for a time", c + from);
    (void)snprintf(item, sizeof item, "%.*s", (int)(to - from), c + from);
    LIND_TRY(read_item(r, item));
    if (c[length] == '\0') return LIND_OK;
    c += length + 1;
  }
}

lind_err lind_events_times(const char *text, lind_unit otherwise, double **values, size_t *n) {
  reader r = {.text = text, .otherwise = otherwise};
  const lind_err err = read_items(&r);
  if (err != LIND_OK) {
    free(r.values);
    return err;
  }
  qsort(r.values, r.n, sizeof *r.values, by_value);
  *values = r.values;
  *n = r.n;
  return LIND_OK;
}
