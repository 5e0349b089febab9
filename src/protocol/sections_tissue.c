/* sections_tissue.c -- the section `tissue` and its keys. */
#include <float.h>
#include <math.h>

#include "sections.h"

#define IN(field)      offsetof(lind_rows_tissue_shape, field)
#define SECTION(field) offsetof(lind_rows_tissue_shape, section.field)
#define ABOVE_0        DBL_MIN

/* clang-format off */
const lind_key lind_rows_tissue[] = {
  {"space", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, SECTION(space), "the map of the slice: a CSV file of shapes, relative to this one, with columns shape (ellipse, box), tissue (white, grey, fluid, outside), x, y, a, b with a unit (centre and half axes) and turn (degrees); later rows lie on top"},
  {"spacing", LIND_KEY_QUANTITY, "mm", ABOVE_0, INFINITY, NULL, NULL, SECTION(spacing), "side of a cell"},
  {"step", LIND_KEY_QUANTITY, "day", ABOVE_0, INFINITY, "1 day", NULL, SECTION(step), "longest step in time; a stop (a day, a dose, a visit) ends one anyway"},
  {"team", LIND_KEY_COUNT, NULL, 1, 4096, "1", NULL, SECTION(team), "ranks that share a slice; it must divide the number of ranks, and changes results by the solver's tolerance"},
  {"tolerance", LIND_KEY_NUMBER, NULL, 1e-14, 1e-3, "1e-9", NULL, SECTION(tolerance), "relative residual at which the diffusion of a step is solved"},
  {"fields", LIND_KEY_NODE, NULL, 0, 0, NULL, NULL, IN(fields), "states of the model that are fields: section tissue.fields.STATE"},
  {"measures", LIND_KEY_NODE, NULL, 0, 0, "", NULL, IN(measures), "states of the model that are told how large a field is: section tissue.measures.STATE"},
  {"pictures", LIND_KEY_NODE, NULL, 0, 0, "", NULL, IN(pictures), "lines of a field in the report: section tissue.pictures"},
  {0}};

const lind_key lind_rows_tissue_field[] = {
  {"diffusivity", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, offsetof(struct lind_tissue_field, diffusivity), "output of the model, an area per time; 0 where nothing passes"},
  {0}};

const lind_key lind_rows_tissue_measure[] = {
  {"of", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, offsetof(struct lind_tissue_told, of), "the field"},
  {"above", LIND_KEY_NUMBER, NULL, 0, 0, "", NULL, offsetof(struct lind_tissue_told, above), "the area in which the field is above this, in the state's unit; the field's integral over the slice where absent"},
  {0}};

const lind_key lind_rows_tissue_pictures[] = {
  {"of", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, offsetof(lind_tissue_section, picture_of), "the field"},
  {"levels", LIND_KEY_NUMBERS, NULL, 0, 0, NULL, NULL, offsetof(lind_tissue_section, picture_levels), "values whose lines are drawn, in the state's unit"},
  {"days", LIND_KEY_NUMBERS, NULL, 0, 0, NULL, NULL, offsetof(lind_tissue_section, picture_days), "protocol days, rising, at whose start they are drawn"},
  {"patients", LIND_KEY_COUNT, NULL, 1, 16, "2", NULL, offsetof(lind_tissue_section, picture_patients), "so many of the first seats, each lived again under every arm"},
  {0}};
/* clang-format on */

static lind_err read_fields(const lind_node *node, lind_arena *arena, lind_tissue_section *section) {
  const lind_node *items;
  struct lind_tissue_field *fields;
  LIND_TRY(lind_keys_mapping(node, "tissue.fields", "a field", &items));
  LIND_CHECK_AT(items->n > 0, LIND_ERR_INPUT, node->where,
                "tissue.fields is empty; it must name at least one state of the model");
  LIND_TAKE(fields, arena, items->n);
  for (int i = 0; i < items->n; ++i) {
    LIND_TRY(lind_schema_read(&items->items[i], "tissue.fields", lind_rows_tissue_field, arena, &fields[i]));
    fields[i].name = items->keys[i];
    fields[i].where = items->key_where[i];
  }
  section->n_fields = items->n;
  section->fields = fields;
  return LIND_OK;
}

static lind_err read_measures(const lind_node *node, lind_arena *arena, lind_tissue_section *section) {
  const lind_node *items;
  struct lind_tissue_told *measures;
  LIND_TRY(lind_keys_mapping(node, "tissue.measures", "a measure", &items));
  LIND_TAKE(measures, arena, items->n + 1);
  for (int i = 0; i < items->n; ++i) {
    LIND_TRY(lind_schema_read(&items->items[i], "tissue.measures", lind_rows_tissue_measure, arena, &measures[i]));
    measures[i].name = items->keys[i];
    measures[i].where = items->key_where[i];
    LIND_TRY(lind_keys_known(&measures[i].of, "tissue.measures", "field of the section", section->fields, section->n_fields,
                             sizeof *section->fields));
  }
  section->n_measures = items->n;
  section->measures = measures;
  return LIND_OK;
}

static lind_err read_pictures(const lind_node *node, lind_arena *arena, double duration, lind_tissue_section *section) {
  if (node == NULL) return LIND_OK;
  LIND_TRY(lind_schema_read(node, "tissue.pictures", lind_rows_tissue_pictures, arena, section));
  LIND_TRY(lind_keys_known(&section->picture_of, "tissue.pictures", "field of the section", section->fields, section->n_fields,
                           sizeof *section->fields));
  const double last = floor(duration / 24) + 1;
  for (int i = 0; i < section->picture_days.n; ++i) {
    const double day = section->picture_days.at[i];
    LIND_CHECK_AT(day >= 1 && day <= last && (i == 0 || day > section->picture_days.at[i - 1]), LIND_ERR_INPUT,
                  lind_sections_place(node, "days"), "tissue.pictures.days has %g; they must rise, from day 1 to day %g", day,
                  last);
  }
  LIND_CHECK_AT(section->picture_days.n > 0 && section->picture_days.n <= 12, LIND_ERR_INPUT, lind_sections_place(node, "days"),
                "tissue.pictures.days names %d days; 1 to 12 can be drawn", section->picture_days.n);
  LIND_CHECK_AT(section->picture_levels.n > 0 && section->picture_levels.n <= 4, LIND_ERR_INPUT,
                lind_sections_place(node, "levels"), "tissue.pictures.levels names %d levels; 1 to 4 can be drawn",
                section->picture_levels.n);
  return LIND_OK;
}

lind_err lind_sections_tissue(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  if (node == NULL) return LIND_OK;
  lind_rows_tissue_shape shape = {0};
  lind_tissue_section *section;
  LIND_TRY(lind_schema_read(node, "tissue", lind_rows_tissue, arena, &shape));
  LIND_TAKE(section, arena, 1);
  *section = shape.section;
  section->where = node->where;
  LIND_TRY(read_fields(shape.fields, arena, section));
  LIND_TRY(read_measures(shape.measures, arena, section));
  LIND_TRY(read_pictures(shape.pictures, arena, protocol->duration, section));
  protocol->tissue = section;
  return LIND_OK;
}
