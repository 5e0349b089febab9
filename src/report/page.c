/* page.c -- the growing text of page.h. */
#include "page.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void lind_page_bytes(lind_page *page, const char *bytes, size_t n) {
  if (page->failed) return;
  if (page->length + n + 1 > page->room) {
    const size_t room = 2 * (page->length + n + 1);
    char *text = realloc(page->text, room);
    if (text == NULL) {
      page->failed = true;
      return;
    }
    page->text = text;
    page->room = room;
  }
  memcpy(page->text + page->length, bytes, n);
  page->length += n;
  page->text[page->length] = '\0';
}

void lind_page_raw(lind_page *page, const char *markup) { lind_page_bytes(page, markup, strlen(markup)); }

/* U+202A to U+202E and U+2066 to U+2069 turn the writing round, in what follows them as well: numbers that are lind's own words.
 */
static bool turns_writing(const char *text) {
  const unsigned char *at = (const unsigned char *)text;
  if (at[0] != 0xe2) return false;
  return (at[1] == 0x80 && at[2] >= 0xaa && at[2] <= 0xae) || (at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9);
}

void lind_page_text(lind_page *page, const char *text) {
  if (text == NULL) return;
  for (;;) {
    const size_t plain = strcspn(text, "&<>\"'\xe2");
    lind_page_bytes(page, text, plain);
    text += plain;
    if (*text == '\0') return;
    if (turns_writing(text)) {
      lind_page_raw(page, "\xef\xbf\xbd"); /* the sign for what cannot be shown */
      text += 3;
      continue;
    }
    lind_page_raw(page, *text == '&'    ? "&amp;"
                        : *text == '<'  ? "&lt;"
                        : *text == '>'  ? "&gt;"
                        : *text == '"'  ? "&quot;"
                        : *text == '\'' ? "&#39;"
                                        : "\xe2");
    text++;
  }
}

void lind_page_put(lind_page *page, const char *markup, ...) {
  va_list holes;
  va_start(holes, markup);
  for (const char *hole; (hole = strchr(markup, '%')) != NULL; markup = hole + 2) {
    lind_page_bytes(page, markup, (size_t)(hole - markup));
    if (hole[1] == 's') {
      lind_page_text(page, va_arg(holes, const char *));
    } else if (hole[1] == 'd') {
      char digits[16];
      (void)snprintf(digits, sizeof digits, "%d", va_arg(holes, int));
      lind_page_raw(page, digits);
    } else {
      assert(hole[1] == '%');
      lind_page_raw(page, "%");
    }
  }
  va_end(holes);
  lind_page_raw(page, markup);
}

/* "</script>", "<!--" and U+2028 have a meaning to HTML or JavaScript: ASCII only, with <, > and & as \u escapes. They occur in
 * strings alone, so that escaping them anywhere is right. */
void lind_page_json(lind_page *page, const json_t *value) {
  char *dumped = json_dumps(value, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(9) | JSON_ENCODE_ANY);
  if (dumped == NULL) {
    page->failed = true;
    return;
  }
  for (const char *rest = dumped; *rest != '\0';) {
    const size_t plain = strcspn(rest, "<>&");
    lind_page_bytes(page, rest, plain);
    rest += plain;
    if (*rest == '\0') break;
    lind_page_raw(page, *rest == '<' ? "\\u003c" : *rest == '>' ? "\\u003e" : "\\u0026");
    rest++;
  }
  free(dumped);
}

void lind_page_release(lind_page *page) {
  free(page->text);
  *page = (lind_page){0};
}
