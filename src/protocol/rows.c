/* rows.c -- every key of a protocol: what it is, its bounds, its default and its sentence. These rows read, check, describe and
 * document. */
#include "rows.h"

#include <float.h>

#define WHOLE(field)     offsetof(lind_rows_whole, field)
#define PROTOCOL(field)  offsetof(lind_protocol, field)
#define IN(shape, field) offsetof(lind_rows_##shape##_shape, field)

#define ABOVE_0 DBL_MIN      /* what schema.h reads as "more than 0" */
#define SEATS   4294967295.0 /* a seat is 32 bits of a random address */

const char lind_rows_marks[] = "read|memory|computed";

/* clang-format off */
const lind_key lind_rows_protocol[] = {
  {"protocol", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, WHOLE(name), "name of the trial: letters, digits, - and _"},
  {"title", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, WHOLE(title), "one line for reports; the name where it is absent"},
  {"question", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, WHOLE(question), "what the trial asks"},
  {"source", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, WHOLE(source), "where the design comes from, such as a doi"},
  {"include", LIND_KEY_WORDS_LIST, NULL, 0, 0, "", NULL, WHOLE(include), "files with define, dosing and assumptions, relative to this one; what this file says wins"},
  {"cohort", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, WHOLE(cohort), "cohort file, relative to this one"},
  {"model", LIND_KEY_NODE, NULL, 0, 0, NULL, NULL, WHOLE(model), "the disease and drug model: section model"},
  {"uncertainty", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(uncertainty), "how well the parameters are known; each replicate lives by its own: section uncertainty"},
  {"importance", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(importance), "importance sampling of rare events, by random effects of the model: section importance.NAME"},
  {"patients", LIND_KEY_COUNT, NULL, 1, SEATS, NULL, NULL, WHOLE(patients), "randomised patients of one trial"},
  {"replicates", LIND_KEY_COUNT, NULL, 1, SEATS, "1", NULL, WHOLE(replicates), "how many times the whole trial is run"},
  {"seed", LIND_KEY_COUNT, NULL, 0, 0, "1747", NULL, WHOLE(seed), "the number that all randomness hangs on"},
  {"block_max", LIND_KEY_COUNT, NULL, 1, 65536, "4096", NULL, WHOLE(block_max), "a replicate with at most so many patients is one unit of work; a larger one is cut"},
  {"duration", LIND_KEY_QUANTITY, "day", ABOVE_0, INFINITY, NULL, NULL, WHOLE(duration), "length of the trial; day 1 begins at time 0"},
  {"eligible", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, WHOLE(eligible), "who may be randomised: an expression over the cohort's columns; everybody where it is absent"},
  {"screening", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, WHOLE(screening), "a further rule for who may be randomised, which may also name outputs of the model: as measured at screening, at time 0, with their measurement error"},
  {"attempts", LIND_KEY_COUNT, NULL, 1, 255, "50", NULL, WHOLE(attempts), "people screened for a seat at most; a seat that finds nobody eligible stays empty"},
  {"randomise", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(randomise), "how seats are given to arms: section randomise"},
  {"define", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(define), "named expressions, in order, after those of the included files"},
  {"groups", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(groups), "ways to split patients: section groups.NAME"},
  {"measure", LIND_KEY_WORDS_LIST, NULL, 0, 0, "", NULL, WHOLE(measure), "outputs of the model that are measured at visits"},
  {"visits", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(visits), "when patients are seen: one mapping or a list of them, section visits"},
  {"traces", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(traces), "outputs that are sampled every few minutes or hours: section traces.NAME"},
  {"treatments", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(treatments), "crossover: what is compared: section treatments.NAME"},
  {"crossover", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(crossover), "every patient has several treatments, one after the other: section crossover"},
  {"arms", LIND_KEY_NODE, NULL, 0, 0, NULL, NULL, WHOLE(arms), "what is compared, or the sequences of a crossover: section arms.NAME"},
  {"dosing", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(dosing), "dosing items that arms name: section dosing.NAME"},
  {"controllers", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(controllers), "devices and clinicians who look every few minutes or hours and act at once: section controllers.NAME"},
  {"habits", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(habits), "what patients take by themselves in every arm, such as meals: section habits.NAME"},
  {"conduct", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(conduct), "adherence, drop-out, failures: section conduct"},
  {"endpoints", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(endpoints), "one number a patient each: section endpoints.NAME"},
  {"analysis", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(analysis), "one comparison each: section analysis.NAME"},
  {"recruit", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(recruit), "when patients come in; all at once where it is absent: section recruit"},
  {"design", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(design), "interim looks; a fixed design where it is absent: section design"},
  {"curves", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(curves), "an output drawn over time: section curves"},
  {"sensitivity", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(sensitivity), "the same trial under other assumptions: section sensitivity"},
  {"twin", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(twin), "what each patient's computed control lives by: section twin"},
  {"external", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(external), "patients from another source, who are not randomised: section external"},
  {"robustness", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(robustness), "how wrong the estimates are where twin or external patients are wrong; a synthetic control is not run without it: section robustness"},
  {"assumptions", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(assumptions), "sentences that the report prints, after those of the included files"},
  {"targets", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(targets), "published results: a file relative to this one, or the list itself, section targets"},
  {"store", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(store), "what is written: section store"},
  {"engine", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(engine), "how the model is integrated: section engine"},
  {"tissue", LIND_KEY_NODE, NULL, 0, 0, "", NULL, WHOLE(tissue), "some states of the model are fields over a slice of tissue: section tissue"},
  {0}};

