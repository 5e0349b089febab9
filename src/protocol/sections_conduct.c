/* sections_conduct.c -- whom the trial takes, when it sees them, and how they behave. */
#include <math.h>

#include "sections.h"

static const lind_node nothing = {.kind = LIND_NODE_MAPPING, .path = ""};

/* An absent section is an empty one: its presets count. */
static const lind_node *or_empty(const lind_node *node) { return node == NULL ? &nothing : node; }

lind_where lind_sections_place(const lind_node *mapping, const char *key) {
  const lind_node *value = lind_document_find(mapping, key);
  return value == NULL ? mapping->where : value->where;
}

lind_err lind_sections_days(const lind_node *of, const lind_numbers *days, double last) {
  const lind_node *list = lind_document_find(of, "days");
  const char *path = list->path;
  LIND_CHECK_AT(days->n > 0, LIND_ERR_INPUT, list->where, "%s is empty; it must name at least one protocol day", path);
  for (int i = 0; i < days->n; ++i) {
    const double day = days->at[i];
    const lind_where where = list->kind == LIND_NODE_SEQUENCE ? list->items[i].where : list->where;
    LIND_CHECK_AT(day == floor(day), LIND_ERR_INPUT, where, "%s has %g; a protocol day is a whole number", path, day);
    LIND_CHECK_AT(day >= 1 && day <= last, LIND_ERR_INPUT, where,
                  "%s has %g; it must lie between day 1 and day %g, the end of the trial", path, day, last);
    for (int j = 0; j < i; ++j) LIND_CHECK_AT(days->at[j] != day, LIND_ERR_INPUT, where, "%s has %g twice", path, day);
  }
  return LIND_OK;
}

/* KEY: {name: value}. `such` ends the sentence for a value that is none. */
static lind_err read_pairs(const lind_node *node, const char *key, const char *example, const char *such, lind_arena *arena,
                           int *n, const lind_words **names, const lind_words **values) {
  lind_words *name, *value;
  if (node == NULL) return LIND_OK;
  LIND_CHECK_AT(node->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, node->where, "%s must be a mapping, such as %s", key, example);
  LIND_TAKE(name, arena, node->n);
  LIND_TAKE(value, arena, node->n);
  for (int i = 0; i < node->n; ++i) {
    LIND_CHECK_AT(node->items[i].kind == LIND_NODE_SCALAR, LIND_ERR_INPUT, node->items[i].where, "%s.%s must be %s", key,
                  node->keys[i], such);
    name[i] = (lind_words){node->keys[i], node->key_where[i]};
    value[i] = (lind_words){node->items[i].text, node->items[i].where};
  }
  *n = node->n;
  *names = name;
  *values = value;
  return LIND_OK;
}

lind_err lind_sections_parameters(const lind_node *node, const char *key, lind_arena *arena, lind_overrides *overrides) {
  return read_pairs(node, key, "{omega_cl: 0.30}", "one value with its unit, such as 20 day", arena, &overrides->n,
                    &overrides->name, &overrides->value);
}

lind_err lind_sections_model(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  lind_rows_model_shape shape = {0};
  LIND_TRY(lind_schema_read(node, "model", lind_rows_model, arena, &shape));
  protocol->model = shape.use;
  protocol->parameter_set = shape.set;
  LIND_TRY(read_pairs(shape.modules, "model.modules", "{drug: pk.one_compartment}",
                      "one model: a shipped one's name, or a path that ends in .lind", arena, &protocol->n_modules,
                      &protocol->module_name, &protocol->module_use));
  return lind_sections_parameters(shape.parameters, "model.parameters", arena, &protocol->parameters);
}

