/* claim.h -- to whom a run directory belongs: plan.json says which study, CPU class and version made it and how far it goes,
 * segments/lock who is writing. Depends on: error.h, Jansson. */
#ifndef LIND_STORE_CLAIM_H
#define LIND_STORE_CLAIM_H

#include "lind/arena.h"
#include "lind/store.h"

typedef struct lind_claim {
  lind_store_study study;
  const char *version;
} lind_claim;

/* What plan.json says; LIND_ERR_PLAN where there is none. */
lind_err lind_claim_read(const char *directory, lind_arena *arena, lind_claim *claim) LIND_MUST_CHECK;
/* May this study be run in the directory? It is absent, empty, just begun, or made by the same claim, perhaps with fewer
 * replicates; a sentence otherwise. Writes nothing. */
lind_err lind_claim_check(const char *directory, const lind_claim *claim) LIND_MUST_CHECK;
/* Make the directory and segments/, lock it and write plan.json; the lock is held until *lock is closed, at the latest by
 * the end of the process. *is_sure: false where the file system has no locks, so that a second writer would not be noticed. */
lind_err lind_claim_take(const char *directory, const lind_claim *claim, int *lock, bool *is_sure) LIND_MUST_CHECK;
/* Unlock; with `finished`, remove segments/ if nothing is left in it. */
void lind_claim_release(const char *directory, int *lock, int finished);

#endif
