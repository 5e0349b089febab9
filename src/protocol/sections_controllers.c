/* sections_controllers.c -- devices and clinicians who look every few minutes or hours. */
#include <string.h>

#include "sections.h"

static lind_err read_memory(const lind_node *node, const char *controller, lind_arena *arena, lind_controller *made) {
  const lind_node *items;
  lind_memory *memory;
  const char *path = lind_arena_format(arena, "controllers.%s.memory", controller);
  LIND_TRY(lind_keys_mapping(node, path, "a memory", &items));
  LIND_TAKE(memory, arena, items->n + 1);
  for (int i = 0; i < items->n; ++i) {
    LIND_TRY(lind_keys_check_definition(path, items->keys[i], items->key_where[i]));
    LIND_CHECK_AT(items->items[i].kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, items->items[i].where,
                  "controllers.%s.memory.%s must be a mapping {start: .., next: ..}", controller, items->keys[i]);
    LIND_TRY(lind_schema_read(&items->items[i], "memory", lind_rows_memory, arena, &memory[i]));
    memory[i].name = items->keys[i];
    memory[i].where = items->key_where[i];
  }
  made->n_memory = items->n;
  made->memory = memory;
  return LIND_OK;
}

/* One name, one meaning: of what is read and of what is remembered. */
static lind_err check_names(const lind_controller *made) {
  for (int i = 0; i < made->read.n; ++i)
    for (int j = 0; j < i; ++j)
      LIND_CHECK_AT(strcmp(made->read.at[i].text, made->read.at[j].text) != 0, LIND_ERR_INPUT, made->read.at[i].where,
                    "controllers.%s.read names '%s' twice", made->name, made->read.at[i].text);
  for (int m = 0; m < made->n_memory; ++m) {
    const char *name = made->memory[m].name;
    LIND_CHECK_AT(strcmp(name, "time") != 0, LIND_ERR_INPUT, made->memory[m].where,
                  "controllers.%s.memory.time has the name of the time since the start; choose another", made->name);
    for (int i = 0; i < made->read.n; ++i)
      LIND_CHECK_AT(strcmp(name, made->read.at[i].text) != 0, LIND_ERR_INPUT, made->memory[m].where,
                    "controllers.%s.memory.%s has the name of what it reads; choose another, such as last_%s", made->name, name,
                    name);
  }
  return LIND_OK;
}

/* A limit of what it does not do would be one in vain. */
static lind_err check_limits(const lind_controller *made) {
  const struct {
    const char *limit, *of;
    lind_words given, limited;
  } limits[] = {{"infuse_most", "infuse", made->infuse_most, made->infuse},
                {"infuse_round", "infuse", made->infuse_round, made->infuse},
                {"give_most", "give", made->give_most, made->give},
                {"give_round", "give", made->give_round, made->give}};
  for (size_t i = 0; i < sizeof limits / sizeof *limits; ++i)
    LIND_CHECK_AT(limits[i].given.text == NULL || limits[i].limited.text != NULL, LIND_ERR_INPUT, limits[i].given.where,
                  "controllers.%s.%s limits what `%s` asks for, which controllers.%s does not have", made->name, limits[i].limit,
                  limits[i].of, made->name);
  return LIND_OK;
}

static lind_err read_controller(const lind_node *node, const char *name, lind_where where, lind_arena *arena,
                                lind_controller *made) {
  lind_rows_controller_shape shape = {0};
  LIND_CHECK_AT(node->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, node->where,
                "controllers.%s must be a mapping with every: and what it does", name);
  LIND_TRY(lind_schema_read(node, "controllers", lind_rows_controller, arena, &shape));
  LIND_TRY(read_memory(shape.memory, name, arena, &shape.controller));
  *made = shape.controller;
  made->name = name;
  made->where = where;
  LIND_CHECK_AT(made->infuse.text != NULL || made->give.text != NULL, LIND_ERR_INPUT, where,
                "controllers.%s does nothing; it needs infuse or give", name);
  LIND_TRY(check_limits(made));
  return check_names(made);
}

/* After the arms. */
lind_err lind_sections_controllers(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  const lind_node *items;
  lind_controller *made;
  LIND_TRY(lind_keys_mapping(node, "controllers", "a controller", &items));
  LIND_TAKE(made, arena, items->n + 1);
  for (int i = 0; i < items->n; ++i)
    LIND_TRY(read_controller(&items->items[i], items->keys[i], items->key_where[i], arena, &made[i]));
  protocol->n_controllers = items->n;
  protocol->controllers = made;
  for (int t = 0; t < protocol->n_treatments; ++t) {
    const lind_words_list *names = &protocol->treatments[t].controllers;
    const char *key = lind_sections_treatment_key(protocol, t, "controllers", arena);
    LIND_TRY(lind_sections_once(names, key));
    for (int i = 0; i < names->n; ++i) LIND_TRY(lind_keys_known(&names->at[i], key, "controller", made, items->n, sizeof *made));
  }
  return LIND_OK;
}
