/* Models and regimens made at random: every engine that takes them agrees with CVODE, and a patient's bits do not depend on who
 * shares the pack, hopeless neighbours included.
 *
 * `test_simulate_random_models FIRST LAST` tries the models of other seeds than the usual ones. */
#include "course_case.h"

#include <ctype.h>
#include <stdio.h>

enum { PATIENTS = 11, MOST_RECORDS = 40, TEXT = 8000, USUAL = 5 };

static unsigned first_seed = 1, last_seed = USUAL;

/* ---- chance: splitmix64 (Steele, Lea and Flood 2014, doi:10.1145/2714064.2660195) */

typedef struct dice {
  uint64_t state;
} dice;

static double uniform(dice *c) {
  uint64_t z = c->state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return ((double)((z ^ z >> 31) >> 12) + 0.5) * 0x1p-52;
}
static double between(dice *c, double low, double high) { return low * pow(high / low, uniform(c)); } /* even in its log */
static int below(dice *c, int n) { return (int)(uniform(c) * n); }
static int once_in(dice *c, int n) { return below(c, n) == 0; }

/* ---- a model */

typedef struct page {
  char text[TEXT];
  size_t used;
  dice *chance;
} page;

__attribute__((format(printf, 2, 3))) static void write_line(page *p, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  p->used += (size_t)vsnprintf(p->text + p->used, TEXT - p->used, format, arguments);
  va_end(arguments);
  assert_true(p->used < TEXT);
}

static int has_word(const char *text, const char *word) {
  const size_t length = strlen(word);
  for (const char *at = text; (at = strstr(at, word)) != NULL; at += length) {
    const char before = at > text ? at[-1] : ' ', after = at[length];
    if (!isalnum((unsigned char)before) && before != '_' && !isalnum((unsigned char)after) && after != '_') return 1;
  }
  return 0;
}

/* Those that the body reads: a model may not declare others. */
static void write_parameters(page *p, const char *body) {
  static const struct {
    const char *name, *unit;
    double low, high;
  } all[] = {{"ka", "1/h", 0.1, 4},     {"cl", "L/h", 0.5, 20},  {"v", "L", 5, 60},       {"vmax", "mg/h", 1, 30},
             {"km", "mg/L", 0.05, 5},   {"ktr", "1/h", 0.5, 5},  {"share", "1", 0.2, 1},  {"late", "h", 0.05, 3},
             {"speed", "mg/h", 10, 60}, {"span", "h", 0.5, 4},   {"kin", "1/h", 0.5, 20}, {"kout", "1/h", 0.02, 1},
             {"ic50", "mg/L", 0.05, 2}, {"ke0", "1/h", 0.05, 50}};
  for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
    const double value = between(p->chance, all[k].low, all[k].high);
    if (has_word(body, all[k].name)) write_line(p, "parameter %s = %.4g [%s]\n", all[k].name, value, all[k].unit);
  }
}

/* Doses go into state 0. Returns what flows into the centre. */
static const char *write_absorption(page *p) {
  static const char arguments[] = "bioavailability = share, lag = late, rate = speed, duration = span";
  switch (below(p->chance, 4)) {
    case 0:
      write_line(p, "state central [mg] dose(%s)\n", arguments);
      return NULL;
    case 1:
      write_line(p, "transit gut(n = %d, rate = ktr) [mg] dose(%s)\nstate central [mg]\n", 1 + below(p->chance, 6), arguments);
      return "gut.out";
    case 2: /* saturable */
      write_line(p, "state depot [mg] dose(%s)\nstate central [mg]\n", arguments);
      write_line(p, "uptake = 5 * vmax * depot / (20 [mg] + depot)\nd/dt(depot) = -uptake\n");
      return "uptake";
    default:
      write_line(p, "state depot [mg] dose(%s)\nstate central [mg]\nd/dt(depot) = -ka * depot\n", arguments);
      return "ka * depot";
  }
}