const lind_key lind_rows_include[] = {
  {"define", LIND_KEY_NODE, NULL, 0, 0, "", NULL, IN(include, define), "named expressions, in order"},
  {"dosing", LIND_KEY_NODE, NULL, 0, 0, "", NULL, IN(include, dosing), "dosing items: section dosing.NAME"},
  {"assumptions", LIND_KEY_NODE, NULL, 0, 0, "", NULL, IN(include, assumptions), "sentences that the report prints"},
  {0}};

const lind_key lind_rows_model[] = {
  {"use", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, IN(model, use), "name of the model, as in `lind model list`"},
  {"set", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(model, set), "a named parameter set of the model"},
  {"modules", LIND_KEY_NODE, NULL, 0, 0, "", NULL, IN(model, modules), "other models for modules of a composed one, such as {drug: pk.one_compartment}; they bring their own values"},
  {"parameters", LIND_KEY_NODE, NULL, 0, 0, "", NULL, IN(model, parameters), "values of single parameters, such as {omega_cl: 0.30, tau: 20 day}"},
  {0}};

const lind_key lind_rows_uncertainty[] = {
  {"sets", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, PROTOCOL(uncertain_sets), "a CSV file, relative to this one: a column a parameter, with its unit, a row a set; replicate r lives by row r, from the top again where the rows end"},
  {"covariance", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, PROTOCOL(uncertain_covariance), "a CSV file, relative to this one: the covariance matrix of the estimates, with a column `parameter` that names the rows; each replicate draws its own values about those of section model"},
  {"log", LIND_KEY_WORDS_LIST, NULL, 0, 0, "", NULL, PROTOCOL(uncertain_log), "covariance: parameters whose logarithm is normal; their rows and columns have the unit 1"},
  {0}};

const lind_key lind_rows_tilt[] = {
  {"tail", LIND_KEY_CHOICE, NULL, 0, 0, "lowest", "lowest|highest", offsetof(lind_tilt, highest), "which tail of the effect's distribution matters; events come from the lowest thresholds"},
  {"share", LIND_KEY_NUMBER, NULL, 1e-9, 0.999, NULL, NULL, offsetof(lind_tilt, share), "share of people in that tail"},
  {"drawn", LIND_KEY_NUMBER, NULL, 1e-9, 0.999, NULL, NULL, offsetof(lind_tilt, drawn), "share of the simulated patients who are drawn from it; their weights undo it"},
  {0}};

const lind_key lind_rows_randomise[] = {
  {"method", LIND_KEY_CHOICE, NULL, 0, 0, "permuted-block", "permuted-block|simple", PROTOCOL(randomise), "permuted blocks inside strata, or each seat on its own"},
  {"blocks", LIND_KEY_NUMBERS, NULL, 0, 0, "", NULL, PROTOCOL(blocks), "block sizes, each a multiple of the sum of the ratios; twice that sum where absent"},
  {"strata", LIND_KEY_WORDS_LIST, NULL, 0, 0, "", NULL, PROTOCOL(strata), "groups or category columns; their combinations are the strata"},
  {0}};

const lind_key lind_rows_group[] = {
  {"title", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(group, title), "one line for reports; the name where it is absent"},
  {"value", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, IN(group, group.value), "an expression that gives 0, 1, 2, .., or the name of a category or genotype column"},
  {"labels", LIND_KEY_WORDS_LIST, NULL, 0, 0, "", NULL, IN(group, group.labels), "what 0, 1, 2, .. are called; needed unless value is a column"},
  {0}};

const lind_key lind_rows_visits[] = {
  {"days", LIND_KEY_NUMBERS, NULL, 0, 0, NULL, NULL, offsetof(lind_visits, days), "protocol days, whole; a visit is at the start of its day, before that day's dose"},
  {"window", LIND_KEY_QUANTITY, "day", 0, INFINITY, "0 day", NULL, offsetof(lind_visits, window), "whole days: a visit falls so much earlier or later, each day as likely"},
  {"missed", LIND_KEY_NUMBER, NULL, 0, 1, "0", NULL, offsetof(lind_visits, missed), "probability that a visit is missed"},
  {0}};

