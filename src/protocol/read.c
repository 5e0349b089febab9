/* read.c -- lind_protocol_read: compose the document, read its sections in the order in which they know each other, try the
 * scenarios. */
#include <string.h>

#include "compose.h"
#include "sections.h"

const char *lind_protocol_path(const char *written, const char *in_file, lind_arena *arena) {
  const char *slash = in_file == NULL ? NULL : strrchr(in_file, '/');
  if (written[0] == '/' || slash == NULL) return lind_arena_text(arena, written);
  return lind_arena_format(arena, "%.*s%s", (int)(slash + 1 - in_file), in_file, written);
}

int lind_protocol_find_arm(const lind_protocol *protocol, const char *name) {
  return lind_keys_find(name, protocol->arms, protocol->n_arms, sizeof(lind_arm));
}

static lind_err read_top(const lind_node *root, lind_arena *arena, lind_rows_whole *top, lind_protocol *made) {
  LIND_TRY(lind_schema_read(root, "a protocol", lind_rows_protocol, arena, top));
  LIND_TRY(lind_keys_check(top->name.text, top->name.where, "a protocol"));
  made->name = top->name.text;
  made->title = top->title.text == NULL ? top->name.text : top->title.text;
  made->question = top->question.text;
  made->source = top->source.text;
  made->cohort = top->cohort;
  made->patients = top->patients;
  made->replicates = top->replicates;
  made->seed = top->seed;
  made->block_max = top->block_max;
  made->duration = top->duration;
  made->eligible = top->eligible;
  made->screening = top->screening;
  made->attempts = top->attempts;
  made->measure = top->measure;
  return LIND_OK;
}

/* In the order in which sections need one another: arms before what names them, endpoints after what is measured. */
static lind_err build(const lind_node *root, const char *path, bool with_targets, lind_arena *arena, lind_protocol **protocol) {
  lind_rows_whole top = {0};
  lind_protocol *made;
  LIND_TAKE(made, arena, 1);
  made->path = path;
  LIND_TRY(read_top(root, arena, &top, made));
  LIND_TRY(lind_sections_model(top.model, arena, made));
  LIND_TRY(lind_sections_uncertainty(top.uncertainty, arena, made));
  LIND_TRY(lind_sections_define(top.define, arena, made));
  LIND_TRY(lind_sections_groups(top.groups, arena, made));
  LIND_TRY(lind_sections_visits(top.visits, arena, made));
  LIND_TRY(lind_sections_traces(top.traces, arena, made));
  LIND_TRY(lind_sections_treatments(top.treatments, arena, made));
  LIND_TRY(lind_sections_arms(top.arms, arena, made));
  LIND_TRY(lind_sections_crossover(top.crossover, arena, made));
  LIND_TRY(lind_sections_dosing(top.dosing, arena, made));
  LIND_TRY(lind_sections_controllers(top.controllers, arena, made));
  LIND_TRY(lind_sections_habits(top.habits, arena, made));
  LIND_TRY(lind_sections_randomise(top.randomise, arena, made));
  LIND_TRY(lind_sections_conduct(top.conduct, arena, made));
  LIND_TRY(lind_sections_endpoints(top.endpoints, arena, made));
  LIND_TRY(lind_sections_analysis(top.analysis, arena, made));
  LIND_TRY(lind_sections_recruit(top.recruit, arena, made));
  LIND_TRY(lind_sections_design(top.design, arena, made));
  LIND_TRY(lind_sections_curves(top.curves, arena, made));
  LIND_TRY(lind_sections_sensitivity(top.sensitivity, arena, made));
  LIND_TRY(lind_sections_shadows(top.twin, top.external, arena, made));
  LIND_TRY(lind_sections_robustness(top.robustness, arena, made));
  LIND_TRY(lind_sections_assumptions(top.assumptions, arena, made));
  LIND_TRY(lind_sections_importance(top.importance, arena, made)); /* adds to the assumptions */
  LIND_TRY(lind_sections_settings(top.store, top.engine, arena, made));
  LIND_TRY(lind_sections_tissue(top.tissue, arena, made));
  if (with_targets) LIND_TRY(lind_sections_targets(top.targets, arena, made));
  made->digest = lind_compose_digest(root, false);
  made->world = lind_compose_digest(root, true);
  *protocol = made;
  return LIND_OK;
}

static lind_err try_set(const lind_words_list *set, const lind_node *root, const char *path, lind_arena *arena) {
  lind_protocol *unused;
  for (int i = 0; i < set->n; ++i) LIND_TRY(lind_compose_override(root, set->at[i].text, arena, &root));
  return build(root, path, false, arena, &unused); /* what was published was not found under other assumptions */
}

/* What a scenario would fail at is told now, at its own place. */
static lind_err try_scenarios(const lind_protocol *protocol, const lind_node *root, lind_arena *arena) {
  for (int s = 0; s < protocol->n_scenarios; ++s) {
    const lind_scenario *scenario = &protocol->scenarios[s];
    LIND_CHECK(scenario->set.n > 0, LIND_ERR_INPUT, "sensitivity.scenarios.%s.set is empty; it must change something",
               scenario->name);
    const lind_err err = try_set(&scenario->set, root, protocol->path, arena);
    if (err != LIND_OK)
      return lind_error_fail_at(err, scenario->set.at[0].where, "sensitivity.scenarios.%s cannot be run: %s", scenario->name,
                                lind_error_message());
  }
  return LIND_OK;
}

static lind_err try_robustness(const lind_protocol *protocol, const lind_node *root, lind_arena *arena) {
  const lind_robustness *grid = &protocol->robustness;
  if (!grid->given) return LIND_OK;
  lind_err err = try_set(&grid->no_effect, root, protocol->path, arena);
  if (err != LIND_OK)
    return lind_error_fail_at(err, grid->no_effect.at[0].where, "robustness.no_effect cannot be run: %s", lind_error_message());
  for (int a = 0; a < LIND_ROBUST_AXES; ++a)
    for (int l = 0; l < grid->n[a]; ++l) {
      const lind_robust_level *level = &grid->level[a][l];
      err = try_set(&level->set, root, protocol->path, arena);
      if (err != LIND_OK)
        return lind_error_fail_at(err, level->set.at[0].where, "robustness.%s.%s cannot be run: %s", lind_protocol_robust_axes[a],
                                  level->name, lind_error_message());
    }
  return LIND_OK;
}

lind_err lind_protocol_read(const char *path, const char *const *overrides, int n_overrides, lind_arena *arena,
                            lind_protocol **protocol, const lind_node **root) {
  const lind_node *whole;
  lind_protocol *made;
  const char *kept = lind_arena_text(arena, path);
  LIND_CHECK(kept != NULL, LIND_ERR_MEMORY, "no memory for a path");
  LIND_TRY(lind_compose_read(kept, overrides, n_overrides, arena, &whole));
  LIND_TRY(build(whole, kept, true, arena, &made));
  const lind_arena_place place = lind_arena_mark(arena);
  LIND_TRY(try_scenarios(made, whole, arena));
  LIND_TRY(try_robustness(made, whole, arena));
  lind_arena_rewind(arena, place);
  *protocol = made;
  *root = whole;
  return LIND_OK;
}
