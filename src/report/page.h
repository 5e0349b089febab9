/* page.h -- a growing HTML text that cannot be broken by what is put into it: lind_page_put escapes every %s. */
#ifndef LIND_PAGE_H
#define LIND_PAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "lind/error.h"

typedef struct lind_page {
  char *text; /* NUL-terminated, NULL while empty; free() it */
  size_t length, room;
  bool failed; /* memory ran out: nothing is added any more, and the caller looks once at the end */
} lind_page;

void lind_page_raw(lind_page *page, const char *markup);            /* trusted markup, as it is */
void lind_page_bytes(lind_page *page, const char *bytes, size_t n); /* the same, n bytes */
void lind_page_text(lind_page *page, const char *text);             /* escaped for elements and quoted attributes; NULL is "" */
/* Trusted markup with holes: %s is text (escaped), %d an int, %% a percent sign. Nothing else is allowed. */
void lind_page_put(lind_page *page, const char *markup, ...) LIND_PRINTF(2, 3);
/* A JSON value for a <script type="application/json">: no character in it can end the element. */
void lind_page_json(lind_page *page, const json_t *value);
void lind_page_release(lind_page *page);

#endif
