/* draw.h -- inverse CDFs: u in (0,1) to a variate. Monotone in u, so common random numbers and antithetics work. All in the units
 * of their arguments. GSL inside. Depends on: nothing in lind. */
#ifndef LIND_DRAW_H
#define LIND_DRAW_H

/* Once, before any thread: a value that cannot be computed is a NaN, not an abort (GSL's error handler goes off). */
void lind_draw_prepare(void);

double lind_draw_normal_quantile(double u); /* standard normal */
double lind_draw_normal_cdf(double z);
double lind_draw_truncated_normal(double u, double mean, double sd, double lower, double upper); /* +-INFINITY allowed */
double lind_draw_lognormal(double u, double median, double log_sd);
double lind_draw_truncated_lognormal(double u, double median, double log_sd, double lower, double upper);
double lind_draw_exponential(double u, double rate);
double lind_draw_uniform(double u, double lower, double upper);
double lind_draw_beta(double u, double a, double b);
double lind_draw_beta_at(double z, double a, double b); /* at u = the probability below z, a standard normal number; fast */
double lind_draw_gamma(double u, double shape, double scale);
double lind_draw_weibull(double u, double shape, double scale);
/* index i with cumulative[i-1] <= u < cumulative[i]; cumulative[n-1] is taken as 1 */
int lind_draw_category(double u, const double *cumulative, int n);
/* piecewise linear inverse CDF through (p[i], x[i]), p rising from 0 to 1 */
double lind_draw_table(double u, const double *p, const double *x, int n);

/* The lower triangle L of matrix = L L', both [n][n]; a direction without variance is a column of zeros. -1, or the row at which
 * the matrix is found to be no covariance matrix: rounding of 1e-10 of the row's variance is let pass. */
int lind_draw_factor(const double *matrix, int n, double *factor);

/* Distribution functions that estimators need (so that GSL stays in numerics). */
double lind_draw_t_cdf(double t, double df);
double lind_draw_t_quantile(double p, double df);
double lind_draw_chisq_upper(double x, double df);                                 /* P(X > x) */
double lind_draw_hypergeometric(unsigned k, unsigned n1, unsigned n2, unsigned t); /* pdf, as gsl_ran_hypergeometric_pdf */
double lind_draw_beta_quantile(double p, double a, double b);

#endif