lind_err lind_sections_uncertainty(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  if (node == NULL) return LIND_OK;
  LIND_TRY(lind_schema_read(node, "uncertainty", lind_rows_uncertainty, arena, protocol));
  const bool sets = protocol->uncertain_sets.text != NULL, matrix = protocol->uncertain_covariance.text != NULL;
  LIND_CHECK_AT(sets != matrix, LIND_ERR_INPUT, node->where,
                "uncertainty needs either sets or covariance: a table of parameter sets, or the covariance matrix of estimates");
  LIND_CHECK_AT(matrix || protocol->uncertain_log.n == 0, LIND_ERR_INPUT, lind_sections_place(node, "log"),
                "uncertainty.log has no meaning where sets are given; leave it out");
  return LIND_OK;
}

/* After the arms: sizes are multiples of their ratios' sum. */
lind_err lind_sections_randomise(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  node = or_empty(node);
  LIND_TRY(lind_schema_read(node, "randomise", lind_rows_randomise, arena, protocol));
  double *ratio, sum = 0;
  LIND_TAKE(ratio, arena, protocol->n_arms);
  for (int a = 0; a < protocol->n_arms; ++a) sum += ratio[a] = protocol->arms[a].ratio;
  if (protocol->randomise == 1) {
    LIND_CHECK_AT(protocol->blocks.n == 0, LIND_ERR_INPUT, lind_sections_place(node, "blocks"),
                  "randomise.blocks has no meaning where randomise.method is simple; leave it out");
    LIND_CHECK_AT(protocol->strata.n == 0, LIND_ERR_INPUT, lind_sections_place(node, "strata"),
                  "randomise.strata has no meaning where randomise.method is simple; leave it out");
    return LIND_OK;
  }
  for (int a = 0; a < protocol->n_arms; ++a)
    LIND_CHECK_AT(ratio[a] == floor(ratio[a]), LIND_ERR_INPUT, protocol->arms[a].where,
                  "arms.%s.ratio is %g; permuted blocks need whole ratios", protocol->arms[a].name, ratio[a]);
  if (protocol->blocks.n == 0) {
    double *size;
    LIND_TAKE(size, arena, 1);
    *size = 2 * sum;
    protocol->blocks = (lind_numbers){1, size};
  }
  const lind_randomiser *unused; /* made here for its checks */
  return lind_randomiser_create(ratio, protocol->n_arms, protocol->blocks.at, protocol->blocks.n,
                                lind_sections_place(node, "blocks"), arena, &unused);
}

static lind_err read_visits(const lind_node *node, lind_arena *arena, double end_day, lind_visits *visits) {
  LIND_CHECK_AT(node->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, node->where,
                "visits must be {days: [..]}, or a list of such mappings");
  LIND_TRY(lind_schema_read(node, "visits", lind_rows_visits, arena, visits));
  LIND_TRY(lind_sections_days(node, &visits->days, end_day));
  const double days = visits->window / 24;
  LIND_CHECK_AT(days == floor(days), LIND_ERR_INPUT, lind_sections_place(node, "window"),
                "%s.window is %g days; visits fall on whole days", node->path, days);
  return LIND_OK;
}

lind_err lind_sections_visits(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  if (node == NULL) return LIND_OK;
  const bool list = node->kind == LIND_NODE_SEQUENCE;
  const lind_node *items = list ? node->items : node;
  const int n = list ? node->n : 1;
  lind_visits *visits;
  LIND_TAKE(visits, arena, n);
  const double end_day = floor(protocol->duration / 24) + 1; /* begins as the trial ends: the last possible visit */
  for (int i = 0; i < n; ++i) {
    LIND_TRY(read_visits(&items[i], arena, end_day, &visits[i]));
    for (int j = 0; j < i; ++j)
      for (int k = 0; k < visits[i].days.n * visits[j].days.n; ++k) {
        const double day = visits[i].days.at[k / visits[j].days.n];
        LIND_CHECK_AT(day != visits[j].days.at[k % visits[j].days.n], LIND_ERR_INPUT, lind_sections_place(&items[i], "days"),
                      "visits have day %g twice", day);
      }
  }
  protocol->n_visits = n;
  protocol->visits = visits;
  return LIND_OK;
}

