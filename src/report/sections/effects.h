/* effects.h -- effects as a forest figure with its table: used by the comparison with published numbers and by subgroups. */
#ifndef LIND_EFFECTS_H
#define LIND_EFFECTS_H

#include "sections.h"

/* Which terms of all analyses: those of one unit, chosen by `wanted`. */
typedef struct lind_effects {
  lind_story *story;
  const char *unit; /* as lind_story_effect_unit says it; only analyses in this unit */
  bool (*wanted)(const json_t *term);
  const json_t *only; /* one analysis, or NULL: all of them */
} lind_effects;

bool lind_effects_any(const lind_effects *effects);
void lind_effects_put(const lind_effects *effects, const char *label, const char *caption, bool open);

#endif