const lind_key lind_rows_trace[] = {
  {"output", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, offsetof(lind_trace, output), "output of the model"},
  {"every", LIND_KEY_QUANTITY, "min", ABOVE_0, INFINITY, NULL, NULL, offsetof(lind_trace, every), "time between two samples, which are taken at its multiples"},
  {"from", LIND_KEY_QUANTITY, "day", 0, INFINITY, "", NULL, offsetof(lind_trace, from), "samples after this time; the start where absent"},
  {"to", LIND_KEY_QUANTITY, "day", ABOVE_0, INFINITY, "", NULL, offsetof(lind_trace, to), "samples up to and at this time; the end where absent"},
  {"measured", LIND_KEY_FLAG, NULL, 0, 0, "no", NULL, offsetof(lind_trace, measured), "yes: with the model's residual error, as a sensor shows it; no: the true value"},
  {0}};

const lind_key lind_rows_arm[] = {
  {"title", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(arm, title), "one line for reports; the name where it is absent"},
  {"ratio", LIND_KEY_NUMBER, NULL, ABOVE_0, INFINITY, "1", NULL, IN(arm, arm.ratio), "share of the seats, relative to the other arms; whole for permuted blocks"},
  {"dosing", LIND_KEY_WORDS_LIST, NULL, 0, 0, "", NULL, IN(arm, arm.dosing), "names of dosing items; on each occasion the first that applies acts; [] is no treatment; required where arms are parallel"},
  {"controllers", LIND_KEY_WORDS_LIST, NULL, 0, 0, "", NULL, IN(arm, arm.controllers), "names of controllers, in the order in which they act"},
  {"sequence", LIND_KEY_WORDS_LIST, NULL, 0, 0, "", NULL, IN(arm, arm.sequence), "crossover: treatments in the order in which this arm has them, one a period; instead of dosing and controllers"},
  {"parameters", LIND_KEY_NODE, NULL, 0, 0, "", NULL, IN(arm, parameters), "parameters of the model that have another value in this arm, such as {hazard_ratio: 0.6}; none on which a distribution rests"},
  {0}};

const lind_key lind_rows_treatment[] = {
  {"title", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(treatment, title), "one line for reports; the name where it is absent"},
  {"dosing", LIND_KEY_WORDS_LIST, NULL, 0, 0, "", NULL, IN(treatment, treatment.dosing), "names of dosing items; on each occasion the first that applies acts"},
  {"controllers", LIND_KEY_WORDS_LIST, NULL, 0, 0, "", NULL, IN(treatment, treatment.controllers), "names of controllers, in the order in which they act"},
  {0}};

const lind_key lind_rows_crossover[] = {
  {"period", LIND_KEY_QUANTITY, "day", ABOVE_0, INFINITY, NULL, NULL, PROTOCOL(crossover.period), "length of a period, whole days; endpoints count from its start"},
  {"washout", LIND_KEY_QUANTITY, "day", 0, INFINITY, "0 day", NULL, PROTOCOL(crossover.washout), "whole days between two periods, of which no endpoint hears"},
  {"washout_on", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, PROTOCOL(crossover.washout_on), "treatment during run-in and wash-out, and after the last period; none where absent"},
  {"run_in", LIND_KEY_QUANTITY, "day", 0, INFINITY, "0 day", NULL, PROTOCOL(crossover.run_in), "whole days before the first period"},
  {0}};

const lind_key lind_rows_dosing[] = {
  {"at", LIND_KEY_CHOICE, NULL, 0, 0, NULL, "days|visits", IN(dosing, dosing.at), "on listed days, or at attended visits"},
  {"days", LIND_KEY_NUMBERS, NULL, 0, 0, "", NULL, IN(dosing, dosing.days), "at: days; protocol days, whole"},
  {"from", LIND_KEY_NUMBER, NULL, 0, 0, "", NULL, IN(dosing, dosing.from), "at: visits; not before this protocol day"},
  {"to", LIND_KEY_NUMBER, NULL, 0, 0, "", NULL, IN(dosing, dosing.to), "at: visits; not after this protocol day"},
  {"when", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(dosing, dosing.when), "an expression that is true or false; always where absent"},
  {"dose", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(dosing, dosing.dose), "an expression: the amount of each dose from now on; unchanged where absent"},
  {"skip", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(dosing, dosing.skip), "an expression: how many doses are left out, beginning with the next"},
  {"recheck", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(dosing, dosing.recheck), "an expression: time until an extra visit; 0 is none"},
  {"reduce_by", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(dosing, dosing.reduce), "an expression: the share by which the dose is reduced, in place of dose; 0.25 leaves three quarters"},
  {"hold_until", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(dosing, dosing.hold), "an expression that is true or false: doses are held from now on, until it is true at an attended visit"},
  {"give", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(dosing, dosing.give), "an expression: the amount of one dose at once, beside the regimen, such as a loading or a rescue dose"},
  {"stop", LIND_KEY_FLAG, NULL, 0, 0, "no", NULL, IN(dosing, dosing.stop), "yes: all treatment but `give` ends for good, in a crossover until the next treatment; the patient stays in the trial"},
  {"further", LIND_KEY_FLAG, NULL, 0, 0, "no", NULL, IN(dosing, dosing.further), "yes: the items behind this one may act on the same occasion, too"},
  {"over", LIND_KEY_QUANTITY, "h", 0, INFINITY, "", NULL, IN(dosing, dosing.over), "each dose enters at a constant rate in this time; 0, at once, where absent, and with reduce_by as it was"},
  {"round", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(dosing, round), "the dose is rounded to a multiple of this, such as 0.5 mg; half away from zero"},
  {"most", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(dosing, most), "the dose is not above this, such as 15 mg"},
  {"into", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(dosing, dosing.into), "the state that receives doses; the model's only dosing state where absent"},
  {"every", LIND_KEY_QUANTITY, "h", ABOVE_0, INFINITY, "", NULL, IN(dosing, dosing.every), "time between doses: a day, a whole part of one (12 h, 8 h, ..) or whole days (21 day); a day where absent, and with reduce_by as it was"},
  {"twin", LIND_KEY_NODE, NULL, 0, 0, "", NULL, IN(dosing, twin), "at: visits; in place of dose: what a model fitted to the patient's record expects to be best: section dosing.NAME.twin"},
  {0}};

