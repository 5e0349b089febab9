/* One value, read by one row: the sentences that people see most. */
#include "schema_value.h"

#include <float.h>
#include <stdbool.h>
#include <string.h>

#include "lind/text.h"

enum { WORDS_SIZE = 96, LIST_SIZE = 512 };

typedef struct reader {
  const lind_key *row;
  lind_arena *arena;
} reader;

typedef struct place {
  const char *path;
  const lind_node *node;
} place;

#define FAIL(at, code, format, ...) lind_error_fail_at((code), (at).node->where, "%s " format, (at).path, __VA_ARGS__)

static lind_err check_scalar(place at, const char *needed) {
  static const char *const kinds[] = {
      [LIND_NODE_NULL] = "", [LIND_NODE_SCALAR] = "", [LIND_NODE_SEQUENCE] = "a list", [LIND_NODE_MAPPING] = "a mapping"};
  if (at.node->kind == LIND_NODE_SCALAR) return LIND_OK;
  if (at.node->kind == LIND_NODE_NULL) return FAIL(at, LIND_ERR_INPUT, "has no %s", "value");
  return FAIL(at, LIND_ERR_INPUT, "is %s; %s is needed", kinds[at.node->kind], needed);
}

/* ---- bounds
 * ---------------------------------------------------------------------------------------------------------------------- */

const char *lind_schema_bounds_text(const lind_key *row, const char *unit, char *buffer, size_t size) {
  const double lower = row->lower, upper = row->upper;
  const bool above = lower > 0 && lower <= DBL_MIN; /* the smallest positive number stands for an open bound at 0 */
  const char *blank = unit[0] != '\0' ? " " : "";
  if (size > 0) buffer[0] = '\0';
  if (lower == 0 && upper == 0) return buffer;
  if (isinf(upper) && isinf(lower)) return buffer;
  if (isinf(upper))
    (void)snprintf(buffer, size, "%s %.15g%s%s", above ? "more than" : "at least", above ? 0 : lower, blank, unit);
  else if (isinf(lower))
    (void)snprintf(buffer, size, "at most %.15g%s%s", upper, blank, unit);
  else if (above)
    (void)snprintf(buffer, size, "more than 0 and at most %.15g%s%s", upper, blank, unit);
  else
    (void)snprintf(buffer, size, "between %.15g and %.15g%s%s", lower, upper, blank, unit);
  return buffer;
}

/* `scale` and `unit` are those of the bounds; a quantity is shown in quotes. */
static lind_err check_bounds(place at, const lind_key *row, double value, double scale, const char *unit) {
  const double lower = row->lower, upper = row->upper;
  if (lower == 0 && upper == 0) return LIND_OK;
  if (value >= lower * scale && value <= upper * scale) return LIND_OK;
  char must[WORDS_SIZE];
  lind_schema_bounds_text(row, unit, must, sizeof must);
  const char *quote = unit[0] != '\0' ? "'" : "";
  return FAIL(at, LIND_ERR_INPUT, "is %s%s%s; it must be %s", quote, at.node->text, quote, must);
}

/* ---- numbers and quantities
 * ------------------------------------------------------------------------------------------------------ */

static lind_err fail_dimension(place at, const lind_unit *found, const lind_unit *needed, const char *unit) {
  char is[WORDS_SIZE], must[WORDS_SIZE];
  lind_unit_dimension_words(found->dimension, is, sizeof is);
  lind_unit_dimension_words(needed->dimension, must, sizeof must);
  const char *text = at.node->text;
  if (lind_unit_is_dimensionless(needed->dimension))
    return FAIL(at, LIND_ERR_UNIT, "is '%s', which is %s; a plain number is needed", text, is);
  double number = 0;
  const char *start = text + strspn(text, " \t");
  const int n = (int)lind_text_number_head(start, &number);
  if (lind_unit_is_dimensionless(found->dimension) && found->text[0] == '\0')
    return FAIL(at, LIND_ERR_UNIT, "is '%s'; it needs a unit, such as '%.*s %s'", text, n, start, unit);
  const char *article = strchr("aeiou", must[0]) != NULL ? "an" : "a";
  return FAIL(at, LIND_ERR_UNIT, "is '%s', which is %s; %s %s is needed, such as '%.*s %s'", text, is, article, must, n, start,
              unit);
}

