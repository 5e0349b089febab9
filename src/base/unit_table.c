/* The table is the list of what may be written: prefixes are spelled out, so that "min" is never a milli-inch.
 *
 * Sources. SI units and prefixes, min, h, L: BIPM, The International System of Units, 9th edition (2019), tables 2, 4, 7, 8. lb,
 * in, ft (exact), mmHg and cmH2O (conventional), kcal (thermochemical): NIST SP 811 (2008), appendix B.8, where mmHg is rounded;
 * its conventional definition is 13.5951 g/cm^3 * 9.80665 m/s^2 * 1 mm. year: the Julian year of 365.25 days (IAU), month: a
 * twelfth. */
#include "unit_table.h"

/* clang-format off */
/*                       kg  m  s mol K  A IU */
#define NUMBER        {0, 0, 0, 0, 0, 0, 0}
#define MASS          {1, 0, 0, 0, 0, 0, 0}
#define VOLUME        {0, 3, 0, 0, 0, 0, 0}
#define LENGTH        {0, 1, 0, 0, 0, 0, 0}
#define TIME          {0, 0, 1, 0, 0, 0, 0}
#define RATE          {0, 0, -1, 0, 0, 0, 0}
#define AMOUNT        {0, 0, 0, 1, 0, 0, 0}
#define CONCENTRATION {0, -3, 0, 1, 0, 0, 0}
#define TEMPERATURE   {0, 0, 0, 0, 1, 0, 0}
#define CURRENT       {0, 0, 0, 0, 0, 1, 0}
#define CHARGE        {0, 0, 1, 0, 0, 1, 0}
#define ACTIVITY      {0, 0, 0, 0, 0, 0, 1}
#define FORCE         {1, 1, -2, 0, 0, 0, 0}
#define PRESSURE      {1, -1, -2, 0, 0, 0, 0}
#define ENERGY        {1, 2, -2, 0, 0, 0, 0}
#define DOSE          {0, 2, -2, 0, 0, 0, 0}
#define POWER         {1, 2, -3, 0, 0, 0, 0}
#define VOLTAGE       {1, 2, -3, 0, 0, -1, 0}
#define CAPACITANCE   {-1, -2, 4, 0, 0, 2, 0}
#define CONDUCTANCE   {-1, -2, 3, 0, 0, 2, 0}
#define RESISTANCE    {1, 2, -3, 0, 0, -2, 0}

#define U(symbol, mantissa, exponent, dimension) {symbol, mantissa, 1, exponent, dimension}

