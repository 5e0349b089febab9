/* replay.c -- `replay READER FOLDER`: every input that is kept, once, with any compiler. Fails where one takes more than a second
 * of this process's own time or more than LARGEST of memory; a crash fails by itself. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "reader.h"

enum { LARGEST = 1 << 20 }; /* KiB */

#if defined __has_feature
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1 /* clang's way of saying it */
#endif
#endif
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
static const double slow = 20.0;
static const bool counts_memory = false;
#else
static const double slow = 1.0;
static const bool counts_memory = true;
#endif

static double seconds(void) {
  struct rusage used;
  (void)getrusage(RUSAGE_SELF, &used);
  return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + 1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

static long memory(void) {
  struct rusage used;
  (void)getrusage(RUSAGE_SELF, &used);
  return used.ru_maxrss;
}

static bool replay(fuzz_read *reader, const char *folder, const char *name) {
  char path[4400];
  (void)snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "rb");
  char *bytes = NULL;
  size_t n = 0, room = 0, got;
  do {
    bytes = realloc(bytes, room += 1 << 16);
    if (file == NULL || bytes == NULL) abort();
    n += got = fread(bytes + n, 1, room - n, file);
  } while (n == room && got > 0);
  (void)fclose(file);
  fprintf(stderr, "%s\n", name); /* so that a crash has a name */
  const double began = seconds();
  reader((const uint8_t *)bytes, n);
  const double took = seconds() - began;
  free(bytes);
  if (took > slow) fprintf(stderr, "  takes %.1f s\n", took);
  if (counts_memory && memory() > LARGEST) fprintf(stderr, "  takes %ld MiB\n", memory() >> 10);
  return took <= slow && (!counts_memory || memory() <= LARGEST);
}

int main(int argc, char **argv) {
  char folder[4096];
  fuzz_read *reader = argc == 3 ? fuzz_reader(argv[1]) : NULL;
  if (reader == NULL || realpath(argv[2], folder) == NULL) {
    fprintf(stderr, "usage: replay READER FOLDER\n");
    return 2;
  }
  fuzz_begin();
  if (freopen("/dev/null", "wb", stdout) == NULL) return 2; /* commands talk */
  struct dirent **names;
  const int n = scandir(folder, &names, NULL, alphasort);
  int good = 0, tried = 0;
  for (int i = 0; i < n; i++) {
    if (names[i]->d_name[0] != '.') {
      tried++;
      good += replay(reader, folder, names[i]->d_name);
    }
    free(names[i]);
  }
  if (n >= 0) free(names);
  fprintf(stderr, "%d of %d inputs of %s were read or refused in time\n", good, tried, argv[1]);
  return tried > 0 && good == tried ? 0 : 1;
}
