/* roll.h -- numbers of every replicate, a row each, read by column: how what grows with the replicates takes no memory that does.
 *
 * Rows are added in order. What does not fit a piece (1 MiB) lies in a file without a name in the run directory, which is gone
 * when the roll or the process ends, however it ends. Nothing a roll answers depends on where its rows lie. Depends on: error.h.
 */
#ifndef LIND_ROLL_H
#define LIND_ROLL_H

#include <stddef.h>
#include <stdint.h>

#include "lind/error.h"

typedef struct lind_roll lind_roll;

/* directory: an existing one, for the file; NULL: everything stays in memory, whatever its size. LIND_ERR_INPUT where n_columns x
 * n_rows numbers are more than a file can hold, LIND_ERR_MEMORY. */
lind_err lind_roll_create(const char *directory, size_t n_columns, uint64_t n_rows, lind_roll **roll) LIND_MUST_CHECK;
void lind_roll_destroy(lind_roll **roll); /* accepts NULL */
/* The next row, [n_columns]; not more than n_rows of them. LIND_ERR_FILE where the disk is full. */
lind_err lind_roll_add(lind_roll *roll, const double *row) LIND_MUST_CHECK;
/* All n_rows have been added: what follows reads. A roll that lies in a file gives its memory back. */
lind_err lind_roll_end(lind_roll *roll) LIND_MUST_CHECK;

/* A column comes in pieces of at most lind_roll_rows numbers: values [lind_roll_rows], *n of them are set, 0 behind the last. */
size_t lind_roll_rows(const lind_roll *roll);
lind_err lind_roll_read(const lind_roll *roll, size_t column, uint64_t piece, double *values, size_t *n) LIND_MUST_CHECK;

/* Quantiles of the numbers of a column that are not NAN, type 7 as R's quantile(); NAN if there are none. q [n], value [n], n up
 * to LIND_ROLL_QUANTILES. Exact: six passes over the column, each of which settles eleven bits of every order statistic. */
enum { LIND_ROLL_QUANTILES = 4 };
lind_err lind_roll_quantiles(const lind_roll *roll, size_t column, const double *q, int n, double *value) LIND_MUST_CHECK;

/* Before a run: memory while rows are added, and the file (0: none). */
size_t lind_roll_bytes(size_t n_columns, uint64_t n_rows);
double lind_roll_disk(size_t n_columns, uint64_t n_rows);

#endif
