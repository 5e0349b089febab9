/* emit.h -- a kernel as C: what the files that write it share. Text goes into a buffer; every function that is written is static
 * and named after its part: work_rhs. */
#ifndef LIND_LANGUAGE_EMIT_H
#define LIND_LANGUAGE_EMIT_H

#include "../expression/expression_internal.h"
#include "buffer.h"
#include "model_tree.h"
#include "sparse.h"

/* Statements of one function; of a part and of LU factors, beyond which they are written as tables. A compiler takes a quarter of
 * a millisecond for a statement, more in longer functions: docs/theory/kernels.md. */
enum { LIND_EMIT_CHUNK = 300, LIND_EMIT_MOST = 8000, LIND_EMIT_MOST_FACTORS = 5000 };

/* emit.c: void work_PART(what the part takes, out). *tables: the head of tables stands in the text. */
lind_err lind_emit_part(const lind_model *model, int part, bool *tables, lind_buffer *out, lind_arena *arena) LIND_MUST_CHECK;
/* The function of lane_math.h that does it; NULL for a copy. */
const char *lind_emit_function(lind_op op, lind_function function);
/* emit_table.c: the same function as tables, and what stands before the first of them. */
lind_err lind_emit_table(const lind_model *model, int part, const char *formal, lind_buffer *out,
                         lind_arena *arena) LIND_MUST_CHECK;
void lind_emit_table_head(lind_buffer *out);
/* emit_sparse.c: kernel_factor and kernel_solve. */
void lind_emit_sparse(const lind_sparse *sparse, lind_buffer *out);
/* emit_kernel.c: static const int NAME[]. */
void lind_emit_places(lind_buffer *out, const char *name, const int *values, int n);

#endif
