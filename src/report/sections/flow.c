/* flow.c -- the CONSORT diagram (Schulz, Altman and Moher 2010, doi:10.1136/bmj.c332), drawn directly: boxes and arrows in user
 * units. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sections.h"

enum { BOX = 176, GAP = 20, LINE = 18, PAD = 12, MIDDLE_WIDTH = 220, SIDE_WIDTH = 190, OVER = 70 };

typedef struct box {
  int x, y, width; /* top left */
  int lines;
  const char *style;
} box;

static int height(const box *b) { return b->lines * LINE + 2 * PAD - 4; }

static void put_box(lind_page *page, const box *b, const char *const text[]) {
  lind_page_put(page, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\"/>\n", b->style, b->x, b->y,
                b->width, height(b));
  for (int i = 0; i < b->lines; i++)
    lind_page_put(page, "<text x=\"%d\" y=\"%d\">%s</text>\n", b->x + b->width / 2, b->y + PAD + 11 + i * LINE, text[i]);
}

static void put_arrow(lind_page *page, int x1, int y1, int x2, int y2) {
  lind_page_put(page, "<path class=\"arrow\" d=\"M%d %dV%dH%dV%d\" marker-end=\"url(#tip)\"/>\n", x1, y1, (y1 + y2) / 2, x2, y2);
}

static lind_value_words counted(const json_t *object, const char *key, const char *words) {
  lind_value_words line;
  (void)snprintf(line.text, sizeof line.text, "%.50s %.60s", lind_value_fixed(lind_value_number(object, key), 0).text, words);
  return line;
}

/* Screened and excluded; returns where the arrows to the arms begin. */
static int put_top(lind_story *story, const json_t *consort, int middle) {
  const lind_value_words screened = counted(consort, "screened", "screened"),
                         excluded = counted(consort, "excluded", "not eligible");
  const lind_value_words randomised = counted(consort, "randomised", "randomised");
  const char *const top[] = {screened.text}, *const side[] = {excluded.text}, *const centre[] = {randomised.text};
  box b = {middle - MIDDLE_WIDTH / 2, 8, MIDDLE_WIDTH, 1, "box"};
  const bool has_screened = isfinite(lind_value_number(consort, "screened"));
  if (has_screened) {
    put_box(&story->page, &b, top);
    put_arrow(&story->page, middle, 8 + height(&b), middle, 8 + height(&b) + 56);
    const box out = {middle + MIDDLE_WIDTH / 2 - OVER, 8 + height(&b) + 10, SIDE_WIDTH, 1, "box out"};
    lind_page_put(&story->page, "<path class=\"arrow\" d=\"M%d %dH%d\" marker-end=\"url(#tip)\"/>\n", middle,
                  out.y + height(&out) / 2, out.x);
    put_box(&story->page, &out, side);
    b.y += height(&b) + 56;
  }
  put_box(&story->page, &b, centre);
  return b.y + height(&b);
}

static void put_arm(lind_story *story, const json_t *arm, int x, int y, int middle, int from) {
  char wrapped[256], *lines[2], *rest = NULL;
  const char *name = lind_value_text(arm, "arm", "");
  (void)lind_table_wrap(lind_story_arm(story, name), 22, wrapped, sizeof wrapped);
  lines[0] = strtok_r(wrapped, "\n", &rest);
  lines[1] = rest != NULL && *rest != '\0' ? strtok_r(NULL, "\n", &rest) : NULL;
  const lind_value_words randomised = counted(arm, "randomised", "randomised"),
                         completed = counted(arm, "completed", "completed");
  const lind_value_words dropped = counted(arm, "dropped", "dropped out"), failed = counted(arm, "failed", "failed lanes");
  const char *head[] = {lines[0] != NULL ? lines[0] : "", lines[1] != NULL ? lines[1] : "", randomised.text};
  const char *const lost[] = {dropped.text, failed.text}, *const end[] = {completed.text};
  if (lines[1] == NULL) head[1] = head[2];
  char style[32];
  (void)snprintf(style, sizeof style, "box arm-%d", lind_story_arm_index(story, name) % LIND_STORY_ARMS);
  const box top = {x, y, BOX, lines[1] != NULL ? 3 : 2, style};
  put_arrow(&story->page, middle, from, x + BOX / 2, y);
  put_box(&story->page, &top, head);
  const int second = y + 3 * LINE + 2 * PAD - 4 + 22;
  const box middle_box = {x, second, BOX, 2, "box out"};
  put_arrow(&story->page, x + BOX / 2, y + height(&top), x + BOX / 2, second);
  put_box(&story->page, &middle_box, lost);
  const box last = {x, second + height(&middle_box) + 22, BOX, 1, style};
  put_arrow(&story->page, x + BOX / 2, second + height(&middle_box), x + BOX / 2, last.y);
  put_box(&story->page, &last, end);
}

