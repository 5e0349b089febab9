/* Text -> tree: precedence climbing over the levels of expression_internal.h. A tree that comes out is at most
 * LIND_EXPRESSION_LEVELS deep. */
#include <math.h>
#include <string.h>

#include "expression_internal.h"

typedef struct parser {
  lind_lexer lexer;
  lind_token token; /* the next one, not yet taken */
  const char *end;  /* behind the last one taken */
  lind_arena *arena;
  int nesting;
} parser;

static const struct {
  lind_token_kind token;
  lind_op op;
  bool swapped;
} binaries[] = {
    {LIND_TOKEN_OR, LIND_OP_OR, false},          {LIND_TOKEN_AND, LIND_OP_AND, false},
    {LIND_TOKEN_LESS, LIND_OP_LESS, false},      {LIND_TOKEN_LESS_EQUAL, LIND_OP_LESS_EQUAL, false},
    {LIND_TOKEN_GREATER, LIND_OP_LESS, true},    {LIND_TOKEN_GREATER_EQUAL, LIND_OP_LESS_EQUAL, true},
    {LIND_TOKEN_EQUAL, LIND_OP_EQUAL, false},    {LIND_TOKEN_DIFFERENT, LIND_OP_DIFFERENT, false},
    {LIND_TOKEN_PLUS, LIND_OP_ADD, false},       {LIND_TOKEN_MINUS, LIND_OP_SUBTRACT, false},
    {LIND_TOKEN_TIMES, LIND_OP_MULTIPLY, false}, {LIND_TOKEN_DIVIDE, LIND_OP_DIVIDE, false},
    {LIND_TOKEN_POWER, LIND_OP_POWER, false},
};

static lind_err parse_level(parser *p, int level, lind_tree **tree) LIND_MUST_CHECK;

static lind_token take(parser *p) {
  const lind_token taken = p->token;
  p->end = taken.end;
  p->token = lind_lexer_next(&p->lexer);
  return taken;
}

static bool accept(parser *p, lind_token_kind kind) {
  if (p->token.kind != kind) return false;
  (void)take(p);
  return true;
}

static const char *copy_text(lind_arena *arena, const char *start, size_t length) {
  char *copy = lind_arena_take(arena, length + 1, 1);
  if (copy != NULL) memcpy(copy, start, length);
  return copy;
}

/* "'x' stands here", or that nothing does; a long token is cut. */
static const char *found(const lind_token *token, char buffer[80]) {
  if (token->kind == LIND_TOKEN_END) return "the expression ends";
  const int length = (int)(token->end - token->begin);
  (void)snprintf(buffer, 80, "'%.*s%s' stands here", length > 40 ? 40 : length, token->begin, length > 40 ? "..." : "");
  return buffer;
}

/* `300 mg`, as values are written outside of expressions */
static bool names_unit(const lind_token *token) {
  char text[16];
  lind_unit unit;
  if (token->length >= sizeof text) return false;
  memcpy(text, token->start, token->length);
  text[token->length] = '\0';
  return lind_unit_parse(text, &unit) == LIND_OK;
}

/* The token cannot stand here: `expected` is what could. */
static lind_err unexpected(const lind_token *token, const char *expected) {
  char buffer[80];
  const char *hint = "";
  switch (token->kind) {
    case LIND_TOKEN_BAD:
      return lind_error_fail_at(LIND_ERR_INPUT, token->where, "'%.*s' %s", (int)(token->length > 40 ? 40 : token->length),
                                token->begin, token->problem);
    case LIND_TOKEN_IF:
      hint = "; an 'if' inside an expression needs parentheses: (if ... then ... else ...)";
      break;
    case LIND_TOKEN_NOT:
      hint = "; a 'not' inside a comparison or a sum needs parentheses: (not ...)";
      break;
    case LIND_TOKEN_UNIT:
      hint = "; a unit follows a number, as in 5 [mg], or 'in', as in x in [mg]";
      break;
    case LIND_TOKEN_NAME:
      if (names_unit(token)) hint = "; a unit stands in brackets, as in 5 [mg]";
      break;
    case LIND_TOKEN_ASSIGN:
      hint = "; a comparison is written ==";
      break;
    default:
      break;
  }
  return lind_error_fail_at(LIND_ERR_INPUT, token->where, "%s is expected, but %s%s", expected, found(token, buffer), hint);
}

