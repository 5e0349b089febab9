/* A whole protocol, key by key; the presets; what is refused, with the sentence. */
#include "protocol_case.h"

static const char whole[] =
    "protocol: trial-1\n"
    "title: A trial\n"
    "question: Does it?\n"
    "source: doi:10.1/x\n"
    "cohort: ../cohorts/c.yaml\n"
    "model: {use: pgx.warfarin, set: hamberg-2010, parameters: {omega_cl: 0.30, tau: 20 day}}\n"
    "patients: 455\n"
    "replicates: 1000\n"
    "seed: 17\n"
    "block_max: 512\n"
    "duration: 12 week\n"
    "eligible: \"age >= 18 [year]\"\n"
    "attempts: 40\n"
    "randomise: {method: permuted-block, blocks: [6, 3], strata: [site, burden]}\n"
    "define: {bsa: \"1.9\", burden_1: bsa + 1}\n"
    "groups: {burden: {title: Burden, value: burden_1, labels: [0, 1, \"2 or more\"]}, sex: {value: sex}}\n"
    "measure: [inr]\n"
    "visits: [{days: [1]}, {days: [4, 85], window: 2 day, missed: 0.03}]\n"
    "arms:\n"
    "  genotype: {title: By genotype, ratio: 2, dosing: [a, b]}\n"
    "  standard: {dosing: a}\n"
    "dosing:\n"
    "  a: {at: days, days: [1, 2, 84], dose: \"5 [mg]\", round: 0.5 mg, most: 0.015 g}\n"
    "  b: {at: visits, from: 4, to: 5, when: inr > 1, dose: \"4 [mg]\", skip: \"1\", recheck: \"2 [day]\", into: depot, every: "
    "12 h}\n"
    "conduct: {adherence: {miss: 0.05, miss_after_miss: 0.15}, dropout: {yearly: 0.06}, failed_lanes: 0.01}\n"
    "endpoints:\n"
    "  ttr: {title: Time in range, kind: time-in-range, of: inr, range: [2, 3], from: 0 day, to: 84 day}\n"
    "  first: {kind: first-in-range, of: inr, range: [2, 3], consecutive: 2, apart: 5 day}\n"
    "  high: {kind: any-above, of: inr, threshold: 4, at: 1 week}\n"
    "analysis:\n"
    "  primary: {endpoint: ttr, estimator: welch, compare: [standard, genotype], by: [all, burden], level: 0.9, null: -1, "
    "estimand: itt}\n"
    "  other: {title: Other, endpoint: high, estimator: risk-difference}\n"
    "design: {looks: [{fraction: 0.5, efficacy: 2.797, futility: 0}, {fraction: 1, efficacy: 1.977}]}\n"
    "curves: {output: inr, every: 12 h, lower: 0.8, upper: 8}\n"
    "sensitivity:\n"
    "  title: Other worlds\n"
    "  replicates: 20\n"
    "  scenarios:\n"
    "    drift: {title: More drift, set: [\"model.parameters.omega_drift=0.45\", \"arms.standard.dosing=[b, a]\"]}\n"
    "    lax: {set: conduct.adherence.miss=0.15}\n"
    "assumptions: [\"One.\", \"Two.\"]\n"
    "targets:\n"
    "  - {analysis: primary, group: burden, level: 2 or more, estimate: 7.0, lower: 3.3, upper: 10.6, source: here, mark: read}\n"
    "  - {endpoint: ttr, arm: genotype, estimate: 67.4, source: there, mark: memory}\n"
    "store: {patients: 0}\n"
    "engine: {name: cvode, relative: 1e-7, absolute: 1e-10}\n";

