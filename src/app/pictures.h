/* pictures.h -- what a tissue looks like, for the report: lines of levels on some days, of some patients under every arm. */
#ifndef LIND_PICTURES_H
#define LIND_PICTURES_H

#include <string.h>

#include "study.h"

/* Fills study->pictures on rank 0, where the protocol asks for pictures. The first team works. Collective. */
lind_err lind_pictures_make(lind_study *study, lind_crew *crew, lind_arena *arena) LIND_MUST_CHECK;

#endif
