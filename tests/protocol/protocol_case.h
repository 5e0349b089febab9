/* A protocol as text in a folder of its own, read or refused; shared by the tests of src/protocol. */
#ifndef LIND_TEST_PROTOCOL_CASE_H
#define LIND_TEST_PROTOCOL_CASE_H

/* cmocka.h needs the others before it */
/* clang-format off */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
/* clang-format on */

#include "lind/protocol.h"
#include "near.h"

typedef struct protocol_case {
  lind_arena *arena;
  char folder[64], path[96], other[96];
} protocol_case;

static inline int case_setup(void **state) {
  static protocol_case c;
  memset(&c, 0, sizeof c);
  (void)snprintf(c.folder, sizeof c.folder, "/tmp/lind-protocol-XXXXXX");
  if (lind_arena_create(&c.arena) != LIND_OK || mkdtemp(c.folder) == NULL) return -1;
  (void)snprintf(c.path, sizeof c.path, "%s/a.yaml", c.folder);
  (void)snprintf(c.other, sizeof c.other, "%s/b.yaml", c.folder);
  *state = &c;
  return 0;
}

static inline int case_teardown(void **state) {
  protocol_case *c = *state;
  lind_arena_destroy(&c->arena);
  (void)remove(c->path);
  (void)remove(c->other);
  return rmdir(c->folder);
}

static inline void case_write(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
  assert_int_equal(fclose(file), 0);
}

static inline const lind_protocol *case_read_set(protocol_case *c, const char *text, const char *const *sets, int n_sets) {
  lind_protocol *protocol = NULL;
  const lind_node *root = NULL;
  case_write(c->path, text);
  if (lind_protocol_read(c->path, sets, n_sets, c->arena, &protocol, &root) != LIND_OK) fail_msg("%s", lind_error_message());
  assert_non_null(root);
  return protocol;
}

static inline const lind_protocol *case_read(protocol_case *c, const char *text) { return case_read_set(c, text, NULL, 0); }

/* The text is refused with exactly this sentence; "@" stands for the path of the protocol, "&" for that of the other file, "^"
 * for their folder. */
static inline void case_refused_set(protocol_case *c, const char *text, const char *set, const char *sentence) {
  lind_protocol *protocol = (void *)c;
  const lind_node *root = (void *)c;
  char expected[2048] = "";
  for (const char *s = sentence; *s != '\0'; ++s) {
    const size_t used = strlen(expected);
    if (*s == '@' || *s == '&' || *s == '^')
      (void)snprintf(expected + used, sizeof expected - used, "%s", *s == '@' ? c->path : *s == '&' ? c->other : c->folder);
    else
      (void)snprintf(expected + used, sizeof expected - used, "%c", *s);
  }
  case_write(c->path, text);
  assert_int_not_equal(lind_protocol_read(c->path, &set, set == NULL ? 0 : 1, c->arena, &protocol, &root), LIND_OK);
  assert_string_equal(lind_error_message(), expected);
  assert_ptr_equal(protocol, c); /* outputs are untouched on failure */
  assert_ptr_equal(root, c);
}

static inline void case_refused(protocol_case *c, const char *text, const char *sentence) {
  case_refused_set(c, text, NULL, sentence);
}

#endif
