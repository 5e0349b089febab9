/* twin.c -- `lind twin fit|forecast|choose`: observe, calibrate, predict, judge, act. */
#include <string.h>

#include "lind/text.h"
#include "twin_session.h"

typedef struct choices {
  lind_twin_request request;
  const char *out, *events, *times, *by, *level, *doses, *target, *reward, *over, *every, *into;
  bool json;
} choices;

static lind_err by_particles(const choices *c, bool *particles) {
  *particles = c->by != NULL && strcmp(c->by, "particles") == 0;
  LIND_CHECK(c->by == NULL || *particles || strcmp(c->by, "mode") == 0, LIND_ERR_INPUT, "--by is '%s'; it is mode or particles",
             c->by);
  return LIND_OK;
}

static lind_err level_of(const choices *c, double *level) {
  *level = 0.95;
  LIND_CHECK(c->level == NULL || (lind_text_number(c->level, level) && *level > 0.0 && *level < 1.0), LIND_ERR_INPUT,
             "--level is '%s'; a share between 0 and 1 would be right, such as 0.95", c->level);
  return LIND_OK;
}

static lind_err check_out(const char *out, const char *record, const char *model) {
  if (out == NULL) return LIND_OK;
  const lind_file result = {"--out", out};
  const lind_file inputs[] = {{"the record", record}, {"the model", strstr(model, ".lind") != NULL ? model : NULL}};
  return lind_file_check(&result, 1, inputs, 2);
}

/* ---- fit */

static lind_err fit(const choices *c, const char *record, lind_arena *arena, lind_twin_session *s) {
  const char *text;
  LIND_CHECK(c->request.model != NULL, LIND_ERR_INPUT, "--model is missing; `lind model list` shows the shipped ones");
  LIND_CHECK(c->out != NULL, LIND_ERR_INPUT, "--out is missing: the file of the twin, such as twin.h5");
  LIND_TRY(lind_twin_table_read(record, arena, &text));
  LIND_TRY(check_out(c->out, record, c->request.model));
  LIND_TRY(lind_twin_session_open(&c->request, record, text, NULL, NULL, arena, s));
  LIND_TRY(lind_twin_session_learn(s, arena));
  LIND_TRY(lind_twin_file_write(c->out, s, NULL, NULL, arena));
  lind_twin_words_fit(s, c->json);
  return LIND_OK;
}

/* ---- forecast, choose: a twin from its file */

static lind_err wake(const choices *c, const char *path, const lind_csv *plan, lind_arena *arena, lind_twin_session *s) {
  lind_twin_request request;
  const char *record, *text;
  LIND_TRY(lind_twin_file_read(path, arena, &request, &record, &text));
  LIND_TRY(lind_twin_session_open(&request, record, text, plan, c->times, arena, s));
  LIND_TRY(lind_twin_session_learn(s, arena));
  return lind_twin_file_check(path, s);
}

static lind_err forecast(const choices *c, const char *path, lind_arena *arena, lind_twin_session *s) {
  const lind_csv *plan = NULL;
  lind_twin_outlook outlook;
  lind_twin_points points;
  bool particles;
  double level;
  LIND_TRY(by_particles(c, &particles));
  LIND_TRY(level_of(c, &level));
  LIND_CHECK(c->times != NULL || c->events != NULL, LIND_ERR_INPUT,
             "nothing is asked: --times '0:28:1 day', or rows without a dose in --events, say when");
  if (c->events != NULL) LIND_TRY(lind_csv_read(c->events, arena, &plan));
  LIND_TRY(wake(c, path, plan, arena, s));
  LIND_TRY(lind_twin_session_points(s, particles, arena, &points));
  LIND_TRY(lind_twin_outlook_make(s, &points, level, arena, &outlook));
  if (c->out != NULL) LIND_TRY(lind_twin_file_write(c->out, s, &outlook, NULL, arena));
  lind_twin_words_outlook(s, &outlook, level, particles, c->json);
  return LIND_OK;
}

static lind_err choose(const choices *c, const char *path, lind_arena *arena, lind_twin_session *s) {
  lind_twin_asked asked;
  lind_twin_points points;
  bool particles;
  LIND_TRY(by_particles(c, &particles));
  LIND_TRY(wake(c, path, NULL, arena, s));
  LIND_TRY(lind_twin_question_read(s, c->doses, c->target, c->reward, c->over, c->every, c->into, arena, &asked));
  LIND_TRY(lind_twin_session_points(s, particles, arena, &points));
  asked.best =
      lind_twin_choose(particles ? s->finer : s->twin, &asked.patient, &points, &asked.question, asked.expected, asked.error);
  if (c->out != NULL) LIND_TRY(lind_twin_file_write(c->out, s, NULL, &asked, arena));
  lind_twin_words_asked(s, &asked, particles, c->json);
  return LIND_OK;
}

