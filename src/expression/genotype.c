/* Categories and genotypes -> core: comparisons of slots with codes. A genotype is two slots, its allele codes, the smaller
 * first. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "lind/text.h"

/* ---- levels and diplotypes
 * ---------------------------------------------------------------------------------------------------------- */

static lind_err level_code(const lind_symbol *symbol, const char *text, lind_where where, int *code) {
  const lind_levels *levels = symbol->type.levels;
  for (int i = 0; i < levels->n; ++i)
    if (strcmp(levels->names[i], text) == 0) {
      *code = i;
      return LIND_OK;
    }
  char list[240];
  const bool allele = symbol->type.kind == LIND_TYPE_GENOTYPE;
  const char *nearest = allele ? NULL : lind_text_nearest(text, levels->names, (size_t)levels->n);
  if (nearest != NULL)
    return lind_error_fail_at(LIND_ERR_INPUT, where, "'%s' is not a level of %s; did you mean '%s'?", text, symbol->name,
                              nearest);
  return lind_error_fail_at(LIND_ERR_INPUT, where, "'%s' is not %s of %s; known are %s", text, allele ? "an allele" : "a level",
                            symbol->name, lind_text_list(levels->names, (size_t)levels->n, list, sizeof list));
}

static lind_err trimmed(const char *start, size_t n, char *buffer, size_t size) {
  while (n > 0 && *start == ' ') ++start, --n;
  while (n > 0 && start[n - 1] == ' ') --n;
  if (n >= size) n = size - 1; /* no allele has so long a name: the look-up fails with its sentence */
  memcpy(buffer, start, n);
  buffer[n] = '\0';
  return LIND_OK;
}

lind_err lind_expression_genotype(const char *text, const lind_symbol *gene, lind_where where, int codes[2]) {
  char first[128], second[128];
  const char *slash = strchr(text, '/');
  LIND_CHECK_AT(gene->type.kind == LIND_TYPE_GENOTYPE && gene->type.levels != NULL, LIND_ERR_INPUT, where, "'%s' is not a gene",
                gene->name);
  LIND_CHECK_AT(slash != NULL && strchr(slash + 1, '/') == NULL, LIND_ERR_INPUT, where,
                "'%s' is not a genotype of %s: two alleles with one '/' between them, such as %s/%s", text, gene->name,
                gene->type.levels->names[0], gene->type.levels->names[gene->type.levels->n - 1]);
  LIND_TRY(trimmed(text, (size_t)(slash - text), first, sizeof first));
  LIND_TRY(trimmed(slash + 1, strlen(slash + 1), second, sizeof second));
  int a, b;
  LIND_TRY(level_code(gene, first, where, &a));
  LIND_TRY(level_code(gene, second, where, &b));
  codes[0] = a < b ? a : b;
  codes[1] = a < b ? b : a;
  return LIND_OK;
}

/* ---- tests
 * ---------------------------------------------------------------------------------------------------------------------------- */

/* which: 1 or 2 of a genotype's alleles, 0 for a category */
static lind_err level_test(lind_checker *checker, lind_op op, const lind_symbol *symbol, int which, int code, lind_where where,
                           lind_tree **test) {
  lind_tree *pair[2];
  LIND_TRY(lind_check_node(checker, LIND_OP_SLOT, symbol->type, where, 0, NULL, &pair[0]));
  pair[0]->slot = symbol->slot + (which == 2 ? 1 : 0);
  pair[0]->text = symbol->name;
  pair[0]->value = which; /* for printing */
  LIND_TRY(lind_check_constant(checker, code, symbol->type, where, &pair[1]));
  return lind_check_node(checker, op, lind_expression_truth, where, 2, pair, test);
}

static lind_err diplotype_test(lind_checker *checker, bool equal, const lind_symbol *gene, const int codes[2], lind_where where,
                               lind_tree **test) {
  lind_tree *pair[2];
  for (int i = 0; i < 2; ++i)
    LIND_TRY(level_test(checker, equal ? LIND_OP_EQUAL : LIND_OP_DIFFERENT, gene, i + 1, codes[i], where, &pair[i]));
  return lind_check_node(checker, equal ? LIND_OP_AND : LIND_OP_OR, lind_expression_truth, where, 2, pair, test);
}

