/* State events and times to events. A condition becomes one number, its margin, that is above 0 where the condition is true:
 * a > b has a - b, `and` the lesser of two margins, `or` the greater, `not` the opposite. */
#include <string.h>

#include "../expression/expression_internal.h"
#include "build.h"

enum { NONE = -1 };

/* ---- margins
 * ------------------------------------------------------------------------------------------------------------------------ */

static lind_err two(lind_graph *g, lind_function function, int a, int b, int *id) {
  return lind_graph_add(g, LIND_OP_FUNCTION, function, 2, (const int[]){a, b}, id);
}

/* +1 where a truth that stays as it is holds, else -1 */
static lind_err sign(lind_graph *g, int truth, int *id) {
  int yes, no;
  LIND_TRY(lind_graph_constant(g, 1.0, &yes));
  LIND_TRY(lind_graph_constant(g, -1.0, &no));
  return lind_graph_add(g, LIND_OP_SELECT, 0, 3, (const int[]){truth, yes, no}, id);
}

/* if c then a else b is (c and a) or (not c and b) */
static lind_err choice(lind_graph *g, int c, int a, int b, int *id) {
  int first, second, other;
  LIND_TRY(two(g, LIND_FN_MIN, c, a, &first));
  LIND_TRY(lind_graph_unary(g, LIND_OP_NEGATE, c, &other));
  LIND_TRY(two(g, LIND_FN_MIN, other, b, &second));
  return two(g, LIND_FN_MAX, first, second, id);
}

/* m[]: the margins of the vertices before. */
static lind_err margin(lind_graph *g, int self, bool dynamic, const int *m, lind_where where, int *id) {
  const lind_vertex v = g->vertices[self]; /* a copy: the graph grows */
  if (!dynamic) return v.op == LIND_OP_CONSTANT ? lind_graph_constant(g, v.value != 0.0 ? 1.0 : -1.0, id) : sign(g, self, id);
  switch (v.op) {
    case LIND_OP_LESS:
    case LIND_OP_LESS_EQUAL:
      return lind_graph_binary(g, LIND_OP_SUBTRACT, v.child[1], v.child[0], id);
    case LIND_OP_AND:
      return two(g, LIND_FN_MIN, m[v.child[0]], m[v.child[1]], id);
    case LIND_OP_OR:
      return two(g, LIND_FN_MAX, m[v.child[0]], m[v.child[1]], id);
    case LIND_OP_NOT:
      return lind_graph_unary(g, LIND_OP_NEGATE, m[v.child[0]], id);
    case LIND_OP_SELECT:
      return choice(g, m[v.child[0]], m[v.child[1]], m[v.child[2]], id);
    default:
      return lind_error_fail_at(LIND_ERR_INPUT, where,
                                "the condition compares with == or !=, which has no moment of passing; use <, <=, > or >=");
  }
}

/* Truths that the root is made of by logic alone; a truth inside a number keeps what it is. */
static void mark_logic(const lind_graph *g, const bool *dynamic, bool *marks) {
  for (int i = g->n - 1; i >= 0; --i) {
    const lind_vertex *v = &g->vertices[i];
    const bool logic = v->op == LIND_OP_AND || v->op == LIND_OP_OR || v->op == LIND_OP_NOT || v->op == LIND_OP_SELECT;
    for (int k = 0; marks[i] && dynamic[i] && logic && k < v->n; ++k) marks[v->child[k]] = true;
  }
}

static lind_err margin_of(lind_builder *b, int root, lind_where where, int *id) {
  lind_graph *g = &b->tree->graph;
  const int n = g->n;
  const bool *dynamic;
  bool *marks;
  int *m;
  LIND_TRY(lind_layout_dynamic(g, b->arena, &dynamic));
  LIND_TAKE(marks, b->arena, n);
  LIND_TAKE(m, b->arena, n);
  LIND_CHECK_AT(dynamic[root], LIND_ERR_INPUT, where,
                "the condition never changes: it is made of neither a state nor the time, so that it cannot become true");
  marks[root] = true;
  mark_logic(g, dynamic, marks);
  for (int i = 0; i <= root; ++i)
    if (marks[i]) LIND_TRY(margin(g, i, dynamic[i], m, where, &m[i]));
  *id = m[root];
  return LIND_OK;
}

static lind_err condition(lind_builder *b, const lind_statement *s, int *g) {
  lind_tree *core;
  int root;
  LIND_TRY(lind_names_check(b, s->value, LIND_MADE_OF_ALL, "a condition", &core));
  LIND_CHECK_AT(core->type.kind == LIND_TYPE_TRUTH, LIND_ERR_INPUT, s->value->where,
                "the condition is a number and must be a truth, such as x > 0");
  LIND_TRY(lind_graph_tree(&b->tree->graph, core, b->variables, &root));
  LIND_TRY(lind_delays_refuse(b, root, s->value->where, "a condition"));
  return margin_of(b, root, s->value->where, g);
}

/* ---- triggers
 * ------------------------------------------------------------------------------------------------------------------------ */

static lind_err read_resets(lind_builder *b, const lind_statement *s, int *states, int *values) {
  for (int i = 0; i < s->n_items; ++i) {
    lind_tree *core;
    LIND_TRY(lind_states_find(b, &s->items[i], "then", &states[i]));
    for (int k = 0; k < i; ++k)
      LIND_CHECK_AT(states[k] != states[i], LIND_ERR_INPUT, s->items[i].where, "'%s' is reset twice by one event",
                    s->items[i].name);
    LIND_TRY(
        lind_names_check_number(b, s->item_values[i], LIND_MADE_OF_ALL, "a reset", b->states[states[i]].unit.dimension, &core));
    LIND_TRY(lind_graph_tree(&b->tree->graph, core, b->variables, &values[i]));
    LIND_TRY(lind_delays_refuse(b, values[i], s->item_values[i]->where, "a reset"));
  }
  return LIND_OK;
}

