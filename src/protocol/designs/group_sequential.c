/* group_sequential.c -- boundaries of repeated looks at accumulating data, their power and their size. Sources: Lan & DeMets
 * 1983, doi:10.1093/biomet/70.3.659; O'Brien & Fleming 1979, doi:10.2307/2530245; Pocock 1977, doi:10.1093/biomet/64.2.191; Wang
 * & Tsiatis 1987, doi:10.2307/2531959; Hwang, Shih & DeCani 1990, doi:10.1002/sim.4780091207; Pampallona & Tsiatis 1994,
 * doi:10.1016/0378-3758(94)90187-2 and Jennison & Turnbull 2000 (futility). */
#include <float.h>
#include <math.h>

#include "lind/design.h"
#include "lind/draw.h"
#include "lind/sequential.h"

typedef struct request {
  uint64_t looks, sided;
  double alpha, gamma, delta, power, hazard_ratio, ratio, futility_gamma;
  lind_numbers information;
  int spending, bounds, futility, binding;
} request;

enum { BY_SPENDING, CLASSICAL_OF, CLASSICAL_POCOCK, CLASSICAL_WT };

static const lind_key rows[] = {
    {"looks", LIND_KEY_COUNT, NULL, 1, LIND_SEQUENTIAL_LOOKS, "", NULL, offsetof(request, looks),
     "how many, equally spaced; or give information"},
    {"information", LIND_KEY_NUMBERS, NULL, DBL_MIN, 1, "", NULL, offsetof(request, information),
     "share of the full information at each look, rising to 1"},
    {"alpha", LIND_KEY_NUMBER, NULL, DBL_MIN, 0.5, "0.025", NULL, offsetof(request, alpha), "type I error, all sides together"},
    {"sided", LIND_KEY_COUNT, NULL, 1, 2, "1", NULL, offsetof(request, sided),
     "1: upper bound; 2: bounds on both sides, half of alpha each"},
    {"bounds", LIND_KEY_CHOICE, NULL, 0, 0, "spending", "spending|obrien-fleming|pocock|wang-tsiatis", offsetof(request, bounds),
     "by a spending function, or one of the classical shapes"},
    {"spending", LIND_KEY_CHOICE, NULL, 0, 0, "obrien-fleming", LIND_SPENDING_CHOICES, offsetof(request, spending),
     "how alpha is spent: Lan and DeMets' two types, Hwang-Shih-DeCani, Kim and DeMets' powers"},
    {"gamma", LIND_KEY_NUMBER, NULL, 0, 0, "", NULL, offsetof(request, gamma),
     "of hwang-shih-decani (-4 where absent), exponent of power (3)"},
    {"delta", LIND_KEY_NUMBER, NULL, -2, 1, "0.25", NULL, offsetof(request, delta), "of wang-tsiatis: c t^(delta - 1/2)"},
    {"power", LIND_KEY_NUMBER, NULL, DBL_MIN, 1, "", NULL, offsetof(request, power),
     "asked for: how much more information than one look?"},
    {"hazard-ratio", LIND_KEY_NUMBER, NULL, DBL_MIN, INFINITY, "", NULL, offsetof(request, hazard_ratio),
     "with power: how many events? (Schoenfeld)"},
    {"ratio", LIND_KEY_NUMBER, NULL, DBL_MIN, INFINITY, "1", NULL, offsetof(request, ratio), "treated for each control"},
    {"futility", LIND_KEY_CHOICE, NULL, 0, 0, "", LIND_SPENDING_CHOICES, offsetof(request, futility),
     "lower bounds that spend 1 - power this way; none where absent"},
    {"futility-gamma", LIND_KEY_NUMBER, NULL, 0, 0, "", NULL, offsetof(request, futility_gamma),
     "as gamma, for futility (-2; 3)"},
    {"binding", LIND_KEY_FLAG, NULL, 0, 0, "no", NULL, offsetof(request, binding),
     "the upper bounds count on stopping for futility"},
    {0}};