static void put_diagram(lind_story *story, const json_t *consort) {
  const json_t *arms = json_object_get(consort, "arms");
  const int n = (int)json_array_size(arms);
  const int row = n * BOX + (n - 1) * GAP, middle = (row > MIDDLE_WIDTH ? row : MIDDLE_WIDTH) / 2 + 8;
  const int side = middle + MIDDLE_WIDTH / 2 - OVER + SIDE_WIDTH + 8, width = side > 2 * middle ? side : 2 * middle;
  const int tall = isfinite(lind_value_number(consort, "screened")) ? 398 : 308;
  lind_page_put(
      &story->page,
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Flow diagram\">\n<svg class=\"flow\" viewBox=\"0 0 %d "
      "%d\" "
      "style=\"max-width:%dpx\" role=\"img\" aria-label=\"Flow of patients from screening to the end of the trial, by arm; "
      "the numbers are in the table below.\">\n<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" "
      "markerWidth=\"7\" "
      "markerHeight=\"7\" orient=\"auto\"><path class=\"tip\" d=\"M0 0L8 4L0 8z\"/></marker></defs>\n",
      width, n > 0 ? tall : 140, width);
  const int from = put_top(story, consort, middle);
  for (int a = 0; a < n; a++)
    put_arm(story, json_array_get(arms, (size_t)a), middle - row / 2 + a * (BOX + GAP), from + 34, middle, from);
  lind_page_raw(&story->page, "</svg>\n</div>\n");
}

static void put_table(lind_story *story, const json_t *consort) {
  static const char *const headers[] = {"Arm", "Randomised", "Completed", "Dropped out", "Failed lanes"};
  size_t i;
  const json_t *arm;
  lind_table_begin(story, "Patients by arm, all replicates together", "lnnnn", headers);
  json_array_foreach(json_object_get(consort, "arms"), i, arm) {
    static const char *const keys[] = {"randomised", "completed", "dropped", "failed"};
    lind_value_words counts[4];
    const char *cells[5] = {lind_story_arm(story, lind_value_text(arm, "arm", ""))};
    for (int k = 0; k < 4; k++) {
      counts[k] = lind_value_fixed(lind_value_number(arm, keys[k]), 0);
      cells[k + 1] = counts[k].text;
    }
    lind_table_row(story, "lnnnn", cells);
  }
  lind_table_end(story);
}

/* Whom an event ended was followed as long as was planned: it is no loss, but it should be seen. */
static void put_ended(lind_story *story, const json_t *consort) {
  size_t i;
  const json_t *arm;
  json_array_foreach(json_object_get(consort, "arms"), i, arm) {
    const double ended = lind_value_number(arm, "final_events");
    if (ended > 0.0)
      lind_page_put(&story->page, "%s: %s of the completed had a final event. ",
                    lind_story_arm(story, lind_value_text(arm, "arm", "")), lind_value_fixed(ended, 0).text);
  }
}

static void put_periods(lind_story *story) {
  const json_t *crossover = json_object_get(story->estimates, "crossover");
  if (crossover == NULL) return;
  const double washout = lind_value_number(crossover, "washout");
  lind_page_put(&story->page, "A crossover: each patient has %s periods of %s days",
                lind_value_short(lind_value_number(crossover, "periods")).text,
                lind_value_short(lind_value_number(crossover, "period")).text);
  if (washout > 0.0) lind_page_put(&story->page, ", with %s days between them", lind_value_short(washout).text);
  lind_page_raw(&story->page, ". ");
}

void lind_section_flow(lind_story *story) {
  const json_t *consort = json_object_get(story->estimates, "consort");
  if (consort == NULL) return;
  lind_story_section(story, "flow", "Who went where");
  lind_page_raw(&story->page, "<figure class=\"consort\">\n");
  put_diagram(story, consort);
  const double replicates = lind_value_number(story->estimates, "replicates"), unfilled = lind_value_number(consort, "unfilled");
  lind_page_raw(&story->page, "<figcaption>");
  if (replicates > 1.0)
    lind_page_put(&story->page, "Sums over %s replicates of the trial. ", lind_value_fixed(replicates, 0).text);
  if (unfilled > 0.0)
    lind_page_put(&story->page, "%s places stayed empty: nobody eligible was found for them. ",
                  lind_value_fixed(unfilled, 0).text);
  put_periods(story);
  put_ended(story, consort);
  lind_page_raw(&story->page,
                "A failed lane is a patient whose equations could not be solved to the end: counted, never dropped "
                "silently.</figcaption>\n<details class=\"data\"><summary>Data table</summary>\n");
  put_table(story, consort);
  lind_figure_end(story);
  lind_story_end(story);
}
