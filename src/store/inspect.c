/* inspect.c -- is every segment of a directory as it was written? Nothing is changed. */
#include <stdio.h>
#include <string.h>

#include "disk.h"
#include "lind/store.h"
#include "segment.h"

typedef struct inspection {
  const char *directory;
  lind_store_tell tell;
  void *context;
} inspection;

static lind_err visit(void *context, const char *name) {
  const inspection *i = context;
  char inside[280], path[LIND_DISK_PATH], words[LIND_DISK_PATH + 80];
  int rank, length = 0;
  unsigned sequence;
  if (strcmp(name, "lock") == 0) return LIND_OK; /* says who writes, and no number comes from it */
  (void)snprintf(inside, sizeof inside, "segments/%.255s", name);
  LIND_TRY(lind_disk_join(i->directory, inside, path));
  const bool is_segment = sscanf(name, "%d-%u.h5%n", &rank, &sequence, &length) == 2 && length > 0;
  if (is_segment && name[length] == '\0') {
    const bool good = lind_segment_check(path) == LIND_OK;
    (void)snprintf(words, sizeof words, "%s %s", path, good ? "matches its checksum" : "is damaged");
    i->tell(i->context, good, good ? words : lind_error_message());
  } else {
    const bool aside = is_segment && strcmp(name + length, ".damaged") == 0;
    (void)snprintf(words, sizeof words, aside ? "%s was set aside, and its blocks were lived again" : "%s is no segment", path);
    i->tell(i->context, aside, words);
  }
  return LIND_OK;
}

lind_err lind_store_inspect(const char *directory, lind_store_tell tell, void *context) {
  char segments[LIND_DISK_PATH];
  inspection i = {directory, tell, context};
  LIND_TRY(lind_disk_join(directory, "segments", segments));
  return lind_disk_list(segments, visit, &i);
}
