/* Warfarin against numbers worked out apart from lind (LSODA and DOP853, relative tolerance 1e-10) from the published equations;
 * see docs/theory/warfarin.md. All are printed with as many digits as they are tested to. */
#include "bench.h"

typedef void (*advance_to)(bench *b, double target);

typedef struct genes {
  const char *cyp2c9[2], *vkorc1[2];
} genes;

static const genes hamberg_genes[LIND_LANES] = {
    {{"*1", "*1"}, {"G", "G"}}, {{"*1", "*1"}, {"G", "A"}}, {{"*1", "*1"}, {"A", "A"}}, {{"*1", "*2"}, {"G", "A"}},
    {{"*1", "*3"}, {"G", "A"}}, {{"*2", "*2"}, {"G", "A"}}, {{"*2", "*3"}, {"G", "A"}}, {{"*3", "*3"}, {"A", "A"}},
};

static void open_warfarin(bench *b, const genes *who, double age, double weight, double base) {
  bench_open(b, "pgx.warfarin", LIND_BACK_END_COMPILED);
  for (int i = 0; i < LIND_LANES; ++i) {
    bench_genotype(b, "CYP2C9", i, who[i].cyp2c9[0], who[i].cyp2c9[1]);
    bench_genotype(b, "VKORC1", i, who[i].vkorc1[0], who[i].vkorc1[1]);
  }
  bench_number(b, "age", age);
  bench_number(b, "weight", weight);
  bench_parameter_all(b, "base", base);
  bench_parameter_all(b, "potency", 1);
}

/* One dose a day; INR just before the dose that follows day `days`. */
static void run_days(bench *b, advance_to advance, const char *into, double dose, int days) {
  for (int day = (int)(b->time / 24); day < days; ++day) {
    bench_dose(b, into, dose);
    advance(b, 24.0 * (day + 1));
  }
}

static void check(bench *b, const char *output, const double *expected, int n, double tolerance) {
  const lind_lane *y = bench_output(b, output);
  for (int i = 0; i < n; ++i)
    if (!(fabs(y->of[i] - expected[i]) <= tolerance))
      fail_msg("lane %d, %s at %g h: %.8f instead of %.8f", i, output, b->time, y->of[i], expected[i]);
}

static void hamberg(advance_to advance) {
  static const int days[5] = {4, 8, 15, 29, 120};
  static const double inr[5][LIND_LANES] = {
      {1.5203, 1.7302, 2.1807, 1.8688, 1.9591, 2.0506, 2.1698, 3.0545},
      {1.8134, 2.1382, 2.8297, 2.4606, 2.6980, 2.9628, 3.3443, 5.2900},
      {1.9345, 2.3064, 3.0954, 2.7515, 3.1151, 3.5616, 4.2892, 7.3957},
      {1.9429, 2.3181, 3.1137, 2.7804, 3.1708, 3.6735, 4.5690, 8.3707},
      {1.9429, 2.3181, 3.1137, 2.7805, 3.1712, 3.6754, 4.5829, 8.5134},
  };
  static const double trough[LIND_LANES] = {0.22309, 0.22309, 0.22309, 0.31963, 0.40271, 0.51256, 0.71971, 1.15225};
  bench b;
  open_warfarin(&b, hamberg_genes, 71, 70, 1);
  bench_set(&b, "hamberg-2010");
  bench_start(&b);
  for (int i = 0; i < 5; ++i) {
    run_days(&b, advance, "depot", 5, days[i]);
    check(&b, "inr", inr[i], LIND_LANES, 0.51e-4);
  }
  check(&b, "conc", trough, LIND_LANES, 0.51e-5);
  bench_close(&b);
}

static void hamberg_rk(void **state) { (void)state, hamberg(bench_advance_rk); }
static void hamberg_cvode(void **state) { (void)state, hamberg(bench_advance_cvode); }

/* The settings of the trials: age 67, baseline 1.05, EC50 x 0.78. */
static void trial_settings(void **state) {
  (void)state;
  static const int days[4] = {4, 8, 15, 120};
  static const double inr[4][3] = {
      {1.7231, 1.9901, 2.5549}, {2.0940, 2.5031, 3.3594}, {2.2451, 2.7113, 3.6835}, {2.2554, 2.7255, 3.7053}};
  bench b;
  open_warfarin(&b, hamberg_genes, 67, 70, 1.05);
  bench_parameter_all(&b, "potency", 0.78);
  bench_start(&b);
  for (int i = 0; i < 4; ++i) {
    run_days(&b, bench_advance_rk, "depot", 5, days[i]);
    check(&b, "inr", inr[i], 3, 0.51e-4);
  }
  bench_close(&b);
}

