#include "posts.h"

#include <math.h>

enum { ROWS = 64 }; /* of the log; provenance.json has all */

lind_err lind_posts_call(lind_crew *crew, lind_arena *arena, lind_posts **posts) {
  lind_posts *p;
  LIND_TAKE(p, arena, 1);
  p->n = lind_crew_ranks(crew);
  LIND_TAKE(p->post, arena, (size_t)(lind_crew_rank(crew) == 0 ? p->n : 1));
  *posts = p;
  return lind_crew_roster(crew, p->post);
}

const char *lind_posts_words(const lind_posts *posts, lind_arena *arena) {
  char text[320];
  return lind_arena_format(arena, "%s", lind_crew_roster_words(posts->post, posts->n, text, sizeof text));
}

typedef struct sums {
  double hands, busy, waits, tail, longest; /* thread-seconds; longest: of one thread at once */
} sums;

static sums sum_up(const lind_posts *posts) {
  sums s = {0};
  for (int i = 0; i < posts->n; i++) {
    const lind_crew_waits *w = &posts->post[i].waits;
    s.hands += w->wall * posts->post[i].threads;
    s.busy += w->busy;
    s.waits += w->sum;
    s.tail += w->tail;
    s.longest = fmax(s.longest, w->longest);
  }
  return s;
}

static double idle_share(const sums *s) { return s->hands > 0 ? (s->waits + s->tail) / s->hands : 0; }

static double master_share(const lind_crew_post *post) {
  return post->waits.wall > 0 ? post->waits.master / post->waits.wall : 0;
}

const char *lind_posts_text(const lind_posts *posts, lind_arena *arena) {
  const sums s = sum_up(posts);
  const char *text =
      lind_arena_format(arena,
                        "\n%s\nidle %.2f %% of %.1f s of all threads: %.3f s waiting for a draw (%.1f ms at most), %.3f s at the "
                        "end\n%4s %-16s %-12s %7s %8s %8s %10s %10s %12s %9s\n",
                        lind_posts_words(posts, arena), 100 * idle_share(&s), s.hands, s.waits, 1e3 * s.longest, s.tail, "rank",
                        "host", "cores", "threads", "blocks", "draws", "busy (s)", "end (s)", "longest (ms)", "master %");
  for (int i = 0; i < posts->n && i < ROWS; i++) {
    const lind_crew_post *p = &posts->post[i];
    text = lind_arena_format(arena, "%s%4d %-16s %-12s %7d %8llu %8llu %10.2f %10.3f %12.2f %9.2f\n", text, i, p->host, p->cores,
                             p->threads, (unsigned long long)p->waits.jobs, (unsigned long long)p->waits.draws, p->waits.busy,
                             p->waits.tail, 1e3 * p->waits.longest, 100 * master_share(p));
  }
  return posts->n <= ROWS ? text : lind_arena_format(arena, "%sand %d more, see provenance.json\n", text, posts->n - ROWS);
}

json_t *lind_posts_json(const lind_posts *posts, lind_arena *arena) {
  const sums s = sum_up(posts);
  json_t *ranks = json_array();
  for (int i = 0; i < posts->n; i++) {
    const lind_crew_post *p = &posts->post[i];
    const lind_crew_waits *w = &p->waits;
    json_array_append_new(ranks, json_pack("{s:s,s:s,s:i,s:b,s:I,s:I,s:f,s:f,s:f,s:f,s:f,s:I}", "host", p->host, "cores",
                                           p->cores, "threads", p->threads, "pinned", p->pinned, "blocks", (json_int_t)w->jobs,
                                           "draws", (json_int_t)w->draws, "busy_s", w->busy, "waits_s", w->sum, "longest_wait_s",
                                           w->longest, "tail_s", w->tail, "master_s", w->master, "wakes", (json_int_t)w->wakes));
  }
  return json_pack("{s:s,s:f,s:f,s:f,s:f,s:o}", "words", lind_posts_words(posts, arena), "idle_share", idle_share(&s),
                   "longest_wait_s", s.longest, "waits_s", s.waits, "tail_s", s.tail, "ranks", ranks);
}
