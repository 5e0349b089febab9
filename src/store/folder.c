#include "folder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk.h"

typedef struct lind_folder_name name;

void lind_folder_release(lind_folder *folder) {
  free(folder->names);
  free(folder->notice_memory);
  lind_catalogue_release(&folder->known);
  *folder = (lind_folder){.notice = ""};
}

lind_err lind_folder_path(const lind_folder *folder, name n, char *path) {
  char text[64];
  (void)snprintf(text, sizeof text, "segments/%d-%u.h5", n.rank, n.sequence);
  return lind_disk_join(folder->directory, text, path);
}

lind_err lind_folder_write(const lind_folder *folder, const lind_segment *segment) {
  char path[LIND_DISK_PATH];
  LIND_TRY(lind_folder_path(folder, (name){folder->rank, folder->sequence}, path));
  return lind_segment_write(segment, path, folder->study->world);
}

/* ---- what is there
 * ----------------------------------------------------------------------------------------------------------------------- */

static int name_compare(const void *left, const void *right) {
  const name *a = left, *b = right;
  if (a->rank != b->rank) return a->rank < b->rank ? -1 : 1;
  return a->sequence < b->sequence ? -1 : a->sequence > b->sequence;
}

const name *lind_folder_find(const lind_folder *folder, name wanted) {
  if (folder->n_names == 0) return NULL;
  return bsearch(&wanted, folder->names, folder->n_names, sizeof wanted, name_compare);
}

typedef struct listing {
  lind_folder *folder;
  lind_folder_mood mood;
  name *found; /* complete segments */
  size_t n, capacity;
} listing;

static lind_err listing_visit(void *context, const char *text) {
  listing *l = context;
  name found = {0, 0};
  int length = 0;
  if (sscanf(text, "%d-%u.h5%n", &found.rank, &found.sequence, &length) != 2 || length == 0) return LIND_OK;
  if (found.rank == l->folder->rank && found.sequence >= l->folder->sequence) l->folder->sequence = found.sequence + 1;
  if (l->mood == LIND_FOLDER_MEND && strcmp(text + length, ".tmp") == 0) {
    char path[LIND_DISK_PATH];
    LIND_TRY(lind_folder_path(l->folder, found, path));
    (void)strncat(path, ".tmp", sizeof path - strlen(path) - 1);
    (void)unlink(path); /* what a killed run left half written */
  }
  if (text[length] != '\0') return LIND_OK;
  if (l->n == l->capacity) {
    l->capacity = 2 * l->capacity + 64;
    name *grown = reallocarray(l->found, l->capacity, sizeof *grown);
    LIND_CHECK(grown != NULL, LIND_ERR_MEMORY, "no memory for the names of %zu segments", l->capacity);
    l->found = grown;
  }
  l->found[l->n++] = found;
  return LIND_OK;
}

/* The listing of a network file system may not name yet what another host has written and told of. */
static bool is_gone(const lind_folder *folder, const listing *l, name known) {
  char path[LIND_DISK_PATH];
  if (l->n > 0 && bsearch(&known, l->found, l->n, sizeof *l->found, name_compare) != NULL) return false;
  return lind_folder_path(folder, known, path) == LIND_OK && !lind_disk_exists(path);
}

/* What their rank has merged since they were learnt. */
static void forget_gone(lind_folder *folder, const listing *l) {
  size_t kept = 0;
  for (size_t i = 0; i < folder->n_names; i++)
    if (!is_gone(folder, l, folder->names[i])) folder->names[kept++] = folder->names[i];
  if (kept == folder->n_names) return;
  folder->n_names = kept;
  lind_catalogue *known = &folder->known;
  size_t n = 0;
  for (size_t i = 0; i < known->n; i++)
    if (lind_folder_find(folder, (name){known->entries[i].rank, known->entries[i].sequence}) != NULL)
      known->entries[n++] = known->entries[i];
  known->n = n;
}

lind_err lind_folder_note(lind_folder *folder, const char *sentence, const char *end) {
  const size_t used = strlen(folder->notice), size = used + strlen(sentence) + strlen(end) + 2;
  char *grown = realloc(folder->notice_memory, size);
  LIND_CHECK(grown != NULL, LIND_ERR_MEMORY, "no memory for a notice");
  (void)snprintf(grown + used, size - used, "%s%s%s", used > 0 ? "\n" : "", sentence, end);
  folder->notice = folder->notice_memory = grown;
  return LIND_OK;
}

static lind_err segment_learn(lind_folder *folder, name n, const char *path, lind_folder_mood mood) {
  if (mood != LIND_FOLDER_STRICT) LIND_TRY(lind_segment_check(path)); /* those of a run that goes on were written just now */
  lind_segment heads = {0};
  lind_err err = lind_segment_read_heads(path, folder->study->world, &heads);
  if (err == LIND_OK) err = lind_segment_list(&heads, folder->study, n.rank, n.sequence, &folder->known);
  lind_segment_release(&heads);
  return err;
}

