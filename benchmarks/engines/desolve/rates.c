/* rates.c -- the right-hand sides of W1 and W3 as deSolve takes compiled code: states and parameters in the order of simulate.R. */
void initmod_w1(void (*fill)(int *, double *));
void initmod_w3(void (*fill)(int *, double *));
void rates_w1(int *n, double *t, double *y, double *dy, double *out, int *ip);
void rates_w3(int *n, double *t, double *y, double *dy, double *out, int *ip);

static double w1[6], w3[5]; /* deSolve's interface has no other place for them */

void initmod_w1(void (*fill)(int *, double *)) {
  int n = 6;
  fill(&n, w1);
}

void initmod_w3(void (*fill)(int *, double *)) {
  int n = 5;
  fill(&n, w3);
}

void rates_w1(int *n, double *t, double *y, double *dy, double *out, int *ip) {
  (void)n, (void)t, (void)ip;
  const double cl = w1[0], v = w1[1], q = w1[2], vp = w1[3], ka = w1[4], ic50 = w1[5], cp = y[1] / v;
  dy[0] = -ka * y[0];
  dy[1] = ka * y[0] - (cl / v + q / v) * y[1] + q / vp * y[2];
  dy[2] = q / v * y[1] - q / vp * y[2];
  dy[3] = 10 * (1 - cp / (ic50 + cp)) - 0.1 * y[3];
  out[0] = cp;
}

void rates_w3(int *n, double *t, double *y, double *dy, double *out, int *ip) {
  (void)n, (void)t, (void)ip;
  const double vc = w3[0], kel = w3[1], kon = w3[2], kint = w3[3], r0 = w3[4], l = y[0] / vc;
  const double bind = kon * l * y[2] - 0.1 * y[3], away = 0.01 * y[0] - 0.01 * y[1];
  dy[0] = -kel * y[0] - bind * vc - away;
  dy[1] = away;
  dy[2] = 0.2 * (r0 - y[2]) - bind;
  dy[3] = bind - kint * y[3];
  out[0] = l;
}