static lind_err add_trigger(lind_builder *b, const lind_statement *s, lind_trigger_kind kind, int g) {
  const int index = b->model->n_triggers;
  int *states, *values;
  LIND_TAKE(states, b->arena, s->n_items);
  LIND_TAKE(values, b->arena, s->n_items);
  LIND_TRY(read_resets(b, s, states, values));
  const char *name = s->n > 0 ? s->names[0].name : lind_arena_format(b->arena, "when.%d", index + 1);
  LIND_CHECK(name != NULL, LIND_ERR_MEMORY, "no memory for an event");
  b->triggers[index] = (lind_model_trigger){.name = name,
                                            .about = s->text,
                                            .where = s->n > 0 ? s->names[0].where : s->where,
                                            .kind = kind,
                                            .n_resets = s->n_items,
                                            .resets = states};
  b->trigger_roots[index] = g;
  b->trigger_resets[index] = values;
  b->model->n_triggers++;
  return LIND_OK;
}

lind_err lind_triggers_when(lind_builder *b, const lind_statement *s) {
  int g;
  LIND_TRY(condition(b, s, &g));
  LIND_TRY(add_trigger(b, s, s->mark ? LIND_TRIGGER_MARKS : LIND_TRIGGER_RESETS, g));
  if (s->n > 0) lind_names_deny(b, s->names[0].name, "it is a state event and no number");
  return LIND_OK;
}

/* The cumulative hazard H' = h passes the threshold E, exponential with mean 1: P(T > t) = exp(-H(t)). */
static lind_err add_hazard(lind_builder *b, const lind_statement *s, lind_model_event *event, int *g) {
  const lind_unit plain = lind_build_unit(lind_unit_dimensionless);
  const lind_dimension per_time = lind_unit_divide(lind_unit_dimensionless, lind_build_time);
  lind_graph *graph = &b->tree->graph;
  lind_tree *core;
  int state, threshold;
  LIND_TRY(lind_names_check_number(b, s->value, LIND_MADE_OF_ALL, "a hazard", per_time, &core));
  LIND_TRY(lind_build_variable(b, s->names[1].name, s->text, core));
  LIND_TRY(lind_states_add(b, &s->names[2], plain, s->text, &event->state));
  LIND_TRY(lind_graph_tree(graph, core, b->variables, &b->rhs[event->state]));
  LIND_TRY(lind_prior_threshold(b, &s->names[3], &event->random));
  LIND_TRY(lind_graph_leaf(graph, LIND_LEAF_STATE, event->state, &state));
  LIND_TRY(lind_graph_leaf(graph, LIND_LEAF_RANDOM, event->random, &threshold));
  return lind_graph_binary(graph, LIND_OP_SUBTRACT, state, threshold, g);
}

/* The time is known from the start: what passes 0 there is time - at. */
static lind_err add_time(lind_builder *b, const lind_statement *s, int *g) {
  lind_graph *graph = &b->tree->graph;
  lind_tree *core;
  int time, at;
  LIND_TRY(lind_names_check_number(b, s->value, LIND_MADE_OF_FRAME, "the time of an event", lind_build_time, &core));
  LIND_TRY(lind_graph_tree(graph, core, b->variables, &at));
  LIND_TRY(lind_graph_leaf(graph, LIND_LEAF_TIME, 0, &time));
  return lind_graph_binary(graph, LIND_OP_SUBTRACT, time, at, g);
}

lind_err lind_triggers_event(lind_builder *b, const lind_statement *s) {
  lind_model_event made = {.name = s->names[0].name,
                           .about = s->text,
                           .where = s->names[0].where,
                           .trigger = b->model->n_triggers,
                           .state = NONE,
                           .random = NONE,
                           .at = s->at};
  int g;
  if (s->hazard)
    LIND_TRY(add_hazard(b, s, &made, &g));
  else if (s->at)
    LIND_TRY(add_time(b, s, &g));
  else
    LIND_TRY(condition(b, s, &g));
  LIND_TRY(add_trigger(b, s, LIND_TRIGGER_EVENT, g));
  b->events[b->model->n_events++] = made;
  lind_names_deny(b, made.name,
                  s->hazard ? "it is an event and no number; its parts end in .hazard and .cumulative_hazard"
                            : "it is an event and no number");
  return LIND_OK;
}

lind_err lind_triggers_place(lind_builder *b) {
  const int n = b->model->n_states, n_triggers = b->model->n_triggers;
  int *resets;
  LIND_TAKE(resets, b->arena, n_triggers * n);
  for (int t = 0; t < n_triggers; ++t) {
    for (int k = 0; k < n; ++k) LIND_TRY(lind_graph_leaf(&b->tree->graph, LIND_LEAF_STATE, k, &resets[t * n + k]));
    for (int i = 0; i < b->triggers[t].n_resets; ++i) resets[t * n + b->triggers[t].resets[i]] = b->trigger_resets[t][i];
  }
  b->tree->n_triggers = n_triggers;
  b->tree->triggers = b->trigger_roots;
  b->tree->resets = resets;
  return LIND_OK;
}