static void test_top(void **state) {
  const lind_protocol *p = case_read(*state, whole);
  assert_string_equal(p->name, "trial-1");
  assert_string_equal(p->title, "A trial");
  assert_string_equal(p->question, "Does it?");
  assert_string_equal(p->source, "doi:10.1/x");
  assert_string_equal(p->path, ((protocol_case *)*state)->path);
  assert_string_equal(p->cohort.text, "../cohorts/c.yaml");
  assert_int_equal(p->cohort.where.line, 5);
  assert_int_equal(p->cohort.where.column, 9);
  assert_string_equal(p->model.text, "pgx.warfarin");
  assert_string_equal(p->parameter_set.text, "hamberg-2010");
  assert_int_equal(p->parameters.n, 2);
  assert_string_equal(p->parameters.name[1].text, "tau");
  assert_string_equal(p->parameters.value[1].text, "20 day");
  assert_int_equal(p->patients, 455);
  assert_int_equal(p->replicates, 1000);
  assert_int_equal(p->seed, 17);
  assert_int_equal(p->block_max, 512);
  assert_true(p->duration == 84 * 24);
  assert_string_equal(p->eligible.text, "age >= 18 [year]");
  assert_int_equal(p->attempts, 40);
  assert_int_equal(p->randomise, 0);
  assert_int_equal(p->blocks.n, 2);
  assert_true(p->blocks.at[0] == 6 && p->blocks.at[1] == 3);
  assert_string_equal(p->strata.at[1].text, "burden");
  assert_int_equal(p->n_assumptions, 2);
  assert_string_equal(p->assumptions[1].text, "Two.");
  assert_int_equal(p->store_patients, 0);
  assert_string_equal(p->engine.text, "cvode");
  assert_true(p->relative == 1e-7 && p->absolute == 1e-10);
}

static void test_treatment(void **state) {
  const lind_protocol *p = case_read(*state, whole);
  assert_int_equal(p->n_definitions, 2);
  assert_string_equal(p->definitions[1].name, "burden_1");
  assert_string_equal(p->definitions[1].value.text, "bsa + 1");
  assert_int_equal(p->n_arms, 2);
  assert_true(p->arms[0].ratio == 2 && p->arms[1].ratio == 1);
  assert_string_equal(p->arms[0].title, "By genotype");
  assert_string_equal(p->arms[1].title, "standard");
  assert_int_equal(p->arms[0].dosing.n, 2);
  assert_int_equal(p->arms[1].dosing.n, 1);
  assert_int_equal(lind_protocol_find_arm(p, "standard"), 1);
  assert_int_equal(lind_protocol_find_arm(p, "other"), -1);
  const lind_dosing *a = &p->dosing[0], *b = &p->dosing[1];
  assert_int_equal(a->at, LIND_DOSING_DAYS);
  assert_true(a->days.n == 3 && a->days.at[2] == 84);
  assert_true(a->round == 0.5 && a->most == 15 && a->every == 24);
  assert_true(isnan(a->from) && isnan(a->to));
  assert_true(a->when.text == NULL && a->skip.text == NULL && a->recheck.text == NULL && a->into.text == NULL);
  assert_int_equal(b->at, LIND_DOSING_VISITS);
  assert_true(b->from == 4 && b->to == 5 && b->every == 12 && isnan(b->round) && isnan(b->most));
  assert_string_equal(b->when.text, "inr > 1");
  assert_string_equal(b->recheck.text, "2 [day]");
  assert_string_equal(b->into.text, "depot");
  assert_int_equal(p->n_visits, 2);
  assert_true(p->visits[0].window == 0 && p->visits[0].missed == 0 && p->visits[0].days.n == 1);
  assert_true(p->visits[1].window == 48 && p->visits[1].missed == 0.03 && p->visits[1].days.at[1] == 85);
  assert_true(p->miss == 0.05 && p->miss_after_miss == 0.15 && p->dropout_yearly == 0.06 && p->failed_limit == 0.01);
}

static void test_analysis(void **state) {
  const lind_protocol *p = case_read(*state, whole);
  assert_int_equal(p->n_groups, 2);
  assert_string_equal(p->groups[0].labels.at[2].text, "2 or more");
  assert_string_equal(p->groups[1].title, "sex");
  assert_int_equal(p->groups[1].labels.n, 0);
  assert_int_equal(p->n_endpoints, 3);
  assert_true(p->endpoints[0].range.at[1] == 3 && p->endpoints[0].from == 0 && p->endpoints[0].to == 84 * 24);
  assert_true(p->endpoints[1].consecutive == 2 && p->endpoints[1].apart == 120 && isnan(p->endpoints[1].to));
  assert_true(p->endpoints[2].threshold == 4 && p->endpoints[2].at == 168 && p->endpoints[2].range.n == 0);
  assert_int_equal(p->n_analyses, 2);
  assert_string_equal(p->analyses[0].compare.at[0].text, "standard");
  assert_true(p->analyses[0].level == 0.9 && p->analyses[0].null == -1 && p->analyses[0].by.n == 2);
  assert_string_equal(p->analyses[1].compare.at[0].text, "genotype"); /* the first two arms */
  assert_string_equal(p->analyses[1].compare.at[1].text, "standard");
  assert_true(p->analyses[1].by.n == 1 && p->analyses[1].level == 0.95 && isnan(p->analyses[1].null));
  assert_string_equal(p->analyses[1].by.at[0].text, "all");
  assert_int_equal(p->n_looks, 2);
  assert_true(p->looks[0].futility == 0 && isnan(p->looks[1].futility) && p->looks[1].efficacy == 1.977);
  assert_string_equal(p->curve_output.text, "inr");
  assert_true(p->curve_every == 12 && p->curve_lower == 0.8 && p->curve_upper == 8);
  assert_int_equal(p->n_scenarios, 2);
  assert_int_equal(p->scenario_replicates, 20);
  assert_string_equal(p->sensitivity_title, "Other worlds");
  assert_string_equal(p->scenarios[0].set.at[1].text, "arms.standard.dosing=[b, a]");
  assert_string_equal(p->scenarios[1].title, "lax");
  assert_int_equal(p->n_targets, 2);
  assert_string_equal(p->targets[0].level, "2 or more");
  assert_string_equal(p->targets[0].mark, "read");
  assert_true(p->targets[0].upper == 10.6 && isnan(p->targets[1].lower));
  assert_string_equal(p->targets[1].arm, "genotype");
  assert_string_equal(p->targets[1].group, "all");
  assert_string_equal(p->targets[1].mark, "memory");
}

