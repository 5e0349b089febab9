#include <gsl/gsl_version.h>
#include <sleef.h>
#include <stdio.h>
#include <sundials/sundials_version.h>

#include "lind/libraries.h"

void lind_libraries_numerics(lind_libraries_tell tell, void *context) {
  char sundials[64] = "", sleef[64];
  (void)SUNDIALSGetVersion(sundials, sizeof sundials - 1);
  /* SLEEF does not say at run time what it is. */
  (void)snprintf(sleef, sizeof sleef, "%d.%d.%d (built with)", SLEEF_VERSION_MAJOR, SLEEF_VERSION_MINOR,
                 SLEEF_VERSION_PATCHLEVEL);
  tell(context, "GSL", gsl_version);
  tell(context, "SUNDIALS", sundials);
  tell(context, "SLEEF", sleef);
}
