/* cvode_loop.h -- SUNDIALS CVODE, one patient at a time, on the generated kernel as plain C on doubles: the reference of this benchmark. */
#ifndef LIND_BENCH_CVODE_LOOP_H
#define LIND_BENCH_CVODE_LOOP_H

/* A patient: given[n_given], doses of `amount` into state 0 at interval * 0 .. doses - 1, outputs at every * 0 .. times - 1, after a dose
 * that falls on them, to y[times][outputs]; all canonical. Returns the number of steps, negative where CVODE stopped. */
typedef struct cvode_loop cvode_loop;
cvode_loop *cvode_loop_create_pkpd(double relative, double absolute);
cvode_loop *cvode_loop_create_tmdd(double relative, double absolute);
long cvode_loop_run(cvode_loop *loop, const double *given, int n_given, double amount, double interval, int doses, double every, int times,
                    double *y);
void cvode_loop_destroy(cvode_loop *loop);

#endif
