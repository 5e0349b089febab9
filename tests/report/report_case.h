/* report_case.h -- what the tests of the report share: documents made from the example, pages as text, and the skeleton of a
 * page. */
#ifndef LIND_TEST_REPORT_CASE_H
#define LIND_TEST_REPORT_CASE_H

/* cmocka.h needs the first four before it */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lind/report.h"

static inline json_t *case_example(const char *name) {
  char path[1024];
  (void)snprintf(path, sizeof path, "%s/tests/report/example/%s", LIND_SOURCE_DIR, name);
  json_t *document = json_load_file(path, 0, NULL);
  assert_non_null(document);
  return document;
}

static inline char *case_file(const char *path) {
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  char *text = NULL;
  size_t room = 0;
  assert_true(getdelim(&text, &room, '\0', file) >= 0);
  (void)fclose(file);
  return text;
}

/* The page of two documents (provenance may be NULL); free() it. The documents are borrowed. */
static inline char *case_page(const json_t *estimates, const json_t *provenance) {
  char folder[] = "/tmp/lind-report-XXXXXX", paths[3][64];
  assert_non_null(mkdtemp(folder));
  const char *const names[] = {"estimates.json", "provenance.json", "report.html"};
  for (int i = 0; i < 3; i++) (void)snprintf(paths[i], sizeof paths[i], "%s/%s", folder, names[i]);
  assert_int_equal(json_dump_file(estimates, paths[0], 0), 0);
  if (provenance != NULL) assert_int_equal(json_dump_file(provenance, paths[1], 0), 0);
  const lind_err err = lind_report_write(paths[0], paths[1], paths[2]);
  if (err != LIND_OK) fail_msg("%s", lind_error_message());
  char *page = case_file(paths[2]);
  for (int i = 0; i < 3; i++) (void)unlink(paths[i]);
  assert_int_equal(rmdir(folder), 0); /* and no temporary file was left */
  return page;
}

/* ---- the skeleton: the page's tags in their order, without text, attribute values, scripts and styles ---------------------- */

static inline bool case_is_void(const char *name, size_t n) {
  static const char *const names[] = {"meta", "!DOCTYPE", "br", "rect", "path", "img", "link", "input", "hr"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strlen(names[i]) == n && strncmp(name, names[i], n) == 0) return true;
  return false;
}

/* Past the attributes of a tag, quoted values skipped; `out` gets the attributes' names. */
static inline const char *case_attributes(const char *at, FILE *out) {
  for (char quote = '\0'; *at != '\0' && (quote != '\0' || *at != '>'); at++) {
    if (quote != '\0') {
      if (*at == quote) quote = '\0';
    } else if (*at == '"' || *at == '\'') {
      quote = *at;
    } else {
      (void)fputc(*at, out);
    }
  }
  assert_int_equal(*at, '>');
  return at + 1;
}

/* Fails where tags are not closed in order; returns the skeleton (free() it). */
static inline char *case_skeleton(const char *page) {
  enum { DEEPEST = 64, NAME = 32 };
  char stack[DEEPEST][NAME], *skeleton = NULL;
  int depth = 0;
  size_t length;
  FILE *out = open_memstream(&skeleton, &length);
  for (const char *at = page; (at = strchr(at, '<')) != NULL;) {
    const bool closing = at[1] == '/';
    const char *name = at + 1 + closing;
    const size_t n = strcspn(name, " \n>/");
    assert_true(n > 0 && n < NAME);
    fprintf(out, "<%s%.*s", closing ? "/" : "", (int)n, name);
    at = case_attributes(name + n, out);
    (void)fputc('\n', out);
    if (case_is_void(name, n)) continue;
    if (closing) {
      if (depth == 0 || strncmp(stack[depth - 1], name, n) != 0 || stack[depth - 1][n] != '\0')
        fail_msg("</%.*s> closes <%s>", (int)n, name, depth > 0 ? stack[depth - 1] : "nothing");
      depth--;
      continue;
    }
    assert_true(depth < DEEPEST);
    (void)snprintf(stack[depth++], NAME, "%.*s", (int)n, name);
    if (strcmp(stack[depth - 1], "script") == 0) at = strstr(at, "</script");
    if (strcmp(stack[depth - 1], "style") == 0) at = strstr(at, "</style");
    assert_non_null(at);
  }
  assert_int_equal(depth, 0);
  (void)fclose(out);
  return skeleton;
}

/* The part of the page that the documents can influence and a browser would act on: everything but scripts and styles. */
static inline char *case_markup(const char *page) {
  char *markup = strdup(page);
  assert_non_null(markup);
  static const char *const ends[][2] = {{"<script", "</script"}, {"<style", "</style"}};
  for (int k = 0; k < 2; k++)
    for (char *at = markup; (at = strstr(at, ends[k][0])) != NULL;) {
      char *stop = strstr(at, ends[k][1]);
      assert_non_null(stop);
      memset(at, ' ', (size_t)(stop - at));
    }
  return markup;
}

/* Every value of the tree that `choose` accepts becomes what it returns (a new reference); NULL leaves it. */
typedef json_t *(*case_change)(const char *key, const json_t *value);
static inline void case_change_all(json_t *tree, case_change change) {
  const char *key;
  json_t *value, *made;
  size_t i;
  if (json_is_object(tree)) {
    json_object_foreach(tree, key, value) {
      if ((made = change(key, value)) != NULL)
        json_object_set_new(tree, key, made);
      else
        case_change_all(value, change);
    }
  }
  if (json_is_array(tree)) {
    json_array_foreach(tree, i, value) {
      if ((made = change("", value)) != NULL)
        json_array_set_new(tree, i, made);
      else
        case_change_all(value, change);
    }
  }
}

#endif
