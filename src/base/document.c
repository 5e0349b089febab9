/* YAML events become a tree. We take libfyaml's events and not its documents, because an event still knows its tokens, and with
 * them the place of every key and value, tags and anchors (which we refuse) and the style of every scalar. */
#include "lind/document.h"

#include <errno.h>
#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

#include "document_parse.h"

enum { DEPTH_MAX = 48, KEYS_MAX = 10000, FILE_PIECE = 1 << 16, FILE_MAX = 1 << 24 };

typedef struct builder {
  const lind_document_origin *origin;
  const char *text;
  size_t n;
  lind_arena *arena;
  struct fy_diag *diag;
  struct fy_parser *parser;
  struct fy_event *event; /* the current one */
  struct fy_mark last;    /* behind the last token that had a place */
} builder;

/* Items are collected in a chain, because their number is known only at the end. */
typedef struct cell cell;
struct cell {
  cell *next;
  const char *key;
  lind_where key_where;
  lind_node value;
};

/* ---- places ---------------------------------------------------------------------------------------------------------------- */

static lind_where place(const builder *b, const struct fy_mark *mark) {
  const int before = mark->line == 0 ? b->origin->column : 0;
  return (lind_where){.file = b->origin->name, .line = mark->line + 1, .column = mark->column + 1 + before};
}

/* An empty item of a block sequence has no token; its place is that of its dash. */
static lind_where place_of_dash(builder *b) {
  struct fy_mark *at = &b->last;
  while (at->input_pos < b->n && b->text[at->input_pos] != '-') {
    const char c = b->text[at->input_pos];
    if (c == '#') { /* a comment runs to the end of its line */
      const char *end = memchr(b->text + at->input_pos, '\n', b->n - at->input_pos);
      at->input_pos = end != NULL ? (size_t)(end - b->text) : b->n;
      continue;
    }
    at->input_pos++;
    at->column = c == '\n' ? 0 : at->column + 1;
    at->line += c == '\n';
  }
  const lind_where where = place(b, at);
  at->input_pos++;
  at->column++;
  return where;
}

static int leading_spaces(const char *line, const char *end) {
  int n = 0;
  while (line + n < end && line[n] == ' ') n++;
  return n;
}

/* The first line of `text` that holds more than spaces. */
static const char *first_full_line(const char *text, const char *end) {
  for (const char *line = text; line < end;) {
    const char *stop = memchr(line, '\n', (size_t)(end - line));
    if (stop == NULL) stop = end;
    const int blanks = leading_spaces(line, stop);
    if (line + blanks < stop && line[blanks] != '\r') return line;
    line = stop + 1;
  }
  return NULL;
}

/* The indentation of a block scalar: what its first full line lost between the file and its text. */
static int block_column(const builder *b, const struct fy_mark *mark, const char *text, size_t n) {
  const char *end = b->text + b->n;
  const char *source = first_full_line(b->text + mark->input_pos, end), *line = first_full_line(text, text + n);
  if (source == NULL || line == NULL) return 0;
  const int lost = leading_spaces(source, end) - leading_spaces(line, text + n);
  return lost > 0 ? lost : 0;
}

static lind_where place_of_scalar(const builder *b, struct fy_token *token, const char *text, size_t n) {
  struct fy_mark mark = *fy_token_start_mark(token);
  const enum fy_scalar_style style = fy_token_scalar_style(token); /* the mark of a quoted one is behind its quote */
  if (style == FYSS_LITERAL || style == FYSS_FOLDED) mark.column = block_column(b, &mark, text, n);
  return place(b, &mark);
}

/* ---- what is refused
 * ----------------------------------------------------------------------------------------------------------- */

static const char *shown(const char *path) { return path[0] != '\0' ? path : "the document"; }

