/* Units: exact conversions, the grammar, dimensions and their words, what is refused and how. */
#include "lind/unit.h"

#include <float.h>

#include "base/unit_table.h"
#include "base_test.h"

static lind_unit unit_of(const char *text) {
  lind_unit unit = {.scale = NAN};
  if (lind_unit_parse(text, &unit) != LIND_OK) fail_msg("'%s': %s", text, lind_error_message());
  return unit;
}

/* 1 `a` is exactly, to the last bit, `factor` `b` */
static void assert_same(const char *a, double factor, const char *b) {
  const lind_unit left = unit_of(a), right = unit_of(b);
  assert_true(lind_unit_same_dimension(left.dimension, right.dimension));
  if (left.scale != factor * right.scale) fail_msg("1 %s = %.17g, not %.17g of %s", a, left.scale, factor * right.scale, b);
}

/* ... up to the rounding of one product */
static void assert_near(const char *a, double factor, const char *b) {
  const lind_unit left = unit_of(a), right = unit_of(b);
  assert_true(lind_unit_same_dimension(left.dimension, right.dimension));
  if (fabs(left.scale - factor * right.scale) > 2 * DBL_EPSILON * fabs(left.scale))
    fail_msg("1 %s = %.17g, not %.17g of %s", a, left.scale, factor * right.scale, b);
}

static void canonical_units_have_scale_one(void **state) {
  (void)state;
  static const char *const canonical[LIND_DIM_COUNT] = {"mg", "dm", "h", "umol", "K", "A", "IU"};
  for (int i = 0; i < LIND_DIM_COUNT; i++) {
    const lind_unit unit = unit_of(canonical[i]);
    assert_true(unit.scale == 1);
    for (int j = 0; j < LIND_DIM_COUNT; j++) assert_int_equal(unit.dimension.halves[j], i == j ? 2 : 0);
  }
  assert_true(unit_of("L").scale == 1);
  assert_true(unit_of("mg/L").scale == 1);
  assert_true(unit_of("L/h").scale == 1);
}

static void conversions_are_exact(void **state) {
  (void)state;
  assert_same("week", 168, "h");
  assert_same("day", 24, "h");
  assert_same("year", 365.25, "day");
  assert_same("year", 12, "month");
  assert_same("h", 60, "min");
  assert_same("mg/dL", 10, "mg/L");
  assert_same("ug/mL", 1, "mg/L");
  assert_same("ng/mL", 1, "ug/L");
  assert_same("lb", 0.45359237, "kg");
  assert_same("in", 2.54, "cm");
  assert_same("ft", 12, "in");
  assert_same("m", 100, "cm");
  assert_same("kg", 1000, "g");
  assert_same("mL", 1, "cm^3");
  assert_same("m^3", 1000, "L");
  assert_same("fL", 1, "um^3");
  assert_same("mmHg", 133.322387415, "Pa");
  assert_near("cmH2O", 98.0665, "Pa");
  assert_same("kcal", 4184, "J");
  assert_same("mM", 1, "mmol/L");
  assert_same("uM", 1, "umol/L");
  assert_same("U", 1, "IU");
  assert_near("mIU/L", 1, "uU/mL");
  assert_same("bpm", 1, "1/min");
  assert_near("Hz", 60, "bpm");
  assert_same("%", 0.01, "1");
  assert_same("ratio", 1, "1");
  assert_same("10^9/L", 1000, "1/uL");
  assert_same("10^9/L", 1e9, "1/L");
}

static void derived_units_agree(void **state) {
  (void)state;
  assert_same("N", 1, "kg*m/s^2");
  assert_same("Pa", 1, "N/m^2");
  assert_same("J", 1, "N.m");
  assert_same("W", 1, "J/s");
  assert_same("V", 1, "W/A");
  assert_near("F", 1, "A*s/V");
  assert_near("S", 1, "A/V");
  assert_same("Ohm", 1, "V/A");
  assert_near("S*Ohm", 1, "1");
  assert_near("pA/pF", 1, "mV/ms"); /* how cardiac models write a current */
  assert_near("mS/cm^2*mV", 1, "uA/cm^2");
}

