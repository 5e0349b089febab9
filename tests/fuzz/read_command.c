/* read_command.c -- whole commands: `args` holds one argument a line, the other parts are files in the working folder. Paths out
 * of that folder are left out, because a fuzzer asks for --out anything. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/command.h"
#include "reader.h"

extern const lind_command lind_command_report, lind_command_verify, lind_command_export, lind_command_patient,
    lind_command_cohort, lind_command_model, lind_command_simulate, lind_command_analyze, lind_command_design,
    lind_command_describe;

static const lind_command *const commands[] = {
    &lind_command_report, &lind_command_verify,   &lind_command_export,  &lind_command_patient, &lind_command_cohort,
    &lind_command_model,  &lind_command_simulate, &lind_command_analyze, &lind_command_design,  &lind_command_describe};

static bool stays_here(const char *word) {
  return word[0] != '/' && strstr(word, "=/") == NULL && strstr(word, "..") == NULL && strstr(word, "--threads") == NULL;
}

void fuzz_read_command(const uint8_t *bytes, size_t n) {
  fuzz_bundle bundle;
  lind_arena *arena = NULL;
  char *words[40];
  fuzz_bundle_write(&bundle, bytes, n);
  int n_words = fuzz_bundle_lines(&bundle, "args", words, 40), kept = 0;
  for (int i = 0; i < n_words; i++)
    if (stays_here(words[i])) words[kept++] = words[i];
  if (lind_arena_create(&arena) != LIND_OK) abort();
  for (size_t c = 0; kept > 0 && c < sizeof commands / sizeof *commands; c++)
    if (strcmp(commands[c]->name, words[0]) == 0) (void)fuzz_good(commands[c]->run(kept - 1, words + 1, arena));
  lind_arena_destroy(&arena);
  fuzz_bundle_release(&bundle);
}
