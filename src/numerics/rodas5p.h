/* rodas5p.h -- the coefficients of Rodas5P, a stiffly accurate, L-stable Rosenbrock method of order 5(4) with 8 stages.
 *
 * Source: Steinebach 2023, Construction of Rosenbrock-Wanner method Rodas5P and numerical benchmarks within the Julia
 * differential equations package, BIT Numerical Mathematics 63:27, doi:10.1007/s10543-023-00967-x. Digits, and the estimate that
 * replaces the paper's k_7 (its order-5 terms are a third, so that a step says more exactly what it does), as the package
 * OrdinaryDiffEq gives them, there named Rodas5Pe. tests/numerics/rodas5p.c shows that they meet the 17 order conditions of order
 * 5, and the 8 of order 4 for the embedded solution and for the one within a step, to 1e-13.
 *
 * In the form that needs no product with the Jacobian (Hairer and Wanner 1996, IV.7), W = 1 / (gamma h) I - J, J and dt at the
 * start of the step:
 *
 *     W k_s = f(t + node_s h, x + sum_j point_sj k_j) + sum_j mix_sj k_j / h + h lean_s df/dt
 *     x1 = x + sum_j point_7j k_j + k_7,    error = sum_j miss_j k_j
 *     x(t + theta h) = (1 - theta) x + theta (x1 + (1 - theta) (u_0 + theta (u_1 + theta u_2))),    u_p = sum_j within_pj k_j
 *
 * The points of the last two stages are the point before plus its k. Depends on: nothing.
 */
#ifndef LIND_RODAS5P_H
#define LIND_RODAS5P_H

enum { RODAS_STAGES = 8, RODAS_POINTS = 6, RODAS_POWERS = 3 }; /* stages; those with a row of their own in `point` */

static const double rodas_gamma = 0.21193756319429014;
static const double rodas_node[RODAS_STAGES] = {
    0, 0.6358126895828704, 0.4095798393397535, 0.9769306725060716, 0.4288403609558664, 1, 1, 1};
static const double rodas_lean[RODAS_STAGES] = {
    0.21193756319429014, -0.42387512638858027, -0.3384627126235924, 1.8046452872882734, 2.325825639765069, 0, 0, 0};
static const double rodas_point[RODAS_POINTS][RODAS_POINTS - 1] = {
    {0},
    {3},
    {2.849394379747939, 0.45842242204463923},
    {-6.954028509809101, 2.489845061869568, -10.358996098473584},
    {2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641},
    {-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946},
};
static const double rodas_mix[RODAS_STAGES][RODAS_STAGES - 1] = {
    {0},
    {-14.155112264123755},
    {-17.97296035885952, -2.859693295451294},
    {147.12150275711716, -1.41221402718213, 71.68940251302358},
    {165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306},
    {24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471},
    {30.91273214028599, -3.1208243349937974, 77.79954646070892, 34.28646028294783, -19.097331116725623, -28.087943162872662},
    {37.80277123390563, -3.2571969029072276, 112.26918849496327, 66.9347231244047, -40.06618937091002, -54.66780262877968,
     -9.48861652309627},
};
static const double rodas_miss[RODAS_STAGES] = {0.2606326497975715,   -0.005158627295444251, 1.3038988631109731,
                                                1.235000722062074,    -0.7931985603795049,   -1.005448461135913,
                                                -0.18044626132120234, 0.17051519239113755};
static const double rodas_within[RODAS_POWERS][RODAS_STAGES] = {
    {25.948786856663858, -2.5579724845846235, 10.433815404888879, -2.3679251022685204, 0.524948541321073, 1.1241088310450404,
     0.4272876194431874, -0.17202221070155493},
    {-9.91568850695171, -0.9689944594115154, 3.0438037242978453, -24.495224566215796, 20.176138334709044, 15.98066361424651,
     -6.789040303419874, -6.710236069923372},
    {11.419903575922262, 2.8879645146136994, 72.92137995996029, 80.12511834622643, -52.072871366152654, -59.78993625266729,
     -0.15582684282751913, 4.883087185713722},
};

#endif