const lind_unit_row lind_unit_table[] = {
    U("kg", 1, 0, MASS), U("g", 1, -3, MASS), U("mg", 1, -6, MASS), U("ug", 1, -9, MASS), U("ng", 1, -12, MASS),
    U("pg", 1, -15, MASS),
    U("lb", 45359237, -8, MASS),
    U("L", 1, -3, VOLUME), U("dL", 1, -4, VOLUME), U("mL", 1, -6, VOLUME), U("uL", 1, -9, VOLUME), U("nL", 1, -12, VOLUME),
    U("pL", 1, -15, VOLUME), U("fL", 1, -18, VOLUME),
    U("m", 1, 0, LENGTH), U("dm", 1, -1, LENGTH), U("cm", 1, -2, LENGTH), U("mm", 1, -3, LENGTH), U("um", 1, -6, LENGTH),
    U("nm", 1, -9, LENGTH), U("km", 1, 3, LENGTH), U("in", 254, -4, LENGTH), U("ft", 3048, -4, LENGTH),
    U("h", 3600, 0, TIME), U("day", 86400, 0, TIME), U("week", 604800, 0, TIME), U("month", 2629800, 0, TIME),
    U("year", 31557600, 0, TIME), U("min", 60, 0, TIME), U("s", 1, 0, TIME), U("ms", 1, -3, TIME), U("us", 1, -6, TIME),
    U("Hz", 1, 0, RATE), U("kHz", 1, 3, RATE), {"bpm", 1, 60, 0, RATE},
    U("mol", 1, 0, AMOUNT), U("mmol", 1, -3, AMOUNT), U("umol", 1, -6, AMOUNT), U("nmol", 1, -9, AMOUNT),
    U("pmol", 1, -12, AMOUNT),
    U("fmol", 1, -15, AMOUNT),
    U("M", 1, 3, CONCENTRATION), U("mM", 1, 0, CONCENTRATION), U("uM", 1, -3, CONCENTRATION), U("nM", 1, -6, CONCENTRATION),
    U("pM", 1, -9, CONCENTRATION),
    U("K", 1, 0, TEMPERATURE),
    U("C", 1, 0, CHARGE), U("mC", 1, -3, CHARGE), U("uC", 1, -6, CHARGE), U("nC", 1, -9, CHARGE), U("pC", 1, -12, CHARGE),
    U("A", 1, 0, CURRENT), U("mA", 1, -3, CURRENT), U("uA", 1, -6, CURRENT), U("nA", 1, -9, CURRENT), U("pA", 1, -12, CURRENT),
    U("IU", 1, 0, ACTIVITY), U("U", 1, 0, ACTIVITY),
    U("mIU", 1, -3, ACTIVITY), U("mU", 1, -3, ACTIVITY), U("uIU", 1, -6, ACTIVITY),
    U("uU", 1, -6, ACTIVITY), U("kIU", 1, 3, ACTIVITY), U("kU", 1, 3, ACTIVITY),
    U("N", 1, 0, FORCE), U("mN", 1, -3, FORCE),
    U("Pa", 1, 0, PRESSURE), U("kPa", 1, 3, PRESSURE), U("mmHg", 133322387415, -9, PRESSURE), U("cmH2O", 980665, -4, PRESSURE),
    U("J", 1, 0, ENERGY), U("kJ", 1, 3, ENERGY), U("kcal", 4184, 0, ENERGY),
    U("Gy", 1, 0, DOSE), U("cGy", 1, -2, DOSE), U("mGy", 1, -3, DOSE),
    U("W", 1, 0, POWER), U("mW", 1, -3, POWER),
    U("V", 1, 0, VOLTAGE), U("mV", 1, -3, VOLTAGE),
    U("F", 1, 0, CAPACITANCE), U("mF", 1, -3, CAPACITANCE), U("uF", 1, -6, CAPACITANCE), U("nF", 1, -9, CAPACITANCE),
    U("pF", 1, -12, CAPACITANCE),
    U("S", 1, 0, CONDUCTANCE), U("mS", 1, -3, CONDUCTANCE), U("uS", 1, -6, CONDUCTANCE), U("nS", 1, -9, CONDUCTANCE),
    U("pS", 1, -12, CONDUCTANCE),
    U("Ohm", 1, 0, RESISTANCE), U("kOhm", 1, 3, RESISTANCE), U("MOhm", 1, 6, RESISTANCE),
    U("%", 1, -2, NUMBER), U("ratio", 1, 0, NUMBER),
};
/* clang-format on */
const size_t lind_unit_table_size = sizeof lind_unit_table / sizeof lind_unit_table[0];

const lind_unit_hint lind_unit_hints[] = {
    {"hour", "h"},   {"hours", "h"},   {"hr", "h"},     {"hrs", "h"},     {"minute", "min"},  {"minutes", "min"}, {"mins", "min"},
    {"second", "s"}, {"seconds", "s"}, {"sec", "s"},    {"d", "day"},     {"wk", "week"},     {"mo", "month"},    {"yr", "year"},
    {"y", "year"},   {"a", "year"},    {"mcg", "ug"},   {"gram", "g"},    {"kilogram", "kg"}, {"cc", "mL"},       {"litre", "L"},
    {"liter", "L"},  {"lbs", "lb"},    {"pound", "lb"}, {"inch", "in"},   {"foot", "ft"},     {"metre", "m"},     {"meter", "m"},
    {"units", "IU"}, {"unit", "IU"},   {"mole", "mol"}, {"percent", "%"}, {"cal", "kcal"},    {"ohm", "Ohm"},
};
const size_t lind_unit_hints_size = sizeof lind_unit_hints / sizeof lind_unit_hints[0];
