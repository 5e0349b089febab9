/* compact.h -- many small segments become few. A merged segment holds the records of its sources as they are, is whole before the
 * first source goes, and is at most LIND_COMPACT_BYTES long, which bounds memory too: a kill in between leaves a block twice,
 * which the catalogue takes for once. Depends on: folder.h. */
#ifndef LIND_STORE_COMPACT_H
#define LIND_STORE_COMPACT_H

#include "folder.h"

enum { LIND_COMPACT_FAN = 8, LIND_COMPACT_BYTES = 8 << 20 };

/* What one rank has written in this life, in order. Eight neighbours of one level make one of the next, so that a byte is
 * rewritten at most log8 of the segments times. */
typedef struct lind_compact_pile { /* zeroed is empty */
  struct lind_compact_layer {
    uint32_t sequence;
    int level;
    size_t bytes;
  } * layers;
  size_t n, capacity;
} lind_compact_pile;

void lind_compact_release(lind_compact_pile *pile);
lind_err lind_compact_push(lind_compact_pile *pile, uint32_t sequence, size_t bytes) LIND_MUST_CHECK;
/* How many of the last layers are to be merged now; 0: none. */
size_t lind_compact_due(const lind_compact_pile *pile);
/* The same at the end, when nothing more will come: whatever fits into one. */
size_t lind_compact_last(const lind_compact_pile *pile);

/* Gather the records of the sources that the study needs (those that `known` finds elsewhere are left out) in `merged`, write
 * them as this rank's next segment, and remove the sources. The caller moves the folder's sequence on. */
lind_err lind_compact_merge(const lind_folder *folder, const struct lind_folder_name *sources, size_t n,
                            lind_segment *merged) LIND_MUST_CHECK;
/* The segments of a folder that has just been scanned, whoever wrote them; at most `most` bytes are moved: the others wait for
 * them. */
lind_err lind_compact_all(lind_folder *folder, size_t most) LIND_MUST_CHECK;

#endif
