#include <dlfcn.h>
#include <stdio.h>

#include "lind/libraries.h"

void lind_libraries_tissue(lind_libraries_tell tell, void *context) {
  int major = 0, minor = 0, release = 0;
  char petsc[64];
  int (*version)(int *, int *, int *, int *) = NULL; /* PetscInt is an int in Debian's real build */
  *(void **)&version = dlsym(RTLD_DEFAULT, "PetscGetVersionNumber");
  if (version == NULL || version(&major, &minor, &release, NULL) != 0) return;
  (void)snprintf(petsc, sizeof petsc, "%d.%d.%d", major, minor, release);
  tell(context, "PETSc", petsc);
}
