/* pictures.c -- lines of a field for the report: the first patients of the first replicate live again, each under every arm. */
#include "pictures.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

enum { MM_PER_DM = 100 };
/* A point that lies this near to the line between its neighbours is left out: a third of a pixel in the report. */
static const double flat_mm = 0.12;

static json_int_t tenths(double dm) { return (json_int_t)round(dm * MM_PER_DM * 10.0); }

/* How far b lies from the line through a and c, in mm. */
static double off(const lind_tissue_lines *l, int a, int b, int c) {
  const double ux = l->x[c] - l->x[a], uy = l->y[c] - l->y[a], vx = l->x[b] - l->x[a], vy = l->y[b] - l->y[a];
  const double length = hypot(ux, uy);
  return MM_PER_DM * (length > 0.0 ? fabs(ux * vy - uy * vx) / length : hypot(vx, vy));
}

static bool flat(const lind_tissue_lines *l, int from, int to) {
  for (int k = from + 1; k < to; k++)
    if (off(l, from, k, to) > flat_mm) return false;
  return true;
}

/* [[x, y, x, y, ..], ..] in tenths of mm; points that a straight line passes are left out */
static lind_err lines_of(const lind_tissue_space *space, const double *whole, double level, json_t *list) {
  lind_tissue_lines *l;
  LIND_TRY(lind_tissue_lines_create(space, whole, level, &l));
  for (int i = 0; i < l->n_lines; i++) {
    json_t *line = json_array();
    for (int k = l->first[i], last = l->first[i + 1] - 1; k <= last;) {
      json_array_append_new(line, json_integer(tenths(l->x[k])));
      json_array_append_new(line, json_integer(tenths(l->y[k])));
      int next = k + 1;
      while (next < last && next - k < 12 && flat(l, k, next + 1)) next++;
      k = next;
    }
    json_array_append_new(list, line);
  }
  lind_tissue_lines_destroy(&l);
  return LIND_OK;
}

typedef struct gallery { /* of one patient under one arm */
  const lind_tissue_section *section;
  int field;
  double scale; /* of the field's unit */
  json_t *days;
  lind_err err;
} gallery;

static lind_err draw(gallery *g, double time, const lind_tissue_space *space, const double *whole) {
  json_t *levels = json_array();
  json_array_append_new(g->days, json_pack("{s:f,s:o}", "day", round(time / 24.0) + 1.0, "levels", levels));
  for (int k = 0; k < g->section->picture_levels.n; k++) {
    const double level = g->section->picture_levels.at[k];
    double area;
    json_t *lines = json_array();
    json_array_append_new(levels, json_pack("{s:f,s:o}", "level", level, "lines", lines));
    LIND_TRY(lines_of(space, whole, level * g->scale, lines));
    LIND_TRY(lind_tissue_space_area(space, whole, level * g->scale, &area));
    json_object_set_new(json_array_get(levels, (size_t)k), "area", json_real(area * MM_PER_DM * MM_PER_DM));
  }
  return LIND_OK;
}

static void see(void *context, double time, int field, const lind_tissue_space *space, const double *whole) {
  gallery *g = context;
  if (field != g->field || g->err != LIND_OK) return;
  g->err = draw(g, time, space, whole);
}

static lind_err outline(const lind_tissue_space *space, lind_arena *arena, json_t *root) {
  const size_t n = (size_t)space->nx * (size_t)space->ny;
  double *tissue;
  json_t *edges = json_array(), *white = json_array();
  json_object_set_new(root, "edges", edges);
  json_object_set_new(root, "white", white);
  LIND_TAKE(tissue, arena, n);
  for (size_t k = 0; k < n; k++) tissue[k] = space->white[k] + space->grey[k];
  LIND_TRY(lines_of(space, tissue, 0.5, edges));
  return lines_of(space, space->white, 0.5, white);
}

