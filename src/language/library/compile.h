/* compile.h -- a user's model as a shared library: from the cache, or by the system's C compiler. */
#ifndef LIND_LANGUAGE_COMPILE_H
#define LIND_LANGUAGE_COMPILE_H

#include <stdbool.h>

#include "lind/model.h"

/* *fresh: the compiler was run. The library stays loaded. Fails with LIND_ERR_FILE where there is no compiler or no cache. */
lind_err lind_compile_kernel(const lind_model *model, const char *cache_directory, lind_arena *arena, const lind_kernel **kernel,
                             bool *fresh) LIND_MUST_CHECK;

#endif
