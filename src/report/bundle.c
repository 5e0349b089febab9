/* bundle.c -- the assembler copies each file into read-only data; CMake rebuilds this file when one of them changes. */
#include "bundle.h"

#include <string.h>

#define EMBED(symbol, path)                                                                                        \
  __asm__(".pushsection .rodata\n.balign 16\nlind_bundle_" #symbol ":\n.incbin \"" path "\"\nlind_bundle_" #symbol \
          "_end:\n.byte 0\n.popsection\n");                                                                        \
  extern const char lind_bundle_##symbol[] __attribute__((visibility("hidden")));                                  \
  extern const char lind_bundle_##symbol##_end[] __attribute__((visibility("hidden")))

EMBED(style, LIND_REPORT_SOURCE "/style.css");
EMBED(script, LIND_REPORT_SOURCE "/script.js");
EMBED(forest, LIND_REPORT_SOURCE "/figures/forest.json");
EMBED(replicates, LIND_REPORT_SOURCE "/figures/replicates.json");
EMBED(curve, LIND_REPORT_SOURCE "/figures/curve.json");
EMBED(dots, LIND_REPORT_SOURCE "/figures/dots.json");
EMBED(survival, LIND_REPORT_SOURCE "/figures/survival.json");
EMBED(cvga, LIND_REPORT_SOURCE "/figures/cvga.json");
EMBED(slices, LIND_REPORT_SOURCE "/figures/slices.json");
EMBED(lives, LIND_REPORT_SOURCE "/figures/lives.json");
EMBED(library, LIND_REPORT_LIBRARY);

lind_bundle lind_bundle_view(const char *name) {
#define FILE_ROW(symbol) \
  { #symbol, lind_bundle_##symbol, lind_bundle_##symbol##_end }
  const struct {
    const char *name, *begin, *end;
  } files[] = {FILE_ROW(style), FILE_ROW(script),   FILE_ROW(library), FILE_ROW(forest), FILE_ROW(replicates), FILE_ROW(curve),
               FILE_ROW(dots),  FILE_ROW(survival), FILE_ROW(cvga),    FILE_ROW(slices), FILE_ROW(lives)};
#undef FILE_ROW
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    if (strcmp(files[i].name, name) == 0) return (lind_bundle){files[i].begin, (size_t)(files[i].end - files[i].begin)};
  return (lind_bundle){NULL, 0};
}
