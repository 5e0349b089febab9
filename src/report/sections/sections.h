/* sections.h -- the parts of the page in their order; each writes nothing where the documents say nothing. */
#ifndef LIND_SECTIONS_H
#define LIND_SECTIONS_H

#include "../story.h"

void lind_section_answer(lind_story *story);   /* title, question, the answer, its numbers: the page's header */
void lind_section_compare(lind_story *story);  /* simulated beside published, and the replicates of the primary effect */
void lind_section_flow(lind_story *story);     /* CONSORT */
void lind_section_survival(lind_story *story); /* Kaplan-Meier curves of times */
void lind_section_curves(lind_story *story);   /* outputs over time by arm */
void lind_section_lives(lind_story *story);    /* single patients over time */
void lind_section_slices(lind_story *story);   /* lines of a field in a tissue, by day and arm */
void lind_section_groups(lind_story *story);   /* endpoints by arm and group */
void lind_section_classes(lind_story *story, const json_t *endpoints); /* part of it: categories, and the figures they have */
void lind_section_subgroups(lind_story *story);                        /* effects by group */
void lind_section_robustness(lind_story *story);                       /* controls held against the truth */
void lind_section_sensitivity(lind_story *story);                      /* the scenario grid */
void lind_section_baseline(lind_story *story);
void lind_section_assumptions(lind_story *story);
void lind_section_model(lind_story *story);
void lind_section_methods(lind_story *story);   /* a sentence an analysis */
void lind_section_operating(lind_story *story); /* power, spread over replicates, looks */
void lind_section_provenance(lind_story *story);

#endif
