/* Models made of models: `use`, `connect`, `input`. The whole is what one would have written by hand, to the last character of
 * the generated code; whatever is wrong is one sentence that names both ends. */
#include <stdio.h>
#include <unistd.h>

#include "bench.h"
#include "language/model_tree.h"

static char folder[] = "/tmp/lind-compose-XXXXXX";

static const char *const files[][2] = {
    {"m.lind", ""},
    {"heart.lind",
     "model heart\n"
     "input drug_conc [mg/L] = 0 [mg/L] \"in plasma\"\n"
     "covariate weight [kg] optional\n"
     "parameter emax = 0.4\n"
     "parameter ec50 = 2 [mg/L]\n"
     "parameter tau = 5 [h]\n"
     "random eta ~ normal(sd = 0.1)\n"
     "effect = emax * drug_conc / (ec50 + drug_conc) * exp(eta)\n"
     "state p [mmHg] = 90 [mmHg] * (weight / (70 [kg]))\n"
     "d/dt(p) = (90 [mmHg] * (1 - effect) - p) / tau\n"
     "output map [mmHg] = p \"mean arterial pressure\" error additive(1 [mmHg])\n"
     "event low when p < 60 [mmHg]\n"
     "set weak \"a weak drug\" {\n  source \"made up\"\n  emax = 0.1\n  tau = 6 [h]\n}\n"},
    {"gut.lind",
     "model gut\n"
     "covariate weight [kg]\n"
     "parameter k = 2 [1/h]\n"
     "transit way(n = 2, rate = k) [mg] dose(bioavailability = 0.5)\n"
     "state lost [mg]\n"
     "reaction loss: lost -> at k\n"
     "output flow [mg/h] = way.out\n"
     "output w = weight / (1 [kg])\n"},
    {"both.lind",
     "model both\n"
     "use pk.one_compartment as drug\n"
     "use \"heart.lind\" as heart\n"
     "input extra [1] = 1\n"
     "connect heart.drug_conc = drug.conc * extra\n"
     "connect drug.tvcl = 5 [L/h] * (heart.map / (90 [mmHg]))\n"
     "output map = heart.map\n"},
    {"top.lind",
     "model top\nuse \"both.lind\" as body\nuse \"gut.lind\" as gut\n"
     "connect body.extra = 0.5\noutput p = body.map\n"},
    {"self.lind", "model self\nuse \"other.lind\" as a\noutput y = a.y\n"},
    {"other.lind", "model other\nuse \"self.lind\" as b\noutput y = b.y\n"},
    {"wrong.lind", "model wrong\nparameter k = 1 [1/h]\nstate x [mg]\nd/dt(x) = -k\noutput x\n"},
    {"child.lind", "model child\ncovariate weight [L]\noutput w = weight / (1 [L])\n"},
};
enum { FILES = sizeof files / sizeof files[0] };

static const char *in_folder(const char *name) {
  static char path[4][200];
  static int turn;
  turn = (turn + 1) % 4;
  (void)snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
  return path[turn];
}

static int write_files(void **state) {
  (void)state;
  if (mkdtemp(folder) == NULL) return 1;
  for (int i = 0; i < FILES; ++i) {
    FILE *file = fopen(in_folder(files[i][0]), "w");
    if (file == NULL || fputs(files[i][1], file) < 0 || fclose(file) != 0) return 1;
  }
  return 0;
}

static int remove_files(void **state) {
  (void)state;
  for (int i = 0; i < FILES; ++i) (void)unlink(in_folder(files[i][0]));
  return rmdir(folder);
}

static void open_file(bench *b, const char *name, lind_back_end back_end) { bench_open(b, in_folder(name), back_end); }

