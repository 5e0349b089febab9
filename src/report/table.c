/* table.c -- tables that a screen reader can read and a phone can scroll. */
#include <string.h>

#include "story.h"

void lind_table_begin(lind_story *story, const char *caption, const char *columns, const char *const headers[]) {
  lind_page_put(
      &story->page,
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">\n<table>\n<caption>%s</caption>\n<thead><tr>",
      caption, caption);
  for (int i = 0; columns[i] != '\0'; i++)
    lind_page_put(&story->page, columns[i] == 'n' ? "<th scope=\"col\" class=\"n\">%s</th>" : "<th scope=\"col\">%s</th>",
                  headers[i]);
  lind_page_raw(&story->page, "</tr></thead>\n<tbody>\n");
}

static void put_cell(lind_page *page, char kind, const char *text) {
  if (kind == 'c')
    lind_page_put(page, "<td><code>%s</code></td>", text);
  else
    lind_page_put(page, kind == 'n' ? "<td class=\"n\">%s</td>" : "<td>%s</td>", text);
}

void lind_table_row(lind_story *story, const char *columns, const char *const cells[]) {
  lind_page_put(&story->page, columns[0] == 'c' ? "<tr><th scope=\"row\"><code>%s</code></th>" : "<tr><th scope=\"row\">%s</th>",
                cells[0]);
  for (int i = 1; columns[i] != '\0'; i++) put_cell(&story->page, columns[i], cells[i]);
  lind_page_raw(&story->page, "</tr>\n");
}

void lind_table_group(lind_story *story, const char *columns, const char *title) {
  lind_page_put(&story->page, "<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"%d\">%s</th></tr>\n", (int)strlen(columns),
                title);
}

void lind_table_end(lind_story *story) { lind_page_raw(&story->page, "</tbody>\n</table>\n</div>\n"); }

/* Characters, not bytes: UTF-8 continuation bytes have no width of their own. */
static int characters(const char *text, size_t n) {
  int count = 0;
  for (size_t i = 0; i < n; i++) count += ((unsigned char)text[i] & 0xC0U) != 0x80U;
  return count;
}

const char *lind_table_wrap(const char *text, int width, char *buffer, size_t size) {
  size_t used = 0;
  int column = 0;
  while (*text != '\0') {
    text += strspn(text, " \n\t");
    const size_t word = strcspn(text, " \n\t");
    const int wide = characters(text, word);
    if (word == 0 || used + word + 2 > size) break;
    const bool fits = column + 1 + wide <= width;
    if (used > 0) buffer[used++] = fits ? ' ' : '\n';
    column = used > 0 && fits ? column + 1 + wide : wide;
    memcpy(buffer + used, text, word);
    used += word;
    text += word;
  }
  buffer[used] = '\0';
  return buffer;
}