static lind_err parse_unit(const lind_token *token, lind_unit *unit) {
  char text[sizeof unit->text];
  LIND_CHECK_AT(token->length > 0, LIND_ERR_INPUT, token->where, "the unit between '[' and ']' is missing");
  LIND_CHECK_AT(token->length < sizeof text, LIND_ERR_INPUT, token->where, "the unit '%.20s...' is longer than %zu characters",
                token->start, sizeof text - 1);
  memcpy(text, token->start, token->length);
  text[token->length] = '\0';
  const lind_err err = lind_unit_parse(text, unit);
  if (err != LIND_OK) return lind_error_fail_at(err, token->where, "%s", lind_error_message());
  return LIND_OK;
}

static lind_err parse_number(parser *p, lind_tree **tree) {
  const lind_token number = take(p);
  lind_tree *made;
  LIND_TRY(lind_expression_constant(p->arena, number.value, lind_expression_plain, number.where, &made));
  if (p->token.kind == LIND_TOKEN_UNIT) {
    LIND_TRY(parse_unit(&p->token, &made->unit));
    (void)take(p);
    made->type.dimension = made->unit.dimension;
    made->value = number.value * made->unit.scale;
    LIND_CHECK_AT(isfinite(made->value), LIND_ERR_INPUT, number.where, "%g [%s] is too large a quantity", number.value,
                  made->unit.text);
  } else { /* the text marks a bare literal: a bare 0 goes with any dimension */
    made->text = copy_text(p->arena, number.start, number.length);
    LIND_CHECK(made->text != NULL, LIND_ERR_MEMORY, "no memory for an expression");
  }
  *tree = made;
  return LIND_OK;
}

static lind_err parse_word(parser *p, lind_op op, lind_tree **tree) {
  const lind_token word = take(p);
  lind_tree *made;
  LIND_TRY(lind_expression_node(p->arena, op, lind_expression_plain, word.where, 0, NULL, &made));
  made->text = copy_text(p->arena, word.start, word.length);
  LIND_CHECK(made->text != NULL, LIND_ERR_MEMORY, "no memory for an expression");
  *tree = made;
  return LIND_OK;
}

static lind_err parse_close(parser *p, const lind_token *open) {
  if (accept(p, LIND_TOKEN_CLOSE)) return LIND_OK;
  char expected[80];
  (void)snprintf(expected, sizeof expected, "')' for the '(' of line %d, column %d", open->where.line, open->where.column);
  return unexpected(&p->token, expected);
}

/* "key = value" or "else = value" or a plain argument */
static lind_err parse_argument(parser *p, lind_tree **tree) {
  lind_where where = p->token.where;
  lind_tree *parts[2];
  int n = 0;
  if (p->token.kind == LIND_TOKEN_ELSE) {
    (void)take(p);
    if (p->token.kind != LIND_TOKEN_ASSIGN) return unexpected(&p->token, "'=' after 'else'");
  } else {
    LIND_TRY(parse_level(p, LIND_LEVEL_IF, &parts[n++]));
    where = parts[0]->where;
  }
  if (!accept(p, LIND_TOKEN_ASSIGN)) {
    *tree = parts[0];
    return LIND_OK;
  }
  LIND_TRY(parse_level(p, LIND_LEVEL_IF, &parts[n++]));
  return lind_expression_node(p->arena, LIND_OP_CASE, lind_expression_plain, where, n, parts, tree);
}