/* What both.lind is, written by hand. */
static const char by_hand[] =
    "model by_hand\n"
    "parameter tvv  = 35 [L]\nparameter tvka = 1 [1/h]\n"
    "parameter omega_cl = 0.3\nparameter omega_v = 0.2\nparameter sigma = 0.1\n"
    "random eta_cl, eta_v ~ normal(sd = [omega_cl, omega_v], correlation = [0])\n"
    "v = tvv * exp(eta_v)\n"
    "state depot [mg] dose\nstate central [mg] dose\n"
    "d/dt(depot) = -tvka * depot\n"
    "output conc [mg/L] = central / v error proportional(sigma)\n"
    "covariate weight [kg] optional\n"
    "parameter emax = 0.4\nparameter ec50 = 2 [mg/L]\nparameter tau = 5 [h]\n"
    "random eta ~ normal(sd = 0.1)\n"
    "state p [mmHg] = 90 [mmHg] * (weight / (70 [kg]))\n"
    "output map [mmHg] = p error additive(1 [mmHg])\n"
    "tvcl = 5 [L/h] * (map / (90 [mmHg]))\n"
    "cl = tvcl * exp(eta_cl)\n"
    "d/dt(central) = tvka * depot - cl / v * central\n"
    "event low when p < 60 [mmHg]\n"
    "parameter extra = 1\n"
    "drug_conc = conc * extra\n"
    "effect = emax * drug_conc / (ec50 + drug_conc) * exp(eta)\n"
    "d/dt(p) = (90 [mmHg] * (1 - effect) - p) / tau\n"
    "output shown [mmHg] = map\n";

static const char *code_of(const bench *b) { /* without the line that names the model */
  const char *text;
  must(lind_emit_kernel(b->model, "kernel", b->arena, &text));
  return strchr(text, '\n') + 1;
}

static void same_code_as_by_hand(void **state) {
  (void)state;
  bench whole, fused;
  open_file(&whole, "both.lind", LIND_BACK_END_EVALUATOR);
  bench_open_text(&fused, by_hand, LIND_BACK_END_EVALUATOR, NULL);
  assert_string_equal(code_of(&whole), code_of(&fused));
  bench_close(&whole);
  bench_close(&fused);
}

static void names_carry_over(void **state) {
  (void)state;
  bench b;
  open_file(&b, "top.lind", LIND_BACK_END_EVALUATOR);
  const lind_model *m = b.model;
  assert_true(lind_model_find_parameter(m, "body.heart.emax") >= 0);
  assert_true(lind_model_find_parameter(m, "body.extra") < 0); /* connected */
  assert_true(lind_model_find_parameter(m, "body.drug.tvcl") < 0);
  assert_true(lind_model_find_random(m, "body.drug.eta_cl") >= 0);
  assert_true(lind_model_find_state(m, "gut.way.2") >= 0);
  assert_true(lind_model_find_output(m, "body.heart.map") >= 0);
  assert_true(lind_model_find_event(m, "body.heart.low") >= 0);
  assert_int_equal(m->states[lind_model_find_state(m, "gut.way.1")].doses, 1);
  assert_int_equal(m->outputs[lind_model_find_output(m, "body.heart.map")].residual, LIND_ERROR_ADDITIVE);
  assert_string_equal(m->outputs[lind_model_find_output(m, "p")].unit.text, "mmHg"); /* of what it shows */
  const int set = lind_model_find_set(m, "body.heart.weak");
  assert_true(set >= 0);
  assert_int_equal(m->sets[set].n, 2);
  assert_string_equal(m->parameters[m->sets[set].parameter[0]].name, "body.heart.emax");
  assert_int_equal(m->n_modules, 4);
  assert_int_equal(m->n_connections, 3);
  bench_close(&b);
}

/* Two modules ask for a weight: the patient has one, and must have it as soon as one of them needs it. */
static void covariates_are_the_patients(void **state) {
  (void)state;
  bench b;
  open_file(&b, "top.lind", LIND_BACK_END_EVALUATOR);
  assert_int_equal(b.model->n_covariates, 1);
  assert_string_equal(b.model->covariates[0].name, "weight");
  assert_false(b.model->covariates[0].optional);
  bench_close(&b);
}