static bool is_level_symbol(lind_checker *checker, const lind_tree *tree) {
  if (tree->op != LIND_OP_NAME) return false;
  const lind_symbol *symbol = lind_expression_find(checker->scope, tree->text);
  return symbol != NULL && (symbol->type.kind == LIND_TYPE_CATEGORY || symbol->type.kind == LIND_TYPE_GENOTYPE);
}

static bool is_allele_call(const lind_tree *tree) { return tree->op == LIND_OP_CALL && strcmp(tree->text, "allele") == 0; }

bool lind_genotype_compares(lind_checker *checker, const lind_tree *tree) {
  if (tree->op != LIND_OP_EQUAL && tree->op != LIND_OP_DIFFERENT) return false;
  for (int i = 0; i < 2; ++i) {
    const lind_tree *side = tree->children[i];
    if (side->op == LIND_OP_TEXT || is_allele_call(side) || is_level_symbol(checker, side)) return true;
  }
  return false;
}

static lind_err gene_symbol(lind_checker *checker, const lind_tree *call, const lind_symbol **gene) {
  const lind_tree *name = call->children[0];
  const lind_symbol *symbol;
  LIND_CHECK_AT(name->op == LIND_OP_NAME, LIND_ERR_INPUT, name->where, "%s(...) begins with the name of a gene", call->text);
  LIND_TRY(lind_scope_symbol(checker->scope, name, checker->arena, &symbol));
  LIND_CHECK_AT(symbol->type.kind == LIND_TYPE_GENOTYPE, LIND_ERR_INPUT, name->where, "'%s' is not a gene, as %s(...) needs it%s",
                symbol->name, call->text,
                symbol->type.kind == LIND_TYPE_CATEGORY ? "; a category is compared, as in x == \"level\"" : "");
  *gene = symbol;
  return LIND_OK;
}

/* allele(gene, 1) == "*2": what a printed core tree says of one allele */
static lind_err compare_allele(lind_checker *checker, const lind_tree *tree, const lind_tree *call, const lind_tree *text,
                               lind_tree **core) {
  const lind_symbol *gene;
  int code;
  LIND_CHECK_AT(call->n == 2 && call->children[1]->op == LIND_OP_CONSTANT &&
                    (call->children[1]->value == 1.0 || call->children[1]->value == 2.0),
                LIND_ERR_INPUT, call->where, "allele(gene, 1) or allele(gene, 2) is meant");
  LIND_TRY(gene_symbol(checker, call, &gene));
  LIND_TRY(level_code(gene, text->text, text->where, &code));
  return level_test(checker, tree->op, gene, (int)call->children[1]->value, code, tree->where, core);
}

static __attribute__((noinline)) lind_err not_compared(lind_checker *checker, const lind_tree *tree, const lind_tree *side) {
  lind_units_text excerpt;
  if (side->op == LIND_OP_TEXT)
    return lind_error_fail_at(LIND_ERR_INPUT, tree->where, "'%s' compares two texts; one side must be a category or a gene",
                              lind_units_excerpt(tree, excerpt));
  const lind_symbol *symbol = is_level_symbol(checker, side) ? lind_expression_find(checker->scope, side->text) : NULL;
  if (symbol == NULL)
    return lind_error_fail_at(LIND_ERR_INPUT, tree->where, "'%s' compares an allele with what is no allele in quotes",
                              lind_units_excerpt(tree, excerpt));
  return lind_error_fail_at(LIND_ERR_INPUT, tree->where, "'%s' must be compared with %s", symbol->name,
                            symbol->type.kind == LIND_TYPE_GENOTYPE ? "a genotype in quotes, such as \"*1/*2\""
                                                                    : "one of its levels in quotes, as in x == \"level\"");
}

static __attribute__((noinline)) lind_err no_levels(const lind_tree *tree, const lind_tree *side, const lind_tree *text) {
  lind_units_text excerpt;
  return lind_error_fail_at(LIND_ERR_INPUT, tree->where, "'%s' is neither a category nor a gene and cannot be \"%.40s\"",
                            lind_units_excerpt(side, excerpt), text->text);
}

