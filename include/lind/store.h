/* store.h -- what a run leaves on disk: segments while it runs, results.h5 at the end. The only home of HDF5 is src/store.
 *
 * segments/<rank>-<seq>.h5 are immutable: written under a temporary name, closed, synced, renamed, directory synced. Each record
 * carries a checksum. results.h5 holds no environment and no times: equal runs give equal bytes. Depends on: sink.h.
 */
#ifndef LIND_STORE_H
#define LIND_STORE_H

#include "lind/sink.h"

typedef struct lind_store lind_store;

/* ---- the run directory (rank 0 creates; every rank opens)
 * ------------------------------------------------------------------------- */

/* How one stage is cut into blocks. A record belongs to the block that holds just the same replicates and seats, whatever number
 * it had when it was lived. */
typedef struct lind_store_stage {
  uint64_t patients, replicates;
  uint64_t block_replicates; /* whole replicates a block; 0: replicates are cut into blocks of block_seats seats */
  uint64_t block_seats;
  uint64_t stored;   /* rows are kept of blocks that begin before so many patients */
  const char *fixed; /* why a replicate cannot take more patients: "its ... "; NULL: it can. Static text */
} lind_store_stage;

typedef struct lind_store_study {
  const char *world;     /* hash of everything but numbers of patients and replicates: the study that the directory belongs to */
  const char *cpu_class; /* CPU class and math library, "x86-64-v3 finz" */
  int n_stages;
  const lind_store_stage *stages; /* [n_stages]; none: blocks are those that records say */
} lind_store_study;

/* Order of calls. Rank 0: create; all: lind_crew_agree; the others: join; all: agree. Then put (any thread of any rank); at the
 * end of a stage every rank flushes, all agree, rank 0 (or every rank, for one answer of `has`) rescans and visits with `each`.
 * Destroy stores before the crew: MPI_Finalize ends HDF5. A record found damaged, and segments that disagree about a block, are
 * LIND_ERR_DAMAGED with a sentence. */

/* May this study be run in `directory`? It is absent, empty, or holds the same world, CPU class and version of lind, with no more
 * replicates or patients; else LIND_ERR_PLAN with a sentence. Writes nothing. */
lind_err lind_store_check(const char *directory, const lind_store_study *study) LIND_MUST_CHECK;
/* Was `directory` begun by a study of this world, however far it went, on whatever machine? */
bool lind_store_is_of(const char *directory, const char *world);
/* The same, and create it, or open it to resume or to extend. Every segment is checked: a damaged one is renamed *.damaged, told
 * by lind_store_notice, and its blocks are not there. Takes a lock (segments/lock, flock) that refuses a second writer. Writes
 * plan.json. */
lind_err lind_store_create(const char *directory, const lind_store_study *study, lind_store **store) LIND_MUST_CHECK;
/* On ranks other than 0, after rank 0 has created it. It holds no blocks yet: hand it rank 0's index. */
lind_err lind_store_join(const char *directory, int rank, const lind_store_study *study, lind_store **store) LIND_MUST_CHECK;
/* Read-only, of a finished or unfinished run, as far as it went. */
lind_err lind_store_open(const char *directory, lind_store **store) LIND_MUST_CHECK;
void lind_store_destroy(lind_store **store); /* closes the running segment first, best effort */
lind_sink lind_store_sink(lind_store *store);
/* Close the running segment now (also done by itself every 30 s of put calls). What cannot be written is kept in memory, and
 * tried again by the next put or flush. */
lind_err lind_store_flush(lind_store *store) LIND_MUST_CHECK;
/* The same, and this rank's small segments become few. Every rank at the end of its work, all at the same time. */
lind_err lind_store_settle(lind_store *store) LIND_MUST_CHECK;
/* How often a segment closes: after `seconds` of put calls (30) or `bytes` of records (64 MiB), whichever is first. */
void lind_store_pace(lind_store *store, double seconds, size_t bytes);
/* What create, open or rescan had to say, one sentence a line; "" if nothing. Borrowed until the store is destroyed or rescanned.
 */
const char *lind_store_notice(const lind_store *store);
/* Which block lies where goes between ranks as bytes, so that nobody opens the segments of all others. news: what this rank has
 * written since create, join or the last index, borrowed until it writes again; learn: rank 0 adds another rank's (or its own);
 * index: all that rank 0 knows, borrowed; heed: another rank knows just that from now on. */
