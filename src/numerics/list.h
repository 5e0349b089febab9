/* list.h -- the steppers: one line each. A stepper is one file that defines `const lind_stepper lind_stepper_<name>`. */
#define LIND_STEPPER_LIST(X) X(rk) X(exact) X(rosenbrock) X(cvode)
