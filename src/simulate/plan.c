/* plan.c -- a protocol becomes a plan. Read this file as the list of what must be settled before the first patient. */
#include "lind/plan.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "lind/text.h"

#include "conduct.h"
#include "plan_parts.h"

/* Keys that say how much to run, how to show it or what others found, not what happens to a patient. */
static bool describes_only(const char *key) {
  static const char *const keys[] = {"title",       "question",   "source",     "targets",  "assumptions",
                                     "sensitivity", "robustness", "replicates", "patients", NULL};
  for (int i = 0; keys[i] != NULL; i++)
    if (strcmp(key, keys[i]) == 0) return true;
  return false;
}

static lind_digest add_node(lind_digest hash, const lind_node *node, bool top) {
  hash = lind_digest_add_integer(hash, node->kind);
  if (node->kind == LIND_NODE_SCALAR) return lind_digest_add_text(hash, node->text);
  for (int i = 0; i < node->n; i++) {
    if (node->kind == LIND_NODE_MAPPING) {
      if (top && describes_only(node->keys[i])) continue;
      hash = lind_digest_add_text(hash, node->keys[i]);
    }
    hash = add_node(hash, &node->items[i], false);
  }
  return hash;
}

static void settle_blocks(lind_plan *plan) {
  const lind_protocol *protocol = plan->protocol;
  const uint64_t patients = protocol->patients, replicates = protocol->replicates;
  if (patients <= protocol->block_max) {
    plan->block_replicates = protocol->block_max / patients;
    plan->block_seats = plan->block_replicates * patients;
    plan->n_blocks = (replicates + plan->block_replicates - 1) / plan->block_replicates;
  } else {
    plan->block_replicates = 0;
    plan->block_seats = LIND_BLOCK_CUT;
    plan->n_blocks = replicates * lind_plan_blocks_per_replicate(plan);
  }
}

uint64_t lind_plan_blocks_per_replicate(const lind_plan *plan) {
  if (plan->block_replicates > 0) return 1;
  return (plan->protocol->patients + LIND_BLOCK_CUT - 1) / LIND_BLOCK_CUT;
}

static lind_err read_cohort(lind_plan *plan, lind_arena *arena) {
  const lind_words words = plan->protocol->cohort;
  const char *path = lind_protocol_path(
      words.text, words.where.file != NULL && strcmp(words.where.file, "--set") == 0 ? plan->protocol->path : words.where.file,
      arena);
  const lind_node *root;
  LIND_CHECK_AT(access(path, R_OK) == 0, LIND_ERR_INPUT, words.where, "cohort is '%s', which cannot be read at %s", words.text,
                path);
  LIND_TRY(lind_document_read(path, arena, &root));
  lind_cohort *cohort;
  LIND_TRY(lind_cohort_create(root, path, &plan->purposes, arena, &cohort));
  plan->cohort = cohort;
  return LIND_OK;
}

/* A shipped model's name, or a path as the program finds it. */
static const char *model_name(lind_words words, lind_arena *arena) {
  const size_t length = strlen(words.text);
  const bool path = length > 5 && strcmp(words.text + length - 5, ".lind") == 0;
  return path ? lind_protocol_path(words.text, words.where.file, arena) : words.text;
}

static lind_err read_model(lind_plan *plan, lind_back_end back_end, lind_arena *arena) {
  const lind_protocol *protocol = plan->protocol;
  lind_model_swap *swaps;
  lind_model *model;
  LIND_TAKE(swaps, arena, protocol->n_modules);
  for (int i = 0; i < protocol->n_modules; i++)
    swaps[i] = (lind_model_swap){.module = protocol->module_name[i].text,
                                 .use = model_name(protocol->module_use[i], arena),
                                 .where = protocol->module_use[i].where};
  LIND_TRY(
      lind_model_read_with(model_name(protocol->model, arena), protocol->model.where, swaps, protocol->n_modules, arena, &model));
  LIND_TRY(lind_model_attach(model, back_end, NULL, arena));
  plan->model = model;
  return LIND_OK;
}