static lind_err read_occasions(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  protocol->occasion_every = NAN;
  if (node == NULL) return LIND_OK;
  LIND_TRY(lind_schema_read(node, "conduct.occasions", lind_rows_occasions, arena, protocol));
  LIND_CHECK_AT((protocol->occasion_days.n > 0) != isfinite(protocol->occasion_every), LIND_ERR_INPUT, node->where,
                "conduct.occasions needs either days or every");
  const double days = protocol->occasion_every / 24;
  LIND_CHECK_AT(isnan(days) || days == floor(days), LIND_ERR_INPUT, lind_sections_place(node, "every"),
                "conduct.occasions.every is %g days; occasions begin with a day", days);
  if (protocol->occasion_days.n == 0) return LIND_OK;
  LIND_TRY(lind_sections_days(node, &protocol->occasion_days, ceil(protocol->duration / 24)));
  for (int i = 1; i < protocol->occasion_days.n; ++i)
    LIND_CHECK_AT(protocol->occasion_days.at[i] > protocol->occasion_days.at[i - 1], LIND_ERR_INPUT,
                  lind_sections_place(node, "days"), "conduct.occasions.days must rise");
  return LIND_OK;
}

lind_err lind_sections_conduct(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  lind_rows_conduct_shape shape = {0};
  LIND_TRY(lind_schema_read(or_empty(node), "conduct", lind_rows_conduct, arena, &shape));
  LIND_TRY(lind_schema_read(or_empty(shape.adherence), "conduct.adherence", lind_rows_adherence, arena, protocol));
  LIND_TRY(lind_schema_read(or_empty(shape.dropout), "conduct.dropout", lind_rows_dropout, arena, protocol));
  if (isnan(protocol->miss_after_miss)) protocol->miss_after_miss = protocol->miss;
  protocol->failed_limit = shape.failed_lanes;
  protocol->final = shape.final;
  return read_occasions(shape.occasions, arena, protocol);
}

lind_err lind_sections_curves(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  protocol->curve_every = protocol->curve_lower = protocol->curve_upper = NAN;
  if (node == NULL || (node->kind == LIND_NODE_MAPPING && node->n == 0)) return LIND_OK;
  LIND_TRY(lind_schema_read(node, "curves", lind_rows_curves, arena, protocol));
  LIND_CHECK_AT(protocol->curve_lower < protocol->curve_upper, LIND_ERR_INPUT, lind_sections_place(node, "upper"),
                "curves.upper is %g; it must be more than curves.lower, which is %g", protocol->curve_upper,
                protocol->curve_lower);
  return LIND_OK;
}

static lind_err read_trajectories(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  lind_trajectories made = {.keep = LIND_KEEP_NONE, .every = NAN};
  protocol->trajectories = made;
  if (node == NULL) return LIND_OK;
  LIND_TRY(lind_schema_read(node, "store.trajectories", lind_rows_trajectories, arena, &made));
  made.where = node->where;
  LIND_CHECK_AT(made.at != LIND_KEEP_DENSE || !isnan(made.every), LIND_ERR_INPUT, node->where,
                "store.trajectories are dense and every is missing: the time between two points, such as 1 h");
  LIND_CHECK_AT(made.every <= protocol->duration || isnan(made.every), LIND_ERR_INPUT, lind_sections_place(node, "every"),
                "store.trajectories.every is %g h; the trial ends at %g h", made.every, protocol->duration);
  LIND_TRY(lind_sections_once(&made.of, "store.trajectories.of"));
  protocol->trajectories = made;
  return LIND_OK;
}

lind_err lind_sections_settings(const lind_node *store, const lind_node *engine, lind_arena *arena, lind_protocol *protocol) {
  lind_rows_store_shape shape = {0};
  LIND_TRY(lind_schema_read(or_empty(store), "store", lind_rows_store, arena, &shape));
  protocol->store_patients = shape.patients;
  protocol->store_replicates = shape.replicates;
  LIND_TRY(read_trajectories(shape.trajectories, arena, protocol));
  return lind_schema_read(or_empty(engine), "engine", lind_rows_engine, arena, protocol);
}
