/* reference.c -- the sections of a protocol in the order in which a reader meets them, and the page made of them. */
#include "rows.h"

static const lind_section sections[] = {
    {"protocol", "The top of the file.", lind_rows_protocol},
    {"included files", "What a file under `include` may hold.", lind_rows_include},
    {"model", "The model and its parameters.", lind_rows_model},
    {"uncertainty",
     "How well the parameters are known: a table of parameter sets, or the covariance matrix of the estimates. Either way a\n"
     "replicate is one state of knowledge, and its patients share it.",
     lind_rows_uncertainty},
    {"importance.NAME",
     "Importance sampling: a random effect of the model is drawn from one tail more often than people have it, and each patient\n"
     "carries the weight that undoes it, so that rare events are seen often and still counted right.",
     lind_rows_tilt},
    {"randomise", "How seats are given to arms.", lind_rows_randomise},
    {"groups.NAME", "A way to split patients, for strata and for subgroup results.", lind_rows_group},
    {"visits", "When patients are seen and outputs are measured; one mapping, or a list of them.", lind_rows_visits},
    {"traces.NAME",
     "An output that is sampled between the visits: at every multiple of `every` after `from`, up to and with `to`. Endpoints "
     "use\nit by its name.",
     lind_rows_trace},
    {"treatments.NAME", "What is given in one period of a crossover.", lind_rows_treatment},
    {"crossover",
     "Every patient has several treatments, one after the other, in one life: what one leaves behind is there in the next.",
     lind_rows_crossover},
    {"arms.NAME", "One treatment that is compared; in a crossover a sequence of treatments.", lind_rows_arm},
    {"dosing.NAME", "One rule that changes a dose, on listed days or at visits.", lind_rows_dosing},
    {"dosing.NAME.twin",
     "A dose by a model that is fitted to the patient's own record at each visit: doses prescribed, outputs measured, "
     "covariates.",
     lind_rows_twin},
    {"controllers.NAME", "A device or a clinician who looks every few minutes or hours and acts at once.", lind_rows_controller},
    {"controllers.NAME.memory.NAME", "A number that a controller keeps from sample to sample.", lind_rows_memory},
    {"habits.NAME",
     "What patients take by themselves at a time of the day, the same under every arm: a meal, a drink. A controller knows of "
     "it\n"
     "what is announced.",
     lind_rows_habit},
    {"conduct", "What goes otherwise than planned.", lind_rows_conduct},
    {"conduct.adherence", "Missed doses: a chain with two states.", lind_rows_adherence},
    {"conduct.dropout", "Patients who are lost.", lind_rows_dropout},
    {"conduct.occasions", "When effects that vary within a patient are drawn again.", lind_rows_occasions},
    {"endpoints.NAME", "One number (or time) that a patient contributes.", lind_rows_endpoint},
    {"analysis.NAME", "One comparison of two arms.", lind_rows_analysis},
    {"recruit", "When patients come in, in calendar time.", lind_rows_recruit},
    {"design",
     "Interim looks. By fraction they are at a share of the patients, each followed to the end. By events they are in calendar "
     "time: what is known\n"
     "then is cut from the complete lives, the bounds spend alpha, and the last look ends the trial. The first analysis decides.",
     lind_rows_design},
    {"design.looks", "One look of a group-sequential design.", lind_rows_look},
    {"curves", "An output drawn over time, by arm.", lind_rows_curves},
    {"sensitivity", "The trial again under other assumptions.", lind_rows_sensitivity},
    {"sensitivity.scenarios.NAME", "One set of changes.", lind_rows_scenario},
    {"twin", "Each patient's computed control.", lind_rows_computed},
    {"external", "Patients from another source.", lind_rows_external},
    {"robustness",
     "The study over a grid of what may be wrong, judged against the true effect; every level of an axis with every\nlevel of "
     "the others, and with the axis as in the protocol.",
     lind_rows_robustness},
    {"robustness.AXIS.NAME", "One level of an axis.", lind_rows_level},
    {"store", "What is written.", lind_rows_store},
    {"store.trajectories",
     "Values over time, patient by patient, in /trajectories/patients of results.h5. What is stored changes no patient: all "
     "other results\nare the same to the last bit.",
     lind_rows_trajectories},
    {"engine", "How the model is integrated.", lind_rows_engine},
    {"tissue",
     "Some states of the model are fields over a slice of tissue: in each cell they change by the model's own equations, and "
     "they\ndiffuse (docs/theory/tissue.md). The model's parameters `tissue_x`, `tissue_y`, `tissue_white` and `tissue_grey`, "
     "where "
     "it has\nthem, are the place and the make of a cell.",
     lind_rows_tissue},
    {"tissue.fields.STATE", "A state of the model that is a field.", lind_rows_tissue_field},
    {"tissue.measures.STATE", "A state of the model that is told how large a field is; the model itself leaves it alone.",
     lind_rows_tissue_measure},
    {"tissue.pictures", "Lines of some levels for the report: the first patients, each under every arm. They change no result.",
     lind_rows_tissue_pictures},
    {"targets", "One published number, shown beside the simulated one; it changes no result.", lind_rows_target},
};

const lind_section *lind_protocol_sections(int *n) {
  *n = (int)(sizeof sections / sizeof *sections);
  return sections;
}

void lind_protocol_reference(FILE *out) {
  static const char *const head =
      "# Protocol files\n\n"
      "A protocol is a YAML file. This page is printed from the tables that read it; `lind describe protocol` shows the same.\n\n"
      "- A dimensional value carries its unit (`84 day`, `0.5 mg`); a bare number is a count, a ratio or a protocol day.\n"
      "- Day 1 starts at time 0. A visit on day d is at (d - 1) * 24 h, before that day's dose; the last possible visit is on "
      "the day that\n"
      "  begins as the trial ends.\n"
      "- Names of arms, dosing items, groups, endpoints, analyses and scenarios are a letter, then letters, digits, `-` and `_`. "
      "Names\n"
      "  under `define` have no `-`, because expressions use them.\n"
      "- Rules may use the cohort's columns, `day`, `visit` (visits attended before this one), the measured outputs, `dose` (the "
      "daily\n"
      "  dose) and `dose_1` to `dose_7` (the dose prescribed 1 to 7 days before today, 0 mg if none), and the definitions before "
      "them.\n"
      "- What a protocol says under `define` and `dosing` wins over its included files, key by key; `--set` wins over both.\n"
      "- A path is relative to the file that it is written in; in `--set`, to the working directory.\n\n";
  fputs(head, out);
  for (size_t i = 0; i < sizeof sections / sizeof *sections; ++i) lind_schema_describe_markdown(out, &sections[i]);
}
