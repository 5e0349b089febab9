/* emit.h -- a kernel as C: what the files that write it share. Text goes into a buffer; every function that is written is static
 * and named after its part: work_rhs. */
#ifndef LIND_LANGUAGE_EMIT_H
#define LIND_LANGUAGE_EMIT_H

#include "buffer.h"
#include "model_tree.h"

/* emit.c: void work_PART(what the part takes, out). */
lind_err lind_emit_part(const lind_model *model, int part, lind_buffer *out, lind_arena *arena) LIND_MUST_CHECK;

#endif