/* The word of the file at a token, with the mark (& * !) that introduces it. */
static const char *token_word(const builder *b, struct fy_token *token, int *n) {
  size_t from = fy_token_start_mark(token)->input_pos, to;
  if (from > 0 && from <= b->n && strchr("&*", b->text[from - 1]) != NULL) from--;
  for (to = from; to < b->n && strchr(" \t\r\n,[]{}", b->text[to]) == NULL && to - from < 40;) to++;
  *n = (int)(to - from);
  return b->text + from;
}

static lind_err refuse(const builder *b, struct fy_token *token, const char *path, const char *what, const char *instead) {
  int n;
  const char *word = token_word(b, token, &n);
  struct fy_mark mark = *fy_token_start_mark(token);
  if ((word[0] == '&' || word[0] == '*') && mark.column > 0) mark.column--;
  return lind_error_fail_at(LIND_ERR_INPUT, place(b, &mark), "%s %s '%.*s'; %s", shown(path), what, n, word, instead);
}

static lind_err check_decoration(const builder *b, struct fy_token *tag, struct fy_token *anchor, const char *path) {
  if (tag != NULL) return refuse(b, tag, path, "has the tag", "values are plain text here, so leave the tag out");
  if (anchor != NULL) return refuse(b, anchor, path, "has the anchor", "write the value out wherever it is needed");
  return LIND_OK;
}

/* The library's words where ours would help more. */
static const struct {
  const char *said, *better;
} clearer[] = {
    {"invalid multiline plain key", "the next line has a key, but its indentation makes it part of this value"},
    {"invalid nested block mapping on the same line",
     "a second key on this line; if the ':' belongs to the value, quote the value"},
    {"invalid tab as indendation in a mapping", "a tab indents this line; use spaces"},
    {"tab character may not be used as indentation", "a tab indents this line; use spaces"},
    {"double-quoted scalar without closing quote", "the quote that opens here is never closed"},
    {"single-quoted scalar without closing quote", "the quote that opens here is never closed"},
    {"flow sequence without a closing bracket", "a list that was opened with '[' is never closed"},
    {"did not find expected node content", "a value is missing just before this place; write it, or null, or leave its line out"},
    {"flow mapping without a closing brace", "a mapping that was opened with '{' is never closed"},
};

/* libfyaml puts the end of a text that has no last line end on a line of its own. */
static struct fy_mark inside(const builder *b, struct fy_mark mark) {
  struct fy_mark end = {.line = 0};
  for (size_t i = 0; i < b->n; i++) {
    end.column = b->text[i] == '\n' ? 0 : end.column + ((b->text[i] & 0xC0) != 0x80);
    end.line += b->text[i] == '\n';
  }
  return mark.line > end.line ? end : mark;
}

static lind_err fail_syntax(const builder *b) {
  void *iterator = NULL;
  const struct fy_diag_error *error;
  while ((error = fy_diag_errors_iterate(b->diag, &iterator)) != NULL) {
    if (error->type != FYET_ERROR || error->msg == NULL) continue;
    const struct fy_mark said = {.line = error->line > 0 ? error->line - 1 : 0,
                                 .column = error->column > 0 ? error->column - 1 : 0};
    const struct fy_mark mark = inside(b, said);
    const char *words = error->msg;
    for (size_t i = 0; i < sizeof clearer / sizeof clearer[0]; i++)
      if (strcmp(words, clearer[i].said) == 0) words = clearer[i].better;
    const int n = (int)strcspn(words, "\r\n"); /* one sentence */
    return lind_error_fail_at(LIND_ERR_INPUT, place(b, &mark), "this is not YAML: %.*s", n, words);
  }
  return lind_error_fail_at(LIND_ERR_INPUT, place(b, &b->last), "this is not YAML");
}

/* ---- events become nodes
 * --------------------------------------------------------------------------------------------------------- */

static void drop_event(builder *b) {
  if (b->event != NULL) fy_parser_event_free(b->parser, b->event);
  b->event = NULL;
}

