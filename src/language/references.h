/* references.h -- every name that stands in a statement, so that composing can rename and order statements without knowing their
 * kinds. */
#ifndef LIND_LANGUAGE_REFERENCES_H
#define LIND_LANGUAGE_REFERENCES_H

#include "statement.h"

/* `name` may be replaced. A failure ends the walk. */
typedef lind_err (*lind_references_see)(void *context, const char **name, lind_where where);

/* What the statement is made of: names in its expressions, states that it changes, of an output without value its own name. Not
 * what it defines, nor parameters of a set or module. */
lind_err lind_references_read(lind_statement *s, lind_references_see see, void *context) LIND_MUST_CHECK;
/* What it calls its own: what it defines, the state of a derivative, the name of a set, parameters of a set. */
lind_err lind_references_own(lind_statement *s, lind_references_see see, void *context) LIND_MUST_CHECK;
lind_err lind_references_tree(lind_tree *tree, lind_references_see see, void *context) LIND_MUST_CHECK;

#endif
