/* design.c -- `lind design`: boundaries, sizes and power by formula. The options are the rows of the design, read as a document
 * is. */
#include "lind/design.h"

#include <math.h>
#include <string.h>

#include "answer_json.h"
#include "command.h"
#include "lind/text.h"

enum { MOST_OPTIONS = 48 };

typedef struct design_words { /* the command line as a mapping */
  int n;
  const char *keys[MOST_OPTIONS];
  lind_where places[MOST_OPTIONS];
  lind_node items[MOST_OPTIONS];
  bool json;
} design_words;

static bool is_list(const lind_design *design, const char *key) {
  for (const lind_key *row = design->rows; row->key != NULL; row++)
    if (strcmp(row->key, key) == 0) return row->kind == LIND_KEY_NUMBERS;
  return false;
}

/* "0.5,0.75,1" is a list where the key takes one. */
static lind_err split(lind_node *item, lind_arena *arena) {
  char *text = lind_arena_text(arena, item->text);
  LIND_CHECK(text != NULL, LIND_ERR_MEMORY, "no memory for %s", item->path);
  int n = 1;
  for (const char *c = text; *c != '\0'; c++) n += *c == ',';
  lind_node *pieces;
  LIND_TAKE(pieces, arena, n);
  char *rest = text;
  for (int i = 0; i < n; i++) {
    const char *piece = strsep(&rest, ",");
    pieces[i] = (lind_node){.kind = LIND_NODE_SCALAR, .path = item->path, .text = piece + strspn(piece, " ")};
  }
  *item = (lind_node){.kind = LIND_NODE_SEQUENCE, .path = item->path, .n = n, .items = pieces};
  return LIND_OK;
}

static lind_err take(const lind_design *design, const char *word, const char *next, bool *used, lind_arena *arena,
                     design_words *words) {
  const char *equals = strchr(word, '=');
  const int length = (int)(equals != NULL ? equals - word : (long)strlen(word));
  const char *key = lind_arena_format(arena, "%.*s", length - 2, word + 2),
             *path = lind_arena_format(arena, "%.*s", length, word);
  LIND_CHECK(key != NULL && path != NULL, LIND_ERR_MEMORY, "no memory for an option");
  LIND_CHECK(words->n < MOST_OPTIONS, LIND_ERR_INPUT, "more than %d options", MOST_OPTIONS);
  for (int i = 0; i < words->n; i++) LIND_CHECK(strcmp(words->keys[i], key) != 0, LIND_ERR_INPUT, "%s is given twice", path);
  const char *value = equals != NULL ? equals + 1 : next;
  LIND_CHECK(value != NULL && value[0] != '\0', LIND_ERR_INPUT, "%s needs a value", path);
  *used = equals == NULL;
  lind_node *item = &words->items[words->n];
  *item = (lind_node){.kind = LIND_NODE_SCALAR, .path = path, .text = value};
  words->keys[words->n++] = key;
  return is_list(design, key) ? split(item, arena) : LIND_OK;
}

static lind_err read_words(const lind_design *design, int n, char **arguments, lind_arena *arena, design_words *words) {
  for (int i = 0; i < n; i++) {
    bool used = false;
    if (strcmp(arguments[i], "--json") == 0) {
      words->json = true;
      continue;
    }
    LIND_CHECK(strncmp(arguments[i], "--", 2) == 0, LIND_ERR_INPUT, "'%s' is one argument too many; options are --key value",
               arguments[i]);
    LIND_TRY(take(design, arguments[i], i + 1 < n ? arguments[i + 1] : NULL, &used, arena, words));
    i += used;
  }
  return LIND_OK;
}

static lind_err find(const char *name, const lind_design **design) {
  int n;
  const char *const *names = lind_design_names(&n);
  char list[300], suggestion[128];
  LIND_CHECK(name != NULL && strncmp(name, "--", 2) != 0, LIND_ERR_INPUT,
             "which design? lind design NAME --key value ...; known are %s", lind_text_list(names, (size_t)n, list, sizeof list));
  *design = lind_design_find(name);
  LIND_CHECK(*design != NULL, LIND_ERR_INPUT, "'%s' is not a design; known are %s%s", name,
             lind_text_list(names, (size_t)n, list, sizeof list),
             lind_text_suggestion(name, names, (size_t)n, suggestion, sizeof suggestion));
  return LIND_OK;
}

/* ---- the answer ------------------------------------------------------------------------------------------- */

static json_t *detail_json(const lind_numbers *values) {
  if (values->n == 1) return lind_answer_json_number(values->at[0]);
  json_t *list = json_array();
  for (int i = 0; i < values->n; i++) json_array_append_new(list, lind_answer_json_number(values->at[i]));
  return list;
}

static lind_err print_json(const lind_design *design, const lind_design_answer *answer) {
  json_t *details = json_object();
  json_object_set_new(details, "design", json_string(design->name));
  for (int i = 0; i < answer->n_details; i++)
    json_object_set_new(details, answer->details[i].name, detail_json(&answer->details[i].values));
  return lind_answer_json_print(answer->method, answer->n, answer->terms, answer->n_terms, details);
}

static void print_words(const lind_design_answer *answer) {
  printf("%s\n", answer->method);
  if (isfinite(answer->n)) printf("%-26s %g\n", "n", answer->n);
  for (int i = 0; i < answer->n_terms; i++) {
    const lind_term *term = &answer->terms[i];
    printf("%-26s %.6g", term->name, term->estimate);
    if (isfinite(term->p)) printf("  p %.6g", term->p);
    if (isfinite(term->lower)) printf("  stops below %.6g", term->lower);
    printf("\n");
  }
  for (int i = 0; i < answer->n_details; i++) {
    printf("%-26s", answer->details[i].name);
    for (int k = 0; k < answer->details[i].values.n; k++) printf(" %.6g", answer->details[i].values.at[k]);
    printf("\n");
  }
}

static lind_err run(int n, char **arguments, lind_arena *arena) {
  const lind_design *design;
  design_words words = {0};
  lind_design_answer answer = {.n = NAN};
  void *request;
  LIND_TRY(find(n > 0 ? arguments[0] : NULL, &design));
  LIND_TRY(read_words(design, n - 1, arguments + 1, arena, &words));
  const lind_node asked = {
      .kind = LIND_NODE_MAPPING, .path = "", .n = words.n, .items = words.items, .keys = words.keys, .key_where = words.places};
  request = lind_arena_take(arena, 1, design->size);
  LIND_CHECK(request != NULL, LIND_ERR_MEMORY, "no memory for a design");
  LIND_TRY(lind_schema_read(&asked, design->name, design->rows, arena, request));
  LIND_TRY(design->solve(request, arena, &answer));
  if (words.json) return print_json(design, &answer);
  print_words(&answer);
  return LIND_OK;
}

const lind_command lind_command_design = {
    .name = "design",
    .usage = "design group-sequential|two-proportions|two-means|survival --key value ... [--json]",
    .summary = "Boundaries, sizes and power by formula, without simulation; `lind describe design NAME` lists the keys.",
    .run = run,
};
