/* load.h -- the two documents from disk or text, with a sentence where they are not what they should be. */
#ifndef LIND_LOAD_H
#define LIND_LOAD_H

#include <jansson.h>

#include "lind/error.h"

lind_err lind_load_object(const char *path, json_t **object) LIND_MUST_CHECK;
lind_err lind_load_estimates(const char *path, json_t **estimates) LIND_MUST_CHECK;
lind_err lind_load_estimates_text(const char *text, json_t **estimates) LIND_MUST_CHECK;

#endif
