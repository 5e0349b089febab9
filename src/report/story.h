/* story.h -- what a section of the report works with, and the pieces that all sections are made of: figures, tables, labels. */
#ifndef LIND_STORY_H
#define LIND_STORY_H

#include <jansson.h>
#include <stdbool.h>

#include "page.h"
#include "value.h"

typedef struct lind_story {
  const json_t *estimates, *provenance; /* provenance may be NULL */
  lind_page page;                       /* the sections so far */
  lind_page contents;                   /* a link to each */
  bool figures;                         /* is there a library to draw with? */
  int n_figures;
  bool by_treatment; /* what follows is told by treatment, which in a crossover are not the arms */
} lind_story;

/* ---- sections: a heading, and a line in the contents ----------------------------------------------------------------------- */

void lind_story_section(lind_story *story, const char *id, const char *title);
void lind_story_end(lind_story *story);

/* ---- arms and terms in words ----------------------------------------------------------------------------------------------- */

enum { LIND_STORY_ARMS = 6 }; /* as many as there are colours; later arms repeat them */
bool lind_story_crossover(const lind_story *story);
const char *lind_story_arm_word(const lind_story *story);              /* "Arm"; "Treatment" while a crossover is told by those */
const char *lind_story_arm(const lind_story *story, const char *name); /* of an arm or a treatment: title, or name; "" for NULL */
int lind_story_arm_index(const lind_story *story, const char *name);   /* 0 if unknown */
json_t *lind_story_arm_titles(const lind_story *story);                /* new array, and one of CSS colours in the same order */
json_t *lind_story_arm_colours(const lind_story *story);
json_t *lind_story_arm_shapes(const lind_story *story);
int lind_story_arm_size(int index);                              /* of a dot; falling, so that none hides another */
bool lind_story_is_all(const json_t *term);                      /* everybody, not a subgroup */
lind_value_words lind_story_effect_unit(const json_t *analysis); /* "percentage points", "day", "ratio" */
int lind_story_interval_decimals(const json_t *term);
lind_value_words lind_story_interval(const json_t *term);       /* of one trial: "3.3 to 10.1" */
int lind_story_published_decimals(const json_t *published);     /* as many as its most precise number */
lind_value_words lind_story_published(const json_t *published); /* "7 (3.3 to 10.6)", "67.4", or a dash */
const char *lind_story_one(const lind_story *story);            /* whose interval is shown: "one trial", "one weighted sample" */
const json_t *lind_story_primary(const lind_story *story);      /* first analysis, or NULL */
const json_t *lind_story_primary_term(const lind_story *story); /* its first term, or NULL */

/* ---- figures: figure.c ----------------------------------------------------------------------------------------------------- */

/* <figure> with the template `kind`, its holes filled ("$name" becomes holes.name; an array item {"if": "$name", ...} is left out
 * where the hole is missing), and the key below it. label says in a sentence what is to be seen. `holes` is taken. Nothing is
 * drawn, and the holes are given back, where the build has no library. Then the data table belongs between _begin and _end. */
void lind_figure_begin(lind_story *story, const char *kind, const char *label, json_t *holes);
typedef enum {
  LIND_MARK_EFFECT,
  LIND_MARK_PUBLISHED,
  LIND_MARK_BAND,
  LIND_MARK_TARGET,
  LIND_MARK_NULL,
  LIND_MARK_BARS
} lind_figure_mark;
void lind_figure_key(lind_story *story, lind_figure_mark mark, const char *words);
void lind_figure_key_arms(lind_story *story, bool line);
void lind_figure_caption(lind_story *story, const char *caption, bool open); /* ends the key, opens the <details> of the table */
void lind_figure_end(lind_story *story);

/* Tick values of a log axis over all "lower", "estimate" and "upper" of the values; NULL (the drawing library chooses) for a
 * linear one. New. */
json_t *lind_figure_ticks(const json_t *values, bool ratio);

/* Rows of a figure with words at the left: unique ids in the order of drawing, which carry their label ("004|Label|"; "|h" for a
 * heading). */
typedef struct lind_figure_rows {
  json_t *ids, *values; /* both are given to holes with lind_figure_rows_take */
  int lines;            /* of the longest label */
} lind_figure_rows;
void lind_figure_rows_init(lind_figure_rows *rows);
const char *lind_figure_rows_add(lind_figure_rows *rows, const char *label, bool heading); /* the id, until the next call */
/* As "rows", "values" and "height": at least `step` pixels a row, more where labels have several lines. */
void lind_figure_rows_take(lind_figure_rows *rows, int step, json_t *holes);

/* ---- tables: table.c ------------------------------------------------------------------------------------------------------- */

/* `columns` has a letter a column: 'l' words, 'n' numbers (right-aligned), 'c' code. The first column holds the row headings. */
void lind_table_begin(lind_story *story, const char *caption, const char *columns, const char *const headers[]);
void lind_table_row(lind_story *story, const char *columns, const char *const cells[]);
void lind_table_group(lind_story *story, const char *columns, const char *title); /* a heading across all columns */
void lind_table_end(lind_story *story);

/* Break into lines of at most `width` characters at spaces (a longer word stays whole), '\n' between; returned = buffer. */
const char *lind_table_wrap(const char *text, int width, char *buffer, size_t size);

#endif
