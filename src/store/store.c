#include "lind/store.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "claim.h"
#include "compact.h"
#include "disk.h"
#include "extent.h"
#include "walk.h"

enum { DEFAULT_SECONDS = 30, DEFAULT_BYTES = 64 << 20, MANY_SEGMENTS = 64, TIDY_BYTES = 256 << 20 };

struct lind_store {
  lind_arena *arena;
  const char *directory;
  lind_store_study study;
  lind_folder folder; /* the segments that are known, and what they hold */
  int lock;           /* rank 0 of a writing run, else -1 */
  bool writable, finished;
  double seconds;
  size_t bytes;
  pthread_mutex_t gate; /* guards what is below, and the order of sequence numbers */
  pthread_mutex_t pen;  /* one segment is written at a time; taken before the gate */
  lind_segment waiting, writing;
  double waiting_since;
  lind_walk *walk;        /* NULL until something is read */
  lind_catalogue own;     /* written since create, join or rescan */
  lind_compact_pile pile; /* the same, as files: the pen's */
  bool weary;             /* merging has failed once, perhaps for want of space: it is left to the end */
};

static double now(void) {
  struct timespec t;
  (void)clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- writing
 * -----------------------------------------------------------------------------------------------------------------------------
 */

/* What was merged is known by its new place. With the gate. */
static lind_err own_move(lind_store *store, const lind_segment *merged, size_t n) {
  const struct lind_compact_layer *sources = &store->pile.layers[store->pile.n - n];
  lind_catalogue *own = &store->own;
  size_t kept = 0;
  for (size_t i = 0; i < own->n; i++) {
    bool moved = false;
    for (size_t k = 0; k < n; k++) moved |= own->entries[i].sequence == sources[k].sequence;
    if (!moved) own->entries[kept++] = own->entries[i];
  }
  own->n = kept;
  return lind_segment_list(merged, &store->study, store->folder.rank, store->folder.sequence, own);
}

static lind_err merge(lind_store *store, size_t n, lind_segment *merged) {
  lind_compact_pile *pile = &store->pile;
  struct lind_folder_name sources[LIND_COMPACT_FAN];
  for (size_t k = 0; k < n; k++)
    sources[k] = (struct lind_folder_name){store->folder.rank, pile->layers[pile->n - n + k].sequence};
  const lind_err merging = lind_compact_merge(&store->folder, sources, n, merged);
  (void)pthread_mutex_lock(&store->gate);
  if (merging != LIND_OK) {
    store->folder.sequence++; /* the merged segment may be there, and some of its sources gone: its name is taken */
    (void)pthread_mutex_unlock(&store->gate);
    return merging;
  }
  const lind_err err = own_move(store, merged, n);
  pile->n -= n - 1;
  pile->layers[pile->n - 1] =
      (struct lind_compact_layer){store->folder.sequence, pile->layers[pile->n - 1].level + 1, lind_segment_bytes(merged)};
  store->folder.sequence++;
  (void)pthread_mutex_unlock(&store->gate);
  return err;
}

/* Nothing is lost where this fails. Holds the pen. */
static void merge_last(lind_store *store, size_t n) {
  lind_segment merged = {0};
  store->weary = merge(store, n, &merged) != LIND_OK;
  lind_segment_release(&merged);
}

static void merge_due(lind_store *store) {
  for (size_t n; !store->weary && (n = lind_compact_due(&store->pile)) > 0;) merge_last(store, n);
}

/* Take what waits and write it, while other threads go on putting. What could not be written is kept, and comes first when it is
 * tried again. Holds the pen. */
static lind_err write_waiting(lind_store *store) {
  (void)pthread_mutex_lock(&store->gate);
  if (lind_segment_records(&store->writing) == 0) {
    const lind_segment taken = store->waiting;
    store->waiting = store->writing; /* empty, with its memory */
    store->writing = taken;
  }
  (void)pthread_mutex_unlock(&store->gate);
  if (lind_segment_records(&store->writing) == 0) return LIND_OK;

  LIND_TRY(lind_folder_write(&store->folder, &store->writing));
  (void)pthread_mutex_lock(&store->gate);
  const uint32_t sequence = store->folder.sequence++;
  lind_err err = lind_segment_list(&store->writing, &store->study, store->folder.rank, sequence, &store->own);
  const size_t bytes = lind_segment_bytes(&store->writing);
  lind_segment_clear(&store->writing);
  (void)pthread_mutex_unlock(&store->gate);
  if (err == LIND_OK) err = lind_compact_push(&store->pile, sequence, bytes);
  LIND_TRY(err);
  merge_due(store);
  return LIND_OK;
}

lind_err lind_store_flush(lind_store *store) {
  (void)pthread_mutex_lock(&store->pen);
  const bool is_late = lind_segment_records(&store->writing) > 0; /* a disk was full */
  lind_err err = write_waiting(store);
  if (err == LIND_OK && is_late) err = write_waiting(store);
  (void)pthread_mutex_unlock(&store->pen);
  return err;
}

lind_err lind_store_settle(lind_store *store) {
  LIND_TRY(lind_store_flush(store));
  (void)pthread_mutex_lock(&store->pen);
  for (size_t n; !store->weary && (n = lind_compact_last(&store->pile)) > 0;) merge_last(store, n);
  (void)pthread_mutex_unlock(&store->pen);
  return LIND_OK;
}

static lind_err store_put(void *self, const lind_block_record *record) {
  lind_store *store = self;
  LIND_CHECK(store->writable, LIND_ERR_FILE, "%s is open for reading only", store->directory);
  (void)pthread_mutex_lock(&store->gate);
  if (lind_segment_records(&store->waiting) == 0) store->waiting_since = now();
  const lind_err err = lind_segment_add(&store->waiting, record);
  const bool due = lind_segment_bytes(&store->waiting) >= store->bytes || now() - store->waiting_since >= store->seconds;
  (void)pthread_mutex_unlock(&store->gate);
  LIND_TRY(err);
  if (due) LIND_TRY(lind_store_flush(store));
  return LIND_OK;
}

/* ---- reading
 * -----------------------------------------------------------------------------------------------------------------------------
 */

static bool store_has(const void *self, uint32_t stage, uint64_t block) {
  const lind_store *store = self;
  return lind_catalogue_has(&store->folder.known, stage, block);
}

static lind_err store_each(void *self, uint32_t stage, uint64_t first, uint64_t end, lind_sink_visit visit, void *context) {
  lind_store *store = self;
  if (store->walk == NULL) LIND_TRY(lind_walk_create(&store->walk));
  if (store->own.n == 0)
    return lind_walk_blocks(store->walk, &store->folder, &store->folder.known, stage, first, end, visit, context);
  lind_catalogue all = {0};
  lind_err err = lind_catalogue_add(&all, store->folder.known.entries, store->folder.known.n);
  if (err == LIND_OK) err = lind_catalogue_add(&all, store->own.entries, store->own.n);
  if (err == LIND_OK) err = lind_catalogue_sort(&all);
  if (err == LIND_OK) err = lind_walk_blocks(store->walk, &store->folder, &all, stage, first, end, visit, context);
  lind_catalogue_release(&all);
  return err;
}

size_t lind_store_bytes(uint64_t blocks) {
  enum { COPIES = 5 /* what is known, a copy to walk through, each with room for more, and one while they are sorted */ };
  return sizeof(lind_store) + (size_t)blocks * COPIES * sizeof(lind_catalogue_entry);
}

double lind_store_merging(double bytes) { return 2.5 * (bytes < LIND_COMPACT_BYTES ? bytes : LIND_COMPACT_BYTES); }

uint64_t lind_store_blocks(lind_store *store, uint32_t stage) {
  size_t first, end;
  lind_catalogue_stage(&store->folder.known, stage, &first, &end);
  uint64_t n = end - first;
  (void)pthread_mutex_lock(&store->gate);
  for (size_t i = 0; i < store->own.n; i++)
    n += store->own.entries[i].stage == stage && !lind_catalogue_has(&store->folder.known, stage, store->own.entries[i].block);
  (void)pthread_mutex_unlock(&store->gate);
  return n;
}

const void *lind_store_news(const lind_store *store, size_t *bytes) {
  *bytes = store->own.n * sizeof *store->own.entries;
  return store->own.entries;
}

lind_err lind_store_learn(lind_store *store, const void *news, size_t bytes) {
  return lind_folder_learn(&store->folder, news, bytes / sizeof(lind_catalogue_entry));
}

lind_err lind_store_index(lind_store *store, const void **index, size_t *bytes) {
  LIND_TRY(lind_folder_sort(&store->folder));
  lind_walk_forget(store->walk);
  lind_catalogue_release(&store->own); /* it was learnt */
  store->pile.n = 0;
  *bytes = store->folder.known.n * sizeof *store->folder.known.entries;
  *index = store->folder.known.entries;
  return LIND_OK;
}

lind_err lind_store_heed(lind_store *store, const void *index, size_t bytes) {
  lind_catalogue told = {0};
  LIND_TRY(lind_catalogue_add(&told, index, bytes / sizeof *told.entries));
  lind_walk_forget(store->walk);
  lind_catalogue_release(&store->folder.known);
  lind_catalogue_release(&store->own);
  store->folder.known = told;
  store->pile.n = 0;
  lind_folder_avoid(&store->folder);
  return LIND_OK;
}

lind_err lind_store_rescan(lind_store *store) {
  lind_walk_forget(store->walk);
  LIND_TRY(lind_folder_scan(&store->folder, LIND_FOLDER_STRICT));
  lind_catalogue_release(&store->own); /* in the folder's now */
  store->pile.n = 0;
  return LIND_OK;
}

bool lind_store_record(const lind_store *store, uint32_t stage, uint64_t block, lind_digest *digest, uint64_t *number) {
  const lind_catalogue_entry *entry = lind_catalogue_find(&store->folder.known, stage, block);
  if (entry == NULL) return false;
  *digest = entry->digest;
  *number = entry->written;
  return true;
}

const char *lind_store_notice(const lind_store *store) { return store->folder.notice; }

/* Its notice is that of before. What was merged before a failure has a new name, too. */
static lind_err tidy_folder(lind_store *store) {
  const lind_err err = lind_compact_all(&store->folder, TIDY_BYTES);
  if (err == LIND_OK) return lind_folder_scan(&store->folder, LIND_FOLDER_STRICT);
  char message[2048]; /* of what could not be merged */
  (void)snprintf(message, sizeof message, "%s", lind_error_message());
  const lind_err scanned = lind_folder_scan(&store->folder, LIND_FOLDER_STRICT);
  (void)scanned; /* what it could not read is not known */
  lind_error_set(message);
  return err;
}

/* ---- life
 * --------------------------------------------------------------------------------------------------------------------------------
 */

static lind_err store_begin(const char *directory, int rank, bool writable, lind_store **store) {
  lind_store *s = calloc(1, sizeof *s);
  LIND_CHECK(s != NULL, LIND_ERR_MEMORY, "no memory for a store");
  s->lock = -1;
  s->writable = writable;
  s->seconds = DEFAULT_SECONDS;
  s->bytes = DEFAULT_BYTES;
  (void)pthread_mutex_init(&s->gate, NULL);
  (void)pthread_mutex_init(&s->pen, NULL);
  lind_err err = lind_arena_create(&s->arena);
  if (err == LIND_OK) s->directory = lind_arena_text(s->arena, directory);
  if (err == LIND_OK && s->directory == NULL) err = lind_error_fail(LIND_ERR_MEMORY, __FILE__, __LINE__, "no memory for a store");
  s->folder = (lind_folder){.directory = s->directory, .rank = rank, .notice = ""};
  if (err != LIND_OK)
    lind_store_destroy(&s);
  else
    *store = s;
  return err;
}

/* study NULL: as far as the directory goes. */
static lind_err open_as(lind_store *store, const lind_store_study *study, lind_folder_mood mood) {
  lind_claim claim = {.version = LIND_VERSION};
  if (study == NULL) {
    LIND_TRY(lind_claim_read(store->directory, store->arena, &claim));
    store->study = claim.study;
  } else {
    LIND_TRY(lind_extent_copy(study, store->arena, &store->study));
    claim.study = store->study;
  }
  store->folder.study = &store->study;
  bool is_sure = true;
  if (mood == LIND_FOLDER_MEND) LIND_TRY(lind_claim_take(store->directory, &claim, &store->lock, &is_sure));
  if (!is_sure)
    LIND_TRY(lind_folder_note(&store->folder, store->directory,
                              " is on a file system without locks, so that a second run on it would not be noticed"));
  if (mood == LIND_FOLDER_STRICT) return lind_folder_list(&store->folder); /* rank 0 tells what they hold: lind_store_heed */
  LIND_TRY(lind_folder_scan(&store->folder, mood));
  if (mood != LIND_FOLDER_MEND || store->folder.n_names <= MANY_SEGMENTS) return LIND_OK;
  return tidy_folder(store); /* of ranks that are no longer there, before others look */
}

static lind_err store_make(const char *directory, int rank, bool writable, const lind_store_study *study, lind_folder_mood mood,
                           lind_store **store) {
  lind_store *s = NULL;
  LIND_TRY(store_begin(directory, rank, writable, &s));
  const lind_err err = open_as(s, study, mood);
  if (err != LIND_OK) {
    lind_store_destroy(&s);
    return err;
  }
  *store = s;
  return LIND_OK;
}

lind_err lind_store_check(const char *directory, const lind_store_study *study) {
  const lind_claim claim = {.study = *study, .version = LIND_VERSION};
  return lind_claim_check(directory, &claim);
}

bool lind_store_is_of(const char *directory, const char *world) {
  lind_arena *arena = NULL;
  lind_claim made;
  const bool same = lind_arena_create(&arena) == LIND_OK && lind_claim_read(directory, arena, &made) == LIND_OK &&
                    strcmp(made.study.world, world) == 0;
  lind_arena_destroy(&arena);
  return same;
}

lind_err lind_store_create(const char *directory, const lind_store_study *study, lind_store **store) {
  return store_make(directory, 0, true, study, LIND_FOLDER_MEND, store);
}

lind_err lind_store_join(const char *directory, int rank, const lind_store_study *study, lind_store **store) {
  return store_make(directory, rank, true, study, LIND_FOLDER_STRICT, store);
}

lind_err lind_store_open(const char *directory, lind_store **store) {
  return store_make(directory, 0, false, NULL, LIND_FOLDER_LENIENT, store);
}

void lind_store_destroy(lind_store **store) {
  if (store == NULL || *store == NULL) return;
  lind_store *s = *store;
  if (s->writable && s->arena != NULL) {
    char message[2048]; /* of what is wrong already */
    (void)snprintf(message, sizeof message, "%s", lind_error_message());
    const lind_err ignored = lind_store_flush(s); /* best effort: who needs to know calls flush first */
    if (ignored != LIND_OK) lind_error_set(message);
  }
  lind_claim_release(s->directory, &s->lock, s->finished);
  lind_walk_destroy(&s->walk);
  lind_folder_release(&s->folder);
  lind_catalogue_release(&s->own);
  lind_compact_release(&s->pile);
  lind_segment_release(&s->waiting);
  lind_segment_release(&s->writing);
  (void)pthread_mutex_destroy(&s->gate);
  (void)pthread_mutex_destroy(&s->pen);
  lind_arena_destroy(&s->arena);
  free(s);
  *store = NULL;
}

static void store_hurry(void *self) {
  lind_store *store = self;
  (void)pthread_mutex_lock(&store->gate);
  store->seconds = 0;
  (void)pthread_mutex_unlock(&store->gate);
  const lind_err ignored = lind_store_flush(store); /* who needs to know calls flush again */
  (void)ignored;
}

lind_sink lind_store_sink(lind_store *store) {
  return (lind_sink){.self = store, .put = store_put, .has = store_has, .each = store_each, .hurry = store_hurry};
}

void lind_store_pace(lind_store *store, double seconds, size_t bytes) {
  store->seconds = seconds;
  store->bytes = bytes;
}

lind_err lind_store_tidy(lind_store *store) {
  LIND_CHECK(store->lock >= 0, LIND_ERR_FILE, "%s can be tidied only by the one who created it", store->directory);
  LIND_TRY(lind_store_flush(store));
  LIND_TRY(lind_store_rescan(store));
  return tidy_folder(store);
}

lind_err lind_store_adopt(lind_store *store, const char *from) {
  LIND_CHECK(store->lock >= 0, LIND_ERR_FILE, "%s can be added to only by the one who created it", store->directory);
  LIND_TRY(lind_folder_adopt(&store->folder, from));
  return lind_store_rescan(store);
}

lind_err lind_store_clean(lind_store *store) {
  LIND_CHECK(store->lock >= 0, LIND_ERR_FILE, "%s can be cleaned only by the one who created it", store->directory);
  LIND_TRY(lind_store_flush(store));
  LIND_TRY(lind_store_rescan(store));
  LIND_TRY(lind_folder_clean(&store->folder));
  store->finished = true;
  return LIND_OK;
}

lind_err lind_store_write(const char *path, const char *text) { return lind_disk_write(path, text, strlen(text)); }