static lind_err one_life(const lind_study *study, lind_desk *desk, int seat, int arm, const double *times, gallery *g) {
  lind_tissue *tissue = study->stage[0].tissue;
  const lind_tissue_watch watch = {.see = see, .context = g, .n_times = g->section->picture_days.n, .times = times};
  desk->arm[seat] = (uint8_t)arm;
  lind_tissue_show(tissue, &watch);
  lind_simulate(desk, seat, seat + 1);
  lind_tissue_show(tissue, NULL);
  return g->err;
}

static lind_err live_again(const lind_study *study, lind_desk *desk, lind_arena *arena, json_t *patients) {
  const lind_protocol *protocol = study->protocol;
  const lind_tissue_section *section = protocol->tissue;
  gallery g = {.section = section};
  double *times;
  LIND_TAKE(times, arena, section->picture_days.n);
  for (int k = 0; k < section->picture_days.n; k++) times[k] = (section->picture_days.at[k] - 1.0) * 24.0;
  while (strcmp(section->fields[g.field].name, section->picture_of.text) != 0) g.field++;
  const lind_model *model = study->stage[0].plan->model;
  g.scale = model->states[lind_model_find_state(model, section->picture_of.text)].unit.scale;
  for (int s = 0, shown = 0; s < desk->n && shown < (int)section->picture_patients; s++) {
    if (!desk->seated[s]) continue;
    const int assigned = desk->arm[s];
    json_t *arms = json_array();
    json_array_append_new(patients,
                          json_pack("{s:i,s:s,s:o}", "patient", s, "assigned", protocol->arms[assigned].name, "arms", arms));
    for (int a = 0; a < protocol->n_arms; a++) {
      g.days = json_array();
      json_array_append_new(arms, json_pack("{s:s,s:o}", "arm", protocol->arms[a].name, "days", g.days));
      LIND_TRY(one_life(study, desk, s, a, times, &g));
    }
    desk->arm[s] = (uint8_t)assigned;
    shown++;
  }
  return LIND_OK;
}

static json_t *frame_of(const lind_study *study, const lind_tissue_space *space) {
  const lind_tissue_section *section = study->protocol->tissue;
  json_t *root = json_object();
  json_object_set_new(root, "of", json_string(section->picture_of.text));
  json_object_set_new(root, "unit", json_string("mm"));
  json_object_set_new(root, "width", json_real(space->nx * space->spacing * MM_PER_DM));
  json_object_set_new(root, "height", json_real(space->ny * space->spacing * MM_PER_DM));
  return root;
}

static lind_err make(lind_study *study, lind_arena *arena) {
  const lind_plan *plan = study->stage[0].plan;
  const lind_tissue_space *space = lind_tissue_map(study->stage[0].tissue);
  lind_desk *desk;
  const int n = (int)(plan->protocol->patients < lind_plan_seats_in_memory(plan) ? plan->protocol->patients
                                                                                 : lind_plan_seats_in_memory(plan));
  json_t *root = frame_of(study, space), *patients = json_array();
  json_object_set_new(root, "patients", patients);
  lind_err err = outline(space, arena, root);
  if (err == LIND_OK) err = lind_desk_create(plan, &desk);
  if (err == LIND_OK) {
    lind_enrol(desk, 0, 0, n, NULL, NULL);
    err = live_again(study, desk, arena, patients);
    lind_desk_destroy(&desk);
  }
  if (err == LIND_OK) {
    char *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(6));
    study->pictures = text != NULL ? lind_arena_text(arena, text) : NULL;
    free(text);
  }
  json_decref(root);
  return err;
}

lind_err lind_pictures_make(lind_study *study, lind_crew *crew, lind_arena *arena) {
  const int team = lind_study_team(study);
  if (team == 0 || study->protocol->tissue->picture_of.text == NULL) return LIND_OK;
  return lind_crew_agree(crew, lind_crew_rank(crew) < team ? make(study, arena) : LIND_OK);
}