const lind_key lind_rows_twin[] = {
  {"model", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(twin, twin.model), "the twin's model, shipped or a .lind file; the trial's own with the trial's parameters where absent"},
  {"set", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(twin, twin.set), "one of the model's parameter sets"},
  {"parameters", LIND_KEY_NODE, NULL, 0, 0, "", NULL, IN(twin, parameters), "values that the twin believes in, NAME: value with unit"},
  {"doses", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, IN(twin, twin.doses), "candidates, such as 1 mg:10 mg:0.5 mg"},
  {"reward", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, IN(twin, twin.reward), "an expression of the model's outputs, `dose` and `ahead`, averaged over the mornings of `over`; the dose with the largest expected mean is given"},
  {"over", LIND_KEY_QUANTITY, "day", 1, 366, "14 day", NULL, IN(twin, twin.over), "how far it looks ahead"},
  {"points", LIND_KEY_COUNT, NULL, 2, 1024, "16", NULL, IN(twin, twin.points), "points that stand for what it believes, in antithetic pairs"},
  {"knots", LIND_KEY_QUANTITY, "day", ABOVE_0, INFINITY, "", NULL, IN(twin, twin.knots), "time between the knots of its drifts; a quarter of the drift's time constant where absent"},
  {0}};

const lind_key lind_rows_controller[] = {
  {"every", LIND_KEY_QUANTITY, "min", ABOVE_0, INFINITY, NULL, NULL, IN(controller, controller.every), "time between two samples, the first at time 0"},
  {"read", LIND_KEY_WORDS_LIST, NULL, 0, 0, "", NULL, IN(controller, controller.read), "outputs of the model that it measures at each sample, with the model's residual error; its expressions use them by name"},
  {"memory", LIND_KEY_NODE, NULL, 0, 0, "", NULL, IN(controller, memory), "numbers that it keeps: section controllers.NAME.memory.NAME"},
  {"when", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(controller, controller.when), "an expression that is true or false: it acts only where true, and else gives nothing; always where absent"},
  {"infuse", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(controller, controller.infuse), "an expression: the rate, an amount per time, that holds until the next sample; not below 0"},
  {"give", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(controller, controller.give), "an expression: the amount of a dose given at once; 0 is none"},
  {"into", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(controller, controller.into), "the state that receives it; the model's only dosing state where absent"},
  {"infuse_most", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(controller, controller.infuse_most), "the rate is not above this, such as 35 U/h"},
  {"infuse_round", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(controller, controller.infuse_round), "the rate is rounded to a multiple of this, half up, before it is limited"},
  {"give_most", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(controller, controller.give_most), "a dose is not above this, such as 25 U"},
  {"give_round", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(controller, controller.give_round), "a dose is rounded to a multiple of this, half up, before it is limited"},
  {"day_most", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(controller, controller.day_most), "on one protocol day it infuses and gives no more than this in all"},
  {0}};

const lind_key lind_rows_memory[] = {
  {"start", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, offsetof(lind_memory, start), "an expression over the cohort's columns: the value before the first sample"},
  {"next", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, offsetof(lind_memory, next), "an expression: the value from this sample on; all of them see the old values, and what is read now"},
  {0}};

