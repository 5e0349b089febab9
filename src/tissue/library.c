/* library.c -- finds the library that knows PETSc: beside the program, or in ../lib/lind of it. Loaded once; it stays. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tissue_inside.h"

enum { PATH_MOST = 4096 };

static bool try_one(const char *folder, int length, const char *rest, char *path, size_t size) {
  (void)snprintf(path, size, "%.*s/%s", length, folder, rest);
  return access(path, R_OK) == 0;
}

lind_err lind_tissue_library_load(const lind_tissue_solver **solver) {
  char program[PATH_MOST] = "", path[PATH_MOST + 64];
  const ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
  const char *slash = n > 0 ? strrchr(program, '/') : NULL;
  const int folder = slash != NULL ? (int)(slash - program) : 0;
  const bool found = try_one(program, folder, "liblind-tissue.so", path, sizeof path) ||
                     try_one(program, folder, "../lib/lind/liblind-tissue.so", path, sizeof path);
  LIND_CHECK(found, LIND_ERR_INPUT,
             "a protocol with `tissue:` needs liblind-tissue.so beside lind (%.*s), which is built where PETSc is found: install "
             "libpetsc-real-dev and build lind again",
             folder, program);
  /* one thread of BLAS: sums must not depend on how many there are */
  (void)setenv("OPENBLAS_NUM_THREADS", "1", 0);
  void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
  LIND_CHECK(library != NULL, LIND_ERR_INPUT, "%s cannot be loaded: %s", path, dlerror());
  *solver = dlsym(library, "lind_tissue_solver_petsc");
  LIND_CHECK(*solver != NULL, LIND_ERR_INPUT, "%s is not lind's: it has no lind_tissue_solver_petsc", path);
  return LIND_OK;
}