/* A covariate that is connected belongs to the module. */
static void connected_covariate(void **state) {
  (void)state;
  static const char text[] = "model m\nuse \"gut.lind\" as gut\nconnect gut.weight = 80 [kg]\noutput w = gut.w\n";
  bench b = {0};
  must(lind_arena_create(&b.arena));
  must(lind_model_read_text(text, in_folder("m.lind"), b.arena, &b.model));
  must(lind_model_attach(b.model, LIND_BACK_END_EVALUATOR, NULL, b.arena));
  bench_take(&b);
  bench_start(&b);
  b.model->kernel.outputs(b.model->kernel.self, &(lind_lane){{0}}, b.frame, b.x, b.y);
  assert_int_equal(b.model->n_covariates, 0);
  assert_true(b.y[lind_model_find_output(b.model, "w")].of[3] == 80.0);
  bench_close(&b);
}

/* An input without connection is a parameter; in braces a module gets other values. */
static void values(void **state) {
  (void)state;
  static const char text[] =
      "model m\nuse \"heart.lind\" as heart {\n  emax = 0.5\n  drug_conc = 3 [ug/mL]\n}\noutput p = heart.map\n";
  bench b = {0};
  must(lind_arena_create(&b.arena));
  must(lind_model_read_text(text, in_folder("m.lind"), b.arena, &b.model));
  assert_true(b.model->parameters[lind_model_find_parameter(b.model, "heart.emax")].value == 0.5);
  const lind_quantity *input = &b.model->parameters[lind_model_find_parameter(b.model, "heart.drug_conc")];
  assert_true(fabs(input->value / input->unit.scale - 3.0) < 1e-14);
  bench_close(&b);
}

static void hash_of(const char *name, const lind_model_swap *swap, char hash[33]) {
  lind_arena *arena = NULL;
  lind_model *model;
  must(lind_arena_create(&arena));
  must(lind_model_read_with(in_folder(name), (lind_where){0}, swap, swap != NULL, arena, &model));
  memcpy(hash, model->hash, 33);
  lind_arena_destroy(&arena);
}

static void put(const char *name, const char *text) {
  FILE *file = fopen(in_folder(name), "w");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0 && fclose(file) == 0);
}

/* The hash is of the modules' texts too, however deep they are. */
static void hash_covers_modules(void **state) {
  (void)state;
  char before[33], changed[33], again[33];
  hash_of("top.lind", NULL, before);
  char text[2000];
  (void)snprintf(text, sizeof text, "%s# another\n", files[1][1]);
  put(files[1][0], text);
  hash_of("top.lind", NULL, changed);
  put(files[1][0], files[1][1]);
  hash_of("top.lind", NULL, again);
  assert_string_not_equal(before, changed);
  assert_string_equal(before, again);
}

/* ---- another model for a module
 * ------------------------------------------------------------------------------------------------------- */

static void swap_one(void **state) {
  (void)state;
  const lind_model_swap swap = {.module = "body.drug", .use = "pk.two_compartment", .where = {"p.yaml", 7, 20}};
  char before[33], after[33];
  lind_arena *arena = NULL;
  lind_model *m;
  must(lind_arena_create(&arena));
  /* both.lind connects drug.tvcl and drug.conc, which the other has too */
  must(lind_model_read_with(in_folder("top.lind"), (lind_where){0}, &swap, 1, arena, &m));
  assert_true(lind_model_find_state(m, "body.drug.peripheral") >= 0);
  assert_true(m->modules[1].swapped);
  assert_string_equal(m->modules[1].use, "pk.two_compartment");
  lind_arena_destroy(&arena);
  hash_of("top.lind", NULL, before);
  hash_of("top.lind", &swap, after);
  assert_string_not_equal(before, after);
}