#define SMALL "protocol: t\ncohort: c.yaml\nmodel: {use: m}\npatients: 10\nduration: 10 day\n"

static void test_presets(void **state) {
  const lind_protocol *p = case_read(*state, SMALL "arms: {a: {dosing: []}, b: {ratio: 2, dosing: []}}\n");
  assert_string_equal(p->title, "t");
  assert_null(p->question);
  assert_null(p->eligible.text);
  assert_null(p->curve_output.text);
  assert_true(p->replicates == 1 && p->seed == 1747 && p->block_max == 4096 && p->attempts == 50 && p->store_patients == 100000);
  assert_true(p->blocks.n == 1 && p->blocks.at[0] == 6); /* twice the ratios' sum */
  assert_true(p->miss == 0 && p->miss_after_miss == 0 && p->dropout_yearly == 0 && p->failed_limit == 0.001);
  assert_true(p->relative == 1e-6 && p->absolute == 1e-9);
  assert_string_equal(p->engine.text, "auto");
  assert_int_equal(p->n_visits + p->n_dosing + p->n_groups + p->n_endpoints + p->n_analyses + p->n_looks + p->n_scenarios, 0);
  p = case_read(*state,
                SMALL "arms: {a: {ratio: 0.3, dosing: []}}\nrandomise: {method: simple}\nconduct: {adherence: {miss: 0.2}}\n");
  assert_int_equal(p->randomise, 1);
  assert_int_equal(p->blocks.n, 0);
  assert_true(p->miss_after_miss == 0.2);
}

#define ARMS SMALL "arms: {a: {dosing: []}, b: {dosing: []}}\n"
#define D    SMALL "arms: {a: {dosing: [x]}}\ndosing: {x: "
#define E    ARMS "measure: [inr]\nendpoints: {e: "
#define A    ARMS "endpoints: {ttr: {kind: k}}\nanalysis: {p: "
#define T                                                                            \
  ARMS "endpoints: {ttr: {kind: k}}\ngroups: {g: {value: v, labels: [low, high]}}\n" \
       "analysis: {p: {endpoint: ttr, estimator: w, by: [all, g]}}\ntargets: ["