static lind_err next_event(builder *b) {
  drop_event(b);
  b->event = fy_parser_parse(b->parser);
  if (b->event == NULL || fy_parser_get_stream_error(b->parser)) return fail_syntax(b);
  return LIND_OK;
}

static bool is_null_text(const char *text) {
  static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
  for (size_t i = 0; i < sizeof nulls / sizeof nulls[0]; i++)
    if (strcmp(text, nulls[i]) == 0) return true;
  return false;
}

/* Texts are shown: a terminal would obey the escape sequences in a title. */
static lind_err check_characters(const char *text, size_t n, const lind_node *node) {
  LIND_CHECK_AT(memchr(text, '\0', n) == NULL, LIND_ERR_INPUT, node->where, "%s holds a NUL character; text has none",
                shown(node->path));
  for (size_t i = 0; i < n; i++)
    LIND_CHECK_AT(((unsigned char)text[i] >= ' ' && text[i] != 127) || text[i] == '\n' || text[i] == '\t', LIND_ERR_INPUT,
                  node->where, "%s holds the control character %d; text has none but tabs and ends of lines", shown(node->path),
                  text[i]);
  return LIND_OK;
}

/* `node` comes with its path and, for a mapping's value, with the place of its key. */
static lind_err build_scalar(builder *b, lind_node *node, lind_where key_where) {
  struct fy_token *token = b->event->scalar.value;
  LIND_TRY(check_decoration(b, b->event->scalar.tag, b->event->scalar.anchor, node->path));
  size_t n = 0;
  const char *text = token != NULL ? fy_token_get_text(token, &n) : NULL;
  const struct fy_mark *mark = token != NULL ? fy_token_start_mark(token) : NULL;
  char *copy;
  LIND_TAKE(copy, b->arena, n + 1);
  if (n > 0 && text != NULL) memcpy(copy, text, n);
  const enum fy_scalar_style style = token != NULL ? fy_token_scalar_style(token) : FYSS_PLAIN;
  const bool plain = style == FYSS_PLAIN || style == FYSS_ANY;
  if (mark == NULL) {
    node->where = key_where.file != NULL ? key_where : place_of_dash(b);
  } else {
    node->where = place_of_scalar(b, token, copy, n);
    const struct fy_mark *end = fy_token_end_mark(token);
    b->last = end != NULL ? *end : *mark;
  }
  LIND_TRY(check_characters(copy, n, node));
  if (plain && is_null_text(copy)) {
    if (key_where.file != NULL) node->where = key_where;
    return LIND_OK; /* zeroed: LIND_NODE_NULL */
  }
  node->kind = LIND_NODE_SCALAR;
  node->text = copy;
  node->quoted = !plain;
  return LIND_OK;
}

static lind_err build_value(builder *b, lind_node *node, lind_where key_where, int depth);

/* The current event is to be a mapping's key. */
static lind_err read_key(builder *b, const char *path, cell *fresh) {
  if (b->event->type == FYET_ALIAS) return refuse(b, b->event->alias.anchor, path, "has the alias", "write the key out");
  struct fy_token *token = b->event->type == FYET_SCALAR ? b->event->scalar.value : fy_event_get_token(b->event);
  const struct fy_mark *mark = token != NULL ? fy_token_start_mark(token) : NULL;
  const lind_where where = place(b, mark != NULL ? mark : &b->last);
  LIND_CHECK_AT(b->event->type == FYET_SCALAR && mark != NULL, LIND_ERR_INPUT, where,
                "a key of %s is no plain text; keys are words followed by ':'", shown(path));
  LIND_TRY(check_decoration(b, b->event->scalar.tag, b->event->scalar.anchor, path));
  size_t n = 0;
  const char *text = fy_token_get_text(token, &n);
  LIND_CHECK_AT(text != NULL && n > 0 && memchr(text, '\0', n) == NULL, LIND_ERR_INPUT, where, "a key of %s is empty",
                shown(path));
  char *key;
  LIND_TAKE(key, b->arena, n + 1);
  memcpy(key, text, n);
  fresh->key = key;
  fresh->key_where = where;
  const struct fy_mark *behind = fy_token_end_mark(token);
  b->last = behind != NULL ? *behind : *mark;
  return LIND_OK;
}