static void swap_wrong(void **state) {
  (void)state;
  static const struct {
    const char *module, *use, *sentence;
  } wrong[] = {
      {"drg", "pk.none",
       "p.yaml:7:20: 'drg' is no module of the model DIR/both.lind (did you mean 'drug'?); known are drug and heart"},
      {"drug", "pk.none",
       "p.yaml:7:20: with 'pk.none' for 'drug' the model is not whole: DIR/both.lind:6:9: 'drug.tvcl' is neither an input nor a "
       "parameter of the module; parameters are drug.mean, drug.omega and drug.sigma"},
      {"drug", "pk.nne",
       "p.yaml:7:20: with 'pk.nne' for 'drug' the model is not whole: p.yaml:7:20: 'pk.nne' is not a shipped model (did you mean "
       "'pk.none'?); a model of your own is a path that ends in .lind"},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    const lind_model_swap swap = {.module = wrong[i].module, .use = wrong[i].use, .where = {"p.yaml", 7, 20}};
    lind_arena *arena = NULL;
    lind_model *m = NULL;
    must(lind_arena_create(&arena));
    assert_int_equal(lind_model_read_with(in_folder("both.lind"), (lind_where){0}, &swap, 1, arena, &m), LIND_ERR_INPUT);
    char expected[600] = "", *to = expected;
    for (const char *p = wrong[i].sentence; *p != '\0';) {
      const bool here = strncmp(p, "DIR", 3) == 0;
      to += sprintf(to, "%.*s", here ? (int)strlen(folder) : 1, here ? folder : p);
      p += here ? 3 : 1;
    }
    assert_string_equal(lind_error_message(), expected);
    lind_arena_destroy(&arena);
  }
}

/* ---- sentences
 * ----------------------------------------------------------------------------------------------------------------------- */

#define HEAD  "model m\nuse pk.one_compartment as drug\nuse \"heart.lind\" as heart\n"
#define SHOWN "output p = heart.map\n"

static const struct {
  const char *text, *sentence;
} wrong[] = {
    {HEAD "connect heart.drug_conc = drug.central\n" SHOWN,
     "m.lind:4:27: 'drug.central' is mg, but 'heart.drug_conc', which it is connected to, takes mg/L (heart.lind, line 2)"},
    {HEAD "connect heart.drug_conc = drug.conc > 1 [mg/L]\n" SHOWN,
     "m.lind:4:37: 'drug.conc > 1 [mg/L]' is no number, but the input 'heart.drug_conc' is"},
    {HEAD "connect heart.drg_conc = drug.conc\n" SHOWN,
     "m.lind:4:9: 'heart.drg_conc' is neither an input nor a parameter of the module (did you mean 'heart.drug_conc'?); inputs "
     "are heart.drug_conc"},
    {HEAD "connect hart.drug_conc = drug.conc\n" SHOWN,
     "m.lind:4:9: there is no module 'hart' (did you mean 'heart'?); known are drug and heart"},
    {HEAD "connect heart.drug_conc = drug.con\n" SHOWN,
     "m.lind:4:27: 'drug.con' is not known in a connection; did you mean 'drug.conc'?"},
    {HEAD "connect heart.map = drug.conc\n" SHOWN,
     "m.lind:4:9: 'heart.map' is an output of the module and takes nothing; an input or a parameter does"},
    {HEAD "connect drug.eta_cl = 0.1\n" SHOWN,
     "m.lind:4:9: 'drug.eta_cl' is a random effect of the module and takes nothing; an input or a parameter does"},
    {HEAD "connect heart.tau = 3 [h]\nconnect heart.tau = 4 [h]\n" SHOWN,
     "m.lind:5:9: 'heart.tau' is connected already, on line 4 of m.lind"},
    {HEAD "connect heart.tau = heart.tau\n" SHOWN,
     "m.lind:4:1: a loop without a state in it: 'heart.tau' from 'heart.tau' again; "
     "give one of them a state, which remembers"},
    {HEAD "connect drug.tvcl = drug.cl * (1 - heart.effect)\nconnect heart.drug_conc = drug.conc\n" SHOWN,
     "m.lind:4:1: a loop without a state in it: 'drug.tvcl' from 'drug.cl' from 'drug.tvcl' again; give one of them a state, "
     "which remembers"},
    {"model m\nuse \"heart.lind\" as heart { tau = 2 [h] }\nconnect heart.tau = 3 [h]\n" SHOWN,
     "m.lind:3:9: 'heart.tau' is connected here and has a value in braces on line 2; it can have one of the two"},
    {HEAD "connect drug_conc = 3\n" SHOWN,
     "m.lind:4:9: 'drug_conc' is no input of a module; it is written connect MODULE.INPUT = ..."},
    {HEAD "use pk.two_compartment as drug\n" SHOWN, "m.lind:4:27: two modules are called 'drug'; the other is on line 2"},
    {HEAD "drug.cl = 3\n" SHOWN, "m.lind:4:1: 'drug.cl' is already defined on line 16 of pk/one_compartment.lind as a variable"},
    {"model m\nconnect heart.x = 3\n", "m.lind:2:9: there is no module 'heart'; it is brought in above with use ... as heart"},
    {"model m\nuse pk.two_compartmnt as drug\n",
     "m.lind:2:5: 'pk.two_compartmnt' is not a shipped model (did you mean 'pk.two_compartment'?); a model of your own is a path "
     "that ends in .lind"},
    {"model m\nuse \"nix.lind\" as drug\n", "m.lind:2:5: the model 'nix.lind' cannot be read: No such file or directory"},
    {"model m\nuse pk.one_compartment\n",
     "m.lind:2:23: 'as' and what the module is called here is expected, but the statement ends"},
    {"model m\nuse pk.one_compartment as a.b\n",
     "m.lind:2:27: what a module is called has no dot, but 'a.b' has; the dot stands between it and the module's own names"},
    {"model m\nuse pk.one_compartment as drug { tvc = 3 [L/h] }\n",
     "m.lind:2:34: 'tvc' is not a parameter of pk.one_compartment (did you mean 'tvcl'?)"},
    {"model m\nuse pk.one_compartment as drug { tvcl = 3 [L] }\n",
     "m.lind:2:41: '3 [L]' is L (volume) where L/h (clearance) is expected"},
    {"model m\nuse pk.one_compartment as drug { tvv = 3 [L]\n tvv = 3 [L] }\n", "m.lind:3:2: 'tvv' is given twice"},
    {"model m\nuse \"self.lind\" as s\noutput y = s.y\n",
     "other.lind:2:5: 'self.lind' cannot be part of itself: it uses other.lind, which uses it"},
    {"model m\nuse \"m.lind\" as s\noutput y = s.y\n", "m.lind:2:5: 'm.lind' cannot be part of itself: it uses it"},
    {"model m\nuse \"wrong.lind\" as w\noutput y = w.x\n",
     "wrong.lind:4:11: '-k' is 1/h (rate) where mg/h (mass rate) is expected"},
    {"model m\nuse \"gut.lind\" as gut\nuse \"child.lind\" as child\noutput y = gut.w\n",
     "child.lind:2:1: the covariate 'weight' is another one than that of line 2 of gut.lind; covariates of one name are one of "
     "the "
     "patient, of one kind, unit or levels"},
    {"model m\ninput x = 3\n",
     "m.lind:2:9: the input's unit in brackets ([1] for a plain number) is expected, but '=' stands here"},
    {"model m\ninput x [mg] = 3 [L]\n", "m.lind:2:16: '3 [L]' is L (volume) where mg (mass) is expected"},
    {"model m\ninput x [mg] = 3 [mg]\noutput y = 1\n", "m.lind:2:7: the input 'x' is not used; use it or remove it"},
};

