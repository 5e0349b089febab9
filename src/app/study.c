/* study.c -- from a request to plans, and from plans to finished blocks. */
#include "study.h"

#include <stdlib.h>
#include <string.h>

#include "lind/twin.h"
#include "past.h"

typedef enum { STAGE_MAIN, STAGE_SCENARIO, STAGE_JUDGED } stage_kind;

/* A row of the table is of the control that the study estimates with, and no scenario brings one that the table has not. */
static lind_err check_controls(const lind_layout *study, const lind_layout *stage, stage_kind kind) {
  bool same = study->n_terms == stage->n_terms, synthetic = false;
  for (int t = 0; t < stage->n_terms; t++) synthetic |= stage->terms[t].estimator->synthetic;
  for (int t = 0; same && t < stage->n_terms; t++)
    same = study->terms[t].estimator == stage->terms[t].estimator && study->terms[t].endpoint == stage->terms[t].endpoint;
  LIND_CHECK_AT(same || (kind != STAGE_JUDGED && !synthetic), LIND_ERR_INPUT, stage->plan->protocol->analyses[0].where,
                "%s changes the analyses, of which some have synthetic controls: the robustness table would be of others",
                kind == STAGE_JUDGED ? "section robustness" : "a scenario");
  return LIND_OK;
}

static lind_err add_stage(lind_study *study, const char *path, const char *const *set, int n_set,
                          const lind_study_request *request, stage_kind kind, uint64_t replicates, lind_arena *arena) {
  const bool scenario = kind != STAGE_MAIN;
  lind_protocol *protocol;
  const lind_node *root;
  LIND_TRY(lind_protocol_read(path, set, n_set, arena, &protocol, &root));
  if (request->patients != UINT64_MAX) protocol->patients = request->patients;
  if (request->replicates != UINT64_MAX) protocol->replicates = request->replicates;
  if (request->seed != UINT64_MAX) protocol->seed = request->seed;
  if (scenario) {
    if (replicates < protocol->replicates) protocol->replicates = replicates;
    protocol->curve_output.text = NULL;
    protocol->trajectories.keep = LIND_KEEP_NONE;
  }
  protocol->judged = kind == STAGE_JUDGED;
  LIND_CHECK(protocol->patients > 0, LIND_ERR_INPUT, "--patients is 0; a trial needs at least one");
  LIND_CHECK(protocol->replicates > 0, LIND_ERR_INPUT, "--replicates is 0; a study needs at least one");
  /* a seat and a replicate are 32 bits of a random address: beyond, patients would come twice */
  LIND_CHECK(protocol->patients <= UINT32_MAX, LIND_ERR_INPUT, "--patients is %llu; at most %u are possible",
             (unsigned long long)protocol->patients, UINT32_MAX);
  LIND_CHECK(protocol->replicates <= UINT32_MAX, LIND_ERR_INPUT, "--replicates is %llu; at most %u are possible",
             (unsigned long long)protocol->replicates, UINT32_MAX);
  const int s = study->n_stages;
  LIND_CHECK(s < LIND_STUDY_STAGES, LIND_ERR_INPUT,
             "%s: more than %d scenarios and points of the robustness grid (each is run twice)", path, LIND_STUDY_STAGES - 1);
  LIND_TRY(lind_plan_create_with(protocol, root, LIND_BACK_END_ANY, &lind_twin_policy, arena, &study->stage[s].plan));
  LIND_TRY(lind_tissue_dress(study->stage[s].plan, arena, &study->stage[s].tissue));
  LIND_TRY(lind_layout_create(study->stage[s].plan, arena, &study->stage[s].layout));
  if (s > 0) LIND_TRY(check_controls(study->stage[0].layout, study->stage[s].layout, kind));
  study->stage[s].first_job = study->n_jobs;
  study->stage[s].store_rows = !scenario && protocol->store_patients > 0;
  study->n_jobs += study->stage[s].plan->n_blocks;
  study->n_patients += protocol->patients * protocol->replicates;
  study->n_stages++;
  if (s == 0) {
    study->protocol = protocol;
    study->root = root;
  }
  return LIND_OK;
}

static void hash_stages(lind_study *study) {
  lind_digest hash = {0, 0}, world = {0, 0};
  for (int s = 0; s < study->n_stages; s++) {
    const lind_plan *plan = study->stage[s].plan;
    hash = lind_digest_add(hash, &plan->hash, sizeof plan->hash);
    hash = lind_digest_add_integer(hash, (int64_t)plan->protocol->patients);
    hash = lind_digest_add_integer(hash, (int64_t)plan->protocol->replicates);
    hash = lind_digest_add_integer(hash, (int64_t)plan->protocol->seed);
    world = lind_digest_add(world, &plan->hash, sizeof plan->hash);
    world = lind_digest_add_integer(world, (int64_t)plan->protocol->seed);
  }
  (void)lind_digest_text(hash, study->hash);
  (void)lind_digest_text(world, study->world);
}

static int add_words(const char **set, int n, const lind_words_list *list) {
  for (int k = 0; k < list->n; k++) set[n++] = list->at[k].text;
  return n;
}