static lind_err check(const request *r) {
  LIND_CHECK(r->looks > 0 || r->information.n > 0, LIND_ERR_INPUT,
             "how many looks? --looks 3, or --information 0.5,0.75,1 where they are not equally spaced");
  LIND_CHECK(r->looks == 0 || r->information.n == 0 || r->looks == (uint64_t)r->information.n, LIND_ERR_INPUT,
             "--looks is %llu, but --information has %d values", (unsigned long long)r->looks, r->information.n);
  LIND_CHECK(r->information.n <= LIND_SEQUENTIAL_LOOKS, LIND_ERR_INPUT, "%d looks; at most %d", r->information.n,
             LIND_SEQUENTIAL_LOOKS);
  for (int k = 0; k < r->information.n; k++) {
    const double before = k > 0 ? r->information.at[k - 1] : 0.0, now = r->information.at[k];
    LIND_CHECK(now > before && now - before >= LIND_SEQUENTIAL_APART * now, LIND_ERR_INPUT,
               "--information: %g follows %g; it must rise, by at least %g of itself", now, before, LIND_SEQUENTIAL_APART);
  }
  LIND_CHECK(r->information.n == 0 || r->information.at[r->information.n - 1] == 1.0, LIND_ERR_INPUT,
             "--information ends with %g; the last look has all of it, 1", r->information.at[r->information.n - 1]);
  LIND_CHECK(isnan(r->power) || (r->power < 1.0 && r->power > r->alpha), LIND_ERR_INPUT,
             "--power is %g; it must be above alpha (%g) and below 1", r->power, r->alpha);
  LIND_CHECK(isnan(r->hazard_ratio) || !isnan(r->power), LIND_ERR_INPUT, "--hazard-ratio needs --power, to say how many events");
  LIND_CHECK(isnan(r->hazard_ratio) || r->hazard_ratio != 1.0, LIND_ERR_INPUT, "--hazard-ratio is 1; a difference is needed");
  LIND_CHECK(r->futility < 0 || !isnan(r->power), LIND_ERR_INPUT, "--futility needs --power: it spends 1 - power");
  LIND_CHECK(r->futility < 0 || r->sided == 1, LIND_ERR_INPUT,
             "--futility goes with --sided 1; two-sided designs stop for efficacy only");
  LIND_CHECK(r->futility < 0 || r->bounds == BY_SPENDING, LIND_ERR_INPUT, "--futility goes with --bounds spending");
  LIND_CHECK(!r->binding || r->futility >= 0, LIND_ERR_INPUT,
             "--binding yes says something about --futility, which is not there");
  LIND_CHECK(isnan(r->futility_gamma) || r->futility >= 0, LIND_ERR_INPUT,
             "--futility-gamma says something about --futility, which is not there");
  LIND_CHECK(r->ratio == 1.0 || !isnan(r->hazard_ratio), LIND_ERR_INPUT,
             "--ratio goes with --hazard-ratio, to say how many events");
  LIND_CHECK(r->delta == 0.25 || r->bounds == CLASSICAL_WT, LIND_ERR_INPUT, "--delta goes with --bounds wang-tsiatis");
  LIND_CHECK(r->bounds == BY_SPENDING || (r->spending == LIND_SPENDING_OBRIEN_FLEMING && isnan(r->gamma)), LIND_ERR_INPUT,
             "--spending and --gamma go with --bounds spending; classical bounds have their shape");
  return LIND_OK;
}

static lind_err settle(const char *option, int kind, double parameter, double hsd, lind_spending *spending) {
  *spending = (lind_spending){kind, !isnan(parameter) ? parameter : kind == LIND_SPENDING_HSD ? hsd : 3.0};
  LIND_CHECK(isnan(parameter) || kind >= LIND_SPENDING_HSD, LIND_ERR_INPUT,
             "--%s has no meaning here; it goes with hwang-shih-decani and power", option);
  LIND_CHECK(kind != LIND_SPENDING_POWER || spending->parameter > 0.0, LIND_ERR_INPUT, "--%s is %g; an exponent is above 0",
             option, spending->parameter);
  LIND_CHECK(kind != LIND_SPENDING_HSD || fabs(spending->parameter) <= 40.0, LIND_ERR_INPUT,
             "--%s is %g; -40 to 40 would be right", option, spending->parameter);
  return LIND_OK;
}

static const char *method(const request *r) {
  static const char *const shapes[] = {"", "O'Brien and Fleming's bounds", "Pocock's bounds", "Wang and Tsiatis' bounds"};
  static const char *const types[] = {"spending of O'Brien-Fleming type (Lan and DeMets)",
                                      "spending of Pocock type (Lan and DeMets)", "spending by Hwang, Shih and DeCani",
                                      "spending by a power (Kim and DeMets)"};
  return r->bounds == BY_SPENDING ? types[r->spending] : shapes[r->bounds];
}

/* Bounds without futility; spent[n]: what one side has used by each look. */
static lind_err bound(const request *r, lind_sequential *looks, double *spent) {
  const double alpha = r->alpha / (double)r->sided;
  static const double shape[] = {[CLASSICAL_OF] = 0.0, [CLASSICAL_POCOCK] = 0.5};
  lind_spending spending;
  LIND_TRY(settle("gamma", r->spending, r->gamma, -4.0, &spending));
  looks->n = r->information.n > 0 ? r->information.n : (int)r->looks;
  for (int k = 0; k < looks->n; k++) {
    looks->t[k] = r->information.n > 0 ? r->information.at[k] : (k + 1.0) / looks->n;
    looks->lower[k] = -INFINITY;
    spent[k] = lind_spending_used(&spending, alpha, looks->t[k]);
  }
  if (r->bounds == BY_SPENDING) {
    lind_sequential_spend(looks, spent, r->sided == 2);
    return LIND_OK;
  }
  double below[LIND_SEQUENTIAL_LOOKS];
  (void)lind_sequential_shape(looks, alpha, r->bounds == CLASSICAL_WT ? r->delta : shape[r->bounds], r->sided == 2);
  lind_sequential_cross(looks, 0.0, spent, below);
  for (int k = 1; k < looks->n; k++) spent[k] += spent[k - 1];
  return LIND_OK;
}

