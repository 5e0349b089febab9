/* expression.h -- the expressions that models, cohorts and rules are written in: text -> tree -> checked tree -> program.
 *
 * Grammar, from loose to tight:   if A then B else C | or | and | not | < <= > >= == != | + - | * / | unary - | ^ (right) | call,
 * atom Atoms: 1.5  75 [year]  name  "text"  true  false  (e)  e in [kg]  f(a, b); `#` begins a comment that ends with its line
 *   - `75 [year]` is a quantity, a bare number is dimensionless, `x in [kg]` is the plain number of x in kg (binds tighter than
 * ^).
 *   - `gene == "A/G"` compares a genotype without order; `count(gene, "*3")` is 0, 1 or 2;
 *     `alleles(gene, "*1" = a, "*2" = b, else = c)` is the sum over the two alleles (without else, every allele that the gene can
 *     have must be named, or the check fails: nothing falls through silently). A level called "other" stands for all not named.
 *     `genotypes(gene, "A/A" = a, "A/G" = b, else = c)` looks the pair up without order (without else, every pair must be named).
 *   - `category == "level"`: an unknown level is an error that names the nearest.
 *   - `table(x, 1.5 = 8 [mg], 1.7 = 7 [mg], else = 3 [mg])`: the value of the first bound with x < bound, or else.
 *   - functions: exp log log10 sqrt abs floor ceil round(x) round(x, to) min max pow  sin cos tanh atan  normal_quantile clamp(x,
 * lo, hi)
 *   - a literal bare 0 goes with any dimension. docs/reference/expressions.md has all rules and examples of sentences.
 * After lind_expression_check a tree holds only the core: constants, slots, arithmetic, comparisons, logic, select, functions.
 *
 * The lane evaluator is one of the two back ends; src/language prints the same tree as C. Depends on: error, arena, unit, lane.
 */
#ifndef LIND_EXPRESSION_H
#define LIND_EXPRESSION_H

#include <stdbool.h>

#include "lind/arena.h"
#include "lind/error.h"
#include "lind/lane.h"
#include "lind/unit.h"

typedef enum { LIND_TYPE_NUMBER, LIND_TYPE_TRUTH, LIND_TYPE_CATEGORY, LIND_TYPE_GENOTYPE } lind_type_kind;

typedef struct lind_levels { /* of a category: its levels; of a genotype: the gene's alleles. Codes are indices. */
  int n;
  const char *const *names;
} lind_levels;

typedef struct lind_type {
  lind_type_kind kind;
  lind_dimension dimension;  /* NUMBER */
  const lind_levels *levels; /* CATEGORY, GENOTYPE */
} lind_type;

/* A name that an expression may use. A genotype occupies slot and slot + 1 (allele codes, smaller first). */
typedef struct lind_symbol {
  const char *name;
  lind_type type;
  int slot;          /* index into the frame the program runs on; -1: known but not available here (see `about`) */
  const char *about; /* one line, for describe and for messages */
} lind_symbol;

typedef struct lind_scope lind_scope;
struct lind_scope {
  const lind_symbol *symbols;
  int n;
  const lind_scope *outer; /* looked up next; NULL */
  const char *what;        /* "a dosing rule": for messages */
};

typedef enum {
  LIND_OP_CONSTANT, /* value (canonical) */
  LIND_OP_SLOT,     /* slot */
  LIND_OP_NEGATE,
  LIND_OP_ADD,
  LIND_OP_SUBTRACT,
  LIND_OP_MULTIPLY,
  LIND_OP_DIVIDE,
  LIND_OP_POWER,
  LIND_OP_LESS,
  LIND_OP_LESS_EQUAL,
  LIND_OP_EQUAL,
  LIND_OP_DIFFERENT, /* > and >= are written with swapped children */
  LIND_OP_AND,
  LIND_OP_OR,
  LIND_OP_NOT,
  LIND_OP_SELECT,   /* child 0 ? child 1 : child 2 (both sides are evaluated) */
  LIND_OP_FUNCTION, /* function, children */
  LIND_OP_CORE_COUNT,
  /* only before the check: */
  LIND_OP_NAME,
  LIND_OP_TEXT,
  LIND_OP_CALL,
  LIND_OP_IN,
  LIND_OP_CASE
} lind_op;

