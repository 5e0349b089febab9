#include "machine.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "lind/libraries.h"

/* "" where Linux does not say. */
static void cpu_read(char *model, size_t size) {
  FILE *file = fopen("/proc/cpuinfo", "re");
  char line[512];
  model[0] = '\0';
  while (file != NULL && model[0] == '\0' && fgets(line, sizeof line, file) != NULL) {
    const char *colon = strchr(line, ':');
    if (colon == NULL || strncmp(line, "model name", 10) != 0) continue;
    (void)snprintf(model, size, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
  }
  if (file != NULL) (void)fclose(file);
}

json_t *lind_machine_json(void) {
  char cpu[256], system[sizeof(struct utsname)] = "";
  struct utsname names;
  cpu_read(cpu, sizeof cpu);
  if (uname(&names) == 0) (void)snprintf(system, sizeof system, "%s %s %s", names.sysname, names.release, names.machine);
  return json_pack("{s:s,s:s}", "cpu", cpu, "system", system);
}

static void add(void *context, const char *name, const char *version) {
  json_object_set_new(context, name, json_string(version));
}

json_t *lind_machine_libraries_json(void) {
  json_t *libraries = json_object();
  lind_libraries_base(add, libraries);
  lind_libraries_numerics(add, libraries);
  lind_libraries_store(add, libraries);
  lind_libraries_parallel(add, libraries);
  lind_libraries_tissue(add, libraries);
  return libraries;
}