const lind_key lind_rows_habit[] = {
  {"at", LIND_KEY_QUANTITY, "h", 0, 24, NULL, NULL, IN(habit, habit.at), "time of the day, such as 7.5 h"},
  {"amount", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, IN(habit, habit.amount), "an expression over the cohort's columns: the amount, such as 60 [g]; the median where log_sd says how it varies"},
  {"into", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(habit, habit.into), "the state that receives it; the model's only dosing state where absent"},
  {"days", LIND_KEY_NUMBERS, NULL, 0, 0, "", NULL, IN(habit, habit.days), "protocol days, whole; every day where absent"},
  {"window", LIND_KEY_QUANTITY, "min", 0, 720, "0 min", NULL, IN(habit, habit.window), "it is taken so much earlier or later, each moment as likely"},
  {"log_sd", LIND_KEY_NUMBER, NULL, 0, 3, "0", NULL, IN(habit, habit.log_sd), "standard deviation of the logarithm of the amount, from day to day"},
  {"missed", LIND_KEY_NUMBER, NULL, 0, 1, "0", NULL, IN(habit, habit.missed), "probability that it is left out on a day"},
  {"over", LIND_KEY_QUANTITY, "min", 0, INFINITY, "0 min", NULL, IN(habit, habit.over), "it enters at a constant rate in this time; at once where 0"},
  {"ahead", LIND_KEY_QUANTITY, "min", 0, 720, "0 min", NULL, IN(habit, habit.ahead), "so long before it controllers are told, as announced.STATE"},
  {"estimate", LIND_KEY_NUMBER, NULL, ABOVE_0, 100, "1", NULL, IN(habit, habit.estimate), "what is announced for each unit that is taken: the median"},
  {"estimate_log_sd", LIND_KEY_NUMBER, NULL, 0, 3, "0", NULL, IN(habit, habit.estimate_sd), "standard deviation of the logarithm of announced over taken, each time anew"},
  {"unannounced", LIND_KEY_NUMBER, NULL, 0, 1, "0", NULL, IN(habit, habit.unannounced), "probability that it is taken and not announced"},
  {0}};

const lind_key lind_rows_conduct[] = {
  {"adherence", LIND_KEY_NODE, NULL, 0, 0, "", NULL, IN(conduct, adherence), "missed doses: section conduct.adherence"},
  {"dropout", LIND_KEY_NODE, NULL, 0, 0, "", NULL, IN(conduct, dropout), "lost patients: section conduct.dropout"},
  {"occasions", LIND_KEY_NODE, NULL, 0, 0, "", NULL, IN(conduct, occasions), "when effects that vary within a patient are drawn again: section conduct.occasions"},
  {"final", LIND_KEY_WORDS_LIST, NULL, 0, 0, "", NULL, IN(conduct, final), "events of the model after which a patient is not followed any more, such as death"},
  {"failed_lanes", LIND_KEY_NUMBER, NULL, 0, 1, "0.001", NULL, IN(conduct, failed_lanes), "a run in which a larger share of patients could not be integrated fails"},
  {0}};

const lind_key lind_rows_adherence[] = {
  {"miss", LIND_KEY_NUMBER, NULL, 0, 1, "0", NULL, PROTOCOL(miss), "probability that a dose is missed after one that was taken"},
  {"miss_after_miss", LIND_KEY_NUMBER, NULL, 0, 1, "", NULL, PROTOCOL(miss_after_miss), "the same after one that was missed; as miss where absent"},
  {0}};

const lind_key lind_rows_dropout[] = {
  {"yearly", LIND_KEY_NUMBER, NULL, 0, 0.999, "0", NULL, PROTOCOL(dropout_yearly), "share of patients lost in a year, at a constant hazard"},
  {0}};

const lind_key lind_rows_occasions[] = {
  {"days", LIND_KEY_NUMBERS, NULL, 0, 0, "", NULL, PROTOCOL(occasion_days), "protocol days, whole, rising, on which a new occasion begins; the first begins on day 1 anyway"},
  {"every", LIND_KEY_QUANTITY, "day", ABOVE_0, INFINITY, "", NULL, PROTOCOL(occasion_every), "whole days from one occasion to the next, instead of days"},
  {0}};