static lind_err find_engine(lind_plan *plan) {
  const lind_words engine = plan->protocol->engine;
  const char *name = engine.text != NULL ? engine.text : "auto";
  int n;
  const char *const *names = lind_stepper_names(&n);
  char suggestion[128], list[256];
  plan->stepper = lind_stepper_find(name);
  LIND_CHECK_AT(plan->stepper != NULL, LIND_ERR_INPUT, engine.where, "engine.name is '%s'; known engines are %s%s", name,
                lind_text_list(names, (size_t)n, list, sizeof list),
                lind_text_suggestion(name, names, (size_t)n, suggestion, sizeof suggestion));
  const char *why = plan->stepper->refuses != NULL ? plan->stepper->refuses(&plan->model->kernel) : NULL;
  LIND_CHECK_AT(why == NULL, LIND_ERR_INPUT, engine.where, "engine.name is '%s', which cannot take model %s: %s", name,
                plan->model->name, why);
  plan->tolerance = (lind_tolerance){
      .relative = plan->protocol->relative, .absolute = plan->protocol->absolute, .smallest_step = 1e-10, .most_steps = 100000};
  return LIND_OK;
}

lind_err lind_plan_create(const lind_protocol *protocol, const lind_node *root, lind_back_end back_end, lind_arena *arena,
                          lind_plan **plan) {
  return lind_plan_create_with(protocol, root, back_end, NULL, arena, plan);
}

lind_err lind_plan_create_with(const lind_protocol *protocol, const lind_node *root, lind_back_end back_end,
                               const lind_policy *policy, lind_arena *arena, lind_plan **result) {
  lind_plan *plan;
  LIND_TAKE(plan, arena, 1);
  plan->policy = policy;
  plan->protocol = protocol;
  plan->n_days = (int)ceil(protocol->duration / 24.0 - 1e-9);
  LIND_CHECK(plan->n_days >= 1 && plan->n_days <= 36525, LIND_ERR_INPUT,
             "%s: duration is %g day; it must be from 1 day to 100 year", protocol->path, protocol->duration / 24.0);
  LIND_TRY(read_cohort(plan, arena));
  LIND_TRY(read_model(plan, back_end, arena));
  LIND_TRY(find_engine(plan));
  plan->timeless = lind_timeless_is(plan->model);
  LIND_TRY(lind_plan_parts_model(plan, arena));
  LIND_TRY(lind_plan_parts_rules(plan, arena));
  LIND_TRY(lind_plan_parts_habits(plan, arena));
  LIND_TRY(lind_plan_parts_controllers(plan, arena));
  LIND_TRY(lind_plan_parts_traces(plan, arena));
  LIND_TRY(lind_plan_parts_screening(plan, arena));
  LIND_TRY(lind_plan_parts_groups(plan, arena));
  LIND_TRY(lind_plan_parts_visits(plan, arena));
  plan->uneventful = lind_timeless_uneventful(plan);
  settle_blocks(plan);
  LIND_TRY(lind_plan_parts_trajectories(plan, arena));
  LIND_TRY(lind_plan_parts_shadows(plan, root, back_end, arena));
  lind_digest hash = add_node((lind_digest){0, 0}, root, true);
  if (plan->trajectories != NULL && plan->trajectories->kept != NULL) /* another sample: a run cannot be extended by it */
    hash = lind_digest_add_integer(hash, (int64_t)plan->trajectories->frame);
  LIND_TRY(lind_plan_parts_policies(plan, arena, &hash));
  hash = lind_digest_add_integer(hash, (int64_t)plan->cohort->digest.high);
  hash = lind_digest_add_integer(hash, (int64_t)plan->cohort->digest.low);
  hash = lind_digest_add_text(hash, plan->model->text);
  hash = lind_digest_add(hash, &plan->unsure_digest, sizeof plan->unsure_digest);
  const lind_plan *beside[] = {plan->twin, plan->outside};
  for (int i = 0; i < 2; i++)
    if (beside[i] != NULL) hash = lind_digest_add(hash, &beside[i]->hash, sizeof beside[i]->hash);
  plan->hash = hash;
  *result = plan;
  return LIND_OK;
}