static lind_err parse_call(parser *p, lind_tree *call) {
  const lind_token open = take(p);
  int room = 0, n = 0;
  lind_tree **arguments = NULL;
  call->op = LIND_OP_CALL;
  if (p->token.kind != LIND_TOKEN_CLOSE) {
    do {
      if (n == room) {
        lind_tree **more;
        room = room == 0 ? 4 : 2 * room;
        LIND_TAKE(more, p->arena, room);
        if (n > 0) memcpy(more, arguments, (size_t)n * sizeof *more);
        arguments = more;
      }
      LIND_TRY(parse_argument(p, &arguments[n]));
      ++n;
    } while (accept(p, LIND_TOKEN_COMMA));
  }
  LIND_TRY(parse_close(p, &open));
  call->n = n;
  call->children = arguments;
  return LIND_OK;
}

static lind_err parse_truth(parser *p, lind_tree **tree) {
  const lind_token word = take(p);
  return lind_expression_constant(p->arena, word.kind == LIND_TOKEN_TRUE ? 1.0 : 0.0, lind_expression_truth, word.where, tree);
}

static lind_err parse_atom(parser *p, lind_tree **tree) {
  switch (p->token.kind) {
    case LIND_TOKEN_NUMBER:
      return parse_number(p, tree);
    case LIND_TOKEN_TEXT:
      return parse_word(p, LIND_OP_TEXT, tree);
    case LIND_TOKEN_TRUE:
    case LIND_TOKEN_FALSE:
      return parse_truth(p, tree);
    case LIND_TOKEN_NAME: {
      lind_tree *name;
      LIND_TRY(parse_word(p, LIND_OP_NAME, &name));
      if (p->token.kind == LIND_TOKEN_OPEN) LIND_TRY(parse_call(p, name));
      *tree = name;
      return LIND_OK;
    }
    case LIND_TOKEN_OPEN: {
      const lind_token open = take(p);
      lind_tree *inside;
      LIND_TRY(parse_level(p, LIND_LEVEL_IF, &inside));
      LIND_TRY(parse_close(p, &open));
      *tree = inside;
      return LIND_OK;
    }
    default:
      return unexpected(&p->token, "a value");
  }
}

static lind_err parse_postfix(parser *p, lind_tree **tree) {
  lind_tree *left;
  LIND_TRY(parse_atom(p, &left));
  while (p->token.kind == LIND_TOKEN_IN) {
    const lind_token in = take(p);
    if (p->token.kind != LIND_TOKEN_UNIT) return unexpected(&p->token, "a unit in brackets after 'in'");
    lind_tree *made;
    LIND_TRY(lind_expression_node(p->arena, LIND_OP_IN, lind_expression_plain, in.where, 1, &left, &made));
    LIND_TRY(parse_unit(&p->token, &made->unit));
    (void)take(p);
    left = made;
  }
  *tree = left;
  return LIND_OK;
}

static lind_err parse_if(parser *p, lind_tree **tree) {
  const lind_token word = take(p);
  lind_tree *parts[3];
  LIND_TRY(parse_level(p, LIND_LEVEL_OR, &parts[0]));
  if (!accept(p, LIND_TOKEN_THEN)) return unexpected(&p->token, "'then' after the condition of 'if'");
  LIND_TRY(parse_level(p, LIND_LEVEL_IF, &parts[1]));
  if (!accept(p, LIND_TOKEN_ELSE)) return unexpected(&p->token, "'else' after 'if A then B'");
  LIND_TRY(parse_level(p, LIND_LEVEL_IF, &parts[2]));
  return lind_expression_node(p->arena, LIND_OP_SELECT, lind_expression_plain, word.where, 3, parts, tree);
}

static lind_err parse_prefix(parser *p, int level, lind_tree **tree) {
  const bool negates = p->token.kind == LIND_TOKEN_MINUS;
  const int own = negates ? LIND_LEVEL_UNARY : LIND_LEVEL_NOT;
  if (p->token.kind == LIND_TOKEN_IF && level == LIND_LEVEL_IF) return parse_if(p, tree);
  if ((!negates && p->token.kind != LIND_TOKEN_NOT) || own < level) return parse_postfix(p, tree);
  const lind_token word = take(p);
  lind_tree *operand;
  LIND_TRY(parse_level(p, own, &operand));
  return lind_expression_node(p->arena, negates ? LIND_OP_NEGATE : LIND_OP_NOT, lind_expression_plain, word.where, 1, &operand,
                              tree);
}