const lind_key lind_rows_endpoint[] = {
  {"title", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(endpoint, title), "one line for reports; the name where it is absent"},
  {"kind", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, IN(endpoint, endpoint.kind), "how it is computed, as in `lind describe endpoint`"},
  {"of", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(endpoint, endpoint.of), "a trace or a measured output, where the kind needs one; for time-to-event an event of the model"},
  {"range", LIND_KEY_NUMBERS, NULL, 0, 0, "", NULL, IN(endpoint, endpoint.range), "[low, high] in the output's unit"},
  {"from", LIND_KEY_QUANTITY, "day", 0, INFINITY, "", NULL, IN(endpoint, endpoint.from), "time since the start of day 1, of a crossover since the start of each period; the start where absent"},
  {"to", LIND_KEY_QUANTITY, "day", 0, INFINITY, "", NULL, IN(endpoint, endpoint.to), "the same; the end where absent"},
  {"at", LIND_KEY_QUANTITY, "day", 0, INFINITY, "", NULL, IN(endpoint, endpoint.at), "one time, for kinds that look once"},
  {"threshold", LIND_KEY_NUMBER, NULL, 0, 0, "", NULL, IN(endpoint, endpoint.threshold), "in the output's unit, for kinds that compare"},
  {"least", LIND_KEY_NUMBER, NULL, 0, INFINITY, "", NULL, IN(endpoint, endpoint.least), "in the output's unit: the least change that counts, for kinds that compare with what was before"},
  {"percent", LIND_KEY_NUMBER, NULL, 0, 100, "", NULL, IN(endpoint, endpoint.percent), "which percentile, such as 97.5"},
  {"consecutive", LIND_KEY_NUMBER, NULL, 0, 0, "", NULL, IN(endpoint, endpoint.consecutive), "visits in a row that confirm; 1 where absent"},
  {"apart", LIND_KEY_QUANTITY, "day", 0, INFINITY, "", NULL, IN(endpoint, endpoint.apart), "at least so long between the first and the last of them"},
  {0}};

const lind_key lind_rows_analysis[] = {
  {"title", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(analysis, title), "one line for reports; the name where it is absent"},
  {"endpoint", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, IN(analysis, analysis.endpoint), "name of an endpoint"},
  {"estimator", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, IN(analysis, analysis.estimator), "as in `lind describe estimator`"},
  {"compare", LIND_KEY_WORDS_LIST, NULL, 0, 0, "", NULL, IN(analysis, analysis.compare), "[treated, control]; the first two arms where absent, of a crossover the first two treatments"},
  {"by", LIND_KEY_WORDS_LIST, NULL, 0, 0, "all", NULL, IN(analysis, analysis.by), "all, and names of groups or of category and genotype columns"},
  {"level", LIND_KEY_NUMBER, NULL, 0.5, 0.9999, "0.95", NULL, IN(analysis, analysis.level), "confidence level of the interval"},
  {"null", LIND_KEY_NUMBER, NULL, 0, 0, "", NULL, IN(analysis, analysis.null), "value of no effect, on the estimator's scale; where absent 1 of a ratio, else 0"},
  {"adjust", LIND_KEY_WORDS_LIST, NULL, 0, 0, "", NULL, IN(analysis, analysis.adjust), "columns of the cohort, groups, and endpoints of day 1 that the estimator adjusts for"},
  {"stratify", LIND_KEY_WORDS_LIST, NULL, 0, 0, "", NULL, IN(analysis, analysis.stratify), "groups and category columns whose combinations are the strata of the estimator"},
  {"settings", LIND_KEY_NODE, NULL, 0, 0, "", NULL, IN(analysis, settings), "the estimator's own settings, as in `lind describe estimator NAME`"},
  {"estimand", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(analysis, analysis.estimand), "how intercurrent events count (ICH E9(R1)), such as treatment-policy"},
  {0}};

const lind_key lind_rows_recruit[] = {
  {"over", LIND_KEY_QUANTITY, "day", ABOVE_0, INFINITY, "", NULL, IN(recruit, over), "time in which all patients come, at one rate; or"},
  {"rate", LIND_KEY_QUANTITIES, "1/day", ABOVE_0, INFINITY, "", NULL, IN(recruit, rate), "patients per time, such as 5 1/day; a list where it changes"},
  {"from", LIND_KEY_QUANTITIES, "day", 0, INFINITY, "", NULL, IN(recruit, from), "when each rate begins; the first at 0 day"},
  {"arrivals", LIND_KEY_CHOICE, NULL, 0, 0, "poisson", "poisson|regular", IN(recruit, arrivals), "by chance at that rate, or one in each interval of 1/rate, anywhere in it"},
  {0}};

const lind_key lind_rows_design[] = {
  {"looks", LIND_KEY_NODE, NULL, 0, 0, "", NULL, IN(design, looks), "list of looks in order: section design.looks"},
  {"alpha", LIND_KEY_NUMBER, NULL, ABOVE_0, 0.5, "0.025", NULL, IN(design, alpha), "looks by events: type I error of them all, one-sided"},
  {"spending", LIND_KEY_CHOICE, NULL, 0, 0, "obrien-fleming", LIND_SPENDING_CHOICES, IN(design, spending), "looks by events: how alpha is spent, as in `lind describe design group-sequential`"},
  {"gamma", LIND_KEY_NUMBER, NULL, 0, 0, "", NULL, IN(design, gamma), "of hwang-shih-decani (-4 where absent), exponent of power (3)"},
  {"events", LIND_KEY_NUMBER, NULL, 1, INFINITY, "", NULL, IN(design, events), "looks by information: how many events are all of it"},
  {"benefit", LIND_KEY_CHOICE, NULL, 0, 0, "", "higher|lower", IN(design, benefit), "looks by events: is a good treatment's effect above or below `null`? A hazard ratio of deaths is lower"},
  {0}};

