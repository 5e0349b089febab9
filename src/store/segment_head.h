/* segment_head.h -- the layout of a segment, shared by the one who writes it and the one who reads it. Depends on: h5.h,
 * segment.h. */
#ifndef LIND_STORE_SEGMENT_HEAD_H
#define LIND_STORE_SEGMENT_HEAD_H

#include "h5.h"
#include "segment.h"

enum { LIND_SEGMENT_HEAD_BYTES = 512 }; /* the smallest user block that HDF5 has */

enum { LIND_SEGMENT_HEADS, LIND_SEGMENT_REALS, LIND_SEGMENT_COUNTS, LIND_SEGMENT_ROWS, LIND_SEGMENT_COURSE };
enum { LIND_SEGMENT_FORMAT = 3 }; /* 1: without trajectories; 2: counts of eight bytes each */

enum { LIND_SEGMENT_COUNTS_MOST = 1 << 27 }; /* of a record: a run of zeros in a file could ask for any amount of memory */

enum {
  LIND_HEAD_STAGE,
  LIND_HEAD_BLOCK,
  LIND_HEAD_FIRST_REPLICATE,
  LIND_HEAD_N_REPLICATES,
  LIND_HEAD_FIRST_SEAT,
  LIND_HEAD_N_SEATS,
  LIND_HEAD_N_REALS,
  LIND_HEAD_N_COUNTS,
  LIND_HEAD_N_ROWS,
  LIND_HEAD_N_COLUMNS,
  LIND_HEAD_REALS_AT,
  LIND_HEAD_COUNTS_AT,
  LIND_HEAD_COUNTS_BYTES,
  LIND_HEAD_ROWS_AT,
  LIND_HEAD_N_COURSE_ROWS,
  LIND_HEAD_N_COURSE_COLUMNS,
  LIND_HEAD_COURSE_AT,
  LIND_HEAD_DIGEST_HIGH,
  LIND_HEAD_DIGEST_LOW,
  LIND_SEGMENT_WORDS
};

typedef struct lind_segment_kind {
  const char *name;
  hid_t stored, native;
} lind_segment_kind;

/* A function, because HDF5's type names are function calls. */
static inline lind_segment_kind lind_segment_kinds(int pile) {
  switch (pile) {
    case LIND_SEGMENT_HEADS:
      return (lind_segment_kind){"heads", H5T_STD_U64LE, H5T_NATIVE_UINT64};
    case LIND_SEGMENT_COUNTS:
      return (lind_segment_kind){"counts", H5T_STD_U8LE, H5T_NATIVE_UINT8}; /* packed */
    case LIND_SEGMENT_REALS:
      return (lind_segment_kind){"reals", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE};
    case LIND_SEGMENT_COURSE:
      return (lind_segment_kind){"course", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE};
    default:
      return (lind_segment_kind){"rows", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE};
  }
}

/* Write the digest of the bytes behind the head into the head, of a file of n bytes in memory. */
void lind_segment_seal(unsigned char *file, size_t n);

#endif