/* Each point of the robustness grid twice: with the effect of the treatment, then without. */
static lind_err add_robustness(lind_study *study, const lind_study_request *request, lind_arena *arena) {
  const lind_protocol *protocol = study->protocol;
  const lind_robustness *grid = &protocol->robustness;
  study->n_judged = 2 * lind_protocol_robust_points(protocol);
  study->first_judged = study->n_stages;
  for (int i = 0; i < study->n_judged; i++) {
    int levels[LIND_ROBUST_AXES], n = 0, room = request->set.n + grid->no_effect.n;
    const char **set;
    lind_protocol_robust_levels(protocol, i / 2, levels);
    for (int a = 0; a < LIND_ROBUST_AXES; a++) room += levels[a] > 0 ? grid->level[a][levels[a] - 1].set.n : 0;
    LIND_TAKE(set, arena, room + 1);
    for (int k = 0; k < request->set.n; k++) set[n++] = request->set.at[k];
    for (int a = 0; a < LIND_ROBUST_AXES; a++)
      if (levels[a] > 0) n = add_words(set, n, &grid->level[a][levels[a] - 1].set);
    if (i % 2 == 1) n = add_words(set, n, &grid->no_effect);
    LIND_TRY(add_stage(study, request->path, set, n, request, STAGE_JUDGED, grid->replicates, arena));
    const lind_plan *first = study->stage[study->first_judged].plan, *here = study->stage[study->n_stages - 1].plan;
    LIND_CHECK(i == 0 || !lind_digest_equal(first->hash, here->hash) || first->protocol->patients != here->protocol->patients,
               LIND_ERR_INPUT, "%s: %s changes nothing, so that the table would not say what the control is worth", request->path,
               i == 1 ? "robustness.no_effect" : "a level of section robustness");
  }
  return LIND_OK;
}

lind_err lind_study_create(const lind_study_request *request, lind_arena *arena, lind_study **result) {
  lind_study *study;
  LIND_TAKE(study, arena, 1);
  study->request = request;
  LIND_TRY(add_stage(study, request->path, request->set.at, request->set.n, request, STAGE_MAIN, 0, arena));
  const lind_protocol *protocol = study->protocol;
  for (int i = 0; !request->no_sensitivity && i < protocol->n_scenarios; i++) {
    const lind_words_list *own = &protocol->scenarios[i].set;
    const char **set;
    int n = 0;
    LIND_TAKE(set, arena, request->set.n + own->n);
    for (int k = 0; k < request->set.n; k++) set[n++] = request->set.at[k];
    for (int k = 0; k < own->n; k++) set[n++] = own->at[k].text;
    LIND_TRY(add_stage(study, request->path, set, n, request, STAGE_SCENARIO, protocol->scenario_replicates, arena));
  }
  LIND_TRY(add_robustness(study, request, arena));
  hash_stages(study);
  *result = study;
  return LIND_OK;
}

int lind_study_team(const lind_study *study) {
  const lind_tissue_section *section = study->protocol->tissue;
  return section != NULL ? (int)section->team : 0;
}

/* What can be known before ranks work together. */
static lind_err team_check(const lind_study *study, int team, const lind_crew *crew) {
  const lind_where where = study->protocol->tissue->where;
  LIND_CHECK_AT(crew != NULL || team == 1, LIND_ERR_INPUT, where,
                "tissue.team is %d: one process cannot live these patients again to the last bit", team);
  LIND_CHECK_AT(crew == NULL || lind_crew_ranks(crew) % team == 0, LIND_ERR_INPUT, where,
                "tissue.team is %d, which does not divide the %d ranks of this run; start another number, such as mpirun -n %d",
                team, lind_crew_ranks(crew), team * (1 + lind_crew_ranks(crew) / team));
  for (int s = 0; s < study->n_stages; s++) {
    const lind_protocol *protocol = study->stage[s].plan->protocol;
    LIND_CHECK_AT(protocol->tissue != NULL && (int)protocol->tissue->team == team, LIND_ERR_INPUT, where,
                  "a scenario changes tissue.team; all stages of a study share its teams");
  }
  return lind_tissue_load();
}

lind_err lind_study_start(lind_study *study, lind_crew *crew) {
  const int team = lind_study_team(study);
  if (team == 0) return LIND_OK;
  lind_err err = team_check(study, team, crew);
  if (crew != NULL) err = lind_crew_agree(crew, err);
  LIND_TRY(err);
  if (crew != NULL) LIND_TRY(lind_crew_teams(crew, team));
  for (int s = 0; s < study->n_stages; s++) {
    LIND_TRY(lind_tissue_start(study->stage[s].tissue, crew != NULL ? lind_crew_team(crew) : NULL));
    if (crew != NULL) lind_tissue_meanwhile(study->stage[s].tissue, lind_crew_serve, crew);
  }
  return LIND_OK;
}

void lind_study_stop(lind_study *study) {
  if (study == NULL) return;
  for (int s = 0; s < study->n_stages; s++) lind_tissue_stop(study->stage[s].tissue);
  if (study->n_stages > 0) lind_tissue_finish(study->stage[0].tissue);
}

bool lind_study_is_others(const lind_study *study, uint64_t job) {
  const lind_study_request *request = study->request;
  return request->parts > 0 && job % request->parts != request->part - 1;
}

uint64_t lind_study_rows_end(const lind_study *study, int stage) {
  const lind_plan *plan = study->stage[stage].plan;
  if (!study->stage[stage].store_rows) return 0;
  const uint64_t blocks = (plan->protocol->store_patients - 1) / plan->block_seats + 1;
  return blocks < plan->n_blocks ? blocks : plan->n_blocks;
}

uint64_t lind_study_courses_end(const lind_study *study) {
  const lind_plan *plan = study->stage[0].plan;
  const lind_plan_trajectories *t = plan->trajectories;
  if (t == NULL || t->n_kept == 0) return 0;
  if (t->kept == NULL) return plan->n_blocks;
  const uint64_t last = t->kept[t->n_kept - 1], n = plan->protocol->patients;
  return lind_past_block(study, last / n, last % n) + 1;
}

int lind_study_stage_of(const lind_study *study, uint64_t job) {
  int s = study->n_stages - 1;
  while (s > 0 && study->stage[s].first_job > job) s--;
  return s;
}