static void sentences(void **state) {
  (void)state;
  int failed = 0;
  char here[1000];
  assert_non_null(getcwd(here, sizeof here));
  assert_int_equal(chdir(folder), 0); /* so that sentences have short paths */
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    lind_arena *arena = NULL;
    lind_model *model = NULL;
    must(lind_arena_create(&arena));
    const lind_err err = lind_model_read_text(wrong[i].text, "m.lind", arena, &model);
    if (err == LIND_OK || strcmp(lind_error_message(), wrong[i].sentence) != 0) {
      ++failed;
      print_error("%s\nis\n  %s\nand not\n  %s\n\n", wrong[i].text, err == LIND_OK ? "accepted" : lind_error_message(),
                  wrong[i].sentence);
    }
    lind_arena_destroy(&arena);
  }
  assert_int_equal(chdir(here), 0);
  assert_int_equal(failed, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(same_code_as_by_hand),
      cmocka_unit_test(names_carry_over),
      cmocka_unit_test(covariates_are_the_patients),
      cmocka_unit_test(connected_covariate),
      cmocka_unit_test(values),
      cmocka_unit_test(hash_covers_modules),
      cmocka_unit_test(swap_one),
      cmocka_unit_test(swap_wrong),
      cmocka_unit_test(sentences),
  };
  return cmocka_run_group_tests(tests, write_files, remove_files);
}
