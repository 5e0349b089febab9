/* A cohort in words, for `lind cohort describe`. */
#include "lind/cohort.h"
#include "lind/text.h"
#include "recipe.h"

static const char *type_words(const lind_column *column, char *buffer, size_t size) {
  const lind_levels *levels = column->type.levels;
  char all[400];
  switch (column->type.kind) {
    case LIND_TYPE_NUMBER:
      (void)snprintf(buffer, size, "number [%s]", column->unit.text[0] != '\0' ? column->unit.text : "1");
      break;
    case LIND_TYPE_TRUTH:
      (void)snprintf(buffer, size, "truth");
      break;
    case LIND_TYPE_CATEGORY:
    case LIND_TYPE_GENOTYPE:
      (void)snprintf(buffer, size, "%s: %s", column->type.kind == LIND_TYPE_CATEGORY ? "category" : "genotype",
                     lind_text_list(levels->names, (size_t)levels->n, all, sizeof all));
      break;
  }
  return buffer;
}

void lind_cohort_describe(FILE *out, const lind_cohort *cohort) {
  char buffer[480];
  (void)fprintf(out, "%s -- %s\nsource: %s\n\n", cohort->name, cohort->title, cohort->source);
  if (cohort->recipe->list.n > 0) (void)fprintf(out, "%s\n\n", cohort->recipe->list.words);
  for (int i = 0; i < cohort->n_columns; i++) {
    const lind_column *column = &cohort->columns[i];
    (void)fprintf(out, "%-16s %s\n%-16s %s\n", column->name, type_words(column, buffer, sizeof buffer), "", column->about);
  }
  (void)fprintf(out, "\nassumptions and sources\n");
  for (int i = 0; i < cohort->n_assumptions; i++) (void)fprintf(out, "- %s\n", cohort->assumptions[i]);
}
