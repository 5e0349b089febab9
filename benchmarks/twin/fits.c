/* fits.c -- fits per second of one core, by ways to find slopes. Rows: what, fits/s, steps a fit, error of the mode. */
#include <time.h>

#include "clinic.h"
#include "lind/sensitivity.h"

enum { PEOPLE = 200 };

static double seconds(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double found[PEOPLE][64], best[PEOPLE][64];

typedef struct way {
  const char *name;
  double relative, difference, drift, knots;
  bool central;
} way;

static void fit_all(const way *w, int visits, bool reference) {
  clinic c;
  clinic_open(&c,
              (lind_twin_settings){.tolerance = {.relative = w->relative, .absolute = 0.1 * w->relative},
                                   .difference = w->difference,
                                   .central = w->central,
                                   .knots = w->knots,
                                   .close = reference ? 1e-7 : 0.0},
              w->drift);
  double spent = 0.0, steps = 0.0, error = 0.0, bad = 0.0;
  int n = 0;
  for (uint32_t i = 0; i < PEOPLE; i++) {
    clinic_meet(&c, i, 0.0);
    const double began = seconds();
    lind_twin_fit(c.twin, &c.patient, visits, false, &c.posterior);
    spent += seconds() - began;
    steps += c.posterior.steps;
    bad += !c.posterior.converged;
    n = c.posterior.layout.n;
    for (int k = 0; k < n; k++) {
      found[i][k] = c.posterior.z[k];
      error = fmax(error, fabs(found[i][k] - best[i][k]) / sqrt(c.posterior.covariance[k * n + k]));
    }
  }
  if (reference)
    memcpy(best, found, sizeof best);
  else
    printf("| %s | %d | %d | %.0f | %.1f | %.1e | %.0f |\n", w->name, visits, n, PEOPLE / spent, steps / PEOPLE, error, bad);
  clinic_close(&c);
}

int main(void) {
  static const way reference = {"", 1e-9, 1e-4, 0.0, 0.0, true}, drifting = {"", 1e-9, 1e-4, 0.23, 0.0, true};
  static const way ways[] = {{"forward 1e-3, tolerance 1e-4", 1e-4, 1e-3, 0.0, 0.0, false},
                             {"forward 1e-2, tolerance 1e-4", 1e-4, 1e-2, 0.0, 0.0, false},
                             {"forward 1e-3, tolerance 1e-6", 1e-6, 1e-3, 0.0, 0.0, false},
                             {"forward 1e-2, tolerance 1e-6", 1e-6, 1e-2, 0.0, 0.0, false},
                             {"central 1e-2, tolerance 1e-6", 1e-6, 1e-2, 0.0, 0.0, true},
                             {"central 1e-2, tolerance 1e-4", 1e-4, 1e-2, 0.0, 0.0, true}};
  static const way drifts[] = {{"drift, forward 1e-3, tolerance 1e-4", 1e-4, 1e-3, 0.23, 0.0, false},
                               {"drift, forward 1e-2, tolerance 1e-4", 1e-4, 1e-2, 0.23, 0.0, false},
                               {"drift, forward 1e-3, tolerance 1e-6", 1e-6, 1e-3, 0.23, 0.0, false},
                               {"drift, central 1e-2, tolerance 1e-6", 1e-6, 1e-2, 0.23, 0.0, true}};
  printf("| slopes | visits | numbers in z | fits/s | steps | error, posterior sds | not found |\n|---|---|---|---|---|---|---|\n");
  for (int visits = 5; visits <= 8; visits += 3) {
    fit_all(&reference, visits, true);
    for (size_t k = 0; k < sizeof ways / sizeof *ways; k++) fit_all(&ways[k], visits, false);
    fit_all(&drifting, visits, true);
    for (size_t k = 0; k < sizeof drifts / sizeof *drifts; k++) fit_all(&drifts[k], visits, false);
  }
  return 0;
}