/* `unit` NULL: a plain number. */
static lind_err read_number(place at, const lind_key *row, const char *unit, double *value) {
  char words[WORDS_SIZE] = "a number";
  lind_unit needed = {.scale = 1}, found;
  if (unit != NULL) {
    LIND_TRY(lind_unit_parse(unit, &needed));
    (void)snprintf(words, sizeof words, "a number with a unit, such as '1 %s',", unit);
  }
  LIND_TRY(check_scalar(at, words));
  const char *text = at.node->text;
  double number, canonical;
  if (lind_text_number_head(text + strspn(text, " \t"), &number) == 0)
    return FAIL(at, LIND_ERR_INPUT, "is '%s'; %s is needed", text, words);
  const lind_err parsed = lind_unit_parse_quantity(text, &canonical, &found);
  if (parsed != LIND_OK && unit == NULL) return FAIL(at, LIND_ERR_INPUT, "is '%s'; %s is needed", text, words);
  if (parsed != LIND_OK) return FAIL(at, parsed, "is '%s': %s", text, lind_error_message());
  if (!lind_unit_same_dimension(found.dimension, needed.dimension)) return fail_dimension(at, &found, &needed, unit);
  LIND_TRY(check_bounds(at, row, canonical, needed.scale, needed.text));
  *value = canonical;
  return LIND_OK;
}

static lind_err read_count(place at, const lind_key *row, uint64_t *value) {
  LIND_TRY(check_scalar(at, "a whole number"));
  unsigned long long count;
  if (!lind_text_count(at.node->text, &count))
    return FAIL(at, LIND_ERR_INPUT, "is '%s'; a whole number without sign or point is needed", at.node->text);
  LIND_TRY(check_bounds(at, row, (double)count, 1, ""));
  *value = count;
  return LIND_OK;
}

/* ---- words
 * ------------------------------------------------------------------------------------------------------------------------- */

static lind_err read_flag(place at, int *value) {
  static const struct {
    const char *word;
    int value;
  } words[] = {{"true", 1}, {"yes", 1}, {"false", 0}, {"no", 0}};
  LIND_TRY(check_scalar(at, "true or false"));
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (!lind_text_equal_nocase(at.node->text, words[i].word)) continue;
    *value = words[i].value;
    return LIND_OK;
  }
  return FAIL(at, LIND_ERR_INPUT, "is '%s'; it must be true or false", at.node->text);
}

lind_err lind_schema_choices(const char *choices, lind_arena *arena, const char **names, size_t *n) {
  char *copy = lind_arena_text(arena, choices);
  LIND_CHECK(copy != NULL, LIND_ERR_MEMORY, "no memory for the choices '%s'", choices);
  size_t found = 0;
  for (char *word = copy; word != NULL && found < LIND_SCHEMA_CHOICES_MAX;) {
    char *bar = strchr(word, '|');
    if (bar != NULL) *bar++ = '\0';
    names[found++] = word;
    word = bar;
  }
  *n = found;
  return LIND_OK;
}

static lind_err read_choice(place at, const reader *r, int *value) {
  const char *names[LIND_SCHEMA_CHOICES_MAX];
  size_t n;
  LIND_TRY(lind_schema_choices(r->row->choices, r->arena, names, &n));
  char list[LIST_SIZE];
  lind_text_list(names, n, list, sizeof list);
  char needed[LIST_SIZE + 8];
  (void)snprintf(needed, sizeof needed, "one of %s", list);
  LIND_TRY(check_scalar(at, needed));
  for (size_t i = 0; i < n; i++) {
    if (strcmp(at.node->text, names[i]) != 0) continue;
    *value = (int)i;
    return LIND_OK;
  }
  const char *near = lind_text_nearest(at.node->text, names, n);
  if (near != NULL) return FAIL(at, LIND_ERR_INPUT, "is '%s'; it must be %s; did you mean '%s'?", at.node->text, needed, near);
  return FAIL(at, LIND_ERR_INPUT, "is '%s'; it must be %s", at.node->text, needed);
}

static lind_err read_words(place at, lind_words *value) {
  LIND_TRY(check_scalar(at, "one piece of text"));
  *value = (lind_words){.text = at.node->text, .where = at.node->where};
  return LIND_OK;
}

