/* machine.h -- what lind runs on, for provenance. Depends on: Jansson. */
#ifndef LIND_MACHINE_H
#define LIND_MACHINE_H

#include <jansson.h>

json_t *lind_machine_json(void);           /* of this process: {cpu, system}. New */
json_t *lind_machine_libraries_json(void); /* {name: version}. New */

#endif