static const struct {
  const char *text, *sentence;
} refusals[] = {
    {SMALL "arms: {a: {ratio: 0, dosing: []}}\n", "@:6:19: arms.a.ratio is 0; it must be more than 0"},
    {SMALL "arms: {a: {ratio: -1, dosing: []}}\n", "@:6:19: arms.a.ratio is -1; it must be more than 0"},
    {SMALL "arms: {}\n", "@:6:7: arms is empty; a trial has at least one arm"},
    {SMALL "arms: {a b: {dosing: []}}\n", "@:6:8: 'a b' is no name for an arm; a letter, then letters, digits, - and _ are"},
    {SMALL "arms: {a: {dosing: [avery-lodaing]}}\ndosing: {avery-loading: {at: days, days: [1]}}\n",
     "@:6:21: arms.a.dosing names 'avery-lodaing', which is no dosing item; did you mean 'avery-loading'?"},
    {SMALL "arms: {a: {dosing: [x]}}\n", "@:6:21: arms.a.dosing names 'x', but the protocol has no dosing item"},
    {SMALL "arms: {a: {dosing: [x, x]}}\ndosing: {x: {at: days, days: [1]}}\n", "@:6:24: arms.a.dosing names 'x' twice"},
    {ARMS "randomise: {blocks: [3]}\n", "@:7:21: block size 3 is not a multiple of 2, the sum of the arms' ratios"},
    {SMALL "arms: {a: {ratio: 1.5, dosing: []}}\n", "@:6:8: arms.a.ratio is 1.5; permuted blocks need whole ratios"},
    {ARMS "randomise: {method: simple, blocks: [4]}\n",
     "@:7:37: randomise.blocks has no meaning where randomise.method is simple; leave it out"},
    {ARMS "visits: {days: [1, 12]}\n", "@:7:20: visits.days has 12; it must lie between day 1 and day 11, the end of the trial"},
    {ARMS "visits: {days: [1, 2.5]}\n", "@:7:20: visits.days has 2.5; a protocol day is a whole number"},
    {ARMS "visits: {days: [1, 1]}\n", "@:7:20: visits.days has 1 twice"},
    {ARMS "visits: [{days: [1]}, {days: [2, 1]}]\n", "@:7:30: visits have day 1 twice"},
    {ARMS "visits: {days: [1], window: 36 h}\n", "@:7:29: visits.window is 1.5 days; visits fall on whole days"},
    {D "{at: days}}\n", "@:7:10: dosing.x.days is missing; at: days needs it"},
    {D "{at: days, days: [1, 1.5]}}\n", "@:7:34: dosing.x.days has 1.5; a protocol day is a whole number"},
    {D "{at: days, days: [11]}}\n", "@:7:31: dosing.x.days has 11; it must lie between day 1 and day 10, the end of the trial"},
    {D "{at: days, days: []}}\n", "@:7:30: dosing.x.days is empty; it must name at least one protocol day"},
    {D "{at: days, days: [1], to: 3}}\n", "@:7:39: dosing.x has from or to, which only at: visits knows; list the days"},
    {D "{at: visits, days: [1]}}\n", "@:7:32: dosing.x.days has no meaning where at is visits; use from and to"},
    {D "{at: visits, from: 5, to: 4}}\n", "@:7:39: dosing.x.to is 4; it must not be less than from, which is 5"},
    {D "{at: visits, round: 0 mg}}\n", "@:7:33: dosing.x.round is 0 mg; it must be more than 0"},
    {D "{at: visits, most: 3 h}}\n", "@:7:32: dosing.x.most is 3 h; it must be a dose, such as 0.5 mg"},
    {D "{at: visits, every: 7 h}}\n",
     "@:7:33: dosing.x.every is 7 h; it must be a whole part of a day, as 24 h, 12 h or 8 h, or whole days"},
    {ARMS "define: {a-b: 1}\n", "@:7:10: 'a-b' is no name for a definition; a letter, then letters, digits and _ are"},
    {ARMS "define: {dose_7: 1}\n", "@:7:10: define.dose_7 has a name that rules know already; choose another"},
    {ARMS "define: {exp: 1}\n", "@:7:10: define.exp has a name that rules know already; choose another"},
    {ARMS "groups: {all: {value: x}}\n", "@:7:10: groups.all has the name that stands for everybody; choose another"},
    {E "{kind: k, to: 11 day}}\n", "@:8:30: endpoints.e.to is 11 day; the trial ends at 10 day"},
    {E "{kind: k, from: 5 day, to: 5 day}}\n", "@:8:43: endpoints.e looks from 5 day to 5 day; to must be more than from"},
    {E "{kind: k, range: [3, 2]}}\n", "@:8:33: endpoints.e.range must be [low, high], with low less than high"},
    {A "{endpoint: trt, estimator: w}}\n", "@:8:26: analysis.p.endpoint names 'trt', which is no endpoint; did you mean 'ttr'?"},
    {A "{endpoint: ttr, estimator: w, compare: [a, c]}}\n",
     "@:8:58: analysis.p.compare names 'c', which is no arm; known are a and b"},
    {A "{endpoint: ttr, estimator: w, compare: [a, a]}}\n",
     "@:8:54: analysis.p.compare must be two different arms, [treated, control]"},
    {ARMS "design: {looks: [{fraction: 0.5}, {fraction: 0.5}]}\n",
     "@:7:46: design.looks: fraction 0.5 follows 0.5; fractions must rise from look to look"},
    {ARMS "curves: {output: x, lower: 3, upper: 2}\n",
     "@:7:38: curves.upper is 2; it must be more than curves.lower, which is 3"},
    {ARMS "sensitivity: {scenarios: {s: {set: \"arms.a.dosing=[z]\"}}}\n",
     "@:7:37: sensitivity.scenarios.s cannot be run: --set:1:16: arms.a.dosing names 'z', but the protocol has no dosing item"},
    {T "{analysis: q, estimate: 1, source: s, mark: read}]\n", "@:10:22: a target names 'q', which is no analysis; known are p"},
    {T "{analysis: p, arm: a, estimate: 1, source: s, mark: read}]\n",
     "@:10:11: a target names either an analysis, for an effect, or an endpoint and an arm, for a level"},
    {T "{endpoint: ttr, arm: ab, estimate: 1, source: s, mark: read}]\n",
     "@:10:32: a target names 'ab', which is no arm; did you mean 'a'?"},
    {T "{analysis: p, group: h, estimate: 1, source: s, mark: read}]\n",
     "@:10:32: a target's group names 'h', which is no entry of its analysis's by; known are all and g"},
    {T "{analysis: p, group: g, level: hihg, estimate: 1, source: s, mark: read}]\n",
     "@:10:42: a target's level names 'hihg', which is no label of its group; did you mean 'high'?"},
    {T "{analysis: p, level: high, estimate: 1, source: s, mark: read}]\n",
     "@:10:32: a target has level 'high' without a group; name the group"},
    {T "{analysis: p, estimate: 1, lower: 2, upper: 1, source: s, mark: read}]\n",
     "@:10:55: a target's upper is 1; it must not be less than lower, which is 2"},
};

