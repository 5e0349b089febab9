/* registry.c -- the lists of endpoints and estimators, expanded once to declare and once to fill the tables. */
#include <string.h>

#include "lind/estimator.h"

#define LIND_ENDPOINT(name) extern const lind_endpoint_kind lind_endpoint_##name;
#include "endpoints/list.h"
#undef LIND_ENDPOINT
#define LIND_ESTIMATOR(name) extern const lind_estimator lind_estimator_##name;
#include "controls/list.h"
#include "estimators/list.h"
#undef LIND_ESTIMATOR

#define LIND_ENDPOINT(name) &lind_endpoint_##name,
static const lind_endpoint_kind *const endpoints[] = {
#include "endpoints/list.h"
};
#undef LIND_ENDPOINT
#define LIND_ESTIMATOR(name) &lind_estimator_##name,
static const lind_estimator *const estimators[] = {
#include "estimators/list.h"

#include "controls/list.h" /* how a control is made is how an effect is estimated */
};

enum { N_ENDPOINTS = sizeof endpoints / sizeof *endpoints, N_ESTIMATORS = sizeof estimators / sizeof *estimators };

const lind_endpoint_kind *lind_endpoint_find(const char *name) {
  for (int i = 0; i < N_ENDPOINTS; i++)
    if (strcmp(endpoints[i]->name, name) == 0) return endpoints[i];
  return NULL;
}

const lind_estimator *lind_estimator_find(const char *name) {
  for (int i = 0; i < N_ESTIMATORS; i++)
    if (strcmp(estimators[i]->name, name) == 0) return estimators[i];
  return NULL;
}

const char *const *lind_endpoint_names(int *n) {
  static const char *names[N_ENDPOINTS];
  for (int i = 0; i < N_ENDPOINTS; i++) names[i] = endpoints[i]->name;
  *n = N_ENDPOINTS;
  return names;
}

const char *const *lind_estimator_names(int *n) {
  static const char *names[N_ESTIMATORS];
  for (int i = 0; i < N_ESTIMATORS; i++) names[i] = estimators[i]->name;
  *n = N_ESTIMATORS;
  return names;
}
