#include <string.h>

#include "kinds/list.h"
#include "recipe.h"

#define DECLARE(name) extern const lind_kind lind_##name##_kind;
LIND_KINDS_LIST(DECLARE)
#undef DECLARE

static const lind_kind *const kinds[] = {
#define ROW(name) &lind_##name##_kind,
    LIND_KINDS_LIST(ROW)
#undef ROW
};
enum { N_KINDS = (int)(sizeof kinds / sizeof kinds[0]) };

const lind_kind *lind_kinds_at(int index) { return index >= 0 && index < N_KINDS ? kinds[index] : NULL; }

const lind_kind *lind_kinds_find(const char *name) {
  for (int i = 0; i < N_KINDS; i++)
    if (strcmp(kinds[i]->name, name) == 0) return kinds[i];
  return NULL;
}

int lind_kinds_names(const char **names, int most) {
  const int n = N_KINDS < most ? N_KINDS : most;
  for (int i = 0; i < n; i++) names[i] = kinds[i]->name;
  return n;
}
