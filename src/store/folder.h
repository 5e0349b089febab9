/* folder.h -- segments/: which files are there, and what they hold. Depends on: sink.h. */
#ifndef LIND_STORE_FOLDER_H
#define LIND_STORE_FOLDER_H

#include "catalogue.h"
#include "lind/store.h"
#include "segment.h"

typedef enum {
  LIND_FOLDER_MEND,    /* check every byte, set damaged segments aside, remove what a killed run left half written */
  LIND_FOLDER_STRICT,  /* a segment that cannot be read is a failure */
  LIND_FOLDER_LENIENT, /* it is noted and left out */
} lind_folder_mood;

typedef struct lind_folder {
  const char *directory;         /* borrowed */
  const lind_store_study *study; /* borrowed: whose segments they are, and which blocks it has */
  int rank;
  uint32_t sequence; /* of this rank's next segment */
  const char *notice;
  char *notice_memory;
  struct lind_folder_name {
    int rank;
    uint32_t sequence;
  } * names; /* sorted; those whose heads are in known */
  size_t n_names;
  lind_catalogue known; /* sorted */
} lind_folder;

void lind_folder_release(lind_folder *folder);
/* What has come since, what has gone since; what it has to say is added to the notice. */
lind_err lind_folder_scan(lind_folder *folder, lind_folder_mood mood) LIND_MUST_CHECK;
/* What a rank says that it has written, with the names of its segments; sort when all have been heard. */
lind_err lind_folder_learn(lind_folder *folder, const lind_catalogue_entry *entries, size_t n) LIND_MUST_CHECK;
lind_err lind_folder_sort(lind_folder *folder) LIND_MUST_CHECK;
lind_err lind_folder_list(lind_folder *folder) LIND_MUST_CHECK; /* names only: how this rank's next one is called */
lind_err lind_folder_path(const lind_folder *folder, struct lind_folder_name name, char *path) LIND_MUST_CHECK;
/* Its next one is called like none that is known, though its own listing, of a network file system, may come late. */
void lind_folder_avoid(lind_folder *folder);
/* NULL: it is not known. */
const struct lind_folder_name *lind_folder_find(const lind_folder *folder, struct lind_folder_name name);
lind_err lind_folder_note(lind_folder *folder, const char *sentence, const char *end) LIND_MUST_CHECK; /* for the notice */
/* As this rank's next segment. */
lind_err lind_folder_write(const lind_folder *folder, const lind_segment *segment) LIND_MUST_CHECK;
/* Segments of `from`, each byte checked, get names of this rank here (a hard link, or a copy); those whose blocks are all known
 * are left out. `from` is only read, and refused while it is written. Scan afterwards. */
lind_err lind_folder_adopt(lind_folder *folder, const char *from) LIND_MUST_CHECK;
lind_err lind_folder_clean(lind_folder *folder) LIND_MUST_CHECK; /* delete every known segment */

#endif
