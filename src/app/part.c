#include "part.h"

#include <stdio.h>
#include <string.h>

#include "session.h"

lind_err lind_part_read(const char *text, lind_study_request *request) {
  unsigned long long part, parts;
  int length = 0;
  if (text == NULL) return LIND_OK;
  const bool read = sscanf(text, "%9llu/%9llu%n", &part, &parts, &length) == 2 && text[length] == '\0' &&
                    strspn(text, "0123456789/") == strlen(text);
  LIND_CHECK(read && part >= 1 && part <= parts, LIND_ERR_INPUT,
             "--part is '%s'; a part is written K/N, such as 3/10, with K from 1 to N", text);
  request->part = part;
  request->parts = parts;
  return LIND_OK;
}

lind_err lind_part_check(const lind_study_request *request, const char *out, lind_arena *arena) {
  json_t *sessions = lind_session_list(out, arena), *session;
  lind_err err = LIND_OK;
  size_t i;
  json_array_foreach(sessions, i, session) {
    const json_int_t part = json_integer_value(json_object_get(session, "part")),
                     parts = json_integer_value(json_object_get(session, "parts"));
    if ((uint64_t)part == request->part && (uint64_t)parts == request->parts) continue;
    const char *holds =
        parts == 0 ? "a whole study" : lind_arena_format(arena, "part %lld of %lld", (long long)part, (long long)parts);
    const char *then = request->parts == 0
                           ? lind_arena_format(arena, "go on with --part %lld/%lld, or choose another --out for the whole study",
                                               (long long)part, (long long)parts)
                           : lind_arena_format(arena, "choose another --out for part %llu of %llu",
                                               (unsigned long long)request->part, (unsigned long long)request->parts);
    err = lind_error_fail(LIND_ERR_INPUT, __FILE__, __LINE__, "%s holds %s; %s", out, holds, then);
    break;
  }
  json_decref(sessions);
  return err;
}

uint64_t lind_part_blocks(const lind_study *study, uint64_t part, uint64_t parts) {
  return study->n_jobs >= part ? (study->n_jobs - part) / parts + 1 : 0;
}

void lind_part_tell(const lind_study *study, const char *out, bool json) {
  const unsigned long long part = study->request->part, parts = study->request->parts,
                           blocks = lind_part_blocks(study, part, parts), jobs = study->n_jobs;
  if (json) {
    json_t *root = json_pack("{s:I,s:I,s:I,s:I,s:s,s:s}", "part", (json_int_t)part, "parts", (json_int_t)parts, "blocks",
                             (json_int_t)blocks, "blocks_of_all", (json_int_t)jobs, "plan_hash", study->hash, "directory", out);
    (void)json_dumpf(root, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    json_decref(root);
    printf("\n");
    return;
  }
  printf("Part %llu of %llu of %s is done: %llu of %llu blocks are in %s.\n", part, parts, study->protocol->name, blocks, jobs,
         out);
  if (parts > 1)
    printf("When all parts are there, `lind merge OUT DIR...` with the directories of all of them makes the results.\n");
  else
    printf("`lind merge OUT %s` makes the results.\n", out);
}