static void write_disposition(page *p, const char *inflow) {
  const int n = below(p->chance, 4), elimination = below(p->chance, 4);
  char rate[600] = "";
  size_t used = 0;
  for (int k = 1; k <= n; k++) {
    write_line(p, "parameter q%d = %.4g [1/h]\nparameter r%d = %.4g [1/h]\nstate side%d [mg]\n", k, between(p->chance, 0.02, 3),
               k, between(p->chance, 0.01, 3), k);
    write_line(p, "d/dt(side%d) = q%d * central - r%d * side%d\n", k, k, k, k);
    used += (size_t)snprintf(rate + used, sizeof rate - used, " - q%d * central + r%d * side%d", k, k, k);
  }
  write_line(p, "c = central / v\n");
  const char *away = "cl * c";
  if (elimination == 0) away = "vmax * c / (km + c)";
  if (elimination == 1) away = "(cl * c + vmax * c / (km + c))";
  if (elimination == 2 && once_in(p->chance, 2)) { /* it induces its own enzyme */
    write_line(p, "state enzyme [1] = 1\nd/dt(enzyme) = 0.05 [1/h] * (1 + 2 * c / (ic50 + c) - enzyme)\n");
    away = "cl * enzyme * c";
  }
  write_line(p, "d/dt(central) = %s%s - %s%s\n", inflow ? inflow : "", inflow ? "" : "0 [mg/h]", away, rate);
}

static void write_response(page *p) {
  const char *cause = "c", *sun = once_in(p->chance, 4) ? " * (1 + 0.4 * cos(0.26 [1/h] * time))" : "";
  if (once_in(p->chance, 3)) {
    write_line(p, "state site [mg/L]\nd/dt(site) = ke0 * (c - site)\n");
    cause = "site";
  }
  const int kind = below(p->chance, 4);
  if (kind == 0) return;
  write_line(p, "state response [1] = kin / kout\n");
  if (kind == 1) write_line(p, "d/dt(response) = kin%s * (1 - %s / (ic50 + %s)) - kout * response\n", sun, cause, cause);
  if (kind == 2) write_line(p, "d/dt(response) = kin%s - kout * (1 + 3 * %s / (ic50 + %s)) * response\n", sun, cause, cause);
  if (kind == 3) { /* moderated by its own past */
    write_line(p, "state moderator [1] = kin / kout\nd/dt(moderator) = kout * (response - moderator)\n");
    write_line(p, "d/dt(response) = kin%s * (1 + 2 * %s / (ic50 + %s)) - kout * response^1.3 * (moderator / response)^0.5\n", sun,
               cause, cause);
  }
  if (once_in(p->chance, 3)) {
    write_line(p, "state refills [1]\nd/dt(refills) = 0\n");
    write_line(p, "when response %s %.3g * kin / kout then refills = refills + 1, response = kin / kout\n", kind == 1 ? "<" : ">",
               kind == 1 ? 0.8 : 1.2);
  }
}

static const char *write_model(page *p, unsigned seed, dice *c) {
  page body = {.chance = c};
  *c = (dice){seed};
  write_disposition(&body, write_absorption(&body));
  write_response(&body);
  p->used = 0, p->chance = c;
  write_line(p, "model random_%u\ntime h\n", seed);
  write_parameters(p, body.text);
  write_line(p, "%soutput c\n", body.text);
  return p->text;
}

/* ---- patients */

static lind_record some_dose(dice *c, double time, int events) {
  lind_record r = dose(time, between(c, 10, 300), 0);
  const int kind = below(c, 6);
  if (kind == 1) r = infusion(time, r.amount, between(c, 5, 200), 0);
  if (kind == 2) r.infusion = LIND_INFUSION_MODEL_RATE;
  if (kind == 3) r.infusion = LIND_INFUSION_MODEL_DURATION;
  if (once_in(c, 2)) r = row_of(r, between(c, 3, 24), (uint32_t)below(c, 6));
  if (once_in(c, 5)) r = steady(r, between(c, 6, 24), once_in(c, 3) ? 2 : 1);
  if (events) r.steady = 0; /* a cycle with events is no smooth map; whether its fixed point is found is chance */
  if (once_in(c, 12)) r.event = LIND_RECORD_RESET_DOSE;
  r.observed = (uint8_t)once_in(c, 2);
  return r;
}

static lind_course_patient some_patient(course_case *c, dice *chance) {
  lind_record records[MOST_RECORDS];
  const int n = 4 + below(chance, MOST_RECORDS - 4);
  double time = once_in(chance, 3) ? 0 : uniform(chance);
  const int events = c->model->n_triggers;
  records[0] = some_dose(chance, time, events);
  for (int r = 1; r < n; r++) {
    if (!once_in(chance, 8)) time += once_in(chance, 2) ? 0.5 * below(chance, 12) : between(chance, 0.001, 10);
    records[r] = once_in(chance, 5) ? some_dose(chance, time, events) : observation(time);
  }
  double *given = course_values(c);
  for (int k = 0; k < c->model->n_parameters; k++) given[c->model->parameters[k].slot] *= between(chance, 0.5, 2);
  return course_patient(c, given, records, n);
}

