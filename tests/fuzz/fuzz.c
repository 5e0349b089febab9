/* fuzz.c -- libFuzzer's way in: LIND_FUZZ_READER says which reader is fuzzed. */
#include <stdio.h>
#include <stdlib.h>

#include "reader.h"

static fuzz_read *reader;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  (void)argc, (void)argv;
  const char *name = getenv("LIND_FUZZ_READER");
  reader = name != NULL ? fuzz_reader(name) : NULL;
  if (reader == NULL) {
    fprintf(stderr, "LIND_FUZZ_READER names no reader of tests/fuzz\n");
    exit(2);
  }
  fuzz_begin();
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
  reader(bytes, n);
  return 0;
}
