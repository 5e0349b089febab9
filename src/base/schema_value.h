/* schema_value.h -- one value by one row, before it is put in its struct. Inside src/base only. */
#ifndef LIND_BASE_SCHEMA_VALUE_H
#define LIND_BASE_SCHEMA_VALUE_H

#include "lind/schema.h"

typedef union lind_schema_slot {
  lind_words words;
  lind_words_list words_list;
  double number; /* NUMBER, QUANTITY */
  lind_numbers numbers;
  uint64_t count;
  int code; /* FLAG, CHOICE */
  const lind_node *node;
} lind_schema_slot;

size_t lind_schema_slot_size(lind_key_kind kind); /* of the member that belongs to the kind */
lind_schema_slot lind_schema_slot_absent(lind_key_kind kind);
/* `path` names the value in messages. */
lind_err lind_schema_slot_read(const lind_node *value, const char *path, const lind_key *row, lind_arena *arena,
                               lind_schema_slot *slot) LIND_MUST_CHECK;

/* "at least 0 day", "between 0 and 1", "more than 0"; "" where there are no bounds. Returned = buffer. */
const char *lind_schema_bounds_text(const lind_key *row, const char *unit, char *buffer, size_t size);

enum { LIND_SCHEMA_CHOICES_MAX = 64 };
/* "a|b|c" in pieces, kept in `arena`. */
lind_err lind_schema_choices(const char *choices, lind_arena *arena, const char **names, size_t *n) LIND_MUST_CHECK;

#endif
