/* read_trial.c -- a protocol with everything that it names, up to the plan and its layout; a cohort, up to its first 8 people. */
#include <stdlib.h>

#include "lind/reduce.h"
#include "reader.h"

void fuzz_read_protocol(const uint8_t *bytes, size_t n) {
  fuzz_bundle bundle;
  lind_arena *arena = NULL;
  lind_protocol *protocol;
  const lind_node *root;
  lind_plan *plan;
  lind_layout *layout;
  char *lines[8];
  fuzz_bundle_write(&bundle, bytes, n);
  if (lind_arena_create(&arena) != LIND_OK) abort();
  const int n_lines = fuzz_bundle_lines(&bundle, "set", lines, 8);
  if (fuzz_good(lind_protocol_read("main", (const char *const *)lines, n_lines, arena, &protocol, &root)) &&
      fuzz_good(lind_plan_create(protocol, root, LIND_BACK_END_EVALUATOR, arena, &plan)) &&
      fuzz_good(lind_layout_create(plan, arena, &layout)))
    (void)lind_runner_bytes(layout);
  lind_arena_destroy(&arena);
  fuzz_bundle_release(&bundle);
}

static void draw(const lind_cohort *cohort) {
  lind_who who[LIND_LANES];
  lind_lane *row = aligned_alloc(64, ((size_t)cohort->n_slots + 1) * sizeof *row);
  if (row == NULL) abort();
  for (int l = 0; l < LIND_LANES; l++) who[l] = (lind_who){.seed = 1747, .seat = (uint32_t)l};
  (void)lind_cohort_draw(cohort, who, row);
  free(row);
}

void fuzz_read_cohort(const uint8_t *bytes, size_t n) {
  fuzz_bundle bundle;
  lind_arena *arena = NULL;
  const lind_node *root;
  lind_cohort *cohort;
  fuzz_bundle_write(&bundle, bytes, n);
  lind_purposes *purposes = calloc(1, sizeof *purposes);
  if (purposes == NULL || lind_arena_create(&arena) != LIND_OK) abort();
  if (fuzz_good(lind_document_read("main", arena, &root)) &&
      fuzz_good(lind_cohort_create(root, "main", purposes, arena, &cohort)))
    draw(cohort);
  lind_arena_destroy(&arena);
  free(purposes);
  fuzz_bundle_release(&bundle);
}