static void clear(const course_case *c, lind_course_patient *p) {
  for (int k = 0; k < p->n * c->model->n_outputs; k++) p->y[k] = 0;
}

static void copies(course_case *c, const lind_course_patient *from, lind_course_patient *to) {
  for (int i = 0; i < PATIENTS; i++) {
    to[i] = from[i];
    to[i].y = lind_arena_take(c->arena, (size_t)(from[i].n * c->model->n_outputs) + 1, sizeof(double));
    clear(c, &to[i]);
  }
}

/* ---- a model's case: with all of its states as outputs, by any engine */

static void random_open(course_case *c, const char *text) {
  *c = (course_case){0};
  page all = {.used = 0};
  must(lind_arena_create(&c->arena));
  must(lind_model_read_text(text, "random.lind", c->arena, &c->model));
  write_line(&all, "%s", text);
  for (int k = 0; k < c->model->n_states; k++) write_line(&all, "output out_%d = %s\n", k, c->model->states[k].name);
  must(lind_model_read_text(lind_arena_text(c->arena, all.text), "random.lind", c->arena, &c->model));
  course_attach(c, "cvode");
}

static int takes(const course_case *c, const char *engine) {
  const lind_stepper *stepper = lind_stepper_find(engine);
  return stepper->refuses == NULL || stepper->refuses(&c->model->kernel) == NULL;
}

static void run_with(course_case *c, const char *engine, double relative, lind_course_patient *patients) {
  c->course.stepper = lind_stepper_find(engine);
  c->course.tolerance = (lind_tolerance){relative, 1e-2 * relative, 1e-10, 100000};
  course_run(c, patients, PATIENTS);
}

static void assert_close(const course_case *c, unsigned seed, const char *engine, const lind_course_patient *is,
                         const lind_course_patient *should) {
  const int n = c->model->n_outputs;
  for (int i = 0; i < PATIENTS; i++) {
    if (is[i].status != should[i].status || is[i].fired != should[i].fired)
      fail_msg("seed %u, %s: patient %d ends at %g h with status %d and %d events, by cvode at %g h with %d and %d\n%s", seed,
               engine, i, is[i].time, is[i].status, (int)is[i].fired, should[i].time, should[i].status, (int)should[i].fired,
               c->model->text);
    if (is[i].status != LIND_LANE_OK) continue;
    for (int k = 0; k < n; k++) {
      double size = 0;
      for (int r = 0; r < is[i].n; r++) size = fmax(size, fabs(should[i].y[r * n + k]));
      for (int r = 0; r < is[i].n; r++) {
        const double a = is[i].y[r * n + k], b = should[i].y[r * n + k];
        if (!(fabs(a - b) <= 1e-6 * (fabs(b) + 1e-2 * size) + 1e-9))
          fail_msg("seed %u, %s: output %s of patient %d, record %d at %.9g h: %.12g, by cvode %.12g\n%s", seed, engine,
                   c->model->outputs[k].name, i, r, is[i].records[r].time, a, b, c->model->text);
      }
    }
  }
}

static void engines_agree_on_models_made_at_random(void **state) {
  (void)state;
  static const char *const engines[] = {"rk", "exact", "rosenbrock", "auto"};
  static page p;
  for (unsigned seed = first_seed; seed <= last_seed; seed++) {
    dice chance;
    course_case c;
    random_open(&c, write_model(&p, seed, &chance));
    lind_course_patient reference[PATIENTS], patients[PATIENTS];
    for (int i = 0; i < PATIENTS; i++) reference[i] = some_patient(&c, &chance);
    copies(&c, reference, patients);
    run_with(&c, "cvode", 1e-10, reference);
    for (size_t e = 0; e < sizeof engines / sizeof *engines; e++) {
      if (!takes(&c, engines[e])) continue;
      for (int i = 0; i < PATIENTS; i++) clear(&c, &patients[i]);
      run_with(&c, engines[e], 1e-9, patients);
      assert_close(&c, seed, engines[e], patients, reference);
    }
    course_close(&c);
  }
}

/* ---- company */

