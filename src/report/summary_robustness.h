/* summary_robustness.h -- the robustness table on a terminal; nothing where there is none. */
#ifndef LIND_REPORT_SUMMARY_ROBUSTNESS_H
#define LIND_REPORT_SUMMARY_ROBUSTNESS_H

#include <jansson.h>
#include <stdio.h>

void lind_summary_robustness(FILE *out, const json_t *estimates);

#endif
