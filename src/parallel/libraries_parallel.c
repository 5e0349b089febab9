#include <mpi.h>
#include <stdio.h>
#include <string.h>

#include "lind/libraries.h"

void lind_libraries_parallel(lind_libraries_tell tell, void *context) {
  char mpi[MPI_MAX_LIBRARY_VERSION_STRING] = "", openmp[32];
  int length = 0;
  (void)MPI_Get_library_version(mpi, &length);
  mpi[strcspn(mpi, ",\n")] = '\0'; /* "Open MPI v4.1.4, package: .., ident: .." */
  (void)snprintf(openmp, sizeof openmp, "%d (specification)", _OPENMP);
  tell(context, "MPI", mpi);
  tell(context, "OpenMP", openmp);
}
