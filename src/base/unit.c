#include "lind/unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lind/text.h"
#include "unit_table.h"

const lind_dimension lind_unit_dimensionless;

/* ---- dimensions
 * ---------------------------------------------------------------------------------------------------------------- */

bool lind_unit_same_dimension(lind_dimension a, lind_dimension b) { return memcmp(a.halves, b.halves, sizeof a.halves) == 0; }

bool lind_unit_is_dimensionless(lind_dimension a) { return lind_unit_same_dimension(a, lind_unit_dimensionless); }

static int8_t saturate(int halves) { return (int8_t)(halves > INT8_MAX ? INT8_MAX : halves < -INT8_MAX ? -INT8_MAX : halves); }

static lind_dimension combine(lind_dimension a, lind_dimension b, int times) {
  lind_dimension c;
  for (int i = 0; i < LIND_DIM_COUNT; i++) c.halves[i] = saturate(a.halves[i] + times * b.halves[i]);
  return c;
}

lind_dimension lind_unit_multiply(lind_dimension a, lind_dimension b) { return combine(a, b, 1); }
lind_dimension lind_unit_divide(lind_dimension a, lind_dimension b) { return combine(a, b, -1); }

lind_dimension lind_unit_power(lind_dimension a, int halves) {
  lind_dimension c;
  for (int i = 0; i < LIND_DIM_COUNT; i++) c.halves[i] = saturate(a.halves[i] * halves / 2);
  return c;
}

/* ---- a unit under construction -----------------------------------------------------------------------------------------------
 */

/* canonical = up / down * 10^exponent * value. up and down stay whole numbers below 2^53 for every unit that people write, so
 * that the one division at the end is the nearest double. */
typedef struct ratio {
  double up, down;
  int exponent;
  int halves[LIND_DIM_COUNT];
} ratio;

/* One SI base unit in canonical ones: kg = 10^6 mg, m = 10 dm, s = 1/3600 h, mol = 10^6 umol. */
static const struct {
  double down;
  int exponent;
} base[LIND_DIM_COUNT] = {{1, 6}, {1, 1}, {3600, 0}, {1, 6}, {1, 0}, {1, 0}, {1, 0}};

static void ratio_multiply(ratio *a, const ratio *b, int times) {
  const bool turned = times < 0;
  for (int i = 0; i < (turned ? -times : times); i++) {
    a->up *= turned ? b->down : b->up;
    a->down *= turned ? b->up : b->down;
  }
  a->exponent += times * b->exponent;
  for (int i = 0; i < LIND_DIM_COUNT; i++) a->halves[i] += times * b->halves[i];
}

static double ten_to(int exponent) {
  double power = 1; /* exact up to 10^22 */
  for (int i = 0; i < exponent; i++) power *= 10;
  return power;
}

static double ratio_scale(const ratio *r) {
  return r->exponent >= 0 ? r->up * ten_to(r->exponent) / r->down : r->up / (r->down * ten_to(-r->exponent));
}

/* r ^ (halves / 2); an odd number of halves takes a square root, which is rarely a ratio. */
static ratio ratio_power(const ratio *r, int halves) {
  ratio power = {.up = 1, .down = 1};
  if (halves % 2 == 0) {
    ratio_multiply(&power, r, halves / 2);
    return power;
  }
  power.up = pow(ratio_scale(r), 0.5 * halves);
  for (int i = 0; i < LIND_DIM_COUNT; i++) power.halves[i] = r->halves[i] * halves / 2;
  return power;
}

static ratio ratio_of_row(const lind_unit_row *row) {
  ratio r = {.up = row->mantissa, .down = row->divisor, .exponent = row->exponent};
  for (int i = 0; i < LIND_DIM_COUNT; i++) {
    const ratio si = {.up = 1, .down = base[i].down, .exponent = base[i].exponent};
    ratio_multiply(&r, &si, row->power[i]);
    r.halves[i] = 2 * row->power[i];
  }
  return r;
}

/* ---- the grammar: product = factor { ("*" | "." | "/") factor }; factor = (symbol | "1" | "(" product ")") ["^" power]
 * ---------- */

typedef struct parser {
  const char *text; /* the whole, for messages */
  const char *at;
  size_t n; /* of text, without what surrounds it */
} parser;

enum { HALVES_MAX = 16, TEN_MAX = 30 };

static bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '%' || c == '_' || (unsigned char)c >= 0x80;
}
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static void skip_blanks(parser *p) {
  while (*p->at == ' ' || *p->at == '\t') p->at++;
}

