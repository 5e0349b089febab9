/* Statements in an order in which everything is defined above its use: of those that are ready the first, so that what needs no
 * moving stays where it is. */
#include <string.h>

#include "compose.h"
#include "references.h"

enum { NOT_SEEN, ON_THE_WAY, DONE };

typedef struct edge {
  int to;           /* the statement that defines what is used */
  const char *name; /* that is used */
} edge;

typedef struct ordering {
  lind_arena *arena;
  lind_statement *statements;
  int n, now;
  int n_names, *by;
  const char **names; /* [n_names] and by[n_names], the statement that defines it */
  int *first;         /* [n + 1] edges of each statement */
  edge *edges;
  int n_edges, room;
} ordering;

static lind_err add_name(void *context, const char **name, lind_where where) {
  ordering *o = context;
  (void)where;
  o->names[o->n_names] = *name;
  o->by[o->n_names++] = o->now;
  return LIND_OK;
}

static bool is_value(lind_says kind) { return kind == LIND_SAYS_CONNECT || kind == LIND_SAYS_VARIABLE; }

static lind_err add_edge(void *context, const char **name, lind_where where) {
  ordering *o = context;
  (void)where;
  int at = 0;
  while (at < o->n_names && strcmp(o->names[at], *name) != 0) ++at;
  if (at == o->n_names) return LIND_OK; /* whoever checks the expression knows what to say */
  if (o->by[at] == o->now && !is_value(o->statements[o->now].kind)) return LIND_OK;
  if (o->n_edges == o->room) {
    edge *more;
    o->room = 2 * o->room + 64;
    LIND_TAKE(more, o->arena, o->room);
    if (o->n_edges > 0) memcpy(more, o->edges, (size_t)o->n_edges * sizeof *more);
    o->edges = more;
  }
  o->edges[o->n_edges++] = (edge){.to = o->by[at], .name = *name};
  return LIND_OK;
}

static lind_err read_all(ordering *o) {
  int room = 0;
  for (int i = 0; i < o->n; ++i) room += o->statements[i].n;
  LIND_TAKE(o->names, o->arena, room);
  LIND_TAKE(o->by, o->arena, room);
  LIND_TAKE(o->first, o->arena, o->n + 1);
  for (o->now = 0; o->now < o->n; ++o->now)
    if (lind_statement_defines(o->statements[o->now].kind)) LIND_TRY(lind_references_own(&o->statements[o->now], add_name, o));
  for (o->now = 0; o->now < o->n; ++o->now) {
    o->first[o->now] = o->n_edges;
    if (o->statements[o->now].kind != LIND_SAYS_SET) LIND_TRY(lind_references_read(&o->statements[o->now], add_edge, o));
  }
  o->first[o->n] = o->n_edges;
  return LIND_OK;
}

static int waits_for(const ordering *o, const bool *placed, int i) {
  for (int e = o->first[i]; e < o->first[i + 1]; ++e)
    if (!placed[o->edges[e].to]) return e;
  return -1;
}

/* Whoever follows what is waited for comes to a loop. */
static lind_err loop(const ordering *o, const bool *placed, int from) {
  lind_buffer text = {.arena = o->arena};
  int *seen, at = from;
  LIND_TAKE(seen, o->arena, o->n);
  while (seen[at] == NOT_SEEN) {
    seen[at] = ON_THE_WAY;
    at = o->edges[waits_for(o, placed, at)].to;
  }
  for (int start = at;;) { /* a connection closes it, and can be opened again */
    if (o->statements[at].kind == LIND_SAYS_CONNECT) break;
    at = o->edges[waits_for(o, placed, at)].to;
    if (at == start) break;
  }
  const int first = at;
  const char *last = o->statements[first].names[0].name, *words = NULL;
  do {
    const edge *e = &o->edges[waits_for(o, placed, at)];
    lind_buffer_put(&text, "%s'%s'", at == first ? "" : " from ", at == first ? last : o->statements[at].names[0].name);
    at = e->to;
  } while (at != first);
  LIND_TRY(lind_buffer_finish(&text, &words));
  return lind_error_fail_at(LIND_ERR_INPUT, o->statements[first].where,
                            "a loop without a state in it: %s from '%s' again; give one of them a state, which remembers", words,
                            last);
}

lind_err lind_order_statements(lind_arena *arena, lind_statement *statements, int n) {
  ordering o = {.arena = arena, .statements = statements, .n = n};
  lind_statement *made;
  bool *placed;
  int waiting = 0; /* all before it are placed */
  LIND_TRY(read_all(&o));
  LIND_TAKE(made, arena, n);
  LIND_TAKE(placed, arena, n);
  for (int k = 0; k < n; ++k) {
    while (placed[waiting]) ++waiting;
    int i = waiting;
    while (i < n && (placed[i] || waits_for(&o, placed, i) >= 0)) ++i;
    if (i == n) return loop(&o, placed, waiting);
    placed[i] = true;
    made[k] = statements[i];
  }
  memcpy(statements, made, (size_t)n * sizeof *made);
  return LIND_OK;
}
