#include "lind/sink.h"

/* Shape first, then the numbers as they lie: every array in one piece, so that the digest does not depend on how a record was put
 * together. */
lind_digest lind_sink_record_digest(const lind_block_record *record) {
  const uint64_t shape[] = {record->stage,   record->block,   record->first_replicate, record->n_replicates, record->first_seat,
                            record->n_seats, record->n_reals, record->n_counts,        record->n_rows,       record->n_columns};
  lind_digest digest = lind_digest_add((lind_digest){0, 0}, shape, sizeof shape);
  digest = lind_digest_add(digest, record->reals, record->n_replicates * record->n_reals * sizeof *record->reals);
  digest = lind_digest_add(digest, record->counts, record->n_counts * sizeof *record->counts);
  digest = lind_digest_add(digest, record->rows, record->n_columns * record->n_rows * sizeof *record->rows);
  if (record->n_course_rows == 0) return digest; /* who keeps no trajectories has the digest of who cannot */
  const uint64_t course[] = {record->n_course_rows, record->n_course_columns};
  digest = lind_digest_add(digest, course, sizeof course);
  return lind_digest_add(digest, record->course, record->n_course_rows * record->n_course_columns * sizeof *record->course);
}