/* ---- the command */

typedef struct verb {
  const char *name;
  lind_err (*run)(const choices *c, const char *path, lind_arena *arena, lind_twin_session *session);
  lind_option options[16];
} verb;

static lind_err run_verb(const verb *v, int n, char **arguments, const choices *c, lind_arena *arena) {
  const char *path;
  int given;
  lind_twin_session session = {0};
  LIND_TRY(lind_options_read(n, arguments, v->options, &path, 1, &given));
  LIND_CHECK(given == 1, LIND_ERR_INPUT, "of whom? lind twin %s",
             strcmp(v->name, "fit") == 0 ? "fit RECORD.csv --model NAME --out twin.h5" : "forecast|choose twin.h5 ...");
  const lind_err err = v->run(c, path, arena, &session);
  lind_twin_session_release(&session);
  return err;
}

static lind_err run(int n, char **arguments, lind_arena *arena) {
  choices c = {.request = {.seed = 1747, .particles = 1000}};
  const verb verbs[] = {{"fit",
                         fit,
                         {{"--model", LIND_OPTION_TEXT, &c.request.model},
                          {"--set", LIND_OPTION_LIST, &c.request.set},
                          {"--of", LIND_OPTION_TEXT, &c.request.of},
                          {"--knots", LIND_OPTION_TEXT, &c.request.knots},
                          {"--particles", LIND_OPTION_COUNT, &c.request.particles},
                          {"--seed", LIND_OPTION_COUNT, &c.request.seed},
                          {"--out", LIND_OPTION_TEXT, &c.out},
                          {"--json", LIND_OPTION_FLAG, &c.json}}},
                        {"forecast",
                         forecast,
                         {{"--events", LIND_OPTION_TEXT, &c.events},
                          {"--times", LIND_OPTION_TEXT, &c.times},
                          {"--by", LIND_OPTION_TEXT, &c.by},
                          {"--level", LIND_OPTION_TEXT, &c.level},
                          {"--out", LIND_OPTION_TEXT, &c.out},
                          {"--json", LIND_OPTION_FLAG, &c.json}}},
                        {"choose",
                         choose,
                         {{"--doses", LIND_OPTION_TEXT, &c.doses},
                          {"--target", LIND_OPTION_TEXT, &c.target},
                          {"--reward", LIND_OPTION_TEXT, &c.reward},
                          {"--over", LIND_OPTION_TEXT, &c.over},
                          {"--every", LIND_OPTION_TEXT, &c.every},
                          {"--into", LIND_OPTION_TEXT, &c.into},
                          {"--by", LIND_OPTION_TEXT, &c.by},
                          {"--out", LIND_OPTION_TEXT, &c.out},
                          {"--json", LIND_OPTION_FLAG, &c.json}}}};
  const char *const names[] = {"fit", "forecast", "choose"};
  char suggestion[128];
  LIND_CHECK(n > 0, LIND_ERR_INPUT, "lind twin fit, forecast or choose? `lind twin --help` shows them");
  for (int k = 0; k < 3; k++)
    if (strcmp(arguments[0], names[k]) == 0) return run_verb(&verbs[k], n - 1, arguments + 1, &c, arena);
  return lind_error_fail(LIND_ERR_INPUT, __FILE__, __LINE__, "lind twin '%s' is not known; it is fit, forecast or choose%s",
                         arguments[0], lind_text_suggestion(arguments[0], names, 3, suggestion, sizeof suggestion));
}

const lind_command lind_command_twin = {
    .name = "twin",
    .usage =
        "twin fit RECORD.csv --model NAME|FILE.lind [--set NAME|key=value]... [--of OUTPUT] [--knots TIME] [--particles N] "
        "[--seed S] --out twin.h5 | forecast twin.h5 [--events plan.csv] [--times LIST] [--by mode|particles] [--level L] | "
        "choose twin.h5 --doses A:B:C --target 'OUTPUT in A..B over the next TIME' [--reward EXPRESSION] [--over TIME] "
        "[--every TIME] [--into STATE] [--by mode|particles]  [--out twin.h5] [--json]",
    .summary = "Fit a model to one patient's record, say what is to be expected, choose the dose with the best expected reward.",
    .run = run,
};