/* One thousand of each prefixed unit is the next larger: the spelled-out table has no slip. */
static void prefixes_step_by_a_thousand(void **state) {
  (void)state;
  static const char *const chains[][8] = {
      {"pg", "ng", "ug", "mg", "g", "kg"},
      {"fL", "pL", "nL", "uL", "mL", "L"},
      {"fmol", "pmol", "nmol", "umol", "mmol", "mol"},
      {"pM", "nM", "uM", "mM", "M"},
      {"pA", "nA", "uA", "mA", "A"},
      {"nm", "um", "mm", "m", "km"},
      {"us", "ms", "s"},
      {"uIU", "mIU", "IU", "kIU"},
      {"uU", "mU", "U", "kU"},
      {"pF", "nF", "uF", "mF", "F"},
      {"pS", "nS", "uS", "mS", "S"},
      {"Ohm", "kOhm", "MOhm"},
      {"mV", "V"},
      {"Pa", "kPa"},
      {"J", "kJ"},
      {"Hz", "kHz"},
      {"mN", "N"},
      {"mW", "W"},
  };
  for (size_t i = 0; i < sizeof chains / sizeof chains[0]; i++)
    for (size_t j = 0; j + 1 < 8 && chains[i][j + 1] != NULL; j++) assert_near(chains[i][j + 1], 1000, chains[i][j]);
  assert_near("L", 10, "dL");
  assert_same("m", 10, "dm");
  assert_same("cm", 10, "mm");
}

static void the_table_names_each_symbol_once(void **state) {
  (void)state;
  assert_true(lind_unit_table_size < 256); /* the bound of the list of suggestions */
  for (size_t i = 0; i < lind_unit_table_size; i++) {
    (void)unit_of(lind_unit_table[i].symbol);
    for (size_t j = 0; j < i; j++) assert_string_not_equal(lind_unit_table[i].symbol, lind_unit_table[j].symbol);
  }
  for (size_t i = 0; i < lind_unit_hints_size; i++) {
    lind_unit unused;
    (void)unit_of(lind_unit_hints[i].symbol);
    assert_int_not_equal(lind_unit_parse(lind_unit_hints[i].word, &unused), LIND_OK);
  }
}

static void products_quotients_and_powers_nest(void **state) {
  (void)state;
  assert_same("mL/min/kg", 1, "mL/(min*kg)");
  assert_same("mL/min*kg", 1, "(mL/min)*kg"); /* from left to right */
  assert_same("m^-1", 1, "1/m");
  assert_same("(m/s)^2", 1, "m^2/s^2");
  assert_same("((mg))", 1, "mg");
  assert_same(" mg / L ", 1, "mg/L");
  assert_same("(m^2)^0.5", 1, "m");
  assert_near("mg^0.5*mg^0.5", 1, "mg");
  assert_near("kg^1.5", 1e9, "mg^1.5");
  assert_near("m^-0.5*m", 1, "m^0.5");
  assert_same("\xC2\xB5g", 1, "ug");     /* the micro sign */
  assert_same("\xCE\xBCmol/L", 1, "uM"); /* the Greek letter */
}

static void a_unit_keeps_its_text(void **state) {
  (void)state;
  assert_string_equal(unit_of(" mL/min ").text, "mL/min");
  assert_string_equal(unit_of("1").text, "");
  assert_string_equal(unit_of("%").text, "%");
}

static void the_algebra_of_dimensions(void **state) {
  (void)state;
  const lind_dimension mass = unit_of("mg").dimension, time = unit_of("h").dimension;
  const lind_dimension rate = lind_unit_divide(mass, time);
  assert_true(lind_unit_same_dimension(rate, unit_of("g/day").dimension));
  assert_true(lind_unit_same_dimension(lind_unit_multiply(rate, time), mass));
  assert_true(lind_unit_is_dimensionless(lind_unit_divide(mass, mass)));
  assert_false(lind_unit_is_dimensionless(mass));
  assert_true(lind_unit_is_dimensionless(lind_unit_dimensionless));
  assert_true(lind_unit_same_dimension(lind_unit_power(lind_unit_power(rate, 4), 1), rate)); /* square, then root */
  assert_true(lind_unit_is_dimensionless(lind_unit_power(rate, 0)));
  lind_dimension high = mass;
  for (int i = 0; i < 20; i++) high = lind_unit_multiply(high, high); /* stays at the edge instead of turning over */
  assert_int_equal(high.halves[LIND_DIM_MASS], 127);
  assert_int_equal(lind_unit_divide(lind_unit_dimensionless, high).halves[LIND_DIM_MASS], -127);
}

