/* dress.c -- a plan whose protocol has a section `tissue` puts its space on: names become indices, units are checked, the model's
 * kernel and the engine become those of the tissue. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "lind/text.h"
#include "tissue_inside.h"

enum { LIND_TISSUE_PLACES = 4 };
static const char *const place[LIND_TISSUE_PLACES] = {"tissue_x", "tissue_y", "tissue_white", "tissue_grey"};

/* A name of the model, or a sentence that lists what there is. */
static lind_err unknown(lind_where where, const char *key, const char *name, const char *what, const lind_plan *plan,
                        const char **names, int n) {
  char list[256], suggestion[128];
  return lind_error_fail_at(LIND_ERR_INPUT, where, "%s names '%s', which is no %s of model %s; it has %s%s", key, name, what,
                            plan->model->name, n > 0 ? lind_text_list(names, (size_t)n, list, sizeof list) : "none",
                            lind_text_suggestion(name, names, (size_t)n, suggestion, sizeof suggestion));
}

static lind_err find_state(const lind_plan *plan, const char *key, const char *name, lind_where where, lind_arena *arena,
                           int *state) {
  const lind_model *model = plan->model;
  const char **names;
  *state = lind_model_find_state(model, name);
  LIND_TAKE(names, arena, model->n_states + 1);
  for (int k = 0; k < model->n_states; k++) names[k] = model->states[k].name;
  if (*state < 0) return unknown(where, key, name, "state", plan, names, model->n_states);
  LIND_CHECK_AT(!model->states[*state].doses, LIND_ERR_INPUT, where,
                "%s names %s, which takes doses in model %s; fields and measures cannot", key, name, model->name);
  return LIND_OK;
}

static lind_err find_output(const lind_plan *plan, lind_words word, lind_arena *arena, int *output) {
  const lind_model *model = plan->model;
  const char **names;
  *output = lind_model_find_output(model, word.text);
  LIND_TAKE(names, arena, model->n_outputs + 1);
  for (int k = 0; k < model->n_outputs; k++) names[k] = model->outputs[k].name;
  if (*output < 0) return unknown(word.where, "tissue.fields.diffusivity", word.text, "output", plan, names, model->n_outputs);
  return LIND_OK;
}

static lind_dimension lengths(int power, int per_time) {
  lind_dimension d = lind_unit_dimensionless;
  d.halves[LIND_DIM_LENGTH] = (int8_t)(2 * power);
  d.halves[LIND_DIM_TIME] = (int8_t)(-2 * per_time);
  return d;
}

static lind_err need_dimension(lind_where where, const char *what, lind_dimension have, lind_dimension need) {
  char words[2][64];
  LIND_CHECK_AT(lind_unit_same_dimension(have, need), LIND_ERR_UNIT, where, "%s is %s; %s is needed", what,
                lind_unit_dimension_words(have, words[0], sizeof words[0]),
                lind_unit_dimension_words(need, words[1], sizeof words[1]));
  return LIND_OK;
}

static lind_err wire_fields(const lind_plan *plan, lind_arena *arena, lind_tissue_wiring *w) {
  const lind_tissue_section *section = plan->protocol->tissue;
  int *fields, *diffusivities;
  LIND_TAKE(fields, arena, section->n_fields);
  LIND_TAKE(diffusivities, arena, section->n_fields);
  for (int f = 0; f < section->n_fields; f++) {
    const struct lind_tissue_field *field = &section->fields[f];
    LIND_TRY(find_state(plan, "tissue.fields", field->name, field->where, arena, &fields[f]));
    LIND_TRY(find_output(plan, field->diffusivity, arena, &diffusivities[f]));
    LIND_TRY(need_dimension(field->diffusivity.where, lind_arena_format(arena, "output %s", field->diffusivity.text),
                            plan->model->outputs[diffusivities[f]].unit.dimension, lengths(2, 1)));
  }
  w->n_fields = section->n_fields;
  w->fields = fields;
  w->diffusivities = diffusivities;
  return LIND_OK;
}

static int field_of(const lind_tissue_section *section, const char *name) {
  for (int f = 0; f < section->n_fields; f++)
    if (strcmp(section->fields[f].name, name) == 0) return f;
  return -1; /* the section has looked: never */
}

static bool is_field(const lind_tissue_wiring *w, int state) {
  for (int f = 0; f < w->n_fields; f++)
    if (w->fields[f] == state) return true;
  return false;
}

static lind_err wire_measures(const lind_plan *plan, lind_arena *arena, lind_tissue_wiring *w) {
  const lind_tissue_section *section = plan->protocol->tissue;
  const lind_model *model = plan->model;
  struct lind_tissue_measure *measures;
  LIND_TAKE(measures, arena, section->n_measures + 1);
  for (int m = 0; m < section->n_measures; m++) {
    const struct lind_tissue_told *told = &section->measures[m];
    measures[m].field = field_of(section, told->of.text);
    LIND_TRY(find_state(plan, "tissue.measures", told->name, told->where, arena, &measures[m].state));
    LIND_CHECK_AT(!is_field(w, measures[m].state), LIND_ERR_INPUT, told->where, "tissue.measures names %s, which is a field",
                  told->name);
    const lind_unit *field = &model->states[w->fields[measures[m].field]].unit;
    measures[m].kind = isnan(told->above) ? LIND_TISSUE_INTEGRAL : LIND_TISSUE_AREA;
    measures[m].level = isnan(told->above) ? 0.0 : told->above * field->scale;
    const lind_dimension area = lengths(2, 0), dimension = isnan(told->above) ? lind_unit_multiply(field->dimension, area) : area;
    LIND_TRY(need_dimension(told->where, lind_arena_format(arena, "state %s", told->name),
                            model->states[measures[m].state].unit.dimension, dimension));
  }
  w->n_measures = section->n_measures;
  w->measures = measures;
  return LIND_OK;
}

