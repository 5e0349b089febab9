/* twin_question.c -- `lind twin choose`: candidate doses, the target or the reward, and the days ahead as records. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lind/expression.h"
#include "lind/text.h"
#include "twin_session.h"

enum { LOOKS = 4 }; /* looks at the outputs between two doses */

static lind_err quantity(const char *option, const char *words, lind_dimension dimension, const char *example, double *value,
                         lind_unit *unit) {
  char have[64], need[64];
  if (lind_unit_parse_quantity(words, value, unit) != LIND_OK)
    return lind_error_fail(LIND_ERR_INPUT, __FILE__, __LINE__, "%s: '%s': %s; %s would be right", option, words,
                           lind_error_message(), example);
  LIND_CHECK(lind_unit_same_dimension(unit->dimension, dimension), LIND_ERR_UNIT, "%s: '%s' is %s, but %s is needed, such as %s",
             option, words, lind_unit_dimension_words(unit->dimension, have, sizeof have),
             lind_unit_dimension_words(dimension, need, sizeof need), example);
  return LIND_OK;
}

/* ---- 'inr in 2..3 over the next 14 day' */

static lind_err bad_target(const char *text) {
  return lind_error_fail(LIND_ERR_INPUT, __FILE__, __LINE__,
                         "--target is '%s'; 'inr in 2..3 over the next 14 day' or 'conc in 10..20 mg/L' would be right", text);
}

/* The reward that a target means, and where its horizon stands in it (NULL: nowhere). */
static lind_err read_target(const char *text, lind_arena *arena, const char **reward, const char **over) {
  char name[100], unit[60] = "", bounds[160];
  const char *in = strstr(text, " in "), *next = strstr(text, " over the next ");
  double low, high;
  *over = next != NULL ? next + strlen(" over the next ") : NULL;
  if (in == NULL || (next != NULL && next < in)) return bad_target(text);
  (void)snprintf(name, sizeof name, "%.*s", (int)(in - text), text);
  const char *from = in + 4, *end = next != NULL ? next : text + strlen(text);
  if (end < from) return bad_target(text);
  (void)snprintf(bounds, sizeof bounds, "%.*s", (int)(end - from), from);
  char *dots = strstr(bounds, "..");
  if (dots == NULL) return bad_target(text);
  *dots = '\0';
  const size_t length = lind_text_number_head(dots + 2, &high);
  if (!lind_text_number(bounds, &low) || length == 0 || !(low < high)) return bad_target(text);
  const char *words = dots + 2 + length;
  while (*words == ' ') words++;
  if (*words != '\0') (void)snprintf(unit, sizeof unit, " [%.50s]", words);
  *reward = lind_arena_format(arena, "if %s >= %.17g%s and %s <= %.17g%s then 1 else 0", name, low, unit, name, high, unit);
  LIND_CHECK(*reward != NULL, LIND_ERR_MEMORY, "no memory for the target");
  return LIND_OK;
}

/* ---- what lies ahead */

static lind_err find_state(const lind_twin_session *s, const char *into, int *state) {
  const lind_model *model = s->model;
  const char *names[64];
  char list[256], suggestion[128];
  size_t n = 0;
  *state = -1;
  for (int k = 0; k < model->n_states && n < 64; k++)
    if (model->states[k].doses) {
      names[n++] = model->states[k].name;
      if (into == NULL || strcmp(into, model->states[k].name) == 0) *state = k;
    }
  LIND_CHECK(n > 0, LIND_ERR_INPUT, "no state of model %s is declared `dose`", model->name);
  LIND_CHECK(*state >= 0 && (into != NULL || n == 1), LIND_ERR_INPUT, "--into %s%s%s: model %s takes doses in %s%s",
             into != NULL ? "'" : "is missing", into != NULL ? into : "", into != NULL ? "'" : "", model->name,
             lind_text_list(names, n, list, sizeof list),
             into != NULL ? lind_text_suggestion(into, names, n, suggestion, sizeof suggestion) : "");
  return LIND_OK;
}

/* The next dose: one interval after the last one, not before now. */
static double first_dose(const lind_twin_session *s, const lind_twin_asked *asked) {
  double last = -INFINITY;
  for (int r = 0; r < s->first; r++)
    if (s->patient.records[r].event == LIND_RECORD_DOSE && s->patient.records[r].state == asked->question.state) {
      const lind_record *record = &s->patient.records[r];
      last = fmax(last, record->time + record->interval * record->additional);
    }
  return fmax(s->now, last + asked->every);
}

