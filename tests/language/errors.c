/* Whatever is wrong in a file is one sentence with its place, and often with what would be right. */
#include "bench.h"

#define HEAD "model m\n"
#define TAIL "state x [mg]\nd/dt(x) = -k * x\noutput y = x\n"
#define RATE "parameter k = 1 [1/h]\n"

static const struct {
  const char *text, *sentence;
} wrong[] = {
    /* the shape of a file */
    {"", "t.lind:1:1: a model begins with `model NAME`"},
    {HEAD RATE "state x [mg]\nd/dt(x) = -k * x\n", "t.lind:1:1: the model 'm' has no output; one is written output NAME = ..."},
    {HEAD "model n\n", "t.lind:2:1: the model is given twice"},
    {HEAD "time kg\n", "t.lind:2:6: 'kg' is no unit of time"},
    {HEAD "paramter k = 1\n", "t.lind:2:1: 'paramter' begins no statement; did you mean 'parameter'?"},
    {HEAD "k = 1\n+ 2 3\n", "t.lind:3:5: the end of the statement is expected, but '3' stands here"},
    {HEAD "(k)\n",
     "t.lind:2:1: a statement cannot begin with '('; a line goes on where it ends in an operator or inside brackets"},
    {HEAD "parameter k 1\n", "t.lind:2:13: '=' and the parameter's value is expected, but '1' stands here"},
    {HEAD "parameter k =\n", "t.lind:3:1: an expression is expected here, but there is none"},
    /* names */
    {HEAD RATE "k = 2\n", "t.lind:3:1: 'k' is already defined on line 2 as a parameter"},
    {HEAD "parameter time = 2\n", "t.lind:2:11: 'time' is already the name of the time of the simulation"},
    {HEAD "a = b + 1\nb = 2\n",
     "t.lind:2:5: 'b' is not available here: it is defined on line 3, below; move its definition above this one"},
    {HEAD RATE "state x [mg]\nd/dt(x) = -kk * x\noutput y = x\n", "t.lind:4:12: 'kk' is not known in d/dt(x); did you mean 'k'?"},
    {HEAD RATE "state x [mg]\noutput y = x\n", "t.lind:3:7: the state 'x' has no d/dt(x) = ... and is in no reaction"},
    {HEAD RATE "state central [mg]\nd/dt(centrl) = -k * central\n",
     "t.lind:4:6: d/dt(centrl): 'centrl' is not a state that is declared above (did you mean 'central'?)"},
    {HEAD RATE "state x [mg]\nd/dt(x) = -k * x\nd/dt(x) = 0\n", "t.lind:5:1: the derivative of 'x' is given twice"},
    {HEAD RATE "parameter l = 1 [1/h]\n" TAIL, "t.lind:3:11: the parameter 'l' is not used; use it or remove it"},
    {HEAD RATE "random eta ~ normal(sd = 0.3)\n" TAIL, "t.lind:3:8: the random effect 'eta' is not used; use it or remove it"},
    {HEAD RATE "covariate age [year]\n" TAIL, "t.lind:3:11: the covariate 'age' is not used; use it or remove it"},
    {HEAD RATE TAIL "output y\n", "t.lind:6:8: the output 'y' is given twice"},
    {HEAD RATE TAIL "output z\n", "t.lind:6:8: 'z' is not known in an output; known are time, k, x and y"},
    /* units */
    {HEAD "state x [mg]\nparameter k = 1\nd/dt(x) = -k * x\noutput y = x\n",
     "t.lind:4:14: '-k * x' is mg (mass) where mg/h (mass rate) is expected"},
    {HEAD RATE "state x\n",
     "t.lind:3:8: the state's unit in brackets ([1] for a plain number) is expected, but the statement ends"},
    {HEAD "parameter k = 1 [mgg]\n", "t.lind:2:17: 'mgg' is not a known unit; did you mean 'mg'?"},
    {HEAD RATE "parameter v = 3 [L]\nstate x [mg]\nd/dt(x) = -k * (x + v)\noutput y = x\n",
     "t.lind:5:19: 'x + v' adds mg (mass) to L (volume)"},
    {HEAD RATE "state x [mg] = 5 [L]\n", "t.lind:3:16: '5 [L]' is L (volume) where mg (mass) is expected"},
    {HEAD RATE "state x [mg] dose(lag = 5 [mg])\n", "t.lind:3:25: '5 [mg]' is mg (mass) where h (time) is expected"},
    /* what may stand where */
    {HEAD RATE "parameter l = k\n", "t.lind:3:15: 'k' is not available here: only numbers can stand here"},
    {HEAD "state x [mg]\nstate y [mg] = x\n",
     "t.lind:3:16: 'x' is not available here: it changes with time, and this is worked out between events"},
    {HEAD "covariate a [year]\nrandom e ~ normal(sd = a)\n",
     "t.lind:3:24: 'a' is not available here: only parameters and numbers can stand here"},
    /* covariates */
    {HEAD "covariate s category(\"a\", \"a\")\n", "t.lind:2:27: the level \"a\" of 's' is named twice"},
    {HEAD "covariate s category(other, \"a\")\n", "t.lind:2:29: 'other' must be the last of the levels of 's'"},
    {HEAD "covariate s category(\"other\")\n",
     "t.lind:2:22: the level \"other\" of 's' is written other, without quotes: it stands for all that are not named"},
    {HEAD "covariate s\n", "t.lind:2:12: a unit in brackets, genotype(...) or category(...) is expected, but the statement ends"},
    /* random effects, drifts, errors */
    {HEAD "random e ~ lognormal(sd = 1)\n",
     "t.lind:2:12: 'lognormal' is written as normal(...) here and exp(e) where it is used"},
    {HEAD "random e ~ gamma(sd = 1)\n",
     "t.lind:2:12: 'gamma' is no distribution of a random effect; known are normal and exponential"},
    {HEAD "random e ~ normal(sigma = 1)\n", "t.lind:2:19: 'sigma' is no argument of normal(...); known are sd and correlation"},
    {HEAD "random e ~ normal()\n", "t.lind:2:12: normal(...) needs 'sd = ...'"},
    {HEAD "random e, f ~ normal(sd = 1)\n", "t.lind:2:22: sd has 1 value for 2 random effects; it is written sd = [a, b, ...]"},
    {HEAD "random e, f, g ~ normal(sd = [1, 1, 1], correlation = [0.5])\n",
     "t.lind:2:41: correlation has 1 value; 3 random effects need 3, the lower triangle row by row"},
    {HEAD "random e normal(sd = 1)\n", "t.lind:2:10: '~' and a distribution is expected, but 'normal' stands here"},
    {HEAD "drift d ~ ornstein_uhlenbeck(sd = 1, tau = 3 [mg], every = 1 [day])\n",
     "t.lind:2:44: '3 [mg]' is mg (mass) where h (time) is expected"},
    {HEAD "drift d ~ ornstein_uhlenbeck(sd = 1, tau = 3 [day])\n", "t.lind:2:11: ornstein_uhlenbeck(...) needs 'every = ...'"},
    {HEAD RATE "state x [mg]\nd/dt(x) = -k * x\noutput y = x error proportionl(0.1)\n",
     "t.lind:5:20: 'proportionl' is no residual error; known are additive, proportional, lognormal, combined and power (did you "
     "mean "
     "'proportional'?)"},
    {HEAD RATE "state x [mg]\nd/dt(x) = -k * x\noutput y = x error additive(0.1)\n",
     "t.lind:5:29: '0.1' is a plain number where mg (mass) is expected"},
    {HEAD RATE "state x [mg]\nd/dt(x) = -k * x\noutput y = x error combined(0.1 [mg])\n",
     "t.lind:5:20: combined has 1 argument; it is written combined(a [unit], b)"},
    /* sets */
    {HEAD RATE TAIL "set a { kk = 1 [1/h] }\n", "t.lind:6:9: 'kk' is not a parameter of this model (did you mean 'k'?)"},
    {HEAD RATE TAIL "set a { k = 1 [h] }\n", "t.lind:6:13: '1 [h]' is h (time) where 1/h (rate) is expected"},
    {HEAD RATE TAIL "set a { k = 1 [1/h] k = 2 [1/h] }\n", "t.lind:6:21: 'k' is given twice in the set 'a'"},
    {HEAD RATE TAIL "set a { k = 1 [1/h] }\nset a { k = 1 [1/h] }\n", "t.lind:7:5: the set 'a' is given twice"},
    {HEAD RATE TAIL "set a { k = 1 [1/h]\n", "t.lind:7:1: a parameter's name or '}' is expected, but the statement ends"},
};

