/* rows.h -- the shapes that the schema tables of a protocol fill, and the tables: one row a key. Depends on: lind/protocol.h. */
#ifndef LIND_PROTOCOL_ROWS_H
#define LIND_PROTOCOL_ROWS_H

#include "lind/protocol.h"

typedef struct lind_rows_whole { /* the top of a protocol file; the sections below it are read one by one */
  lind_words name, title, question, source, cohort, eligible, screening;
  lind_words_list include, measure;
  const lind_node *model, *uncertainty, *importance, *randomise, *define, *groups, *visits, *traces, *treatments, *crossover,
      *arms, *dosing, *controllers, *habits, *conduct, *endpoints, *analysis, *recruit, *design, *curves, *sensitivity,
      *assumptions, *targets, *store, *engine, *tissue, *twin, *external, *robustness;
  uint64_t patients, replicates, seed, block_max, attempts;
  double duration;
} lind_rows_whole;

typedef struct lind_rows_model_shape {
  lind_words use, set;
  const lind_node *modules, *parameters;
} lind_rows_model_shape;

typedef struct lind_rows_arm_shape {
  lind_arm arm;
  lind_words title;
  const lind_node *parameters;
} lind_rows_arm_shape;

typedef struct lind_rows_treatment_shape {
  lind_treatment treatment;
  lind_words title;
} lind_rows_treatment_shape;

typedef struct lind_rows_dosing_shape {
  lind_dosing dosing;
  const lind_node *twin;
  lind_words round, most; /* a mass, an amount or an activity: which one the plan compares with the model's dose */
} lind_rows_dosing_shape;

typedef struct lind_rows_habit_shape {
  lind_habit habit;
} lind_rows_habit_shape;

typedef struct lind_rows_twin_shape {
  lind_dosing_twin twin;
  const lind_node *parameters;
} lind_rows_twin_shape;

typedef struct lind_rows_controller_shape {
  lind_controller controller;
  const lind_node *memory;
} lind_rows_controller_shape;

typedef struct lind_rows_group_shape {
  lind_group group;
  lind_words title;
} lind_rows_group_shape;

typedef struct lind_rows_endpoint_shape {
  lind_endpoint endpoint;
  lind_words title;
} lind_rows_endpoint_shape;

typedef struct lind_rows_analysis_shape {
  lind_analysis analysis;
  lind_words title;
  const lind_node *settings;
} lind_rows_analysis_shape;

typedef struct lind_rows_target_shape {
  lind_words analysis, endpoint, arm, group, level, source;
  double estimate, lower, upper;
  int mark;
} lind_rows_target_shape;

typedef struct lind_rows_conduct_shape {
  const lind_node *adherence, *dropout, *occasions;
  lind_words_list final;
  double failed_lanes;
} lind_rows_conduct_shape;

typedef struct lind_rows_design_shape {
  const lind_node *looks;
  double alpha, gamma, events;
  int spending, benefit;
} lind_rows_design_shape;

typedef struct lind_rows_look_shape {
  lind_look look;
  double information;
} lind_rows_look_shape;

typedef struct lind_rows_recruit_shape {
  double over;
  lind_numbers rate, from;
  int arrivals;
} lind_rows_recruit_shape;

typedef struct lind_rows_sensitivity_shape {
  lind_words title;
  uint64_t replicates;
  const lind_node *scenarios;
} lind_rows_sensitivity_shape;

typedef struct lind_rows_scenario_shape {
  lind_scenario scenario;
  lind_words title;
} lind_rows_scenario_shape;

typedef struct lind_rows_store_shape {
  uint64_t patients, replicates;
  const lind_node *trajectories;
} lind_rows_store_shape;

typedef struct lind_rows_tissue_shape {
  lind_tissue_section section;
  const lind_node *fields, *measures, *pictures;
} lind_rows_tissue_shape;
typedef struct lind_rows_shadow_shape { /* twin, external */
  lind_words arm, cohort;
  int knows;
  uint64_t patients;
  const lind_node *parameters;
} lind_rows_shadow_shape;

typedef struct lind_rows_robustness_shape {
  lind_words title;
  uint64_t replicates;
  lind_words_list no_effect;
  const lind_node *axis[LIND_ROBUST_AXES];
} lind_rows_robustness_shape;

typedef struct lind_rows_level_shape {
  lind_words title;
  lind_words_list set;
} lind_rows_level_shape;

typedef struct lind_rows_include_shape {
  const lind_node *define, *dosing, *assumptions;
} lind_rows_include_shape;

extern const lind_key lind_rows_protocol[], lind_rows_include[], lind_rows_model[], lind_rows_uncertainty[], lind_rows_tilt[],
    lind_rows_randomise[], lind_rows_group[], lind_rows_visits[], lind_rows_trace[], lind_rows_arm[], lind_rows_treatment[],
    lind_rows_crossover[], lind_rows_dosing[], lind_rows_twin[], lind_rows_controller[], lind_rows_memory[], lind_rows_habit[],
    lind_rows_conduct[], lind_rows_adherence[], lind_rows_dropout[], lind_rows_occasions[], lind_rows_endpoint[],
    lind_rows_analysis[], lind_rows_design[], lind_rows_look[], lind_rows_recruit[], lind_rows_curves[], lind_rows_sensitivity[],
    lind_rows_scenario[], lind_rows_computed[], lind_rows_external[], lind_rows_robustness[], lind_rows_level[],
    lind_rows_store[], lind_rows_trajectories[], lind_rows_engine[], lind_rows_target[], lind_rows_tissue[],
    lind_rows_tissue_field[], lind_rows_tissue_measure[], lind_rows_tissue_pictures[];

extern const char lind_rows_marks[]; /* "read|memory|computed" */

#endif
