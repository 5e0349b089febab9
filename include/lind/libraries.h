/* libraries.h -- which versions of other people's libraries run here, for provenance. Each folder speaks for those that it is the
 * only home of. Depends on: nothing.
 */
#ifndef LIND_LIBRARIES_H
#define LIND_LIBRARIES_H

typedef void (*lind_libraries_tell)(void *context, const char *name, const char *version);

void lind_libraries_base(lind_libraries_tell tell, void *context);     /* libfyaml, libsodium, xxHash */
void lind_libraries_numerics(lind_libraries_tell tell, void *context); /* GSL, SUNDIALS, SLEEF */
void lind_libraries_store(lind_libraries_tell tell, void *context); /* HDF5, and zlib, on which the bytes of results.h5 depend */
void lind_libraries_parallel(lind_libraries_tell tell, void *context); /* MPI, OpenMP. Starts no MPI */
void lind_libraries_tissue(lind_libraries_tell tell, void *context);   /* PETSc, where it has been loaded */

#endif