static lind_err fail(const parser *p, const char *part, size_t n, const char *what) {
  if (n == p->n) LIND_CHECK(false, LIND_ERR_UNIT, "'%.*s' %s", (int)n, part, what);
  LIND_CHECK(false, LIND_ERR_UNIT, "'%.*s' in '%.*s' %s", (int)n, part, (int)p->n, p->text, what);
}

static lind_err fail_unknown(const parser *p, const char *part, size_t n, const char *word) {
  char what[128];
  const char *right = NULL;
  for (size_t i = 0; i < lind_unit_hints_size && right == NULL; i++)
    if (lind_text_equal_nocase(word, lind_unit_hints[i].word)) right = lind_unit_hints[i].symbol;
  const size_t letters = strcspn(word, "0123456789");
  if (right == NULL && word[letters] != '\0' && letters > 0 && strspn(word + letters, "0123456789") == strlen(word + letters)) {
    (void)snprintf(what, sizeof what, "is not a known unit; did you mean '%.*s^%s'?", (int)letters, word, word + letters);
    return fail(p, part, n, what);
  }
  const char *names[256];
  size_t n_names = 0;
  for (; n_names < lind_unit_table_size && n_names < 256; n_names++) names[n_names] = lind_unit_table[n_names].symbol;
  if (right == NULL) right = lind_text_nearest(word, names, n_names);
  (void)snprintf(what, sizeof what, right != NULL ? "is not a known unit; did you mean '%s'?" : "is not a known unit", right);
  return fail(p, part, n, what);
}

static lind_err read_symbol(parser *p, ratio *factor) {
  const char *part = p->at;
  char word[sizeof((lind_unit *)0)->text];
  size_t n = 0;
  while (is_letter(*p->at) || (n > 0 && is_digit(*p->at))) {
    if (n + 1 >= sizeof word) return fail(p, part, n, "is too long for a unit");
    if (memcmp(p->at, "\xC2\xB5", 2) == 0 || memcmp(p->at, "\xCE\xBC", 2) == 0) { /* micro sign, Greek mu */
      word[n++] = 'u';
      p->at += 2;
    } else {
      word[n++] = *p->at++;
    }
  }
  word[n] = '\0';
  for (size_t i = 0; i < lind_unit_table_size; i++) {
    if (strcmp(word, lind_unit_table[i].symbol) != 0) continue;
    *factor = ratio_of_row(&lind_unit_table[i]);
    return LIND_OK;
  }
  const size_t length = (size_t)(p->at - part);
  static const char *const degrees[] = {"degC",
                                        "\xC2\xB0"
                                        "C",
                                        "celsius",
                                        "degF",
                                        "\xC2\xB0"
                                        "F",
                                        "fahrenheit"};
  for (size_t i = 0; i < sizeof degrees / sizeof degrees[0]; i++)
    if (lind_text_equal_nocase(word, degrees[i]))
      return fail(p, part, length, "is not a unit here, because its zero is not nothing; write temperatures in 'K'");
  return fail_unknown(p, part, length, word);
}

/* A signed whole number, or one that ends in .5, as halves. */
static lind_err read_power(parser *p, int *halves) {
  const char *part = p->at;
  const int sign = *p->at == '-' ? -1 : 1;
  if (*p->at == '-' || *p->at == '+') p->at++;
  int whole = 0;
  const char *digits = p->at;
  for (; is_digit(*p->at); p->at++) whole = whole < 1000 ? 10 * whole + (*p->at - '0') : whole;
  bool good = p->at > digits;
  bool half = false;
  if (p->at[0] == '.' && is_digit(p->at[1])) {
    half = p->at[1] == '5' && !is_digit(p->at[2]);
    good = good && half;
    for (p->at++; is_digit(*p->at); p->at++) continue;
  }
  if (!good) {
    LIND_CHECK(p->at > part, LIND_ERR_UNIT, "'%.*s' has a '^' without a power, such as '^2'", (int)p->n, p->text);
    return fail(p, part, (size_t)(p->at - part), "is not a power; whole numbers and halves are, such as '^2', '^-1', '^0.5'");
  }
  *halves = sign * (2 * whole + half);
  return LIND_OK;
}

static lind_err read_product(parser *p, ratio *product);