/* ---- lists: a sequence, or a single scalar
 * ------------------------------------------------------------------------------------------ */

static lind_err count_items(place at, int *n) {
  if (at.node->kind == LIND_NODE_NULL) return FAIL(at, LIND_ERR_INPUT, "has no %s", "value");
  if (at.node->kind == LIND_NODE_MAPPING)
    return FAIL(at, LIND_ERR_INPUT, "is a mapping; %s is needed", "a list, such as [a, b],");
  *n = at.node->kind == LIND_NODE_SCALAR ? 1 : at.node->n;
  return LIND_OK;
}

static place item_of(place list, int i) {
  if (list.node->kind == LIND_NODE_SCALAR) return list;
  const lind_node *item = &list.node->items[i];
  return (place){.path = item->path, .node = item};
}

static lind_err read_words_list(place at, const reader *r, lind_words_list *value) {
  int n;
  LIND_TRY(count_items(at, &n));
  lind_words *items;
  LIND_TAKE(items, r->arena, n);
  for (int i = 0; i < n; i++) LIND_TRY(read_words(item_of(at, i), &items[i]));
  *value = (lind_words_list){.n = n, .at = items};
  return LIND_OK;
}

static lind_err read_numbers(place at, const reader *r, const char *unit, lind_numbers *value) {
  int n;
  LIND_TRY(count_items(at, &n));
  double *items;
  LIND_TAKE(items, r->arena, n);
  for (int i = 0; i < n; i++) LIND_TRY(read_number(item_of(at, i), r->row, unit, &items[i]));
  *value = (lind_numbers){.n = n, .at = items};
  return LIND_OK;
}

/* ---- slots
 * --------------------------------------------------------------------------------------------------------------------------- */

size_t lind_schema_slot_size(lind_key_kind kind) {
  static const size_t sizes[] = {
      [LIND_KEY_WORDS] = sizeof(lind_words), [LIND_KEY_WORDS_LIST] = sizeof(lind_words_list),
      [LIND_KEY_NUMBER] = sizeof(double),    [LIND_KEY_NUMBERS] = sizeof(lind_numbers),
      [LIND_KEY_COUNT] = sizeof(uint64_t),   [LIND_KEY_FLAG] = sizeof(int),
      [LIND_KEY_QUANTITY] = sizeof(double),  [LIND_KEY_QUANTITIES] = sizeof(lind_numbers),
      [LIND_KEY_CHOICE] = sizeof(int),       [LIND_KEY_NODE] = sizeof(const lind_node *),
  };
  return sizes[kind];
}

lind_schema_slot lind_schema_slot_absent(lind_key_kind kind) {
  lind_schema_slot slot;
  memset(&slot, 0, sizeof slot);
  if (kind == LIND_KEY_NUMBER || kind == LIND_KEY_QUANTITY) slot.number = NAN;
  if (kind == LIND_KEY_CHOICE) slot.code = -1;
  return slot;
}

lind_err lind_schema_slot_read(const lind_node *value, const char *path, const lind_key *row, lind_arena *arena,
                               lind_schema_slot *slot) {
  const place at = {.path = path, .node = value};
  const reader r = {.row = row, .arena = arena};
  if (value->kind == LIND_NODE_NULL) return FAIL(at, LIND_ERR_INPUT, "has no %s", "value");
  switch (row->kind) {
    case LIND_KEY_WORDS:
      return read_words(at, &slot->words);
    case LIND_KEY_WORDS_LIST:
      return read_words_list(at, &r, &slot->words_list);
    case LIND_KEY_NUMBER:
      return read_number(at, row, NULL, &slot->number);
    case LIND_KEY_NUMBERS:
      return read_numbers(at, &r, NULL, &slot->numbers);
    case LIND_KEY_COUNT:
      return read_count(at, row, &slot->count);
    case LIND_KEY_FLAG:
      return read_flag(at, &slot->code);
    case LIND_KEY_QUANTITY:
      return read_number(at, row, row->unit, &slot->number);
    case LIND_KEY_QUANTITIES:
      return read_numbers(at, &r, row->unit, &slot->numbers);
    case LIND_KEY_CHOICE:
      return read_choice(at, &r, &slot->code);
    case LIND_KEY_NODE:
      slot->node = value;
      return LIND_OK;
  }
  return LIND_OK;
}