static lind_err check_twice(const cell *first, const cell *fresh) {
  for (const cell *c = first; c != NULL; c = c->next)
    LIND_CHECK_AT(strcmp(c->key, fresh->key) != 0, LIND_ERR_INPUT, fresh->key_where,
                  "%s stands here twice; it is already on line %d", fresh->value.path, c->key_where.line);
  return LIND_OK;
}

static lind_err set_child_path(builder *b, const lind_node *parent, int index, cell *fresh) {
  const char *dot = parent->path[0] != '\0' ? "." : "";
  fresh->value.path = fresh->key != NULL ? lind_arena_format(b->arena, "%s%s%s", parent->path, dot, fresh->key)
                                         : lind_arena_format(b->arena, "%s%s%d", parent->path, dot, index);
  LIND_CHECK(fresh->value.path != NULL, LIND_ERR_MEMORY, "no memory for a path");
  return LIND_OK;
}

static lind_err keep_cells(builder *b, lind_node *node, const cell *first, int n) {
  lind_node *items;
  const char **keys = NULL;
  lind_where *key_where = NULL;
  LIND_TAKE(items, b->arena, n);
  if (node->kind == LIND_NODE_MAPPING) {
    LIND_TAKE(keys, b->arena, n);
    LIND_TAKE(key_where, b->arena, n);
  }
  int i = 0;
  for (const cell *c = first; c != NULL; c = c->next, i++) {
    items[i] = c->value;
    if (keys == NULL || key_where == NULL) continue;
    keys[i] = c->key;
    key_where[i] = c->key_where;
  }
  node->n = n;
  node->items = items;
  node->keys = keys;
  node->key_where = key_where;
  return LIND_OK;
}

static lind_err build_collection(builder *b, lind_node *node, int depth) {
  const bool mapping = b->event->type == FYET_MAPPING_START;
  const enum fy_event_type end = mapping ? FYET_MAPPING_END : FYET_SEQUENCE_END;
  LIND_TRY(mapping ? check_decoration(b, b->event->mapping_start.tag, b->event->mapping_start.anchor, node->path)
                   : check_decoration(b, b->event->sequence_start.tag, b->event->sequence_start.anchor, node->path));
  const struct fy_mark *mark = fy_event_start_mark(b->event);
  if (mark != NULL) b->last = *mark;
  node->kind = mapping ? LIND_NODE_MAPPING : LIND_NODE_SEQUENCE;
  node->where = place(b, &b->last);
  LIND_CHECK_AT(depth < DEPTH_MAX, LIND_ERR_INPUT, node->where, "this is nested more than %d levels deep", DEPTH_MAX);
  cell *first = NULL, **link = &first;
  int n = 0;
  LIND_TRY(next_event(b));
  for (; b->event->type != end; n++) {
    cell *fresh;
    LIND_TAKE(fresh, b->arena, 1);
    if (mapping) LIND_TRY(read_key(b, node->path, fresh));
    LIND_TRY(set_child_path(b, node, n, fresh));
    if (mapping) {
      LIND_CHECK_AT(n < KEYS_MAX, LIND_ERR_INPUT, fresh->key_where, "%s has more than %d keys", shown(node->path), KEYS_MAX);
      LIND_TRY(check_twice(first, fresh));
      LIND_TRY(next_event(b));
    }
    LIND_TRY(build_value(b, &fresh->value, fresh->key_where, depth + 1));
    *link = fresh;
    link = &fresh->next;
    LIND_TRY(next_event(b));
  }
  const struct fy_mark *behind = fy_event_end_mark(b->event);
  if (behind != NULL) b->last = *behind;
  return keep_cells(b, node, first, n);
}