static lind_err look_ahead(const lind_twin_session *s, lind_arena *arena, lind_twin_asked *asked) {
  lind_record *records;
  double *varying;
  uint32_t *occasion;
  const double begin = first_dose(s, asked), rounds = ceil(asked->over / asked->every - 1e-9);
  const size_t own = (size_t)s->first, width = (size_t)s->inputs.n_varying;
  LIND_CHECK(rounds >= 1.0 && rounds * (LOOKS + 1) <= 4000.0, LIND_ERR_INPUT,
             "%g doses lie ahead; at least 1 and at most %d can be looked at", rounds, 4000 / (LOOKS + 1));
  LIND_CHECK(begin + asked->over - s->now < 24.0 * 366.0, LIND_ERR_INPUT, "a twin can look ahead for a year at most");
  const size_t room = own + (size_t)rounds * (LOOKS + 1) + 1;
  LIND_TAKE(records, arena, room);
  LIND_TAKE(varying, arena, room * width + 1);
  LIND_TAKE(occasion, arena, room);
  memcpy(records, s->patient.records, own * sizeof *records);
  size_t n = own;
  asked->question.from = (int)own;
  for (int d = 0; d < (int)rounds; d++) {
    const double time = begin + d * asked->every;
    records[n++] = (lind_record){.time = time, .state = (int16_t)asked->question.state, .event = LIND_RECORD_DOSE};
    for (int k = 1; k <= LOOKS; k++)
      records[n++] = (lind_record){.time = time + k * asked->every / LOOKS, .event = LIND_RECORD_OBSERVATION, .observed = 1};
  }
  for (size_t r = 0; r < n; r++) {
    const size_t from = r < own ? r : own - 1;
    if (width > 0) memcpy(varying + r * width, s->patient.varying + from * width, width * sizeof *varying);
    occasion[r] = s->patient.occasion != NULL ? s->patient.occasion[from] : 0;
  }
  asked->patient = s->patient;
  asked->patient.n = (int)n;
  asked->patient.records = records;
  asked->patient.varying = varying;
  if (s->patient.occasion != NULL) asked->patient.occasion = occasion;
  return LIND_OK;
}

lind_err lind_twin_question_read(const lind_twin_session *s, const char *doses, const char *target, const char *reward,
                                 const char *over, const char *every, const char *into, lind_arena *arena,
                                 lind_twin_asked *asked) {
  const char *horizon = NULL;
  lind_unit unit, hour;
  *asked = (lind_twin_asked){.every = 24.0};
  LIND_TRY(lind_unit_parse("h", &hour));
  LIND_TRY(find_state(s, into, &asked->question.state));
  LIND_CHECK(doses != NULL, LIND_ERR_INPUT, "--doses is missing; --doses '1 mg:10 mg:0.5 mg' would be right");
  LIND_TRY(lind_twin_doses_read("--doses", (lind_words){.text = doses}, s->model->states[asked->question.state].unit.dimension,
                                arena, &asked->question, &asked->unit));
  LIND_CHECK(target != NULL || reward != NULL, LIND_ERR_INPUT,
             "what is good? --target 'inr in 2..3 over the next 14 day', or --reward EXPRESSION --over '14 day'");
  if (target != NULL) LIND_TRY(read_target(target, arena, &asked->reward, &horizon));
  if (reward != NULL) asked->reward = reward;
  LIND_CHECK(horizon == NULL || over == NULL, LIND_ERR_INPUT, "--target and --over both say how far ahead");
  if (over != NULL) horizon = over;
  LIND_CHECK(horizon != NULL, LIND_ERR_INPUT, "how far ahead? --target '... over the next 14 day' or --over '14 day'");
  LIND_TRY(quantity(over != NULL ? "--over" : "--target", horizon, hour.dimension, "'14 day'", &asked->over, &unit));
  if (every != NULL) LIND_TRY(quantity("--every", every, hour.dimension, "'24 h'", &asked->every, &unit));
  LIND_CHECK(asked->over > 0.0 && asked->every > 0.0, LIND_ERR_INPUT,
             "the time ahead and the time between doses must be above 0");
  const lind_words words = {asked->reward, {reward != NULL ? "--reward" : "--target", 1, 1}};
  LIND_TRY(lind_twin_doses_reward(s->model, asked->question.state, words, arena, &asked->question.reward));
  LIND_TAKE(asked->expected, arena, asked->question.n);
  LIND_TAKE(asked->error, arena, asked->question.n);
  return look_ahead(s, arena, asked);
}