static lind_err set_aside(lind_folder *folder, const char *path, lind_folder_mood mood) {
  if (mood == LIND_FOLDER_LENIENT) return lind_folder_note(folder, lind_error_message(), "; its blocks are left out");
  char aside[LIND_DISK_PATH + 16];
  (void)snprintf(aside, sizeof aside, "%s.damaged", path);
  LIND_TRY(lind_folder_note(folder, lind_error_message(), "; it is set aside as *.damaged and its blocks are run again"));
  LIND_CHECK(rename(path, aside) == 0, LIND_ERR_FILE, "%s cannot be renamed to %s: %s", path, aside, lind_error_reason(errno));
  return LIND_OK;
}

static lind_err name_learn(lind_folder *folder, name fresh, lind_folder_mood mood) {
  char path[LIND_DISK_PATH];
  LIND_TRY(lind_folder_path(folder, fresh, path));
  const lind_err err = segment_learn(folder, fresh, path, mood);
  if (err == LIND_OK) {
    folder->names[folder->n_names++] = fresh;
    return LIND_OK;
  }
  if (!lind_disk_exists(path)) return LIND_OK; /* a network file system still lists what is gone */
  if (mood == LIND_FOLDER_STRICT || err != LIND_ERR_DAMAGED) return lind_error_trace(err, __FILE__, __LINE__, path);
  return set_aside(folder, path, mood);
}

static lind_err names_learn(lind_folder *folder, const listing *l, lind_folder_mood mood) {
  name *grown = reallocarray(folder->names, l->n + 1, sizeof *grown);
  LIND_CHECK(grown != NULL, LIND_ERR_MEMORY, "no memory for the names of %zu segments", l->n);
  folder->names = grown;
  const lind_folder before = *folder; /* names that are added stand behind those that were known */
  for (size_t i = 0; i < l->n; i++)
    if (lind_folder_find(&before, l->found[i]) == NULL) LIND_TRY(name_learn(folder, l->found[i], mood));
  return LIND_OK;
}

/* Names only: which of them this rank may take next. */
lind_err lind_folder_list(lind_folder *folder) {
  char segments[LIND_DISK_PATH];
  LIND_TRY(lind_disk_join(folder->directory, "segments", segments));
  listing l = {.folder = folder, .mood = LIND_FOLDER_STRICT};
  const lind_err err = lind_disk_list(segments, listing_visit, &l);
  free(l.found);
  return err;
}

void lind_folder_avoid(lind_folder *folder) {
  for (size_t i = 0; i < folder->known.n; i++) {
    const lind_catalogue_entry *entry = &folder->known.entries[i];
    if (entry->rank == folder->rank && entry->sequence >= folder->sequence) folder->sequence = entry->sequence + 1;
  }
}

lind_err lind_folder_scan(lind_folder *folder, lind_folder_mood mood) {
  char segments[LIND_DISK_PATH];
  LIND_TRY(lind_folder_sort(folder)); /* what was learnt from ranks */
  LIND_TRY(lind_disk_join(folder->directory, "segments", segments));
  listing l = {.folder = folder, .mood = mood};
  lind_err err = lind_disk_list(segments, listing_visit, &l);
  if (l.n > 0) qsort(l.found, l.n, sizeof *l.found, name_compare);
  if (err == LIND_OK) {
    forget_gone(folder, &l);
    err = names_learn(folder, &l, mood);
  }
  free(l.found);
  const lind_err sorted = lind_folder_sort(folder);
  return err != LIND_OK ? err : sorted;
}

lind_err lind_folder_sort(lind_folder *folder) {
  if (folder->n_names > 0) qsort(folder->names, folder->n_names, sizeof *folder->names, name_compare);
  return lind_catalogue_sort(&folder->known);
}

/* A rank's entries come segment by segment. */
lind_err lind_folder_learn(lind_folder *folder, const lind_catalogue_entry *entries, size_t n) {
  size_t fresh = 0;
  for (size_t i = 0; i < n; i++) fresh += i == 0 || entries[i].sequence != entries[i - 1].sequence;
  name *grown = reallocarray(folder->names, folder->n_names + fresh + 1, sizeof *grown);
  LIND_CHECK(grown != NULL, LIND_ERR_MEMORY, "no memory for the names of %zu segments", folder->n_names + fresh);
  folder->names = grown;
  for (size_t i = 0; i < n; i++)
    if (i == 0 || entries[i].sequence != entries[i - 1].sequence)
      folder->names[folder->n_names++] = (name){entries[i].rank, entries[i].sequence};
  return lind_catalogue_add(&folder->known, entries, n);
}

lind_err lind_folder_clean(lind_folder *folder) {
  for (size_t i = 0; i < folder->n_names; i++) {
    char path[LIND_DISK_PATH];
    LIND_TRY(lind_folder_path(folder, folder->names[i], path));
    LIND_CHECK(unlink(path) == 0 || errno == ENOENT, LIND_ERR_FILE, "%s cannot be deleted: %s", path, lind_error_reason(errno));
  }
  folder->n_names = 0;
  lind_catalogue_release(&folder->known);
  return LIND_OK;
}