static lind_err stop_early(const request *r, lind_sequential *looks, const double *spent, double *drift) {
  double lost[LIND_SEQUENTIAL_LOOKS];
  lind_spending spending;
  *drift = NAN;
  if (isnan(r->power)) return LIND_OK;
  if (r->futility < 0) {
    *drift = lind_sequential_drift(looks, r->power);
    return LIND_OK;
  }
  LIND_TRY(settle("futility-gamma", r->futility, r->futility_gamma, -2.0, &spending));
  for (int k = 0; k < looks->n; k++) lost[k] = lind_spending_used(&spending, 1.0 - r->power, looks->t[k]);
  *drift = lind_sequential_futility(looks, spent, lost, r->binding);
  return LIND_OK;
}

/* Share of the full information that is used on average, where the drift is `drift`; above[n], below[n] are filled. */
static double expected(const lind_sequential *looks, double drift, double *above, double *below) {
  double sum = 0.0, left = 1.0;
  lind_sequential_cross(looks, drift, above, below);
  for (int k = 0; k < looks->n; k++) {
    sum += left * (looks->t[k] - (k > 0 ? looks->t[k - 1] : 0.0));
    left -= above[k] + below[k];
  }
  return sum;
}

static lind_err tell_power(const request *r, const lind_sequential *looks, double drift, lind_arena *arena,
                           lind_design_answer *answer) {
  double above[LIND_SEQUENTIAL_LOOKS], below[LIND_SEQUENTIAL_LOOKS];
  const double fixed = lind_draw_normal_quantile(r->power) - lind_draw_normal_quantile(r->alpha / (double)r->sided);
  const double inflation = drift * drift / (fixed * fixed);
  const double none = expected(looks, 0.0, above, below), some = expected(looks, drift, above, below);
  LIND_TRY(lind_design_tell(answer, arena, "inflation", 1, &inflation));
  LIND_TRY(lind_design_tell(answer, arena, "drift", 1, &drift));
  LIND_TRY(lind_design_tell(answer, arena, "expected_information_no_effect", 1, &none));
  LIND_TRY(lind_design_tell(answer, arena, "expected_information_effect", 1, &some));
  LIND_TRY(lind_design_tell(answer, arena, "stops_efficacy", looks->n, above));
  LIND_TRY(lind_design_tell(answer, arena, "stops_futility", looks->n, below));
  if (isnan(r->hazard_ratio)) return LIND_OK;
  double at[LIND_SEQUENTIAL_LOOKS], ratio[LIND_SEQUENTIAL_LOOKS];
  const double share = r->ratio / ((1.0 + r->ratio) * (1.0 + r->ratio)),
               events = drift * drift / (share * pow(log(r->hazard_ratio), 2));
  for (int k = 0; k < looks->n; k++) {
    at[k] = events * looks->t[k];
    ratio[k] = exp((r->hazard_ratio < 1.0 ? -1.0 : 1.0) * looks->upper[k] / sqrt(share * at[k]));
  }
  answer->n = ceil(events - 1e-9);
  LIND_TRY(lind_design_tell(answer, arena, "events", looks->n, at));
  return lind_design_tell(answer, arena, "hazard_ratio_at_bound", looks->n, ratio);
}

static lind_err solve(const void *request_at, lind_arena *arena, lind_design_answer *answer) {
  const request *r = request_at;
  lind_sequential looks;
  double spent[LIND_SEQUENTIAL_LOOKS], drift;
  LIND_TRY(check(r));
  LIND_TRY(bound(r, &looks, spent));
  LIND_TRY(stop_early(r, &looks, spent, &drift));
  answer->method = method(r);
  answer->n = NAN;
  for (int k = 0; k < looks.n; k++) {
    lind_term *term = lind_design_add(answer, lind_arena_format(arena, "look %d", k + 1), looks.upper[k]);
    LIND_CHECK(term->name != NULL, LIND_ERR_MEMORY, "no memory for a name");
    term->p = lind_draw_normal_cdf(-looks.upper[k]);
    term->lower = isfinite(looks.lower[k]) ? looks.lower[k] : NAN;
    term->upper = looks.upper[k];
  }
  LIND_TRY(lind_design_tell(answer, arena, "information", looks.n, looks.t));
  LIND_TRY(lind_design_tell(answer, arena, "alpha_spent", looks.n, spent));
  return isnan(drift) ? LIND_OK : tell_power(r, &looks, drift, arena, answer);
}

const lind_design lind_design_group_sequential = {
    .name = "group-sequential",
    .summary = "boundaries of repeated looks; with a power, their cost in information and events",
    .source = "Lan & DeMets 1983; O'Brien & Fleming 1979; Pocock 1977; Jennison & Turnbull 2000",
    .rows = rows,
    .size = sizeof(request),
    .solve = solve,
};