const lind_key lind_rows_look[] = {
  {"fraction", LIND_KEY_NUMBER, NULL, ABOVE_0, 1, "", NULL, IN(look, look.fraction), "of the patients; rising from look to look. Or"},
  {"events", LIND_KEY_NUMBER, NULL, 1, INFINITY, "", NULL, IN(look, look.events), "when the first analysis has so many events, in calendar time; or"},
  {"information", LIND_KEY_NUMBER, NULL, ABOVE_0, 1, "", NULL, IN(look, information), "the same as a share of design.events"},
  {"efficacy", LIND_KEY_NUMBER, NULL, 0, 0, "", NULL, IN(look, look.efficacy), "by fraction: stop if z is at least this; never where absent. By events it comes from the spending of alpha"},
  {"futility", LIND_KEY_NUMBER, NULL, 0, 0, "", NULL, IN(look, look.futility), "stop if z is at most this; never where absent"},
  {0}};

const lind_key lind_rows_curves[] = {
  {"output", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, PROTOCOL(curve_output), "output of the model, without measurement error"},
  {"every", LIND_KEY_QUANTITY, "day", ABOVE_0, INFINITY, "1 day", NULL, PROTOCOL(curve_every), "time between points"},
  {"lower", LIND_KEY_NUMBER, NULL, 0, 0, NULL, NULL, PROTOCOL(curve_lower), "values below are counted as this, in the output's unit"},
  {"upper", LIND_KEY_NUMBER, NULL, 0, 0, NULL, NULL, PROTOCOL(curve_upper), "values above are counted as this"},
  {0}};

const lind_key lind_rows_sensitivity[] = {
  {"title", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(sensitivity, title), "one line for reports"},
  {"replicates", LIND_KEY_COUNT, NULL, 1, SEATS, "", NULL, IN(sensitivity, replicates), "replicates of each scenario; those of the protocol where absent"},
  {"scenarios", LIND_KEY_NODE, NULL, 0, 0, NULL, NULL, IN(sensitivity, scenarios), "section sensitivity.scenarios.NAME"},
  {0}};

const lind_key lind_rows_scenario[] = {
  {"title", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(scenario, title), "one line for reports; the name where it is absent"},
  {"set", LIND_KEY_WORDS_LIST, NULL, 0, 0, NULL, NULL, IN(scenario, scenario.set), "changes, as after --set: \"conduct.adherence.miss=0.15\""},
  {0}};

const lind_key lind_rows_computed[] = {
  {"arm", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(shadow, arm), "under which it lives; the second arm where absent"},
  {"knows", LIND_KEY_CHOICE, NULL, 0, 0, "baseline", "baseline|everything", IN(shadow, knows), "baseline: covariates and what is measured on day 1, as a real twin would; everything: the patient's own random effects, drop-out and errors of measurement, which only a simulation can know"},
  {"parameters", LIND_KEY_NODE, NULL, 0, 0, "", NULL, IN(shadow, parameters), "what it believes of the model where that is not what the trial lives by, such as {slope: 0.12 1/year}"},
  {0}};

const lind_key lind_rows_external[] = {
  {"cohort", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(shadow, cohort), "cohort file, relative to this one; that of the trial where absent"},
  {"patients", LIND_KEY_COUNT, NULL, 1, SEATS, NULL, NULL, IN(shadow, patients), "how many there are"},
  {"arm", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(shadow, arm), "how they were treated; the second arm where absent"},
  {"parameters", LIND_KEY_NODE, NULL, 0, 0, "", NULL, IN(shadow, parameters), "how their disease differs, such as {slope: 0.14 1/year}"},
  {0}};

const lind_key lind_rows_robustness[] = {
  {"title", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(robustness, title), "one line for reports"},
  {"replicates", LIND_KEY_COUNT, NULL, 1, SEATS, "", NULL, IN(robustness, replicates), "replicates of each point of the grid; those of the protocol where absent"},
  {"no_effect", LIND_KEY_WORDS_LIST, NULL, 0, 0, NULL, NULL, IN(robustness, no_effect), "changes, as after --set, that take the effect of the treatment away: where type I errors are counted"},
  {"drift", LIND_KEY_NODE, NULL, 0, 0, NULL, NULL, IN(robustness, axis[LIND_ROBUST_DRIFT]), "how historical and current controls may differ: section robustness.AXIS.NAME"},
  {"slope", LIND_KEY_NODE, NULL, 0, 0, NULL, NULL, IN(robustness, axis[LIND_ROBUST_SLOPE]), "how wrong the twin's course may be: section robustness.AXIS.NAME"},
  {"population", LIND_KEY_NODE, NULL, 0, 0, NULL, NULL, IN(robustness, axis[LIND_ROBUST_POPULATION]), "how the population may be shifted: section robustness.AXIS.NAME"},
  {0}};

