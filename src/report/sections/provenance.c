/* provenance.c -- where the numbers come from and how to make them again. The document is free-form: known parts get their own
 * form, everything else is a key and a value. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sections.h"

enum { DEEPEST = 8, LONG_TEXT = 160 };

static bool stands_alone(const char *key, const json_t *value) {
  if (strcmp(key, "inputs") == 0 && json_is_array(value)) return true;
  if (strncmp(key, "protocol", 8) == 0 && !json_is_number(value) && !json_is_boolean(value)) return true;
  return json_is_string(value) && (strchr(json_string_value(value), '\n') != NULL || json_string_length(value) > LONG_TEXT);
}

static void put_value(lind_story *story, const json_t *value) {
  if (json_is_string(value)) {
    const bool hash =
        json_string_length(value) >= 32 && strspn(json_string_value(value), "0123456789abcdef") == json_string_length(value);
    lind_page_put(&story->page, hash ? "<code>%s</code>" : "%s", json_string_value(value));
    return;
  }
  if (json_is_null(value)) {
    lind_page_raw(&story->page, "\xE2\x80\x93");
    return;
  }
  char *dumped = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
  lind_page_text(&story->page, dumped);
  free(dumped);
}

/* "libraries: hdf5" for an object inside; arrays of plain values on one line. */
static void put_pairs(lind_story *story, const json_t *object, const char *above, int depth) {
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)object, key, value) {
    char name[256];
    (void)snprintf(name, sizeof name, "%s%s%s", above, above[0] != '\0' ? " / " : "", key);
    if (depth == 0 && stands_alone(key, value)) continue;
    if (json_is_object(value) && depth < DEEPEST) {
      put_pairs(story, value, name, depth + 1);
      continue;
    }
    lind_page_put(&story->page, "<tr><th scope=\"row\">%s</th><td>", name);
    put_value(story, value);
    lind_page_raw(&story->page, "</td></tr>\n");
  }
}

static void put_inputs(lind_story *story, const json_t *inputs) {
  static const char *const headers[] = {"Input", "File", "SHA-256"};
  size_t i;
  const json_t *one;
  if (json_array_size(inputs) == 0) return;
  lind_table_begin(story, "Inputs with their hashes", "llc", headers);
  json_array_foreach(inputs, i, one) {
    const char *const cells[] = {lind_value_text(one, "role", lind_value_text(one, "name", "")), lind_value_text(one, "path", ""),
                                 lind_value_text(one, "sha256", "")};
    lind_table_row(story, "llc", cells);
  }
  lind_table_end(story);
}

static void put_long(lind_story *story, const json_t *provenance) {
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)provenance, key, value) {
    if (strcmp(key, "inputs") == 0 || !stands_alone(key, value) || json_is_null(value)) continue;
    char title[128];
    (void)snprintf(title, sizeof title, "%s", key);
    for (char *c = title; *c != '\0'; c++)
      if (*c == '_') *c = ' ';
    lind_page_put(&story->page, "<details class=\"long\"><summary>%s</summary>\n<pre>", title);
    if (json_is_string(value)) {
      lind_page_text(&story->page, json_string_value(value));
    } else {
      char *dumped = json_dumps(value, JSON_INDENT(2) | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
      lind_page_text(&story->page, dumped);
      free(dumped);
    }
    lind_page_raw(&story->page, "</pre></details>\n");
  }
}

void lind_section_provenance(lind_story *story) {
  static const char *const headers[] = {"Fact", "Value"};
  lind_story_section(story, "provenance", "Where the numbers come from");
  lind_page_raw(
      &story->page,
      "<p>Run <code>lind verify DIR</code> on the directory that holds this report: it checks every hash below and the digest of "
      "the results, and can replay any patient; <code>lind patient DIR --id N</code> explains one.</p>\n");
  lind_table_begin(story, "Run and build", "ll", headers);
  static const char *const keys[] = {"plan_hash", "digest", "seed"};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    const json_t *value = json_object_get(story->estimates, keys[i]);
    if (value == NULL || json_object_get(story->provenance, keys[i]) != NULL) continue;
    lind_page_put(&story->page, "<tr><th scope=\"row\">%s</th><td>", keys[i]);
    put_value(story, value);
    lind_page_raw(&story->page, "</td></tr>\n");
  }
  if (story->provenance != NULL) put_pairs(story, story->provenance, "", 0);
  lind_table_end(story);
  if (story->provenance == NULL) {
    lind_page_raw(&story->page, "<p class=\"notice\">There is no provenance.json beside these estimates.</p>\n");
  } else {
    put_inputs(story, json_object_get(story->provenance, "inputs"));
    put_long(story, story->provenance);
  }
  lind_story_end(story);
}
