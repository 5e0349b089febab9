#include <libfyaml.h>
#include <sodium.h>
#include <stdio.h>
#include <xxhash.h>

#include "lind/libraries.h"

void lind_libraries_base(lind_libraries_tell tell, void *context) {
  char hash[32];
  const unsigned number = XXH_versionNumber(); /* 801 is 0.8.1 */
  (void)snprintf(hash, sizeof hash, "%u.%u.%u", number / 10000, number / 100 % 100, number % 100);
  tell(context, "libfyaml", fy_library_version());
  tell(context, "libsodium", sodium_version_string());
  tell(context, "xxHash", hash);
}