/* Some of them cannot live: a parameter that is no number, is 0, infinite, negative or far too large; no time at all. */
static void spoil(course_case *c, dice *chance, lind_course_patient *patients) {
  static const double odd[] = {NAN, 0, INFINITY, -1, 1e7, 1e-9};
  for (int i = 0; i < PATIENTS; i++) {
    if (!once_in(chance, 2)) continue;
    const int parameter = below(chance, c->model->n_parameters);
    double *given = course_values(c);
    memcpy(given, patients[i].given, (size_t)c->course.n_given * sizeof *given);
    given[c->model->parameters[parameter].slot] *= odd[below(chance, 6)];
    patients[i].given = given;
    if (once_in(chance, 4)) patients[i].n = 1;
  }
}

static void assert_same_life(const course_case *c, unsigned seed, const char *engine, int i, const lind_course_patient *a,
                             const lind_course_patient *b) {
  const int n = a->n * c->model->n_outputs;
  if (a->status != b->status || a->reached != b->reached || a->fired != b->fired ||
      memcmp(&a->time, &b->time, sizeof a->time) != 0)
    fail_msg("seed %u, %s: patient %d ends at %.17g h with status %d, record %d; alone at %.17g h with %d, %d\n%s", seed, engine,
             i, a->time, a->status, a->reached, b->time, b->status, b->reached, c->model->text);
  for (int k = 0; k < n; k++)
    if (memcmp(&a->y[k], &b->y[k], sizeof *a->y) != 0 && !(isnan(a->y[k]) && isnan(b->y[k])))
      fail_msg("seed %u, %s: patient %d, record %d, output %s: %.17g, alone %.17g\n%s", seed, engine, i, k / c->model->n_outputs,
               c->model->outputs[k % c->model->n_outputs].name, a->y[k], b->y[k], c->model->text);
}

static void nobody_is_changed_by_the_company(course_case *c, unsigned seed, const char *engine, dice *chance,
                                             const lind_course_patient *patients) {
  lind_course_patient together[PATIENTS], alone[PATIENTS], mixed[PATIENTS];
  int order[PATIENTS];
  copies(c, patients, together);
  copies(c, patients, alone);
  c->course.stepper = lind_stepper_find(engine);
  c->course.tolerance = (lind_tolerance){1e-6, 1e-8, 1e-10, 2000};
  course_run(c, together, PATIENTS);
  lind_course_pack *pack;
  for (int i = 0; i < PATIENTS; i++) {
    must(lind_course_pack_create(&c->course, &pack));
    lind_course_run(pack, &alone[i], 1);
    lind_course_pack_destroy(&pack);
    assert_same_life(c, seed, engine, i, &together[i], &alone[i]);
  }
  for (int i = 0; i < PATIENTS; i++) order[i] = i;
  for (int i = PATIENTS - 1; i > 0; i--) {
    const int j = below(chance, i + 1), at = order[i];
    order[i] = order[j], order[j] = at;
  }
  for (int i = 0; i < PATIENTS; i++) {
    mixed[i] = patients[order[i]];
    mixed[i].y = together[order[i]].y;
    clear(c, &mixed[i]);
  }
  course_run(c, mixed, PATIENTS);
  for (int i = 0; i < PATIENTS; i++) assert_same_life(c, seed, engine, order[i], &mixed[i], &alone[order[i]]);
}

static void bits_do_not_depend_on_the_company(void **state) {
  (void)state;
  static const char *const engines[] = {"rk", "exact", "rosenbrock", "cvode", "auto"};
  static page p;
  for (unsigned seed = first_seed; seed <= last_seed; seed++) {
    dice chance;
    course_case c;
    random_open(&c, write_model(&p, seed, &chance));
    lind_course_patient patients[PATIENTS];
    for (int i = 0; i < PATIENTS; i++) patients[i] = some_patient(&c, &chance);
    spoil(&c, &chance, patients);
    for (size_t e = 0; e < sizeof engines / sizeof *engines; e++)
      if (takes(&c, engines[e])) nobody_is_changed_by_the_company(&c, seed, engines[e], &chance, patients);
    course_close(&c);
  }
}

int main(int argc, char **argv) {
  if (argc == 3) first_seed = (unsigned)atoi(argv[1]), last_seed = (unsigned)atoi(argv[2]);
  const struct CMUnitTest tests[] = {cmocka_unit_test(engines_agree_on_models_made_at_random),
                                     cmocka_unit_test(bits_do_not_depend_on_the_company)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