static lind_err build_value(builder *b, lind_node *node, lind_where key_where, int depth) {
  switch (b->event->type) {
    case FYET_SCALAR:
      return build_scalar(b, node, key_where);
    case FYET_MAPPING_START:
    case FYET_SEQUENCE_START:
      return build_collection(b, node, depth);
    case FYET_ALIAS:
      return refuse(b, b->event->alias.anchor, node->path, "is the alias", "write the value out");
    default:
      return fail_syntax(b);
  }
}

static lind_err build_document(builder *b, lind_node *root) {
  const lind_where key_where = b->origin->key_where;
  do LIND_TRY(next_event(b));
  while (b->event->type == FYET_STREAM_START);
  if (b->event->type == FYET_STREAM_END) { /* nothing but blanks and comments */
    root->where = key_where;
    LIND_CHECK(key_where.file != NULL, LIND_ERR_INPUT, "%s: nothing is written here", b->origin->name);
    return LIND_OK;
  }
  LIND_TRY(next_event(b));
  LIND_TRY(build_value(b, root, key_where, 0));
  do LIND_TRY(next_event(b));
  while (b->event->type == FYET_DOCUMENT_END);
  const struct fy_mark *mark = fy_event_start_mark(b->event);
  LIND_CHECK_AT(b->event->type == FYET_STREAM_END, LIND_ERR_INPUT, place(b, mark != NULL ? mark : &b->last),
                "a second document starts here; one file holds one");
  return LIND_OK;
}

/* The length of the UTF-8 character at text[0..n), 0 if there is none (RFC 3629: no overlong forms, no surrogates). */
static size_t character_length(const char *text, size_t n) {
  const unsigned char *c = (const unsigned char *)text;
  if (c[0] < 0x80) return c[0] >= 0x20 || c[0] == '\t' || c[0] == '\n' || c[0] == '\r' ? c[0] != 0x7F : 0;
  const size_t length = c[0] >= 0xC2 && c[0] <= 0xDF   ? 2
                        : c[0] >= 0xE0 && c[0] <= 0xEF ? 3
                        : c[0] >= 0xF0 && c[0] <= 0xF4 ? 4
                                                       : 0;
  if (length == 0 || length > n) return 0;
  for (size_t i = 1; i < length; i++)
    if ((c[i] & 0xC0) != 0x80) return 0;
  if ((c[0] == 0xE0 && c[1] < 0xA0) || (c[0] == 0xED && c[1] > 0x9F)) return 0;
  return (c[0] == 0xF0 && c[1] < 0x90) || (c[0] == 0xF4 && c[1] > 0x8F) ? 0 : length;
}

/* libfyaml reads a broken character as the end of the text, so we look first. */
static lind_err check_bytes(const builder *b) {
  struct fy_mark at = {.line = 0};
  while (at.input_pos < b->n) {
    const char c = b->text[at.input_pos];
    const size_t length = character_length(b->text + at.input_pos, b->n - at.input_pos);
    LIND_CHECK_AT(length > 0, LIND_ERR_INPUT, place(b, &at), "the byte 0x%02X is no part of a UTF-8 text; save the file as UTF-8",
                  (unsigned)(unsigned char)c);
    at.input_pos += length;
    at.column = c == '\n' ? 0 : at.column + 1;
    at.line += c == '\n';
  }
  return LIND_OK;
}

static void say_nothing(struct fy_diag *diag, void *user, const char *words, size_t n) {
  (void)diag, (void)user, (void)words, (void)n;
}

