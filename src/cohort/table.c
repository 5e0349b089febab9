/* Tables with their source cards: nothing is read that does not say where it comes from. */
#include <string.h>
#include <unistd.h>

#include "recipe.h"

typedef struct {
  lind_words source, licence, n, limits, accessed;
} card;

const lind_key lind_table_card_rows[] = {
    {"source", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, offsetof(card, source), "who published the numbers and where"},
    {"licence", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, offsetof(card, licence), "under which licence"},
    {"n", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, offsetof(card, n), "how many people or alleles stand behind them"},
    {"limits", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, offsetof(card, limits), "what they do not say"},
    {"accessed", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, offsetof(card, accessed), "when they were read"},
    {0},
};

/* A path written in the cohort file, from beside it. */
static const char *path_resolve(const lind_builder *builder, const char *written) {
  const char *slash = strrchr(builder->path, '/');
  if (written[0] == '/' || slash == NULL) return lind_arena_text(builder->arena, written);
  return lind_arena_format(builder->arena, "%.*s/%s", (int)(slash - builder->path), builder->path, written);
}

static size_t stem_length(const char *path) {
  const size_t n = strlen(path);
  return n > 4 && strcmp(path + n - 4, ".csv") == 0 ? n - 4 : n;
}

static lind_err card_read(lind_builder *builder, const lind_words *written, const char *path, const char **assumption) {
  const char *at = lind_arena_format(builder->arena, "%.*s.source.yaml", (int)stem_length(path), path);
  LIND_CHECK(at != NULL, LIND_ERR_MEMORY, "no memory for a path");
  LIND_CHECK_AT(access(at, R_OK) == 0, LIND_ERR_INPUT, written->where,
                "table %s has no source card; write %.*s.source.yaml with source, licence, n and limits", written->text,
                (int)stem_length(written->text), written->text);
  const lind_node *root = NULL;
  card c = {0};
  LIND_TRY(lind_document_read(at, builder->arena, &root));
  LIND_TRY(lind_schema_read(root, "a source card", lind_table_card_rows, builder->arena, &c));
  builder->digest = lind_builder_digest(builder->digest, root);
  *assumption = lind_arena_format(builder->arena, "Table %s: %s (n: %s; licence: %s%s%s); limits: %s", written->text,
                                  c.source.text, c.n.text, c.licence.text, c.accessed.text != NULL ? "; accessed " : "",
                                  c.accessed.text != NULL ? c.accessed.text : "", c.limits.text);
  LIND_CHECK(*assumption != NULL, LIND_ERR_MEMORY, "no memory for a source card");
  return LIND_OK;
}

lind_err lind_table_read(lind_builder *builder, const lind_words *written, const lind_csv **csv) {
  const char *path = path_resolve(builder, written->text);
  LIND_CHECK(path != NULL, LIND_ERR_MEMORY, "no memory for a path");
  for (const lind_table *t = builder->tables; t != NULL; t = t->next)
    if (strcmp(t->path, path) == 0) {
      *csv = t->csv;
      return LIND_OK;
    }
  lind_table *table;
  LIND_TAKE(table, builder->arena, 1);
  LIND_CHECK_AT(access(path, R_OK) == 0, LIND_ERR_INPUT, written->where, "table %s cannot be read at %s", written->text, path);
  LIND_TRY(lind_csv_read(path, builder->arena, &table->csv));
  builder->digest = lind_digest_add(builder->digest, &table->csv->digest, sizeof table->csv->digest);
  LIND_TRY(card_read(builder, written, path, &table->assumption));
  table->path = path;
  table->next = builder->tables;
  builder->tables = table;
  builder->n_tables++;
  *csv = table->csv;
  return LIND_OK;
}

int lind_table_level(const lind_levels *levels, const char *name) {
  for (int i = 0; i < levels->n; i++)
    if (strcmp(levels->names[i], name) == 0) return i;
  return -1;
}

lind_err lind_table_levels(const lind_csv *csv, int column, lind_arena *arena, lind_levels **levels) {
  lind_levels *found;
  const char **names;
  LIND_TAKE(found, arena, 1);
  LIND_TAKE(names, arena, csv->n_rows);
  found->names = names;
  for (size_t row = 0; row < csv->n_rows; row++) {
    const char *text = lind_csv_at(csv, row, column)->text;
    LIND_CHECK_AT(text[0] != '\0', LIND_ERR_INPUT, lind_csv_where(csv, row, column), "%s is empty", csv->columns[column]);
    if (lind_table_level(found, text) < 0) names[found->n++] = text;
  }
  *levels = found;
  return LIND_OK;
}