const lind_key lind_rows_level[] = {
  {"title", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(level, title), "one line for reports; the name where it is absent"},
  {"set", LIND_KEY_WORDS_LIST, NULL, 0, 0, NULL, NULL, IN(level, set), "changes, as after --set: \"twin.parameters.slope=0.12 1/year\""},
  {0}};

const lind_key lind_rows_store[] = {
  {"patients", LIND_KEY_COUNT, NULL, 0, 0, "100000", NULL, IN(store, patients), "at most so many patients' rows are stored: whole replicates, from the first"},
  {"replicates", LIND_KEY_COUNT, NULL, 0, 0, "1000000", NULL, IN(store, replicates), "rows of /estimates/replicates of results.h5 are stored of at most so many replicates, from the first; /estimates/stored says how many were left out, and no estimate leaves any out"},
  {"trajectories", LIND_KEY_NODE, NULL, 0, 0, "", NULL, IN(store, trajectories), "values over time, patient by patient; none where absent: section store.trajectories"},
  {0}};

const lind_key lind_rows_trajectories[] = {
  {"keep", LIND_KEY_CHOICE, NULL, 0, 0, NULL, "none|sample|all", offsetof(lind_trajectories, keep), "whose: nobody's, those of a random sample of the patients, or everybody's"},
  {"patients", LIND_KEY_COUNT, NULL, 1, 1e6, "100", NULL, offsetof(lind_trajectories, patients), "sample: how many, drawn from the first replicate (from as many as they need)"},
  {"at", LIND_KEY_CHOICE, NULL, 0, 0, "visits", "visits|dense", offsetof(lind_trajectories, at), "visits: at the visits that were kept, true values and those measured; dense: true values on a grid, which changes no patient"},
  {"every", LIND_KEY_QUANTITY, "h", ABOVE_0, INFINITY, "", NULL, offsetof(lind_trajectories, every), "dense: time between two points, which lie at its multiples from the start on; required there"},
  {"of", LIND_KEY_WORDS_LIST, NULL, 0, 0, "", NULL, offsetof(lind_trajectories, of), "outputs of the model; where absent those that are measured at visits, or all if none is"},
  {"states", LIND_KEY_FLAG, NULL, 0, 0, "no", NULL, offsetof(lind_trajectories, states), "yes: the states of the model, too"},
  {0}};

const lind_key lind_rows_engine[] = {
  {"name", LIND_KEY_WORDS, NULL, 0, 0, "auto", NULL, PROTOCOL(engine), "the integrator: auto picks by the model; exact, rk, rosenbrock, cvode, milstein, euler-maruyama"},
  {"grid", LIND_KEY_QUANTITY, "h", ABOVE_0, INFINITY, "1 h", NULL, PROTOCOL(grid), "time between the nodes of noise in states, for models that have it: how finely the noise is resolved; the drift between two nodes is integrated to the tolerances"},
  {"rescue", LIND_KEY_FLAG, NULL, 0, 0, "yes", NULL, PROTOCOL(rescue), "CVODE goes on with a patient whom the engine gives up on"},
  {"relative", LIND_KEY_NUMBER, NULL, 1e-14, 0.1, "1e-6", NULL, PROTOCOL(relative), "relative tolerance of a step"},
  {"absolute", LIND_KEY_NUMBER, NULL, 1e-30, 1, "1e-9", NULL, PROTOCOL(absolute), "absolute tolerance of a step, in the unit that the model declares for each state"},
  {0}};

const lind_key lind_rows_target[] = {
  {"analysis", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(target, analysis), "the effect of this analysis is meant; or endpoint and arm"},
  {"endpoint", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(target, endpoint), "with arm: the level of this endpoint in that arm is meant"},
  {"arm", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, IN(target, arm), "name of an arm, of a treatment in a crossover"},
  {"group", LIND_KEY_WORDS, NULL, 0, 0, "all", NULL, IN(target, group), "what the patients are split by; all is everybody"},
  {"level", LIND_KEY_WORDS, NULL, 0, 0, "all", NULL, IN(target, level), "which part of the group, by its label"},
  {"estimate", LIND_KEY_NUMBER, NULL, 0, 0, NULL, NULL, IN(target, estimate), "the published number, in the unit of the report: percent for shares"},
  {"lower", LIND_KEY_NUMBER, NULL, 0, 0, "", NULL, IN(target, lower), "lower end of its confidence interval"},
  {"upper", LIND_KEY_NUMBER, NULL, 0, 0, "", NULL, IN(target, upper), "upper end of its confidence interval"},
  {"source", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, IN(target, source), "where the number stands"},
  {"mark", LIND_KEY_CHOICE, NULL, 0, 0, NULL, lind_rows_marks, IN(target, mark), "read in the source, from memory, or computed"},
  {0}};
/* clang-format on */