/* The K-PD form: the same model with the dose straight into the central compartment; half the dose, and all of it. */
static void kinetics_of_the_effect(void **state) {
  (void)state;
  static const int days[3] = {4, 15, 120};
  static const double half[3] = {1.7326, 2.3056, 2.3172}, full[3] = {2.5236, 3.6772, 3.7000};
  for (int whole = 0; whole < 2; ++whole) {
    bench b;
    open_warfarin(&b, hamberg_genes, 71, 70, 1);
    bench_start(&b);
    for (int i = 0; i < 3; ++i) {
      run_days(&b, bench_advance_rk, "central", whole ? 5 : 2.5, days[i]);
      const double inr = bench_output(&b, "inr")->of[1];
      assert_true(fabs(inr - (whole ? full : half)[i]) <= 0.51e-4);
    }
    bench_close(&b);
  }
}

/* Xia 2024 as published: the whole dose straight into the central compartment. */
static void xia(advance_to advance) {
  static const char *const cyp[6][2] = {{"*1", "*1"}, {"*1", "*2"}, {"*1", "*3"}, {"*2", "*2"}, {"*2", "*3"}, {"*3", "*3"}};
  static const char *const vkor[3][2] = {{"G", "G"}, {"G", "A"}, {"A", "A"}};
  static const double inr[6][3] = {{1.3445, 1.5313, 2.4102}, {1.4454, 1.7176, 2.9673}, {1.5390, 1.8889, 3.4599},
                                   {1.6708, 2.1278, 4.1174}, {1.9394, 2.6063, 5.3397}, {2.5580, 3.6672, 7.6734}};
  for (int v = 0; v < 3; ++v) {
    genes who[LIND_LANES];
    double expected[6];
    for (int i = 0; i < LIND_LANES; ++i) {
      memcpy(who[i].cyp2c9, cyp[i % 6], sizeof who[i].cyp2c9);
      memcpy(who[i].vkorc1, vkor[v], sizeof who[i].vkorc1);
    }
    for (int i = 0; i < 6; ++i) expected[i] = inr[i][v];
    bench b;
    open_warfarin(&b, who, 55, 60, 1.13);
    bench_set(&b, "xia-2024");
    bench_start(&b);
    run_days(&b, advance, "central", 3, 120);
    check(&b, "inr", expected, 6, 0.51e-4);
    bench_close(&b);
  }
}

static void xia_rk(void **state) { (void)state, xia(bench_advance_rk); }

/* The same with absorption at 2 /h, which changes the trough by less than 1e-3. */
static void xia_absorbed(advance_to advance) {
  static const genes who[LIND_LANES] = {
      {{"*1", "*1"}, {"A", "A"}}, {{"*1", "*1"}, {"G", "G"}}, {{"*2", "*3"}, {"G", "A"}}, {{"*1", "*1"}, {"A", "A"}},
      {{"*1", "*1"}, {"A", "A"}}, {{"*1", "*1"}, {"A", "A"}}, {{"*1", "*1"}, {"A", "A"}}, {{"*1", "*1"}, {"A", "A"}},
  };
  static const double inr[3] = {2.410, 1.344, 2.606};
  bench b;
  open_warfarin(&b, who, 55, 60, 1.13);
  bench_set(&b, "xia-2024");
  bench_start(&b);
  run_days(&b, advance, "depot", 3, 120);
  check(&b, "inr", inr, 3, 1e-3);
  bench_close(&b);
}

static void xia_absorbed_rk(void **state) { (void)state, xia_absorbed(bench_advance_rk); }
static void xia_absorbed_cvode(void **state) { (void)state, xia_absorbed(bench_advance_cvode); }

/* Hamberg 2007: another structure with the same genes. The fourth column is not given for all days. */
static void hamberg_2007(void **state) {
  (void)state;
  static const int days[5] = {4, 8, 15, 29, 120};
  static const double inr[5][4] = {{1.2767, 1.4364, 1.6035, 1.5970},
                                   {1.5330, 1.8202, 2.1116, NAN},
                                   {1.7633, 2.1585, 2.5528, 2.8809},
                                   {1.8517, 2.2872, 2.7192, NAN},
                                   {1.8580, 2.2963, 2.7310, 3.2355}};
  static const int lanes[4] = {0, 1, 2, 4};
  for (int engine = 0; engine < 2; ++engine) {
    bench b;
    bench_open(&b, "pgx.warfarin_2007", LIND_BACK_END_COMPILED);
    for (int i = 0; i < LIND_LANES; ++i) {
      bench_genotype(&b, "CYP2C9", i, hamberg_genes[i].cyp2c9[0], hamberg_genes[i].cyp2c9[1]);
      bench_genotype(&b, "VKORC1", i, hamberg_genes[i].vkorc1[0], hamberg_genes[i].vkorc1[1]);
    }
    bench_number(&b, "age", 71);
    bench_start(&b);
    for (int i = 0; i < 5; ++i) {
      run_days(&b, engine == 0 ? bench_advance_rk : bench_advance_cvode, "depot", 5, days[i]);
      const lind_lane *y = bench_output(&b, "inr");
      for (int k = 0; k < 4; ++k)
        if (!isnan(inr[i][k]) && !(fabs(y->of[lanes[k]] - inr[i][k]) <= 0.51e-4))
          fail_msg("2007, lane %d, day %d: %.6f instead of %.4f", lanes[k], days[i], y->of[lanes[k]], inr[i][k]);
    }
    bench_close(&b);
  }
}

