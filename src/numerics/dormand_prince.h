/* dormand_prince.h -- the pair of order 5(4) with its continuous extension of order 4. Tables only.
 *
 * Sources: Dormand and Prince 1980, doi:10.1016/0771-050X(80)90013-3; the extension: Hairer, Norsett and Wanner 1993, Solving
 * Ordinary Differential Equations I, II.6. Shown by the orders that tests/numerics/stepper_mixed.c measures.
 */
#ifndef LIND_NUMERICS_DORMAND_PRINCE_H
#define LIND_NUMERICS_DORMAND_PRINCE_H

enum { STAGES = 7 };

/* Row s gives the point of stage s from the rates before it; the last row is the solution itself, so its rate starts the next
 * step. */
static const double node[STAGES] = {0, 1. / 5, 3. / 10, 4. / 5, 8. / 9, 1, 1};
static const double weight[STAGES][STAGES - 1] = {
    {0},
    {1. / 5},
    {3. / 40, 9. / 40},
    {44. / 45, -56. / 15, 32. / 9},
    {19372. / 6561, -25360. / 2187, 64448. / 6561, -212. / 729},
    {9017. / 3168, -355. / 33, 46732. / 5247, 49. / 176, -5103. / 18656},
    {35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84},
};
/* order 5 minus order 4 */
static const double difference[STAGES] = {71. / 57600, 0, -71. / 16695, 71. / 1920, -17253. / 339200, 22. / 525, -1. / 40};

/* The solution within the step, x + h sum_i theta (extension[i] . (1, theta, ...)) rate[i]: order 4, and it joins with its slope.
 */
enum { POWERS = 4 };
static const double extension[STAGES][POWERS] = {
    {1, -8048581381. / 2820520608, 8663915743. / 2820520608, -12715105075. / 11282082432},
    {0, 0, 0, 0},
    {0, 131558114200. / 32700410799, -68118460800. / 10900136933, 87487479700. / 32700410799},
    {0, -1754552775. / 470086768, 14199869525. / 1410260304, -10690763975. / 1880347072},
    {0, 127303824393. / 49829197408, -318862633887. / 49829197408, 701980252875. / 199316789632},
    {0, -282668133. / 205662961, 2019193451. / 616988883, -1453857185. / 822651844},
    {0, 40617522. / 29380423, -110615467. / 29380423, 69997945. / 29380423},
};

#endif