lind_err lind_document_parse(const char *text, size_t n, const lind_document_origin *origin, lind_arena *arena, lind_node *root) {
  if (n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) { /* a byte order mark */
    text += 3;
    n -= 3;
  }
  builder b = {.origin = origin, .text = text, .n = n, .arena = arena};
  LIND_TRY(check_bytes(&b));
  struct fy_diag_cfg diag_settings;
  fy_diag_cfg_default(&diag_settings);
  diag_settings.fp = NULL; /* a few messages are not collected; they are not for the terminal either */
  diag_settings.output_fn = say_nothing;
  b.diag = fy_diag_create(&diag_settings);
  LIND_CHECK(b.diag != NULL, LIND_ERR_MEMORY, "no memory for a YAML reader");
  fy_diag_set_collect_errors(b.diag, true);
  const struct fy_parse_cfg settings = {.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DEFAULT_VERSION_1_2, .diag = b.diag};
  b.parser = fy_parser_create(&settings);
  lind_node made = {.path = origin->path};
  lind_err status = LIND_OK;
  if (b.parser == NULL || fy_parser_set_string(b.parser, text, n) != 0)
    status = lind_error_fail(LIND_ERR_MEMORY, __FILE__, __LINE__, "no memory for a YAML reader");
  else
    status = build_document(&b, &made);
  if (b.parser != NULL) {
    drop_event(&b);
    fy_parser_destroy(b.parser);
  }
  fy_diag_destroy(b.diag);
  LIND_TRY(status);
  *root = made;
  return LIND_OK;
}

/* ---- what the header promises
 * ---------------------------------------------------------------------------------------------------- */

static lind_err read_named(const char *text, size_t n, const char *name, lind_arena *arena, const lind_node **root) {
  const lind_document_origin origin = {.name = lind_arena_text(arena, name), .path = ""};
  LIND_CHECK(origin.name != NULL, LIND_ERR_MEMORY, "no memory for the name of a file");
  lind_node *node;
  LIND_TAKE(node, arena, 1);
  LIND_TRY(lind_document_parse(text, n, &origin, arena, node));
  *root = node;
  return LIND_OK;
}

lind_err lind_document_read_text(const char *text, const char *name, lind_arena *arena, const lind_node **root) {
  return read_named(text, strlen(text), name, arena, root);
}

/* All of a file, on the heap. */
static lind_err read_bytes(FILE *file, const char *path, char **bytes, size_t *n) {
  size_t used = 0, size = 0;
  char *held = NULL;
  for (;;) {
    if (size - used < FILE_PIECE) {
      size = 2 * size + FILE_PIECE;
      char *more = realloc(held, size);
      if (more == NULL) {
        free(held);
        LIND_CHECK(false, LIND_ERR_MEMORY, "no memory to read %s", path);
      }
      held = more;
    }
    const size_t got = fread(held + used, 1, size - used, file);
    used += got;
    if (got == 0 || used > FILE_MAX) break;
  }
  if (used > FILE_MAX) {
    free(held);
    LIND_CHECK(false, LIND_ERR_INPUT, "%s is too large to be a file that people write: more than %d MiB", path, FILE_MAX >> 20);
  }
  if (ferror(file)) {
    const int reason = errno;
    free(held);
    LIND_CHECK(false, LIND_ERR_INPUT, "%s cannot be read: %s", path, strerror(reason));
  }
  *bytes = held;
  *n = used;
  return LIND_OK;
}

lind_err lind_document_read(const char *path, lind_arena *arena, const lind_node **root) {
  FILE *file = fopen(path, "rb");
  LIND_CHECK(file != NULL, LIND_ERR_INPUT, "%s cannot be read: %s", path, strerror(errno));
  char *bytes = NULL;
  size_t n = 0;
  const lind_err got = read_bytes(file, path, &bytes, &n);
  (void)fclose(file);
  LIND_TRY(got);
  const lind_err built = read_named(bytes, n, path, arena, root);
  free(bytes);
  LIND_TRY(built);
  return LIND_OK;
}

const lind_node *lind_document_find(const lind_node *mapping, const char *key) {
  if (mapping == NULL || mapping->kind != LIND_NODE_MAPPING) return NULL;
  for (int i = 0; i < mapping->n; i++)
    if (strcmp(mapping->keys[i], key) == 0) return &mapping->items[i];
  return NULL;
}
