/* emit.h -- a kernel as C: what the files that write it share. Text goes into a buffer; every function that is written is static
 * and named after its part: work_rhs. */
#ifndef LIND_LANGUAGE_EMIT_H
#define LIND_LANGUAGE_EMIT_H

#include "buffer.h"
#include "model_tree.h"
#include "sparse.h"

/* Statements of one function. */
enum { LIND_EMIT_CHUNK = 600 };

/* emit.c: void work_PART(what the part takes, out). */
lind_err lind_emit_part(const lind_model *model, int part, lind_buffer *out, lind_arena *arena) LIND_MUST_CHECK;
/* emit_sparse.c: kernel_factor and kernel_solve. */
void lind_emit_sparse(const lind_sparse *sparse, lind_buffer *out);
/* emit_kernel.c: static const int NAME[]. */
void lind_emit_places(lind_buffer *out, const char *name, const int *values, int n);

#endif