static int binary_row(lind_token_kind kind) {
  for (int i = 0; i < (int)(sizeof binaries / sizeof binaries[0]); ++i)
    if (binaries[i].token == kind) return i;
  return -1;
}

static lind_err parse_binary(parser *p, int row, lind_tree **left) {
  const lind_op op = binaries[row].op;
  const lind_operator *rule = lind_expression_operator(op);
  const lind_token mark = take(p);
  lind_tree *right, *made;
  LIND_TRY(parse_level(p, rule->right, &right));
  const int next = binary_row(p->token.kind);
  if (rule->level == LIND_LEVEL_COMPARE && next >= 0 && lind_expression_operator(binaries[next].op)->level == LIND_LEVEL_COMPARE)
    return lind_error_fail_at(LIND_ERR_INPUT, p->token.where, "comparisons do not chain; write a < b and b < c");
  lind_tree *pair[2] = {binaries[row].swapped ? right : *left, binaries[row].swapped ? *left : right};
  LIND_TRY(lind_expression_node(p->arena, op, lind_expression_plain, mark.where, 2, pair, &made));
  if (binaries[row].swapped) made->text = op == LIND_OP_LESS ? ">" : ">="; /* to print it as it was written */
  *left = made;
  return LIND_OK;
}

static lind_err too_deep(lind_where where) {
  return lind_error_fail_at(LIND_ERR_INPUT, where, "the expression has more than %d terms in a row; give its parts names",
                            LIND_EXPRESSION_LEVELS);
}

static lind_err parse_level(parser *p, int level, lind_tree **tree) {
  LIND_CHECK_AT(p->nesting < LIND_EXPRESSION_NESTING, LIND_ERR_INPUT, p->token.where,
                "the expression is nested more than %d deep; give its parts names", LIND_EXPRESSION_NESTING);
  ++p->nesting;
  lind_tree *left;
  LIND_TRY(parse_prefix(p, level, &left));
  for (int row, terms = 1; (row = binary_row(p->token.kind)) >= 0; ++terms) {
    if (lind_expression_operator(binaries[row].op)->level < level) break;
    if (terms >= LIND_EXPRESSION_LEVELS) return too_deep(p->token.where);
    LIND_TRY(parse_binary(p, row, &left));
  }
  --p->nesting;
  *tree = left;
  return LIND_OK;
}

static lind_err parse_from(parser *p, const char *text, lind_where origin, int first_column, lind_arena *arena,
                           lind_tree **tree) {
  *p = (parser){.end = text, .arena = arena};
  lind_lexer_init(&p->lexer, text, origin, first_column);
  p->token = lind_lexer_next(&p->lexer);
  const lind_where where = p->token.where;
  LIND_CHECK_AT(p->token.kind != LIND_TOKEN_END, LIND_ERR_INPUT, origin, "an expression is expected here, but there is none");
  lind_tree *made;
  LIND_TRY(parse_level(p, LIND_LEVEL_IF, &made));
  if (lind_expression_deeper(made, LIND_EXPRESSION_LEVELS)) return too_deep(where);
  *tree = made;
  return LIND_OK;
}

lind_err lind_expression_parse(const char *text, lind_where origin, lind_arena *arena, lind_tree **tree) {
  parser p;
  lind_tree *made;
  LIND_TRY(parse_from(&p, text, origin, origin.column, arena, &made));
  const lind_token *rest = &p.token;
  if (rest->kind == LIND_TOKEN_CLOSE) return lind_error_fail_at(LIND_ERR_INPUT, rest->where, "')' has no '(' before it");
  if (rest->kind != LIND_TOKEN_END) return unexpected(rest, "an operator or the end of the expression");
  *tree = made;
  return LIND_OK;
}

lind_err lind_expression_parse_head(const char *text, lind_where origin, lind_arena *arena, lind_tree **tree, const char **end) {
  parser p;
  lind_tree *made;
  LIND_TRY(parse_from(&p, text, origin, 1, arena, &made));
  *tree = made;
  *end = p.end;
  return LIND_OK;
}
