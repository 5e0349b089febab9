/* The fast beta quantile against the general one, over shapes and tails; and its speed-bound parts where they meet. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */
#include <math.h>

#include "lind/draw.h"

static void agrees_with_the_general_inverse(void **state) {
  (void)state;
  static const double shapes[] = {0.5, 1, 2.9, 3, 3.1, 5, 8, 20, 30, 43.75, 60, 80, 87, 500};
  double worst = 0.0;
  for (int i = 0; i < 14; i++)
    for (int j = 0; j < 14; j++)
      for (double z = -7.0; z <= 7.0; z += 0.25) {
        const double a = shapes[i], b = shapes[j], x = lind_draw_beta_at(z, a, b);
        const double expected =
            z > 0 ? 1.0 - lind_draw_beta(lind_draw_normal_cdf(-z), b, a) : lind_draw_beta(lind_draw_normal_cdf(z), a, b);
        const double error = fabs(x - expected) / expected; /* near 1 a double holds x itself, not what is left to 1 */
        worst = fmax(worst, error);
        if (!(error < 1e-12)) fail_msg("beta(%g, %g) at %g: %.17g instead of %.17g", a, b, z, x, expected);
      }
  print_message("largest relative difference %.1e\n", worst);
}

/* It rises with z, across the seam where the general inverse takes over. */
static void rises(void **state) {
  (void)state;
  static const double shapes[][2] = {{27.75, 59.75}, {3, 84.5}, {2.999999, 84.500001}, {84, 3.5}};
  for (int i = 0; i < 4; i++) {
    double before = 0.0;
    for (int k = -6500; k <= 6500; k++) {
      const double x = lind_draw_beta_at(1e-3 * k, shapes[i][0], shapes[i][1]);
      if (!(x > before && x < 1.0)) fail_msg("at %g: %.17g after %.17g", 1e-3 * k, x, before);
      before = x;
    }
  }
}

int main(void) {
  lind_draw_prepare();
  const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_the_general_inverse), cmocka_unit_test(rises)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