lind_err lind_genotype_compare(lind_checker *checker, const lind_tree *tree, lind_tree **core) {
  const int t = tree->children[0]->op == LIND_OP_TEXT ? 0 : 1;
  const lind_tree *text = tree->children[t], *side = tree->children[1 - t];
  if (text->op != LIND_OP_TEXT) {
    const bool first = is_level_symbol(checker, side) || is_allele_call(side);
    return not_compared(checker, tree, first ? side : text);
  }
  if (side->op == LIND_OP_TEXT) return not_compared(checker, tree, side);
  if (is_allele_call(side)) return compare_allele(checker, tree, side, text, core);
  if (side->op != LIND_OP_NAME) return no_levels(tree, side, text);
  const lind_symbol *symbol;
  LIND_TRY(lind_scope_symbol(checker->scope, side, checker->arena, &symbol));
  if (symbol->type.kind == LIND_TYPE_GENOTYPE) {
    int codes[2];
    LIND_TRY(lind_expression_genotype(text->text, symbol, text->where, codes));
    return diplotype_test(checker, tree->op == LIND_OP_EQUAL, symbol, codes, tree->where, core);
  }
  if (symbol->type.kind != LIND_TYPE_CATEGORY) return no_levels(tree, side, text);
  int code;
  LIND_TRY(level_code(symbol, text->text, text->where, &code));
  return level_test(checker, tree->op, symbol, 0, code, tree->where, core);
}

/* ---- functions of a gene
 * --------------------------------------------------------------------------------------------------------------- */

lind_err lind_genotype_count(lind_checker *checker, const lind_tree *call, lind_tree **core) {
  const lind_symbol *gene;
  const lind_tree *text = call->children[1];
  int code;
  lind_tree *pair[2];
  LIND_TRY(gene_symbol(checker, call, &gene));
  LIND_CHECK_AT(text->op == LIND_OP_TEXT, LIND_ERR_INPUT, text->where, "count(gene, \"*3\") needs an allele in quotes");
  LIND_TRY(level_code(gene, text->text, text->where, &code));
  for (int i = 0; i < 2; ++i) {
    lind_tree *test, *one, *zero;
    LIND_TRY(level_test(checker, LIND_OP_EQUAL, gene, i + 1, code, call->where, &test));
    LIND_TRY(lind_check_constant(checker, 1.0, lind_expression_plain, call->where, &one));
    LIND_TRY(lind_check_constant(checker, 0.0, lind_expression_plain, call->where, &zero));
    LIND_TRY(lind_check_select(checker, test, one, zero, call->where, &pair[i]));
  }
  return lind_check_node(checker, LIND_OP_ADD, lind_expression_plain, call->where, 2, pair, core);
}

typedef struct cases {
  const lind_symbol *gene;
  int n;              /* named cases */
  int (*codes)[2];    /* [n]; alleles: both the same */
  bool *named;        /* [alleles * alleles], diplotypes [smaller * n + larger]; alleles: [code] */
  lind_tree **values; /* [n], then that of else */
  bool otherwise;
} cases;

static lind_err read_case(lind_checker *checker, const lind_tree *call, const lind_tree *part, bool pairs, int i, cases *all) {
  const int n_alleles = all->gene->type.levels->n;
  LIND_CHECK_AT(part->op == LIND_OP_CASE && part->children[0]->op == LIND_OP_TEXT, LIND_ERR_INPUT, part->where,
                "a case of %s(...) is written %s = value", call->text, pairs ? "\"*1/*2\"" : "\"*1\"");
  const lind_tree *key = part->children[0];
  int *codes = all->codes[i];
  if (pairs) {
    LIND_TRY(lind_expression_genotype(key->text, all->gene, key->where, codes));
  } else {
    LIND_TRY(level_code(all->gene, key->text, key->where, &codes[0]));
    codes[1] = codes[0];
  }
  bool *named = &all->named[pairs ? codes[0] * n_alleles + codes[1] : codes[0]];
  LIND_CHECK_AT(!*named, LIND_ERR_INPUT, key->where, "'%s' is named twice in %s(...)", key->text, call->text);
  *named = true;
  return lind_check_number(checker, part->children[1], &all->values[i]);
}

