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
     "t.lind:5:20: 'proportionl' is no residual error; known are additive, proportional, lognormal, combined, power, beta and "
     "sensor "
     "(did you "
     "mean "
     "'proportional'?)"},
    {HEAD RATE "state x [mg]\nd/dt(x) = -k * x\noutput y = x error additive(0.1)\n",
     "t.lind:5:29: '0.1' is a plain number where mg (mass) is expected"},
    {HEAD RATE "state x [mg]\nd/dt(x) = -k * x\noutput y = x error combined(0.1 [mg])\n",
     "t.lind:5:20: combined has 1 argument; it is written combined(a [unit], b)"},
    {HEAD "random e ~ exponential(sd = 1)\n", "t.lind:2:24: 'sd' is no argument of exponential(...); known is mean"},
    {HEAD "random e ~ exponential()\n", "t.lind:2:12: exponential(...) needs 'mean = ...'"},
    {HEAD RATE "state x [mg]\nd/dt(x) = -k * x\noutput y = x error power(0.1)\n",
     "t.lind:5:20: power has 1 argument; it is written power(a [unit], b)"},
    {HEAD RATE "state x [mg]\nd/dt(x) = -k * x\noutput y = x error additive(1 [mg]) correlation(tau = 3 [mg])\n",
     "t.lind:5:55: '3 [mg]' is mg (mass) where h (time) is expected"},
    {HEAD RATE "state x [mg]\nd/dt(x) = -k * x\noutput y = x correlation(tau = 3 [h])\n",
     "t.lind:5:14: the end of the statement is expected, but 'correlation' stands here"},
    {HEAD "covariate s category(\"a\") linear\n", "t.lind:2:27: the end of the statement is expected, but 'linear' stands here"},
    {HEAD "covariate w [kg] linear\nstate x [kg] = w\n",
     "t.lind:3:16: 'w' is not available here: it changes with time, and this is worked out between events"},
    {HEAD RATE "covariate w [kg] linear\n" TAIL, "t.lind:3:11: the covariate 'w' is not used; use it or remove it"},
    /* doses and transit chains */
    {HEAD RATE "state x [mg] dose(rate = 5 [mg])\n", "t.lind:3:26: '5 [mg]' is mg (mass) where mg/h (mass rate) is expected"},
    {HEAD RATE "state x [mg] dose(span = 5 [h])\n",
     "t.lind:3:19: 'span' is no argument of dose(...); known are bioavailability, lag, rate and duration"},
    {HEAD "transit g(rate = 1 [1/h]) [mg]\n", "t.lind:2:9: g(...) needs 'n = ...', the number of its compartments"},
    {HEAD "parameter k = 3\ntransit g(n = k, rate = 1 [1/h]) [mg]\n",
     "t.lind:3:11: n of g(...) is a whole number of compartments, from 1 to 200"},
    {HEAD "transit g(n = 3.5, rate = 1 [1/h]) [mg]\n",
     "t.lind:2:11: n of g(...) is a whole number of compartments, from 1 to 200"},
    {HEAD "transit g(n = 3) [mg]\n", "t.lind:2:9: g(...) needs 'rate = ...', which empties each compartment"},
    {HEAD "transit g(n = 3, rate = 1 [h]) [mg]\n", "t.lind:2:25: '1 [h]' is h (time) where 1/h (rate) is expected"},
    {HEAD "transit g(n = 3, rate = 1 [1/h], input = 2 [mg]) [mg]\n",
     "t.lind:2:42: '2 [mg]' is mg (mass) where mg/h (mass rate) is expected"},
    {HEAD "transit g(n = 3, rate = 1 [1/h]) [mg]\noutput y = g\n",
     "t.lind:3:12: 'g' is not available here: it is a transit chain, whose compartments are g.1 to g.3 and whose outflow is "
     "g.out"},
    {HEAD "transit g(n = 3, rate = 1 [1/h]) [mg]\nstate g.2 [mg]\n",
     "t.lind:3:7: 'g.2' is already defined on line 2 as part of a transit chain"},
    {HEAD "transit g(n = 3, rate = 1 [1/h]) [mg]\nd/dt(g.2) = 0\noutput y = g.1\n",
     "t.lind:3:1: the derivative of 'g.2' is given twice"},
    /* reactions */
    {HEAD RATE "state A [mg]\nreaction A -> B at k\n", "t.lind:4:15: reaction: 'B' is not a state that is declared above"},
    {HEAD RATE "state A [mg]\nstate B [mg/L]\nreaction A -> B at k\n",
     "t.lind:5:15: the states of a reaction have units of one kind, but 'A' is in mg and 'B' in mg/L"},
    {HEAD RATE "state A [mg]\nreaction 2 A -> at k\n", "t.lind:4:20: 'k' is 1/h (rate) where 1/mg/h is expected"},
    {HEAD RATE "state A [mg]\nreaction -> A at k\n", "t.lind:4:18: 'k' is 1/h (rate) where mg/h (mass rate) is expected"},
    {HEAD RATE "state A [mg]\nreaction 0.5 A -> at k\n",
     "t.lind:4:10: a reaction takes and makes whole numbers of molecules, from 1 to 10"},
    {HEAD RATE "state A [mg]\nreaction A -> k\n", "t.lind:4:16: 'at' and the rate constant is expected, but the statement ends"},
    {HEAD RATE "state A [mg]\nreaction A k\n", "t.lind:4:12: '->' or '<->' is expected, but 'k' stands here"},
    {HEAD RATE "state A [mg]\nreaction A <-> at k\n",
     "t.lind:4:20: ',' and the rate constant of the way back is expected, but the statement ends"},
    {HEAD RATE "state A [mg]\nreaction A -> A at k\n", "t.lind:4:1: the reaction makes what it takes: it changes no state"},
    {HEAD RATE "reaction -> at k\n", "t.lind:3:1: a reaction needs a state on one of its sides"},
    /* events */
    {HEAD RATE "state x [mg]\nwhen x > 1 [mg] then y = 0\n", "t.lind:4:22: then: 'y' is not a state that is declared above"},
    {HEAD RATE "state x [mg]\nwhen x > 1 [mg] then x = 0 [L]\n",
     "t.lind:4:26: '0 [L]' is L (volume) where mg (mass) is expected"},
    {HEAD RATE "state x [mg]\nwhen x > 1 [mg] then x = 0, x = 1 [mg]\n", "t.lind:4:29: 'x' is reset twice by one event"},
    {HEAD RATE "state x [mg]\nwhen x then mark\n", "t.lind:4:6: the condition is a number and must be a truth, such as x > 0"},
    {HEAD RATE "state x [mg]\nwhen x == 1 [mg] then mark\n",
     "t.lind:4:8: the condition compares with == or !=, which has no moment of passing; use <, <=, > or >="},
    {HEAD RATE "when k > 1 [1/h] then mark\n",
     "t.lind:3:8: the condition never changes: it is made of neither a state nor the time, so that it cannot become true"},
    {HEAD RATE "state x [mg]\nwhen x > 1 [mg]\n",
     "t.lind:4:16: 'then' and what happens (x = ..., or mark) is expected, but the statement ends"},
    {HEAD RATE "state x [mg]\nevent death when x > 1 [mg]\noutput y = death\n",
     "t.lind:5:12: 'death' is not available here: it is an event and no number"},
    {HEAD RATE "state x [mg]\nevent death hazard = x\n", "t.lind:4:22: 'x' is mg (mass) where 1/h (rate) is expected"},
    {HEAD RATE "event death on k\n",
     "t.lind:3:13: hazard = ..., at and a time, or when and a condition, is expected, but 'on' stands here"},
    {HEAD RATE "event death at k\n", "t.lind:3:16: 'k' is 1/h (rate) where h (time) is expected"},
    {HEAD RATE "event death hazard = k\nstate death [mg]\n", "t.lind:4:7: 'death' is already defined on line 3 as an event"},
    /* delays and noise */
    {HEAD RATE "state x [mg]\nd/dt(x) = -k * delay(k, 1 [h])\n", "t.lind:4:22: delay: 'k' is not a state that is declared above"},
    {HEAD RATE "state x [mg]\nd/dt(x) = -k * delay(2 * x, 1 [h])\n",
     "t.lind:4:24: delay(state, lag) looks back on a state; give what you want to look back on a state of its own"},
    {HEAD RATE "state x [mg]\nd/dt(x) = -k * delay(x)\n", "t.lind:4:16: delay has 1 argument; it is written delay(state, lag)"},
    {HEAD RATE "state x [mg]\nd/dt(x) = -k * delay(x, x)\n",
     "t.lind:4:25: 'x' is not available here: it changes with time, and this is worked out between events"},
    {HEAD RATE "state x [mg]\nd/dt(x) = -k * delay(x, 0 [h])\n", "t.lind:4:25: the lag of delay(...) is 0 h; it must be above 0"},
    {HEAD RATE "state x [mg]\nd/dt(x) = -k * delay(x, 1 [mg])\n",
     "t.lind:4:25: '1 [mg]' is mg (mass) where h (time) is expected"},
    {HEAD RATE "state x [mg]\nstate y [mg] = delay(x, 1 [h])\n",
     "t.lind:4:16: delay(...) is not available here: it changes with time, as states do"},
    {HEAD RATE "state x [mg]\nwhen delay(x, 1 [h]) > 1 [mg] then mark\n",
     "t.lind:4:22: a condition cannot be made of delay(...), which only rates and outputs can read"},
    {HEAD RATE "state x [mg]\nnoise(x) = 1 [mg/h]\n", "t.lind:4:12: '1 [mg/h]' is mg/h (mass rate) where mg/h^0.5 is expected"},
    {HEAD RATE "state x [mg]\nnoise(x) = 1 [mg/h^0.5]\nnoise(x) = 0\n", "t.lind:5:1: the noise of 'x' is given twice"},
    {HEAD RATE "noise(x) = 1\n", "t.lind:3:7: noise(x): 'x' is not a state that is declared above"},
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