#define LIND_FUNCTION_LIST(X) \
  X(EXP, "exp", 1)            \
  X(LOG, "log", 1)            \
  X(LOG10, "log10", 1)        \
  X(SQRT, "sqrt", 1)          \
  X(ABS, "abs", 1)            \
  X(FLOOR, "floor", 1)        \
  X(CEIL, "ceil", 1)          \
  X(MIN, "min", 2)            \
  X(MAX, "max", 2)            \
  X(SIN, "sin", 1)            \
  X(COS, "cos", 1)            \
  X(TANH, "tanh", 1)          \
  X(ATAN, "atan", 1)          \
  X(NORMAL_QUANTILE, "normal_quantile", 1)
#define LIND_FUNCTION_ENUM(name, text, arity) LIND_FN_##name,
typedef enum { LIND_FUNCTION_LIST(LIND_FUNCTION_ENUM) LIND_FN_COUNT } lind_function;
#undef LIND_FUNCTION_ENUM

typedef struct lind_tree lind_tree;
struct lind_tree {
  lind_op op;
  lind_type type; /* after the check */
  lind_where where;
  double value; /* CONSTANT: canonical; a truth is 0 or 1, a level or allele its code. SLOT of a genotype: which allele, 1 or 2 */
  int slot;     /* SLOT */
  lind_function function; /* FUNCTION */
  const char *text;       /* NAME, TEXT, CALL: as written; SLOT: the symbol's name, for printing; a comparison written > or >= */
  lind_unit unit;         /* CONSTANT with a unit, IN */
  int n;
  lind_tree **children; /* [n] */
};

/* ---- text -> tree ---------------------------------------------------------------------------------------------------------- */

/* The whole of `text` is one expression; `origin` is the place of its first character. Lines after the first begin at the column
 * of `origin`, as those of a YAML block do. */
lind_err lind_expression_parse(const char *text, lind_where origin, lind_arena *arena, lind_tree **tree) LIND_MUST_CHECK;
/* An expression at the head of `text`; *end is set behind it (used by the model language for `a = expr error ...`). Line ends are
 * blanks: the expression goes on while it can. Lines after the first begin at column 1, as those of a file do. */
lind_err lind_expression_parse_head(const char *text, lind_where origin, lind_arena *arena, lind_tree **tree,
                                    const char **end) LIND_MUST_CHECK;

/* ---- names, types, units; lowering to the core
 * --------------------------------------------------------------------------------- */

/* `tree` is not changed and may be checked again in another scope. The core borrows the names and levels of the scope. Units that
 * do not agree are LIND_ERR_UNIT, everything else that is wrong with the text LIND_ERR_INPUT. */
lind_err lind_expression_check(lind_tree *tree, const lind_scope *scope, lind_arena *arena, lind_tree **core) LIND_MUST_CHECK;
/* check + the result must be a number of that dimension, or a truth */
lind_err lind_expression_check_number(lind_tree *tree, const lind_scope *scope, lind_dimension dimension, lind_arena *arena,
                                      lind_tree **core) LIND_MUST_CHECK;
lind_err lind_expression_check_truth(lind_tree *tree, const lind_scope *scope, lind_arena *arena,
                                     lind_tree **core) LIND_MUST_CHECK;
const lind_symbol *lind_expression_find(const lind_scope *scope, const char *name);
bool lind_expression_uses(const lind_tree *core, int slot);
lind_err lind_expression_genotype(const char *text, const lind_symbol *gene, lind_where where,
                                  int codes[2]) LIND_MUST_CHECK; /* "A/G" */
/* Readable text of a core tree (names from SLOT.text); also used in model documentation. */
void lind_expression_print(const lind_tree *core, char *buffer, size_t size);

/* ---- evaluation -------------------------------------------------------------------------------------------------------------
 */

typedef struct lind_program lind_program; /* const after creation; any number of threads may run it */
lind_err lind_program_create(const lind_tree *core, lind_arena *arena, const lind_program **program) LIND_MUST_CHECK;
/* result: a truth is 0 or 1. frame: lanes indexed by slot. At most LIND_PROGRAM_DEPTH temporaries live on the stack of the call.
 */
enum { LIND_PROGRAM_DEPTH = 64 };
void lind_program_run(const lind_program *program, const lind_lane *frame, lind_lane *result);
double lind_program_run_one(const lind_program *program, const double *slots, int n_slots); /* a single patient */

#endif
