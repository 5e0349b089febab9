/* stepper_rk_pair.h -- Verner's "most efficient" explicit Runge-Kutta pair of order 6(5), nine stages of which the last is the
 * first of the next step, and a continuous extension of order 5 that takes one more.
 *
 * Sources: Verner 2010, Numerically optimal Runge-Kutta pairs with interpolants, doi:10.1007/s11075-009-9290-3; coefficients: his
 * page "RKV65.IIIXb.Efficient", as in OrdinaryDiffEq.jl, rounded here from the rational numbers. The extension is ours:
 * docs/theory/numerics.md.
 * Shown by tests/numerics/stepper_rk_pair.c: conditions of order by rooted trees.
 */
#ifndef LIND_STEPPER_RK_PAIR_H
#define LIND_STEPPER_RK_PAIR_H

enum {
  RK_STAGES = 9, /* of a step; the last stands at its end */
  RK_ALL = 10,   /* with those of the extension */
  RK_POWERS = 5
};

static const double rk_node[RK_ALL] = {0, 0.06, 0.095933333333333333333, 0.1439, 0.4973, 0.9725, 0.9995, 1, 1, 0.5};

/* Row s gives the point of stage s from the rates before it; row RK_STAGES - 1 is the solution itself. */
static const double rk_weight[RK_ALL][RK_STAGES] = {
    {0},
    {0.06},
    {0.019239962962962962963, 0.07669337037037037037},
    {0.035975, 0, 0.107925},
    {1.3186834152331482609, 0, -5.0420580636285622254, 4.2206746483954139645},
    {-41.872591664327514618, 0, 159.43256216313749177, -122.11921356501003092, 5.5317430662000537683},
    {-54.430156935316504333, 0, 207.06725136501846443, -158.61081378458999918, 6.991816585950242322, -0.018597231062203233978},
    {-54.663741787281976802, 0, 207.95280625538937345, -159.28895747449950715, 7.0187437407969444347, -0.018338785905045723065,
     -0.00051194849978820990779},
    {0.034389578683570360093, 0, 0, 0.25826245556335034047, 0.42093711896735371506, 4.4053964696693101701, -176.48311902429865762,
     172.36413340141507303},
    {0.016524159013572806844, 0, 0, 0.30531281875141789314, 0.2071200938201978849, -1.2938791406551231871, 57.119884115881491497,
     -55.879792075109322908, 0.024830028297766013481},
};

/* order 6 minus order 5 */
static const double rk_difference[RK_STAGES] = {0.008623404282200853118,
                                                0,
                                                0,
                                                -0.01943402995315270952,
                                                0.028450072588037983908,
                                                -2.1097110610652911162,
                                                103.45854289996398538,
                                                -101.39980461914911372,
                                                0.033333333333333333333};

/* The solution within the step: x + h sum_i rate_i sum_p extension[i][p] theta^(p + 1). It meets both ends with their slopes. */
static const double rk_extension[RK_ALL][RK_POWERS] = {
    {1, -5.46640257052207768, 11.245013567372748158, -9.9188715297614114758, 3.1746501115943113578},
    {0},
    {0},
    {0, 6.6286500425785692193, -18.422549196424145248, 18.25046054292933454, -6.1982989335204081712},
    {0, 6.3544543324810367709, -21.127651044309147843, 25.296624686011953949, -10.102490855216489162},
    {0, 3.1671547762011517561, -94.442238945788506915, 201.40999591132010941, -105.72951527206344408},
    {0, 20.26863957363142654, 3489.1251013387102992, -7921.4717165198081661, 4235.5948565831677828},
    {0, -22.45987942942136835, -3402.3629091694587239, 7733.926123634256918, -4136.7392016339617527},
    {0, -0.49261672494873825653, 3.9852334498974765131, -7.4926167249487382565, 4},
    {0, -8, 32, -40, 16},
};

#endif