/* Parameters of the model that are the place and the make of a cell, where it has them. */
static lind_err wire_place(const lind_plan *plan, lind_tissue_wiring *w) {
  int *slots[] = {&w->slot_x, &w->slot_y, &w->slot_white, &w->slot_grey};
  for (int k = 0; k < LIND_TISSUE_PLACES; k++) {
    const int at = lind_model_find_parameter(plan->model, place[k]);
    *slots[k] = -1;
    if (at < 0) continue;
    const lind_quantity *parameter = &plan->model->parameters[at];
    LIND_TRY(need_dimension(parameter->where, place[k], parameter->unit.dimension, lengths(k < 2, 0)));
    *slots[k] = parameter->slot;
  }
  return LIND_OK;
}

/* What is one number in a patient cannot be made of what differs from cell to cell. */
static lind_err check_rates(const lind_plan *plan, const lind_tissue_wiring *w) {
  const lind_kernel *kernel = w->kernel;
  for (int e = 0; e < kernel->n_entries; e++)
    LIND_CHECK_AT(is_field(w, kernel->row[e]) || !is_field(w, kernel->column[e]), LIND_ERR_INPUT,
                  plan->model->states[kernel->row[e]].where,
                  "d/dt(%s) reads %s, which is a field in this protocol; a state that is no field can read its measures",
                  plan->model->states[kernel->row[e]].name, plan->model->states[kernel->column[e]].name);
  const lind_words engine = plan->protocol->engine;
  LIND_CHECK_AT(engine.text == NULL || strcmp(engine.text, "auto") == 0, LIND_ERR_INPUT, engine.where,
                "engine.name is '%s', but section tissue brings its own engine; leave it out", engine.text);
  const char *why = lind_stepper_tissue.refuses(kernel);
  LIND_CHECK_AT(why == NULL, LIND_ERR_INPUT, plan->protocol->tissue->where, "section tissue cannot take model %s: %s",
                plan->model->name, why);
  return LIND_OK;
}

const char *lind_tissue_dress_path(const lind_protocol *protocol, lind_arena *arena) {
  const lind_words words = protocol->tissue->space;
  const bool typed = words.where.file != NULL && strcmp(words.where.file, "--set") == 0;
  return lind_protocol_path(words.text, typed ? protocol->path : words.where.file, arena);
}

static lind_err read_space(const lind_plan *plan, lind_arena *arena, lind_tissue_space *space) {
  const lind_tissue_section *section = plan->protocol->tissue;
  const lind_words words = section->space;
  const char *path = lind_tissue_dress_path(plan->protocol, arena);
  LIND_CHECK_AT(access(path, R_OK) == 0, LIND_ERR_INPUT, words.where, "tissue.space is '%s', which cannot be read at %s",
                words.text, path);
  return lind_tissue_space_read(path, section->where, section->spacing, arena, space);
}

/* A model that waits for the place of a cell, alone, is a cell at the origin: nobody is dosed and nothing grows as it should. */
static lind_err check_absent(const lind_plan *plan) {
  for (int k = 0; k < LIND_TISSUE_PLACES; k++)
    LIND_CHECK_AT(lind_model_find_parameter(plan->model, place[k]) < 0, LIND_ERR_INPUT, plan->protocol->model.where,
                  "model %s has the parameter %s, which a tissue fills, and the protocol has no section tissue; add one, such as "
                  "tissue: {space: SLICE.csv, spacing: 1 mm, fields: {STATE: {diffusivity: OUTPUT}}}",
                  plan->model->name, place[k]);
  return LIND_OK;
}

lind_err lind_tissue_dress(lind_plan *plan, lind_arena *arena, lind_tissue **result) {
  const lind_tissue_section *section = plan->protocol->tissue;
  *result = NULL;
  if (section == NULL) return check_absent(plan);
  lind_tissue_space *space;
  lind_tissue *tissue;
  lind_model *model;
  lind_tissue_wiring wiring = {.kernel = &plan->model->kernel, .step = section->step, .relative = section->tolerance};
  LIND_TAKE(space, arena, 1);
  LIND_TAKE(model, arena, 1);
  LIND_TRY(read_space(plan, arena, space));
  LIND_TRY(wire_fields(plan, arena, &wiring));
  LIND_TRY(wire_measures(plan, arena, &wiring));
  LIND_TRY(wire_place(plan, &wiring));
  LIND_TRY(check_rates(plan, &wiring));
  LIND_TRY(lind_tissue_create(space, &wiring, arena, &tissue));
  *model = *plan->model;
  model->kernel = *lind_tissue_kernel(tissue);
  plan->model = model;
  plan->stepper = &lind_stepper_tissue;
  const lind_digest map = lind_tissue_space_digest(space);
  plan->hash = lind_digest_add(plan->hash, &map, sizeof map);
  *result = tissue;
  return LIND_OK;
}
