#include "references.h"

lind_err lind_references_tree(lind_tree *tree, lind_references_see see, void *context) {
  if (tree == NULL) return LIND_OK;
  if (tree->op == LIND_OP_NAME) LIND_TRY(see(context, &tree->text, tree->where));
  for (int i = 0; i < tree->n; ++i) LIND_TRY(lind_references_tree(tree->children[i], see, context));
  return LIND_OK;
}

static lind_err request(const lind_request *request, lind_references_see see, void *context) {
  for (int i = 0; i < request->n; ++i)
    for (int k = 0; k < request->arguments[i].n; ++k)
      LIND_TRY(lind_references_tree(request->arguments[i].values[k], see, context));
  return LIND_OK;
}

static bool changes_state(lind_says kind) { return kind == LIND_SAYS_DERIVATIVE || kind == LIND_SAYS_NOISE; }

lind_err lind_references_read(lind_statement *s, lind_references_see see, void *context) {
  LIND_TRY(lind_references_tree(s->value, see, context));
  LIND_TRY(lind_references_tree(s->back, see, context));
  LIND_TRY(request(&s->request, see, context));
  LIND_TRY(request(&s->extra, see, context));
  for (int side = 0; side < 2; ++side)
    for (int i = 0; i < s->side[side].n; ++i)
      LIND_TRY(see(context, &s->side[side].species[i].name, s->side[side].species[i].where));
  for (int i = 0; i < s->n_items; ++i) {
    if (s->kind != LIND_SAYS_SET && s->kind != LIND_SAYS_USE) LIND_TRY(see(context, &s->items[i].name, s->items[i].where));
    LIND_TRY(lind_references_tree(s->item_values[i], see, context));
  }
  const bool again = s->kind == LIND_SAYS_OUTPUT && s->value == NULL;
  if (again || changes_state(s->kind)) LIND_TRY(see(context, &s->names[0].name, s->names[0].where));
  return LIND_OK;
}

lind_err lind_references_own(lind_statement *s, lind_references_see see, void *context) {
  const bool again = s->kind == LIND_SAYS_OUTPUT && s->value == NULL;
  for (int i = 0; i < s->n && !again && !changes_state(s->kind); ++i)
    LIND_TRY(see(context, &s->names[i].name, s->names[i].where));
  for (int i = 0; i < s->n_items && s->kind == LIND_SAYS_SET; ++i) LIND_TRY(see(context, &s->items[i].name, s->items[i].where));
  return LIND_OK;
}
