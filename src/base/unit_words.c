/* Dimensions as people read them: a unit made of canonical ones, or a name. */
#include <stdio.h>
#include <string.h>

#include "lind/unit.h"

typedef struct writer {
  char *buffer;
  size_t size, used;
} writer;

static void put(writer *w, const char *text) {
  if (w->used >= w->size) return;
  const int n = snprintf(w->buffer + w->used, w->size - w->used, "%s", text);
  if (n > 0) w->used += (size_t)n;
}

/* symbol^(halves/2) behind `before` */
static void put_power(writer *w, const char *before, const char *symbol, int halves) {
  char power[16] = "";
  if (halves % 2 != 0)
    (void)snprintf(power, sizeof power, "^%d.5", halves / 2);
  else if (halves != 2)
    (void)snprintf(power, sizeof power, "^%d", halves / 2);
  put(w, before);
  put(w, symbol);
  put(w, power);
}

const char *lind_unit_dimension_text(lind_dimension dimension, char *buffer, size_t size) {
  static const char *const symbols[LIND_DIM_COUNT] = {"mg", "dm", "h", "umol", "K", "A", "IU"};
  if (size == 0) return buffer;
  buffer[0] = '\0';
  writer w = {.buffer = buffer, .size = size};
  for (int below = 0; below <= 1; below++) {
    for (int i = 0; i < LIND_DIM_COUNT; i++) {
      int halves = below ? -dimension.halves[i] : dimension.halves[i];
      if (halves <= 0) continue;
      const bool litres = i == LIND_DIM_LENGTH && halves % 6 == 0; /* dm^3 */
      if (below && w.used == 0) put(&w, "1");
      put_power(&w, below ? "/" : w.used > 0 ? "*" : "", litres ? "L" : symbols[i], litres ? halves / 3 : halves);
    }
  }
  if (w.used == 0) put(&w, "1");
  return buffer;
}

static const struct {
  const char *unit, *words;
} named[] = {
    {"1", "dimensionless"},
    {"mg", "mass"},
    {"dm", "length"},
    {"dm^2", "area"},
    {"L", "volume"},
    {"h", "time"},
    {"umol", "amount"},
    {"K", "temperature"},
    {"A", "current"},
    {"IU", "activity"},
    {"1/h", "rate (1/time)"},
    {"mg/L", "concentration (mass/volume)"},
    {"umol/L", "concentration (amount/volume)"},
    {"IU/L", "activity concentration (activity/volume)"},
    {"1/L", "number concentration (1/volume)"},
    {"L/h", "clearance (volume/time)"},
    {"mg/h", "mass rate (mass/time)"},
    {"umol/h", "amount rate (amount/time)"},
    {"IU/h", "activity rate (activity/time)"},
    {"mg/L/h", "concentration rate (mass/volume/time)"},
    {"umol/L/h", "concentration rate (amount/volume/time)"},
    {"mg*h/L", "exposure (mass*time/volume)"},
    {"umol*h/L", "exposure (amount*time/volume)"},
    {"dm/h", "speed (length/time)"},
    {"L/mg", "volume per mass"},
    {"L/umol", "volume per amount"},
    {"L/h/mg", "clearance per mass (volume/time/mass)"},
    {"mg/umol", "molar mass (mass/amount)"},
    {"umol/mg", "amount per mass"},
    {"IU/mg", "activity per mass"},
    {"mg/IU", "mass per activity"},
    {"mg/dm^2", "mass per area"},
    {"1/mg", "1/mass"},
    {"1/umol", "1/amount"},
    {"L/umol/h", "second-order rate (volume/amount/time)"},
    {"N", "force"},
    {"Pa", "pressure"},
    {"J", "energy"},
    {"W", "power"},
    {"V", "voltage"},
    {"A*s", "charge"},
    {"F", "capacitance"},
    {"S", "conductance"},
    {"Ohm", "resistance"},
    {"A/F", "current per capacitance"},
    {"F/m^2", "capacitance per area"},
    {"S/m^2", "conductance per area"},
    {"A/m^2", "current density (current/area)"},
    {"mmHg/L", "elastance (pressure/volume)"},
    {"L/mmHg", "compliance (volume/pressure)"},
    {"mmHg*h/L", "flow resistance (pressure*time/volume)"},
    {"m/s^2", "acceleration"},
    {"J/mol", "energy per amount"},
    {"J/mol/K", "energy per amount and temperature"},
};

const char *lind_unit_dimension_words(lind_dimension dimension, char *buffer, size_t size) {
  for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
    lind_unit unit;
    if (lind_unit_parse(named[i].unit, &unit) != LIND_OK) continue;
    if (!lind_unit_same_dimension(unit.dimension, dimension)) continue;
    (void)snprintf(buffer, size, "%s", named[i].words);
    return buffer;
  }
  return lind_unit_dimension_text(dimension, buffer, size);
}