static void quantities_are_canonical(void **state) {
  (void)state;
  static const struct {
    const char *text;
    double value;
    const char *unit;
  } cases[] = {{"5 mg", 5, "mg"},   {"84 day", 2016, "day"}, {"3", 3, ""},        {"0.5 mg/L", 0.5, "mg/L"},
               {"5mg", 5, "mg"},    {"-2 h", -2, "h"},       {"5 %", 0.05, "%"},  {"2 1/day", 2.0 / 24, "1/day"},
               {"1e3 ug", 1, "ug"}, {" 70 kg ", 7e7, "kg"},  {"0 day", 0, "day"}, {"1.5 mg*h/L", 1.5, "mg*h/L"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    double value = NAN;
    lind_unit unit;
    GOOD(lind_unit_parse_quantity(cases[i].text, &value, &unit));
    assert_true(fabs(value - cases[i].value) <= DBL_EPSILON * fabs(cases[i].value));
    assert_string_equal(unit.text, cases[i].unit);
  }
}

static void what_is_not_a_unit_is_refused_with_a_sentence(void **state) {
  (void)state;
  static const struct {
    const char *text, *sentence;
  } cases[] = {
      {"dya", "'dya' is not a known unit; did you mean 'day'?"},
      {"mg/hour", "'hour' in 'mg/hour' is not a known unit; did you mean 'h'?"},
      {"MG", "'MG' is not a known unit; did you mean 'mg'?"},
      {"mcg", "'mcg' is not a known unit; did you mean 'ug'?"},
      {"kg/m2", "'m2' in 'kg/m2' is not a known unit; did you mean 'm^2'?"},
      {"frobnicate", "'frobnicate' is not a known unit"},
      {"mL/min/1.73m^2", "'1.73' in 'mL/min/1.73m^2' is a number, and a unit holds none but 1 and powers of ten such as 10^9"},
      {"2 mg", "'2' in '2 mg' is a number, and a unit holds none but 1 and powers of ten such as 10^9"},
      {"10^99", "'10^99' is a number, and a unit holds none but 1 and powers of ten such as 10^9"},
      {"degC", "'degC' is not a unit here, because its zero is not nothing; write temperatures in 'K'"},
      {"\xC2\xB0"
       "C",
       "'\xC2\xB0"
       "C' is not a unit here, because its zero is not nothing; write temperatures in 'K'"},
      {"", "a unit is needed, such as 'mg' or 'mL/min'; '1' is a plain number"},
      {"  ", "a unit is needed, such as 'mg' or 'mL/min'; '1' is a plain number"},
      {"mg/", "'mg/' ends where a unit is needed"},
      {"/h", "'/' in '/h' stands where a unit is needed"},
      {"mg**2", "'*' in 'mg**2' stands where a unit is needed"},
      {"mg L", "'L' in 'mg L' stands where '*', '/' or '^' is needed"},
      {"(mg", "'(' in '(mg' is not closed"},
      {"mg)", "')' in 'mg)' stands where '*', '/' or '^' is needed"},
      {"m^", "'m^' has a '^' without a power, such as '^2'"},
      {"m^x", "'m^x' has a '^' without a power, such as '^2'"},
      {"m^0.3", "'0.3' in 'm^0.3' is not a power; whole numbers and halves are, such as '^2', '^-1', '^0.5'"},
      {"m^-", "'-' in 'm^-' is not a power; whole numbers and halves are, such as '^2', '^-1', '^0.5'"},
      {"m^9", "'9' in 'm^9' is a power beyond 8"},
      {"m^0.5^0.5", "'^0.5' in 'm^0.5^0.5' stands where '*', '/' or '^' is needed"},
      {"(m^0.5)^0.5", "'0.5' in '(m^0.5)^0.5' makes a power that is not a half"},
      {"((m^8)^8)^8", "'((m^8)^8)^8' is beyond what a unit can be"},
      {"mg*mg*mg*mg*mg*mg*mg*mg*mg*mg*mg*mg*mg*mg*mg*mg*mg",
       "'mg*mg*mg*mg*mg*mg*mg*mg*mg*mg*mg*mg*mg*mg*mg*mg*mg' is longer than the 47 characters of a unit"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    lind_unit unit = {.scale = 42};
    BAD(lind_unit_parse(cases[i].text, &unit), LIND_ERR_UNIT, cases[i].sentence);
    assert_true(unit.scale == 42);
  }
}

static void what_is_not_a_quantity_is_refused_with_a_sentence(void **state) {
  (void)state;
  double value = 42;
  lind_unit unit = {.scale = 42};
  BAD(lind_unit_parse_quantity("mg", &value, &unit), LIND_ERR_UNIT,
      "'mg' does not start with a number; a quantity is written like '5 mg'");
  BAD(lind_unit_parse_quantity("5 dya", &value, &unit), LIND_ERR_UNIT, "'dya' is not a known unit; did you mean 'day'?");
  BAD(lind_unit_parse_quantity("1e308 kg", &value, &unit), LIND_ERR_UNIT, "'1e308 kg' is too large a number");
  BAD(lind_unit_parse_quantity("1/2 mg", &value, &unit), LIND_ERR_UNIT, "'/' in '/2 mg' stands where a unit is needed");
  assert_true(value == 42 && unit.scale == 42);
}

/* Every dimension prints as a unit that reads back as the same dimension at scale 1. */
static void dimensions_print_and_read_back(void **state) {
  (void)state;
  char text[96];
  uint32_t seed = 1;
  for (int round = 0; round < 2000; round++) {
    lind_dimension dimension = lind_unit_dimensionless;
    for (int used = 0; used < 3; used++) {
      seed = seed * 1664525u + 1013904223u; /* Numerical Recipes' quick generator: any variety will do here */
      dimension.halves[(seed >> 16) % LIND_DIM_COUNT] = (int8_t)((int)(seed >> 24) % 13 - 6);
    }
    lind_unit_dimension_text(dimension, text, sizeof text);
    const lind_unit back = unit_of(text);
    assert_true(lind_unit_same_dimension(back.dimension, dimension));
    assert_true(back.scale == 1);
  }
  assert_string_equal(lind_unit_dimension_text(unit_of("ug/mL").dimension, text, sizeof text), "mg/L");
  assert_string_equal(lind_unit_dimension_text(unit_of("mL/min").dimension, text, sizeof text), "L/h");
  assert_string_equal(lind_unit_dimension_text(unit_of("bpm").dimension, text, sizeof text), "1/h");
  assert_string_equal(lind_unit_dimension_text(unit_of("%").dimension, text, sizeof text), "1");
  assert_string_equal(lind_unit_dimension_text(unit_of("kg/m^2").dimension, text, sizeof text), "mg/dm^2");
  assert_string_equal(lind_unit_dimension_text(unit_of("mg^0.5").dimension, text, sizeof text), "mg^0.5");
  assert_string_equal(lind_unit_dimension_text(unit_of("1/kg/L").dimension, text, sizeof text), "1/mg/L");
  assert_string_equal(lind_unit_dimension_text(unit_of("mmHg").dimension, text, 4), "mg/");
}

static void common_dimensions_have_words(void **state) {
  (void)state;
  static const struct {
    const char *unit, *words;
  } cases[] = {{"day", "time"},
               {"kg", "mass"},
               {"cm", "length"},
               {"mL", "volume"},
               {"m^2", "area"},
               {"nmol", "amount"},
               {"K", "temperature"},
               {"IU", "activity"},
               {"%", "dimensionless"},
               {"bpm", "rate (1/time)"},
               {"ng/mL", "concentration (mass/volume)"},
               {"uM", "concentration (amount/volume)"},
               {"mL/min", "clearance (volume/time)"},
               {"mg/day", "mass rate (mass/time)"},
               {"mmHg", "pressure"},
               {"mV", "voltage"},
               {"kcal", "energy"},
               {"g/mol", "molar mass (mass/amount)"},
               {"mmHg*min/mL", "flow resistance (pressure*time/volume)"},
               {"mg^2/K", "mg^2/K"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char words[96];
    assert_string_equal(lind_unit_dimension_words(unit_of(cases[i].unit).dimension, words, sizeof words), cases[i].words);
  }
  char cut[5];
  assert_string_equal(lind_unit_dimension_words(unit_of("mL").dimension, cut, sizeof cut), "volu");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(canonical_units_have_scale_one),
      cmocka_unit_test(conversions_are_exact),
      cmocka_unit_test(derived_units_agree),
      cmocka_unit_test(prefixes_step_by_a_thousand),
      cmocka_unit_test(the_table_names_each_symbol_once),
      cmocka_unit_test(products_quotients_and_powers_nest),
      cmocka_unit_test(a_unit_keeps_its_text),
      cmocka_unit_test(the_algebra_of_dimensions),
      cmocka_unit_test(quantities_are_canonical),
      cmocka_unit_test(what_is_not_a_unit_is_refused_with_a_sentence),
      cmocka_unit_test(what_is_not_a_quantity_is_refused_with_a_sentence),
      cmocka_unit_test(dimensions_print_and_read_back),
      cmocka_unit_test(common_dimensions_have_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
