/* stepper.c -- the steppers by name. */
#include "lind/stepper.h"

#include <string.h>

#include "list.h"

#define STEPPER_NAME(stem, name)    name,
#define STEPPER_ADDRESS(stem, name) &lind_stepper_##stem,
static const char *const names[] = {LIND_STEPPER_LIST(STEPPER_NAME)};
static const lind_stepper *const steppers[] = {LIND_STEPPER_LIST(STEPPER_ADDRESS)};

enum { STEPPER_COUNT = sizeof names / sizeof names[0] };

const lind_stepper *lind_stepper_find(const char *name) {
  for (int i = 0; i < STEPPER_COUNT; i++)
    if (strcmp(names[i], name) == 0) return steppers[i];
  return NULL;
}

const char *const *lind_stepper_names(int *n) {
  *n = STEPPER_COUNT;
  return names;
}