static void test_refusals(void **state) {
  for (size_t r = 0; r < sizeof refusals / sizeof *refusals; ++r) case_refused(*state, refusals[r].text, refusals[r].sentence);
}

/* What the tables refuse: not the sentence, which is schema.c's, but that they refuse it, and name the key. */
static void test_tables_refuse(void **state) {
  protocol_case *c = *state;
  static const char *const rows[][2] = {
      {ARMS "patiens: 3\n", "patients"},
      {"protocol: t\ncohort: c\nmodel: {use: m}\npatients: 0\nduration: 1 day\narms: {a: {dosing: []}}\n", "patients"},
      {"protocol: t\ncohort: c\nmodel: {use: m}\npatients: 1\nduration: 0 day\narms: {a: {dosing: []}}\n", "duration"},
      {"protocol: t\ncohort: c\nmodel: {use: m}\npatients: 1\nduration: 3 mg\narms: {a: {dosing: []}}\n", "duration"},
      {ARMS "attempts: 256\n", "attempts"},
      {ARMS "seed: -1\n", "seed"},
      {SMALL "arms: {a: {ratoi: 1, dosing: []}}\n", "ratio"},
      {SMALL "arms: {a: {ratio: 1}}\n", "dosing"},
      {SMALL "arms: {a: {dosing: []}, a: {dosing: []}}\n", "arms.a"},
      {SMALL "arms:\n", "arms"},
      {ARMS "visits: {days: [1], missed: 1.1}\n", "missed"},
      {ARMS "conduct: {dropout: {yearly: 1}}\n", "yearly"},
      {ARMS "design: {looks: [{fraction: 1.1}]}\n", "fraction"},
      {ARMS "curves: {lower: 1, upper: 2}\n", "output"},
      {D "{days: [1]}}\n", "at"},
      {T "{analysis: p, source: s, mark: read}]\n", "estimate"},
      {T "{analysis: p, estimate: 1, mark: read}]\n", "source"},
      {T "{analysis: p, estimate: 1, source: s, mark: dreamt}]\n", "memory"},
      {"- a\n", "mapping"},
  };
  for (size_t r = 0; r < sizeof rows / sizeof *rows; ++r) {
    lind_protocol *protocol = NULL;
    const lind_node *root = NULL;
    case_write(c->path, rows[r][0]);
    assert_int_not_equal(lind_protocol_read(c->path, NULL, 0, c->arena, &protocol, &root), LIND_OK);
    if (strstr(lind_error_message(), rows[r][1]) == NULL || strncmp(lind_error_message(), c->path, strlen(c->path)) != 0)
      fail_msg("'%s' does not name %s", lind_error_message(), rows[r][1]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_top),     cmocka_unit_test(test_treatment), cmocka_unit_test(test_analysis),
      cmocka_unit_test(test_presets), cmocka_unit_test(test_refusals),  cmocka_unit_test(test_tables_refuse),
  };
  return cmocka_run_group_tests(tests, case_setup, case_teardown);
}