const void *lind_store_news(const lind_store *store, size_t *bytes);
lind_err lind_store_learn(lind_store *store, const void *news, size_t bytes) LIND_MUST_CHECK;
lind_err lind_store_index(lind_store *store, const void **index, size_t *bytes) LIND_MUST_CHECK;
lind_err lind_store_heed(lind_store *store, const void *index, size_t bytes) LIND_MUST_CHECK;
/* See segments of other ranks that have closed since; call on rank 0 before `each`. */
lind_err lind_store_rescan(lind_store *store) LIND_MUST_CHECK;
/* Memory that knowing where so many blocks lie takes, at most, beside what waits (lind_store_pace). */
size_t lind_store_bytes(uint64_t blocks);
/* And merging segments of records of so many bytes in all. */
double lind_store_merging(double bytes);
/* Records safe on disk: those seen by create, join or the last rescan, and this rank's own since. `has` answers for the former
 * only, so that ranks that opened or rescanned together answer alike. On a network file system a rescan can come too early:
 * compare this with what is due. */
uint64_t lind_store_blocks(lind_store *store, uint32_t stage);
/* The digest of a block's record (lind_sink_record_digest) and the number it bears, which the digest covers; false: it is not
 * among those that `has` answers for. */
bool lind_store_record(const lind_store *store, uint32_t stage, uint64_t block, lind_digest *digest, uint64_t *number);
/* The blocks of another directory of the same plan become this one's, too (rank 0, which created; nothing put yet): its segments
 * are linked or copied, every byte checked. `from` is only read; one that is being written is LIND_ERR_INPUT, a damaged segment
 * LIND_ERR_DAMAGED. Blocks that both have are left out. Rescans. */
lind_err lind_store_adopt(lind_store *store, const char *from) LIND_MUST_CHECK;
/* Every byte of every segment against its checksum, one sentence each; what is no segment is told as wrong. Changes nothing. */
typedef void (*lind_store_tell)(void *context, bool is_right, const char *words);
lind_err lind_store_inspect(const char *directory, lind_store_tell tell, void *context) LIND_MUST_CHECK;
/* Few files: merge what is small, drop what no block of the study needs any more. Rank 0, when all have settled; it moves at most
 * 256 MiB, because the others wait; a kill loses nothing. While a run goes on each rank does so with its own segments. */
lind_err lind_store_tidy(lind_store *store) LIND_MUST_CHECK;
/* Delete the segments (rank 0; damaged ones stay): the directory can be shown, not extended. The folder goes when the store is
 * destroyed. */
lind_err lind_store_clean(lind_store *store) LIND_MUST_CHECK;
/* A document beside them: written under a temporary name, synced, renamed, directory synced. */
lind_err lind_store_write(const char *path, const char *text) LIND_MUST_CHECK;

/* ---- results.h5
 * --------------------------------------------------------------------------------------------------------------------- */

typedef struct lind_results lind_results;
lind_err lind_results_create(const char *path, lind_results **results) LIND_MUST_CHECK; /* writes path.tmp */
/* A table is a group with one 1-D dataset a column, each with attributes unit, description, axes (and labels for codes). */
lind_err lind_results_table(lind_results *results, const char *group, const char *about, const lind_field *fields, int n_fields,
                            const char *axes) LIND_MUST_CHECK;
/* Append rows to the table begun last: data is [n_fields][n_rows]; codes and counts are stored as integers. NaN is kept: as
 * itself in reals, as INT64_MIN in counts and -1 in codes (attribute `missing`). A count that is no whole number, or a code
 * outside the labels, is LIND_ERR_INPUT. How the rows are split over calls does not show in the file. */
lind_err lind_results_append(lind_results *results, const double *data, size_t n_rows) LIND_MUST_CHECK;
lind_err lind_results_text(lind_results *results, const char *dataset, const char *about, const char *text) LIND_MUST_CHECK;
lind_err lind_results_close(lind_results **results) LIND_MUST_CHECK; /* sync, rename into place */
void lind_results_abandon(lind_results **results);

/* Reading: missing counts and codes come back as NaN. (verify, patient, export): a table's columns. */
typedef struct lind_results_view {
  int n_fields;
  size_t n_rows;
  lind_field *fields;
  double **data; /* [n_fields][n_rows] */
} lind_results_view;
lind_err lind_results_read(const char *path, const char *group, lind_results_view **view) LIND_MUST_CHECK;
/* Only its rows [first, first + n), as far as there are so many. */
lind_err lind_results_read_rows(const char *path, const char *group, size_t first, size_t n,
                                lind_results_view **view) LIND_MUST_CHECK;
/* Of a table in order of its first two columns, such as replicate and seat: the rows [*first, *first + *n) in which they have
 * these values. Cost: some of the table's rows, however many it has. */
lind_err lind_results_find(const char *path, const char *group, const double key[2], size_t *first, size_t *n) LIND_MUST_CHECK;
void lind_results_view_destroy(lind_results_view **view);
lind_err lind_results_read_text(const char *path, const char *dataset, char **text) LIND_MUST_CHECK; /* free() it */
/* A table as CSV: header line `name [unit]`, codes as their labels, 17 significant digits; missing counts and codes are empty,
 * reals NaN, Inf. */
lind_err lind_results_csv(const char *path, const char *group, const char *out) LIND_MUST_CHECK;

#endif
