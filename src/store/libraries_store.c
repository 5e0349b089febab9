#include <hdf5.h>
#include <jansson.h>
#include <stdio.h>
#include <zlib.h>

#include "h5.h"
#include "lind/libraries.h"

void lind_libraries_store(lind_libraries_tell tell, void *context) {
  unsigned major = 0, minor = 0, release = 0;
  char hdf5[64];
  lind_h5_enter();
  (void)H5get_libversion(&major, &minor, &release);
  lind_h5_leave();
  (void)snprintf(hdf5, sizeof hdf5, "%u.%u.%u", major, minor, release);
  tell(context, "HDF5", hdf5);
  tell(context, "Jansson", jansson_version_str());
  tell(context, "zlib", zlibVersion()); /* HDF5 calls it */
}
