/* sections.h -- each section of a protocol: what one node says, checked as far as the section alone can tell. */
#ifndef LIND_PROTOCOL_SECTIONS_H
#define LIND_PROTOCOL_SECTIONS_H

#include <stdbool.h>

#include "lind/expression.h"
#include "rows.h"

/* What is true of any two sections: names are letters, digits, - and _. */
lind_err lind_keys_check(const char *name, lind_where where, const char *what) LIND_MUST_CHECK;
/* The same without -, and no word that expressions know already. */
lind_err lind_keys_check_definition(const char *of, const char *name, lind_where where) LIND_MUST_CHECK;
/* `node` (NULL: absent) must be a mapping of names; each is `what` in messages. An absent one is an empty mapping. */
lind_err lind_keys_mapping(const lind_node *node, const char *section, const char *what,
                           const lind_node **mapping) LIND_MUST_CHECK;
/* names[n] at `stride` bytes: -1 if `name` is none of them */
int lind_keys_find(const char *name, const void *first, int n, size_t stride);
/* The sentence where a name must be known and is not: "arms.a.dosing names 'x', which is no dosing item; did you mean 'y'?" */
lind_err lind_keys_known(const lind_words *word, const char *key, const char *what, const void *first, int n,
                         size_t stride) LIND_MUST_CHECK;

/* ---- who and how (sections_conduct.c) ---- */
lind_err lind_sections_model(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;
lind_err lind_sections_uncertainty(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;
lind_err lind_sections_importance(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;
lind_err lind_sections_randomise(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;
lind_err lind_sections_visits(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;
lind_err lind_sections_traces(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;
lind_err lind_sections_conduct(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;
lind_err lind_sections_curves(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;
lind_err lind_sections_settings(const lind_node *store, const lind_node *engine, lind_arena *arena,
                                lind_protocol *protocol) LIND_MUST_CHECK;

/* ---- space (sections_tissue.c) ---- */
lind_err lind_sections_tissue(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;

/* ---- what is given (sections_dosing.c) ---- */
lind_err lind_sections_define(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;
/* Before the arms, which name treatments; and after them, which have sequences or are treatments themselves. */
lind_err lind_sections_treatments(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;
lind_err lind_sections_crossover(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;
/* "arms.genotype.dosing", or "treatments.pump.dosing" in a crossover: where a treatment's key is written. */
const char *lind_sections_treatment_key(const lind_protocol *protocol, int treatment, const char *key, lind_arena *arena);
lind_err lind_sections_arms(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;
lind_err lind_sections_dosing(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;

/* dosing.NAME.twin (sections_twin.c) */
lind_err lind_sections_twin(const lind_node *node, const lind_dosing *item, lind_arena *arena,
                            const lind_dosing_twin **twin) LIND_MUST_CHECK;
lind_err lind_sections_controllers(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;

lind_err lind_sections_habits(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;

/* ---- what is made of it (sections_analysis.c) ---- */
lind_err lind_sections_groups(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;
lind_err lind_sections_endpoints(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;
lind_err lind_sections_analysis(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;
lind_err lind_sections_recruit(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;
lind_err lind_sections_design(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;
lind_err lind_sections_sensitivity(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;
/* ---- controls (sections_control.c) ---- */
lind_err lind_sections_shadows(const lind_node *twin, const lind_node *external, lind_arena *arena,
                               lind_protocol *protocol) LIND_MUST_CHECK;
lind_err lind_sections_robustness(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;

lind_err lind_sections_assumptions(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;
lind_err lind_sections_targets(const lind_node *node, lind_arena *arena, lind_protocol *protocol) LIND_MUST_CHECK;

/* No name twice; `key`: of the list. */
lind_err lind_sections_once(const lind_words_list *names, const char *key) LIND_MUST_CHECK;
/* A mapping of parameters to values; `key` is its path, for messages. NULL: there is none. */
lind_err lind_sections_parameters(const lind_node *node, const char *key, lind_arena *arena,
                                  lind_overrides *overrides) LIND_MUST_CHECK;
/* Protocol days: whole, from 1 to `last`, none twice. `of` is the mapping that has the key `days`. */
lind_err lind_sections_days(const lind_node *of, const lind_numbers *days, double last) LIND_MUST_CHECK;
/* The place of a key's value in a mapping, of the mapping where the key is absent. */
lind_where lind_sections_place(const lind_node *mapping, const char *key);

#endif