static void sentences(void **state) {
  (void)state;
  int failed = 0;
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    lind_arena *arena = NULL;
    lind_model *model = NULL;
    must(lind_arena_create(&arena));
    const lind_err err = lind_model_read_text(wrong[i].text, "t.lind", arena, &model);
    if (err == LIND_OK || strcmp(lind_error_message(), wrong[i].sentence) != 0) {
      ++failed;
      print_error("%s\nis\n  %s\nand not\n  %s\n\n", wrong[i].text, err == LIND_OK ? "accepted" : lind_error_message(),
                  wrong[i].sentence);
    }
    assert_null(model);
    lind_arena_destroy(&arena);
  }
  assert_int_equal(failed, 0);
}

static void unknown_models(void **state) {
  (void)state;
  const lind_where where = {.file = "p.yaml", .line = 3, .column = 8};
  lind_arena *arena = NULL;
  lind_model *model = NULL;
  must(lind_arena_create(&arena));
  assert_int_equal(lind_model_read("pgx.warfrin", where, arena, &model), LIND_ERR_INPUT);
  assert_string_equal(lind_error_message(),
                      "p.yaml:3:8: 'pgx.warfrin' is not a shipped model (did you mean 'pgx.warfarin'?); a model of "
                      "your own is a path that ends in .lind");
  assert_int_equal(lind_model_read("no-such-folder/x.lind", where, arena, &model), LIND_ERR_INPUT);
  assert_string_equal(lind_error_message(),
                      "p.yaml:3:8: the model 'no-such-folder/x.lind' cannot be read: No such file or directory");
  assert_null(lind_model_shipped_text("pgx.warfrin"));
  lind_arena_destroy(&arena);
}

/* Any cut of a good file is either a good file or a sentence about it, never a crash. */
static void every_beginning(void **state) {
  (void)state;
  const char *whole = lind_model_shipped_text("pgx.warfarin");
  const size_t length = strlen(whole);
  for (size_t n = 0; n < length; n += 7) {
    lind_arena *arena = NULL;
    lind_model *model = NULL;
    must(lind_arena_create(&arena));
    char *cut = lind_arena_text(arena, whole);
    cut[n] = '\0';
    if (lind_model_read_text(cut, "t.lind", arena, &model) != LIND_OK) assert_memory_equal(lind_error_message(), "t.lind:", 7);
    lind_arena_destroy(&arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sentences),
      cmocka_unit_test(unknown_models),
      cmocka_unit_test(every_beginning),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
