/* layout_trajectories.c -- the columns of /trajectories/patients, in the order in which simulate fills a row. */
#include "layout_trajectories.h"

#include <string.h>

static const char *unit_of(const lind_unit *unit) { return unit->text[0] != '\0' ? unit->text : "1"; }

static lind_err check_names(const lind_layout *layout) {
  const lind_field *fields = layout->trajectories;
  for (int i = 0; i < layout->n_trajectories; i++)
    for (int k = 0; k < i; k++)
      LIND_CHECK_AT(strcmp(fields[i].name, fields[k].name) != 0, LIND_ERR_INPUT, layout->plan->trajectories->item->where,
                    "store.trajectories would have two columns '%s' (%s, %s); name the outputs that are wanted in `of`",
                    fields[i].name, fields[k].about, fields[i].about);
  return LIND_OK;
}

lind_err lind_layout_trajectories(const lind_plan *plan, const lind_plan_trajectories *t, lind_arena *arena,
                                  const lind_field **result) {
  const lind_protocol *protocol = plan->protocol;
  const lind_model *model = plan->model;
  lind_field *fields;
  const char **arms;
  int n = 0;
  LIND_TAKE(fields, arena, t->n_columns);
  LIND_TAKE(arms, arena, protocol->n_arms);
  for (int a = 0; a < protocol->n_arms; a++) arms[a] = protocol->arms[a].name;
  fields[n++] = (lind_field){"replicate", "1", "which repetition of the trial, from 0", LIND_FIELD_COUNT, 0, NULL};
  fields[n++] = (lind_field){"seat", "1", "the patient's place in the replicate, from 0", LIND_FIELD_COUNT, 0, NULL};
  fields[n++] = (lind_field){"arm", "1", "randomised to", LIND_FIELD_CODE, protocol->n_arms, arms};
  fields[n++] = (lind_field){"time", "h", "since the trial began; day 1 starts at 0", LIND_FIELD_REAL, 0, NULL};
  for (int k = 0; k < t->n_outputs; k++) {
    const lind_model_output *output = &model->outputs[t->outputs[k]];
    const char *about = lind_arena_format(arena, "true value, without measurement error%s%s", output->about != NULL ? ": " : "",
                                          output->about != NULL ? output->about : "");
    fields[n++] = (lind_field){output->name, unit_of(&output->unit), about, LIND_FIELD_REAL, 0, NULL};
  }
  for (int k = 0; k < t->n_observed; k++) {
    const lind_model_output *output = &model->outputs[plan->measures[t->observed[k]].output];
    fields[n++] = (lind_field){lind_arena_format(arena, "%s_observed", output->name),
                               unit_of(&output->unit),
                               "as measured at the visit, with residual error",
                               LIND_FIELD_REAL,
                               0,
                               NULL};
  }
  for (int k = 0; k < t->n_states; k++)
    fields[n++] =
        (lind_field){model->states[k].name, unit_of(&model->states[k].unit), "state of the model", LIND_FIELD_REAL, 0, NULL};
  *result = fields;
  return LIND_OK;
}

lind_err lind_layout_trajectories_settle(lind_layout *layout, lind_arena *arena) {
  const lind_plan *plan = layout->plan;
  if (plan->trajectories == NULL) return LIND_OK;
  layout->n_trajectories = plan->trajectories->n_columns;
  LIND_TRY(lind_layout_trajectories(plan, plan->trajectories, arena, &layout->trajectories));
  return check_names(layout);
}