/* Everything is linear but the effect: at a fixed dose the mean INR of a day is base + span x the mean effect of the day, and the
 * mean concentration is dose / (CL tau), whatever the chains do. */
static void steady_state_without_a_solver(void **state) {
  (void)state;
  const double cl[LIND_LANES] = {0.348, 0.348, 0.348, 0.2619, 0.2162, 0.1758, 0.1301, 0.0844};
  const double ec[LIND_LANES] = {4.1, 3.01, 1.92, 3.01, 3.01, 3.01, 3.01, 1.92};
  enum { STEPS = 480 };
  double conc[LIND_LANES] = {0}, inr[LIND_LANES] = {0}, effect[LIND_LANES] = {0};
  bench b;
  open_warfarin(&b, hamberg_genes, 71, 70, 1);
  bench_start(&b);
  run_days(&b, bench_advance_rk, "depot", 5, 400);
  bench_dose(&b, "depot", 5);
  for (int k = 0; k < STEPS; ++k) { /* the midpoint rule: a kink at the dose is at the ends only */
    bench_advance_rk(&b, 9600 + 24.0 * (k + 0.5) / STEPS);
    for (int i = 0; i < LIND_LANES; ++i) {
      const double c = bench_output(&b, "conc")->of[i], e = pow(c, 1.15) / (pow(c, 1.15) + pow(ec[i], 1.15));
      conc[i] += c / STEPS;
      effect[i] += e / STEPS;
      inr[i] += bench_output(&b, "inr")->of[i] / STEPS;
    }
  }
  for (int i = 0; i < LIND_LANES; ++i) {
    assert_true(fabs(conc[i] / (2.5 / (24 * cl[i])) - 1) < 1e-4);
    assert_true(fabs(inr[i] - (1 + 20 * effect[i])) < 1e-4);
  }
  bench_close(&b);
}

/* Amiodarone, weight and the alleles that nobody measured act as the file says. */
static void covariates_act(void **state) {
  (void)state;
  static const genes who[LIND_LANES] = {
      {{"*1", "*1"}, {"G", "A"}}, {{"*1", "*1"}, {"G", "A"}}, {{"*1", "*8"}, {"G", "A"}},    {{"*1", "*2"}, {"G", "A"}},
      {{"*6", "*6"}, {"G", "A"}}, {{"*3", "*3"}, {"G", "A"}}, {{"other", "*1"}, {"G", "A"}}, {{"*11", "*5"}, {"G", "A"}},
  };
  bench b;
  open_warfarin(&b, who, 71, 70, 1);
  const lind_model_covariate *amiodarone = bench_covariate(&b, "amiodarone");
  for (int i = 0; i < LIND_LANES; ++i) bench_put(&b, amiodarone->slot, i, bench_level(amiodarone, i == 1 ? "yes" : "no"));
  bench_start(&b);
  bench_dose(&b, "central", 10);
  bench_advance_rk(&b, 24);
  const double *c = bench_output(&b, "conc")->of;
  const double cl[LIND_LANES] = {0.348, 0.348 * 0.72, 0.2619, 0.2619, 0.0844, 0.0844, 0.348, 0.1758};
  for (int i = 0; i < LIND_LANES; ++i) assert_true(fabs(c[i] / (10 / 14.3 * exp(-cl[i] / 14.3 * 24)) - 1) < 1e-8);
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hamberg_rk),
      cmocka_unit_test(hamberg_cvode),
      cmocka_unit_test(trial_settings),
      cmocka_unit_test(kinetics_of_the_effect),
      cmocka_unit_test(xia_rk),
      cmocka_unit_test(xia_absorbed_rk),
      cmocka_unit_test(xia_absorbed_cvode),
      cmocka_unit_test(hamberg_2007),
      cmocka_unit_test(steady_state_without_a_solver),
      cmocka_unit_test(covariates_act),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