/* 1, or a power of ten such as 10^9 (cells are counted in 10^9/L). */
static lind_err read_number(parser *p, ratio *factor, bool *closed) {
  const char *part = p->at;
  while (is_digit(*p->at) || (*p->at == '.' && is_digit(p->at[1]))) p->at++;
  const size_t n = (size_t)(p->at - part);
  *factor = (ratio){.up = 1, .down = 1};
  if (n == 1 && *part == '1') return LIND_OK;
  int halves = 1;
  if (n == 2 && memcmp(part, "10", 2) == 0 && *p->at == '^') {
    p->at++;
    LIND_TRY(read_power(p, &halves));
  }
  if (halves % 2 != 0 || halves / 2 > TEN_MAX || halves / 2 < -TEN_MAX)
    return fail(p, part, (size_t)(p->at - part), "is a number, and a unit holds none but 1 and powers of ten such as 10^9");
  factor->exponent = halves / 2;
  *closed = true;
  return LIND_OK;
}

static lind_err read_factor(parser *p, ratio *factor) {
  bool closed = false; /* its power is read */
  skip_blanks(p);
  if (is_digit(*p->at)) {
    LIND_TRY(read_number(p, factor, &closed));
  } else if (*p->at == '(') {
    const char *open = p->at++;
    LIND_TRY(read_product(p, factor));
    if (*p->at != ')') return fail(p, open, 1, "is not closed");
    p->at++;
  } else if (is_letter(*p->at)) {
    LIND_TRY(read_symbol(p, factor));
  } else if (p->at == p->text + p->n) {
    LIND_CHECK(false, LIND_ERR_UNIT, "'%.*s' ends where a unit is needed", (int)p->n, p->text);
  } else {
    return fail(p, p->at, 1, "stands where a unit is needed");
  }
  if (*p->at != '^' || closed) return LIND_OK;
  p->at++;
  int halves = 0;
  const char *part = p->at;
  LIND_TRY(read_power(p, &halves));
  if (halves > HALVES_MAX || halves < -HALVES_MAX) return fail(p, part, (size_t)(p->at - part), "is a power beyond 8");
  for (int i = 0; i < LIND_DIM_COUNT; i++)
    if (factor->halves[i] * halves % 2 != 0) return fail(p, part, (size_t)(p->at - part), "makes a power that is not a half");
  *factor = ratio_power(factor, halves);
  return LIND_OK;
}

static lind_err read_product(parser *p, ratio *product) {
  LIND_TRY(read_factor(p, product));
  for (;;) {
    skip_blanks(p);
    const char sign = *p->at;
    if (sign != '*' && sign != '.' && sign != '/') return LIND_OK;
    p->at++;
    ratio factor;
    LIND_TRY(read_factor(p, &factor));
    ratio_multiply(product, &factor, sign == '/' ? -1 : 1);
  }
}

/* ---- what the header promises
 * ---------------------------------------------------------------------------------------------------- */

lind_err lind_unit_parse(const char *text, lind_unit *unit) {
  text += strspn(text, " \t");
  size_t n = strlen(text);
  while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t')) n--;
  LIND_CHECK(n > 0, LIND_ERR_UNIT, "a unit is needed, such as 'mg' or 'mL/min'; '1' is a plain number");
  LIND_CHECK(n < sizeof unit->text, LIND_ERR_UNIT, "'%.*s' is longer than the %zu characters of a unit", (int)n, text,
             sizeof unit->text - 1);
  parser p = {.text = text, .at = text, .n = n};
  ratio r = {.up = 1, .down = 1};
  LIND_TRY(read_product(&p, &r));
  skip_blanks(&p);
  if (p.at < text + n) return fail(&p, p.at, (size_t)(text + n - p.at), "stands where '*', '/' or '^' is needed");
  lind_unit result = {.scale = ratio_scale(&r)};
  bool fits = isnormal(result.scale);
  for (int i = 0; i < LIND_DIM_COUNT; i++) {
    result.dimension.halves[i] = saturate(r.halves[i]);
    fits = fits && r.halves[i] == result.dimension.halves[i];
  }
  LIND_CHECK(fits, LIND_ERR_UNIT, "'%.*s' is beyond what a unit can be", (int)n, text);
  if (n != 1 || text[0] != '1') memcpy(result.text, text, n);
  *unit = result;
  return LIND_OK;
}

lind_err lind_unit_parse_quantity(const char *text, double *canonical, lind_unit *unit) {
  const char *start = text + strspn(text, " \t");
  double number;
  const size_t n = lind_text_number_head(start, &number);
  LIND_CHECK(n > 0, LIND_ERR_UNIT, "'%s' does not start with a number; a quantity is written like '5 mg'", start);
  const char *rest = start + n + strspn(start + n, " \t");
  lind_unit found = {.scale = 1};
  if (*rest != '\0') LIND_TRY(lind_unit_parse(rest, &found));
  const double value = number * found.scale;
  LIND_CHECK(isfinite(value), LIND_ERR_UNIT, "'%s' is too large a number", start);
  *canonical = value;
  *unit = found;
  return LIND_OK;
}
