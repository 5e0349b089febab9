/* sections_importance.c -- importance sampling: which random effects are drawn from a tail more often than people have them. */
#include "sections.h"

/* What a reader of the report has to know. */
static lind_err tell(lind_arena *arena, lind_protocol *protocol) {
  lind_words *all;
  const int n = protocol->n_assumptions;
  LIND_TAKE(all, arena, n + protocol->n_tilts + 1);
  for (int i = 0; i < n; ++i) all[i] = protocol->assumptions[i];
  for (int i = 0; i < protocol->n_tilts; ++i) {
    const lind_tilt *t = &protocol->tilts[i];
    all[n + i] = (lind_words){
        lind_arena_format(arena,
                          "Importance sampling: %g %% of the simulated patients, not %g %%, are drawn from the %s values of %s; "
                          "weights (%.4g there, %.4g elsewhere) undo it.",
                          100 * t->drawn, 100 * t->share, t->highest ? "highest" : "lowest", t->effect, t->share / t->drawn,
                          (1 - t->share) / (1 - t->drawn)),
        t->where};
    LIND_CHECK(all[n + i].text != NULL, LIND_ERR_MEMORY, "no memory for a sentence");
  }
  all[n + protocol->n_tilts] = (lind_words){
      "Standard errors, intervals and p values are those of the simulation with weights: they say how well the effect "
      "is known here, not what a trial of so many patients would find.",
      protocol->tilts[0].where};
  protocol->n_assumptions = n + protocol->n_tilts + 1;
  protocol->assumptions = all;
  return LIND_OK;
}

lind_err lind_sections_importance(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  if (node == NULL) return LIND_OK;
  lind_tilt *tilts;
  LIND_CHECK_AT(node->kind == LIND_NODE_MAPPING && node->n > 0, LIND_ERR_INPUT, node->where,
                "importance must name random effects of the model, such as {nec_threshold: {share: 0.02, drawn: 0.8}}");
  LIND_TAKE(tilts, arena, node->n);
  for (int i = 0; i < node->n; ++i) {
    const lind_node *item = &node->items[i];
    LIND_CHECK_AT(item->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, item->where,
                  "importance.%s must be a mapping with share and drawn", node->keys[i]);
    LIND_TRY(lind_schema_read(item, "importance", lind_rows_tilt, arena, &tilts[i]));
    tilts[i].effect = node->keys[i];
    tilts[i].where = node->key_where[i];
  }
  LIND_CHECK_AT(protocol->n_looks == 0, LIND_ERR_INPUT, node->where,
                "importance and design.looks do not go together: a trial that looks has patients without weights");
  LIND_CHECK_AT(protocol->curve_output.text == NULL, LIND_ERR_INPUT, node->where,
                "importance and curves do not go together: curves count patients without weights");
  protocol->n_tilts = node->n;
  protocol->tilts = tilts;
  return tell(arena, protocol);
}
