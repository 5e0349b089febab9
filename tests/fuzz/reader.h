/* reader.h -- what every fuzzed reader shares: a folder of its own, an input of one or more files, a table of readers.
 *
 * An input is a text of parts: a line `=== NAME` begins the file NAME, what stands before the first such line is the file `main`.
 * So one input can be a protocol with its cohort, tables and models, and a fuzzer changes all of them. Readers of binary files
 * take the bytes as they are. A reader may refuse whatever it likes with a sentence; it may not crash, leak, hang or eat memory.
 */
#ifndef LIND_FUZZ_READER_H
#define LIND_FUZZ_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lind/arena.h"
#include "lind/error.h"

typedef void fuzz_read(const uint8_t *bytes, size_t n);

#define FUZZ_TEXT_READERS(X) X(yaml) X(expression) X(unit) X(csv)
#ifdef LIND_FUZZ_TEXT /* a small program, which is built in seconds */
#define FUZZ_READERS FUZZ_TEXT_READERS
#else
#define FUZZ_READERS(X) \
  FUZZ_TEXT_READERS(X)  \
  X(protocol) X(cohort) X(model) X(events) X(report) X(run_directory) X(segment) X(shapes) X(command)
#endif
#define FUZZ_DECLARE(name) fuzz_read fuzz_read_##name;
FUZZ_READERS(FUZZ_DECLARE)
#undef FUZZ_DECLARE

fuzz_read *fuzz_reader(const char *name); /* NULL: there is none of this name */

/* Go into a new folder, which is removed at the end, with no compiler and no cache in reach. */
void fuzz_begin(void);

enum { FUZZ_FILES = 16, FUZZ_NAME = 32 };
typedef struct fuzz_bundle {
  int n;
  struct {
    char name[FUZZ_NAME];
    const char *text; /* of `n` bytes and a zero */
    size_t n;
  } files[FUZZ_FILES];
  char *memory;
} fuzz_bundle;

/* Split, and write the files (those of the last bundle go). */
void fuzz_bundle_write(fuzz_bundle *bundle, const uint8_t *bytes, size_t n);
void fuzz_bundle_release(fuzz_bundle *bundle);
const char *fuzz_bundle_text(const fuzz_bundle *bundle, const char *name); /* NULL */
/* The lines of a file, at most `most`. They are cut in place. */
int fuzz_bundle_lines(fuzz_bundle *bundle, const char *name, char **lines, int most);

void fuzz_write(const char *name, const void *bytes, size_t n);
/* A failure has one sentence. */
bool fuzz_good(lind_err err);

#endif