/* Without else, every one must be named: nothing falls through silently. */
static __attribute__((noinline)) lind_err complete(const lind_tree *call, bool pairs, const cases *all) {
  const lind_levels *levels = all->gene->type.levels;
  char list[240] = "";
  size_t used = 0;
  for (int a = 0; a < levels->n; ++a)
    for (int b = pairs ? a : 0; b < (pairs ? levels->n : 1); ++b) {
      if (all->named[pairs ? a * levels->n + b : a] || used + 4 >= sizeof list) continue;
      const char *between = used > 0 ? ", " : "";
      if (strlen(levels->names[a]) + strlen(levels->names[b]) + 8 > sizeof list - used)
        used += (size_t)snprintf(list + used, 6, "%s...", between) + sizeof list;
      else if (pairs)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s/%s", between, levels->names[a], levels->names[b]);
      else
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", between, levels->names[a]);
    }
  LIND_CHECK_AT(used == 0, LIND_ERR_INPUT, call->where, "%s(%s, ...) says nothing of %s; name them or end with else = value",
                call->text, all->gene->name, list);
  return LIND_OK;
}

static lind_err read_cases(lind_checker *checker, const lind_tree *call, bool pairs, cases *all) {
  int n;
  const lind_tree *otherwise;
  LIND_TRY(gene_symbol(checker, call, &all->gene));
  LIND_TRY(lind_lower_else(call, &n, &otherwise));
  const size_t n_alleles = (size_t)all->gene->type.levels->n;
  LIND_CHECK_AT(n >= 2, LIND_ERR_INPUT, call->where, "%s(gene, ...) names no case, such as %s = value", call->text,
                pairs ? "\"*1/*2\"" : "\"*1\"");
  all->n = n - 1;
  all->otherwise = otherwise != NULL;
  LIND_TAKE(all->codes, checker->arena, all->n);
  LIND_TAKE(all->values, checker->arena, n);
  LIND_TAKE(all->named, checker->arena, pairs ? n_alleles * n_alleles : n_alleles);
  for (int i = 0; i < all->n; ++i) LIND_TRY(read_case(checker, call, call->children[i + 1], pairs, i, all));
  if (otherwise != NULL)
    LIND_TRY(lind_check_number(checker, otherwise, &all->values[all->n]));
  else
    LIND_TRY(complete(call, pairs, all));
  return lind_lower_values(call, all->otherwise ? n : n - 1, all->values, "gives", "or");
}

/* The cases as a chain of choices on one allele (which: 1 or 2) or on both (0); the second chain of alleles copies the values. */
static lind_err chain_cases(lind_checker *checker, const lind_tree *call, const cases *all, int which, lind_tree **chain) {
  const int last = all->otherwise ? all->n : all->n - 1;
  lind_tree *made = all->values[last];
  if (which == 2) LIND_TRY(lind_check_copy(checker, made, &made));
  for (int i = last - 1; i >= 0; --i) {
    lind_tree *test, *value = all->values[i];
    const lind_where where = call->children[i + 1]->where;
    if (which == 2) LIND_TRY(lind_check_copy(checker, value, &value));
    if (which == 0)
      LIND_TRY(diplotype_test(checker, true, all->gene, all->codes[i], where, &test));
    else
      LIND_TRY(level_test(checker, LIND_OP_EQUAL, all->gene, which, all->codes[i][0], where, &test));
    LIND_TRY(lind_check_select(checker, test, value, made, where, &made));
  }
  *chain = made;
  return LIND_OK;
}

lind_err lind_genotype_alleles(lind_checker *checker, const lind_tree *call, lind_tree **core) {
  cases all = {0};
  lind_tree *pair[2];
  LIND_TRY(read_cases(checker, call, false, &all));
  LIND_TRY(chain_cases(checker, call, &all, 1, &pair[0]));
  LIND_TRY(chain_cases(checker, call, &all, 2, &pair[1]));
  return lind_check_node(checker, LIND_OP_ADD, pair[0]->type, call->where, 2, pair, core);
}

lind_err lind_genotype_genotypes(lind_checker *checker, const lind_tree *call, lind_tree **core) {
  cases all = {0};
  LIND_TRY(read_cases(checker, call, true, &all));
  return chain_cases(checker, call, &all, 0, core);
}
