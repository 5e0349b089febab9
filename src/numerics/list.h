/* list.h -- the steppers: file and symbol, then the name that a user writes. A stepper is one file, stepper_<file>.c, that
 * defines `const lind_stepper lind_stepper_<file>`. */
#define LIND_STEPPER_LIST(X)          \
  X(rk, "rk")                         \
  X(exact, "exact")                   \
  X(rosenbrock, "rosenbrock")         \
  X(milstein, "milstein")             \
  X(euler_maruyama, "euler-maruyama") \
  X(cvode, "cvode")                   \
  X(auto, "auto")
