#include "reduction.h"

#include <stdlib.h>
#include <string.h>

/* ---- which block lies where
 * ---------------------------------------------------------------------------------------------------------- */

static lind_err news_make(void *context, uint64_t rank, void *bytes, size_t *n) {
  const void *news = lind_store_news(context, n);
  (void)rank;
  if (*n > 0) memcpy(bytes, news, *n);
  return LIND_OK;
}

static lind_err news_take(void *context, uint64_t rank, const void *bytes, size_t n) {
  (void)rank;
  return lind_store_learn(context, bytes, n);
}

/* What each rank has written, told to rank 0: it opens no file for that. */
static lind_err gather(lind_store *store, lind_crew *crew) {
  size_t bytes;
  (void)lind_store_news(store, &bytes);
  double most = (double)bytes;
  LIND_TRY(lind_crew_most(crew, &most, 1));
  const lind_crew_pipe pipe = {
      .n = (uint64_t)lind_crew_ranks(crew), .most = (size_t)most, .make = news_make, .take = news_take, .context = store};
  return lind_crew_pipe_run(crew, &pipe);
}

lind_err lind_reduction_share(lind_store *store, lind_crew *crew) {
  size_t bytes = 0;
  const void *index = NULL;
  const bool tells = lind_crew_rank(crew) == 0;
  LIND_TRY(lind_crew_agree(crew, tells ? lind_store_index(store, &index, &bytes) : LIND_OK));
  if (lind_crew_ranks(crew) == 1) return LIND_OK;
  LIND_TRY(lind_crew_share(crew, &bytes, sizeof bytes));
  void *told = malloc(bytes + 1);
  LIND_TRY(lind_crew_agree(
      crew, told != NULL ? LIND_OK
                         : lind_error_fail(LIND_ERR_MEMORY, __FILE__, __LINE__, "no memory for an index of %zu bytes", bytes)));
  if (tells && bytes > 0) memcpy(told, index, bytes);
  lind_err err = lind_crew_share(crew, told, bytes);
  if (err == LIND_OK && !tells) err = lind_store_heed(store, told, bytes);
  free(told);
  return lind_crew_agree(crew, err);
}

/* ---- all blocks of a stage
 * ----------------------------------------------------------------------------------------------------------- */

typedef struct field { /* what is reaped: one stage */
  const lind_layout *layout;
  lind_sink sink;
  uint32_t stage;
  lind_tally *tally; /* rank 0 */
  lind_sheaf *sheaf; /* that is being bound */
} field;

static lind_err sheaf_grow(void *context, const lind_block_record *record) {
  const field *f = context;
  return lind_sheaf_add(f->layout, record, f->sheaf);
}

static lind_err sheaf_make(void *context, uint64_t number, void *bytes, size_t *n) {
  field *f = context;
  uint64_t first, end;
  f->sheaf = bytes;
  lind_sheaf_begin(f->layout, number, f->sheaf);
  lind_sheaf_blocks(f->layout->plan, number, &first, &end);
  LIND_TRY(f->sink.each(f->sink.self, f->stage, first, end, sheaf_grow, f));
  LIND_CHECK(lind_sheaf_is_bound(f->sheaf), LIND_ERR_FILE,
             "blocks %llu to %llu of stage %u are not all there; run the same command again", (unsigned long long)first,
             (unsigned long long)end - 1, f->stage);
  *n = lind_sheaf_bytes(f->layout, f->sheaf);
  return LIND_OK;
}

static lind_err sheaf_take(void *context, uint64_t number, const void *bytes, size_t n) {
  const field *f = context;
  (void)number;
  (void)n;
  return lind_tally_take(f->tally, bytes);
}

static lind_err stage_reap(const lind_study *study, int s, lind_crew *crew, lind_store *store, lind_tally *tally) {
  field f = {.layout = study->stage[s].layout, .sink = lind_store_sink(store), .stage = (uint32_t)s, .tally = tally};
  if (crew == NULL) return f.sink.each(f.sink.self, f.stage, 0, UINT64_MAX, lind_tally_add, tally);
  const lind_crew_pipe pipe = {.n = lind_sheaf_total(f.layout->plan),
                               .most = lind_sheaf_most(f.layout),
                               .make = sheaf_make,
                               .take = sheaf_take,
                               .context = &f};
  return lind_crew_pipe_run(crew, &pipe);
}

/* ---- all stages
 * ---------------------------------------------------------------------------------------------------------------------- */

static lind_err all_are_there(const lind_study *study, lind_store *store, const char *out) {
  for (int s = 0; s < study->n_stages; s++) {
    const unsigned long long there = lind_store_blocks(store, (uint32_t)s), due = study->stage[s].plan->n_blocks;
    LIND_CHECK(there == due, LIND_ERR_FILE, "%s holds %llu of the %llu blocks of stage %d; run the same command again", out,
               there, due, s);
  }
  return LIND_OK;
}

static lind_err agree(lind_crew *crew, lind_err mine) { return crew != NULL ? lind_crew_agree(crew, mine) : mine; }

lind_err lind_reduction_run(const lind_study *study, lind_crew *crew, lind_store *store, const char *out, lind_tally *tallies[]) {
  const bool takes = crew == NULL || lind_crew_rank(crew) == 0;
  if (crew != NULL) {
    LIND_TRY(gather(store, crew));
    const lind_err tidied = takes ? lind_store_tidy(store) : LIND_OK;
    (void)tidied; /* many files are as good as few; what cannot be read is said by whoever reads it next */
    LIND_TRY(lind_reduction_share(store, crew));
  }
  LIND_TRY(agree(crew, takes ? all_are_there(study, store, out) : LIND_OK));
  for (int s = 0; s < study->n_stages; s++) {
    LIND_TRY(agree(crew, takes ? lind_tally_create(study->stage[s].layout, out, &tallies[s]) : LIND_OK));
    LIND_TRY(stage_reap(study, s, crew, store, tallies[s]));
    LIND_TRY(agree(crew, takes ? lind_tally_finish(tallies[s]) : LIND_OK));
  }
  /* the digest of a study is that of all its stages */
  for (int s = 1; takes && s < study->n_stages; s++)
    tallies[0]->digest = lind_digest_add(tallies[0]->digest, &tallies[s]->digest, sizeof tallies[s]->digest);
  return LIND_OK;
}
