/* posts.h -- who worked where, and how long everybody waited, in words for the terminal, log.txt and provenance.json; never in
 * results.h5. Depends on: command.h, crew.h. */
#ifndef LIND_POSTS_H
#define LIND_POSTS_H

#include <jansson.h>

#include "command.h"
#include "lind/crew.h"

typedef struct lind_posts {
  int n;
  lind_crew_post *post; /* [n] on rank 0, else empty */
} lind_posts;

lind_err lind_posts_call(lind_crew *crew, lind_arena *arena, lind_posts **posts) LIND_MUST_CHECK; /* collective */
const char *lind_posts_words(const lind_posts *posts, lind_arena *arena);                         /* one line, without its end */
const char *lind_posts_text(const lind_posts *posts, lind_arena *arena);                          /* lines of a log */
json_t *lind_posts_json(const lind_posts *posts, lind_arena *arena);

#endif
