/* Diffusion alone: mass, second moments, two layers against their exact mode, and a team of ranks against one. */
#include <mpi.h>

#include "fisher.h"

/* Without reaction, over white matter, grey matter and fluid: what leaves one cell enters its neighbour. */
static void mass_is_kept(void **state) {
  (void)state;
  lind_tissue_space space = fisher_slab(41, 37, 1.0, 17);
  for (int j = 10; j < 14; j++) /* a lake of fluid */
    for (int i = 15; i < 25; i++)
      ((double *)(uintptr_t)space.white)[j * 41 + i] = ((double *)(uintptr_t)space.grey)[j * 41 + i] = 0.0;
  fisher_patient p;
  fisher_begin(&p, space, 0.5, 0.0, FISHER_GAUSS, 19.0, 16.0, 1.0, NULL);
  const double before = p.x[FISHER_BURDEN].of[0];
  (void)fisher_live(&p, 300.0);
  print_message("mass after 300 steps: relative change %.2e\n", p.x[FISHER_BURDEN].of[0] / before - 1.0);
  assert_true(fabs(p.x[FISHER_BURDEN].of[0] / before - 1.0) < 1e-13);
  double *c = fisher_field_at(&p, 301.0);
  assert_true(c[12 * 41 + 20] == 0.0); /* nothing enters the lake */
  assert_true(c[9 * 41 + 20] > 1e-3 && c[14 * 41 + 20] > 1e-3);
  free(c);
  fisher_end(&p);
  fisher_slab_free(&space);
}

/* The second moment of a cloud grows by 2 D t along each axis: exactly so on the grid, too, while the walls are far. */
static void variance_grows(void **state) {
  (void)state;
  lind_tissue_space space = fisher_slab(81, 79, 1.0, 0);
  fisher_patient p;
  fisher_begin(&p, space, 0.3, 0.0, FISHER_GAUSS, 40.0, 39.0, 0.5, NULL);
  double v[2][2];
  for (int k = 0; k < 2; k++) {
    double *c = fisher_field_at(&p, 1.0 + 40.0 * k), mass = 0.0, first[2] = {0.0}, second[2] = {0.0};
    for (int at = 0; at < 81 * 79; at++) {
      const double r[2] = {at % 81, at / 81};
      mass += c[at];
      for (int a = 0; a < 2; a++) first[a] += c[at] * r[a], second[a] += c[at] * r[a] * r[a];
    }
    for (int a = 0; a < 2; a++) v[k][a] = second[a] / mass - first[a] * first[a] / (mass * mass);
    free(c);
  }
  for (int a = 0; a < 2; a++) {
    print_message("variance grew by %.9f mm2 in 40 days; 2 D t is 24\n", v[1][a] - v[0][a]);
    assert_true(fabs(v[1][a] - v[0][a] - 24.0) < 1e-6);
  }
  fisher_end(&p);
  fisher_slab_free(&space);
}

/* Two layers of 20 mm, D 0.1 (grey) and 0.5 (white), no flux at the ends: the slowest mode is cos(k1 x) and cos(k2 (40 - x)) with
 * D1 k1 tan(20 k1) = -D2 k2 tan(20 k2), k = sqrt(rate / D). */
static double slowest_rate(void) {
  double low = 1e-6, high = 0.1 * pow(M_PI / 2.0 / 20.0, 2.0) * 3.999; /* below the pole of tan(20 k1) at 3 pi / 2 */
  low = 0.1 * pow(M_PI / 2.0 / 20.0, 2.0) * 1.0001;                    /* behind the one at pi / 2 */
  for (int turn = 0; turn < 200; turn++) {
    const double rate = 0.5 * (low + high), k1 = sqrt(rate / 0.1), k2 = sqrt(rate / 0.5);
    const double f = 0.1 * k1 * tan(20.0 * k1) + 0.5 * k2 * tan(20.0 * k2);
    if (f < 0.0)
      low = rate;
    else
      high = rate;
  }
  return 0.5 * (low + high);
}

static double layers_error(int cells) {
  lind_tissue_space space = fisher_slab(cells, 3, 40.0 / cells, cells / 2);
  fisher_patient p;
  fisher_begin(&p, space, 0.5, 0.0, FISHER_PLANE, 20.0, 0.0, 80.0 / cells, NULL);
  /* the other modes die at least three times as fast */
  double *early = fisher_field_at(&p, 6000.0), *late = fisher_field_at(&p, 7000.0);
  const double rate = log((early[cells] - 0.5) / (late[cells] - 0.5)) / 1000.0;
  free(early);
  free(late);
  fisher_end(&p);
  fisher_slab_free(&space);
  return rate / slowest_rate() - 1.0;
}

static void layers_conduct_in_series(void **state) {
  (void)state;
  const double coarse = layers_error(20), fine = layers_error(40);
  print_message("two layers: relative errors of the rate %.3e, %.3e, order %.2f\n", coarse, fine, log2(coarse / fine));
  assert_true(fabs(fine) < 1e-3);
  assert_true(log2(coarse / fine) > 1.8 && log2(coarse / fine) < 2.2);
}

/* All ranks together get the same bits as one another, and what one alone gets to the solver's tolerance. */
static void teams_agree(void **state) {
  (void)state;
  double x[2][4];
  MPI_Comm comms[2] = {MPI_COMM_SELF, MPI_COMM_WORLD};
  for (int k = 0; k < 2; k++) {
    lind_tissue_space space = fisher_slab(47, 43, 1.0, 20);
    fisher_patient p;
    fisher_begin(&p, space, 0.5, 0.06, FISHER_GAUSS, 22.0, 20.0, 1.0, &comms[k]);
    for (int n = 0; n < 30; n++) {
      if (n % 7 < 5) p.x[FISHER_RADIATION].of[0] += 2.0;
      while (p.pack.time.of[0] < (n + 1.0) * day) (void)fisher_live(&p, n + 1.0);
    }
    for (int m = 0; m < 4; m++) x[k][m] = p.x[m].of[0];
    fisher_end(&p);
    fisher_slab_free(&space);
  }
  for (int m = 0; m < 4; m++) assert_true(x[0][m] > 0.0 || m == FISHER_T1);
  for (int m = 0; m < 4; m++) {
    double from_first = x[1][m];
    assert_int_equal(MPI_Bcast(&from_first, 1, MPI_DOUBLE, 0, MPI_COMM_WORLD), MPI_SUCCESS);
    assert_true(memcmp(&from_first, &x[1][m], sizeof from_first) == 0);
    assert_true(fabs(x[1][m] - x[0][m]) <= 1e-9 * fabs(x[0][m]));
  }
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  int ranks;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  const struct CMUnitTest together[] = {cmocka_unit_test(teams_agree)};
  const struct CMUnitTest tests[] = {cmocka_unit_test(mass_is_kept), cmocka_unit_test(variance_grows),
                                     cmocka_unit_test(layers_conduct_in_series), cmocka_unit_test(teams_agree)};
  const int failed = ranks > 1 ? cmocka_run_group_tests(together, NULL, NULL) : cmocka_run_group_tests(tests, NULL, NULL);
  MPI_Finalize();
  return failed;
}
