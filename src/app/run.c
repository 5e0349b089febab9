/* run.c -- `lind run`: the story of a study. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build_facts.h"
#include "finish.h"
#include "lind/report.h"
#include "lind/text.h"
#include "part.h"
#include "pictures.h"
#include "progress.h"
#include "reduction.h"
#include "session.h"
#include "study.h"
#include "sums.h"

typedef struct request {
  lind_study_request study;
  const char *out, *part, *queue;
  uint64_t threads;
  double segment_seconds; /* how often what is done is put on disk */
  double patience;        /* seconds without a sign of a rank */
  bool dry_run, json, drop_segments;
  double held; /* bytes, once the study is made */
} request;

static lind_err read_seconds(const char *option, const char *text, double *seconds) {
  char *end = NULL;
  if (text == NULL) return LIND_OK;
  const double value = strtod(text, &end);
  LIND_CHECK(end != text && *end == '\0' && isfinite(value) && value >= 0.0, LIND_ERR_INPUT,
             "%s is '%s'; it must be a number of seconds, such as 30", option, text);
  *seconds = value;
  return LIND_OK;
}

/* guided unless told otherwise */
static lind_err read_queue(const char *word, lind_queue *queue) {
  static const char *const words[] = {[LIND_QUEUE_GUIDED] = "guided", [LIND_QUEUE_STATIC] = "static"};
  char near[80];
  for (int q = 0; word != NULL && q < 2; q++)
    if (strcmp(word, words[q]) == 0) {
      *queue = (lind_queue)q;
      return LIND_OK;
    }
  LIND_CHECK(word == NULL, LIND_ERR_INPUT, "--queue is %s, which is no way to hand out blocks; guided or static would be right%s",
             word, lind_text_suggestion(word, words, 2, near, sizeof near));
  return LIND_OK;
}

static lind_err read_request(int n, char **arguments, request *r) {
  const char *positional[1], *seconds = NULL, *patience = NULL;
  int given;
  *r = (request){
      .segment_seconds = 30.0, .patience = 60.0, .study = {.patients = UINT64_MAX, .replicates = UINT64_MAX, .seed = UINT64_MAX}};
  const lind_option options[] = {{"--out", LIND_OPTION_TEXT, &r->out},
                                 {"--patients", LIND_OPTION_COUNT, &r->study.patients},
                                 {"--replicates", LIND_OPTION_COUNT, &r->study.replicates},
                                 {"--seed", LIND_OPTION_COUNT, &r->study.seed},
                                 {"--threads", LIND_OPTION_COUNT, &r->threads},
                                 {"--queue", LIND_OPTION_TEXT, &r->queue},
                                 {"--set", LIND_OPTION_LIST, &r->study.set},
                                 {"--no-sensitivity", LIND_OPTION_FLAG, &r->study.no_sensitivity},
                                 {"--segment", LIND_OPTION_TEXT, &seconds},
                                 {"--patience", LIND_OPTION_TEXT, &patience},
                                 {"--part", LIND_OPTION_TEXT, &r->part},
                                 {"--drop-segments", LIND_OPTION_FLAG, &r->drop_segments},
                                 {"--dry-run", LIND_OPTION_FLAG, &r->dry_run},
                                 {"--json", LIND_OPTION_FLAG, &r->json},
                                 {0}};
  LIND_TRY(lind_options_read(n, arguments, options, positional, 1, &given));
  LIND_CHECK(given == 1, LIND_ERR_INPUT, "which protocol? lind run PROTOCOL.yaml [--out DIR]");
  LIND_CHECK(r->threads <= INT_MAX, LIND_ERR_INPUT, "--threads is %llu, more than any machine has",
             (unsigned long long)r->threads);
  LIND_TRY(read_seconds("--segment", seconds, &r->segment_seconds));
  LIND_TRY(read_seconds("--patience", patience, &r->patience));
  LIND_TRY(read_queue(r->queue, &r->study.queue));
  r->study.path = positional[0];
  return lind_part_read(r->part, &r->study);
}

/* out/<protocol's name> unless told otherwise */
static const char *default_out(const lind_study *study, lind_arena *arena) {
  const unsigned long long part = study->request->part, parts = study->request->parts;
  if (parts > 0) return lind_arena_format(arena, "out/%s-part-%llu-of-%llu", study->protocol->name, part, parts);
  return lind_arena_format(arena, "out/%s", study->protocol->name);
}

static lind_err open_store(const request *r, const lind_store_study *extent, lind_crew *crew, const char *out,
                           lind_store **store) {
  lind_err err = LIND_OK;
  if (lind_crew_rank(crew) == 0) {
    err = lind_finish_directories(out);
    if (err == LIND_OK) err = lind_store_create(out, extent, store);
  }
  LIND_TRY(lind_crew_agree(crew, err));
  if (lind_crew_rank(crew) > 0) err = lind_store_join(out, lind_crew_rank(crew), extent, store);
  if (err == LIND_OK)
    lind_store_pace(*store, r->segment_seconds,
                    LIND_STUDY_WAITING); /* what is not yet on disk stays small, whatever the cohort */
  LIND_TRY(lind_crew_agree(crew, err));
  return lind_reduction_share(*store, crew); /* what is done already */
}

static void say_notice(const lind_store *store) {
  const char *notice = lind_store_notice(store);
  if (notice != NULL && notice[0] != '\0') fprintf(stderr, "lind: %s\n", notice);
}

/* What the run will need, before the first patient; rank 0 says where that is more than there is. Collective. */
static lind_err plan_memory(const lind_study *study, lind_crew *crew, double held, lind_budget *memory, lind_arena *arena) {
  int ranks_here;
  LIND_TRY(lind_crew_most(crew, &held, 1));
  *memory = lind_budget_plan(study, lind_crew_ranks(crew), lind_crew_threads(crew), held);
  LIND_TRY(lind_budget_neighbours(crew, &ranks_here));
  const char *notice = lind_budget_notice(memory, ranks_here, arena);
  if (lind_crew_rank(crew) == 0 && notice[0] != '\0') fprintf(stderr, "lind: %s\n", notice);
  return LIND_OK;
}

/* What is done goes to disk, however the run has ended. Where it cannot, a stop is a failure: a job that is put back in the queue
 * would stop there again. */
static lind_err save(lind_store *store, lind_err err) {
  char message[2048];
  if (err == LIND_OK) return lind_store_settle(store);
  (void)snprintf(message, sizeof message, "%s", lind_error_message());
  const lind_err flushed = lind_store_flush(store);
  if (flushed != LIND_OK && err == LIND_ERR_STOPPED) return flushed;
  lind_error_set(message);
  return err;
}

/* Everything below is collective: every rank walks through it, rank 0 writes. */
static lind_err perform(const request *r, lind_study *study, lind_crew *crew, lind_store *store, const char *out,
                        lind_arena *arena) {
  const double began = lind_progress_now();
  lind_budget memory;
  LIND_TRY(plan_memory(study, crew, r->held, &memory, arena));
  const lind_sink sink = lind_store_sink(store);
  lind_posts *posts;
  LIND_TRY(lind_posts_call(crew, arena, &posts));
  if (lind_crew_rank(crew) == 0) fprintf(stderr, "lind: %s\n", lind_posts_words(posts, arena));
  LIND_TRY(lind_session_begin(study, crew, out, NULL, arena));
  LIND_TRY(lind_study_scan(study, crew, arena));
  lind_err err = lind_study_run(study, crew, &sink);
  err = save(store, err);
  if (!lind_crew_lost(crew)) err = lind_crew_agree(crew, err); /* else it is this rank's own: what could not be saved */
  if (lind_crew_rank(crew) == 0) lind_session_end(study, out, err, arena);
  LIND_TRY(err);
  if (study->request->parts > 0) {
    if (lind_crew_rank(crew) == 0) lind_part_tell(study, out, r->json);
    return LIND_OK;
  }
  LIND_TRY(lind_crew_roster(crew, posts->post)); /* once more, with what everybody has waited for */
  LIND_TRY(lind_pictures_make(study, crew, arena));
  double most = lind_budget_peak();
  LIND_TRY(lind_crew_most(crew, &most, 1));
  const lind_finish finish = {.study = study,
                              .store = store,
                              .out = out,
                              .ranks = lind_crew_ranks(crew),
                              .threads = lind_crew_threads(crew),
                              .seconds = lind_progress_now() - began,
                              .json = r->json,
                              .drop_segments = r->drop_segments,
                              .posts = posts,
                              .budget = &memory,
                              .most = most};
  return lind_finish_write(&finish, crew, arena);
}

/* What the directory holds besides the answer may have changed since; nothing is lived for that. */
static void say_wrong(void *context, bool is_right, const char *words) {
  int *wrong = context;
  if (is_right) return;
  fprintf(stderr, "lind: %s\n", words);
  (*wrong)++;
}

static void say_damage(const char *out, lind_arena *arena) {
  int wrong = 0;
  lind_sums_check_documents(out, arena, say_wrong, &wrong);
  if (wrong == 0) return;
  fprintf(stderr, "lind: `lind verify %s` says more; without %s/checksums.txt the same command makes the documents again\n", out,
          out);
}

/* A finished study is not run again: its answer is shown, and nothing is written. */
static lind_err show_finished(const char *out, bool json, lind_arena *arena) {
  char *text;
  LIND_TRY(lind_results_read_text(lind_arena_format(arena, "%s/results.h5", out), "/estimates/json", &text));
  lind_err err = LIND_OK;
  if (json)
    (void)fputs(text, stdout);
  else
    err = lind_report_answer(text, stdout);
  free(text);
  if (!json) printf("\nThis study was finished earlier; report: %s/report.html\n", out);
  (void)fflush(stdout);
  say_damage(out, arena);
  return err;
}

static lind_err drop_segments(const char *out, const lind_store_study *extent) {
  lind_store *store = NULL;
  LIND_TRY(lind_store_create(out, extent, &store));
  const lind_err err = lind_store_clean(store);
  lind_store_destroy(&store);
  return err;
}

/* The store knows plans by their hashes. */
static lind_err explain_plan(lind_err err, const lind_study *study, const char *world, const char *out, lind_arena *arena) {
  if (err != LIND_ERR_PLAN || lind_store_is_of(out, world)) return err; /* it says itself what is different */
  const char *why = lind_arena_text(arena, lind_error_message()), *words = lind_session_difference(study, out, arena);
  LIND_TRY(lind_sums_guard(out, "plan.json", arena)); /* a damaged one is no other plan */
  if (why == NULL || words == NULL || words[0] == '\0') return err;
  return lind_error_fail(err, __FILE__, __LINE__, "%s; what differs: %s", why, words);
}

/* Rank 0 looks, everybody knows. Collective. */
static lind_err look_for_results(const request *r, const lind_study *study, const lind_store_study *extent, lind_crew *crew,
                                 const char *out, lind_arena *arena, int *finished) {
  lind_err err = LIND_OK;
  *finished = 0;
  if (lind_crew_rank(crew) == 0) {
    err = explain_plan(lind_store_check(out, extent), study, extent->world, out, arena);
    if (err == LIND_OK) err = lind_part_check(&r->study, out, arena);
    *finished = err == LIND_OK && lind_finish_is_done(out, study, arena);
    if (*finished) err = show_finished(out, r->json, arena);
    if (*finished && err == LIND_OK && r->drop_segments) err = drop_segments(out, extent);
  }
  LIND_TRY(lind_crew_agree(crew, err));
  return lind_crew_share(crew, finished, sizeof *finished);
}

static lind_err go(const request *r, lind_study *study, lind_crew *crew, const char *out, lind_store **store, lind_arena *arena) {
  int finished;
  lind_store_study extent;
  LIND_TRY(lind_study_extent(study, arena, &extent));
  LIND_TRY(look_for_results(r, study, &extent, crew, out, arena, &finished));
  if (finished) return LIND_OK;
  LIND_TRY(open_store(r, &extent, crew, out, store));
  if (lind_crew_rank(crew) == 0) {
    const char *back_end = study->stage[0].plan->model->back_end;
    say_notice(*store);
    if (strncmp(back_end, "lane evaluator", 14) == 0)
      fprintf(stderr, "lind: model %s runs in the %s\n", study->stage[0].plan->model->name, back_end);
  }
  return perform(r, study, crew, *store, out, arena);
}

/* Hosts may have files of their own, or another lind: then ranks would live different studies, or wait for each other for ever.
 * Collective. */
static lind_err compare_studies(const lind_study *study, lind_crew *crew) {
  char mine[160] = "", first[160], host[65] = "";
  (void)snprintf(mine, sizeof mine, "%s, lind %s %s", study->hash, LIND_VERSION, LIND_REVISION);
  memcpy(first, mine, sizeof first);
  LIND_TRY(lind_crew_share(crew, first, sizeof first));
  (void)gethostname(host, sizeof host - 1);
  const lind_err err =
      strcmp(first, mine) == 0
          ? LIND_OK
          : lind_error_fail(LIND_ERR_INPUT, __FILE__, __LINE__,
                            "rank %d on %s has another study than rank 0 (%s; rank 0: %s); give all hosts the same files, the "
                            "same options and the same lind",
                            lind_crew_rank(crew), host, mine, first);
  return lind_crew_agree(crew, err);
}

/* A tissue works on the one thread of a rank that may call MPI; cores are used by ranks. */
static lind_err settle_threads(const lind_study *study, request *r) {
  if (lind_study_team(study) == 0) return LIND_OK;
  LIND_CHECK(r->threads <= 1, LIND_ERR_INPUT,
             "--threads is %llu, but a tissue works on one thread of each rank; start more ranks: mpirun -n %llu lind run ...",
             (unsigned long long)r->threads, (unsigned long long)r->threads);
  r->threads = 1;
  return LIND_OK;
}

/* A crew that is given up, or was never made, cannot end as others do: that would be a collective call. */
static void leave(lind_crew *crew, lind_err err) {
  const char *words = crew != NULL ? lind_crew_lost_words(crew) : NULL, *own = lind_error_message();
  if (words != NULL) fprintf(stderr, "lind: %s\n", words);
  if (err != LIND_ERR_STOPPED && own[0] != '\0' && (words == NULL || strstr(words, own) == NULL))
    fprintf(stderr, "lind: %s\n", own);
  (void)fflush(NULL);
  lind_crew_leave(crew, lind_error_exit_status(err));
  lind_error_clear(); /* MPI had not begun, so this process goes on to its end */
}

static lind_err run(int n, char **arguments, lind_arena *arena) {
  request r;
  lind_study *study;
  lind_crew *crew = NULL;
  lind_store *store = NULL;
  LIND_TRY(read_request(n, arguments, &r));
  LIND_TRY(lind_study_create(&r.study, arena, &study));
  r.held = lind_budget_held();
  const char *out = r.out != NULL ? r.out : default_out(study, arena);
  LIND_TRY(settle_threads(study, &r));
  lind_err err = lind_crew_create((int)r.threads, &crew);
  if (err == LIND_ERR_MPI || err == LIND_ERR_MEMORY) leave(NULL, err);
  LIND_TRY(err);
  lind_crew_patience(crew, r.patience);
  lind_crew_catch_signals();
  err = compare_studies(study, crew);
  if (err == LIND_OK && r.dry_run) {
    err = lind_finish_dry_run(study, crew, r.held, stdout);
    lind_crew_destroy(&crew);
    return err;
  }
  if (err == LIND_OK) err = lind_study_start(study, crew);
  if (err == LIND_OK) err = go(&r, study, crew, out, &store, arena);
  err = lind_crew_quit(crew, err);
  lind_store_destroy(&store);
  if (lind_crew_lost(crew)) leave(crew, err);
  lind_study_stop(study);
  if (!lind_crew_speaks(crew, err)) lind_error_clear();
  lind_crew_destroy(&crew);
  return err;
}

const lind_command lind_command_run = {
    .name = "run",
    .usage =
        "run PROTOCOL.yaml [--out DIR] [--patients N] [--replicates R] [--seed S] [--set key=value]... [--threads T]\n"
        "           [--part K/N] [--queue guided|static] [--no-sensitivity] [--segment SECONDS]\n"
        "           [--patience SECONDS] [--drop-segments] [--dry-run] [--json]",
    .summary =
        "Simulate a trial and write DIR (default out/NAME): report.html, estimates.json, results.h5. Resumes what is there.",
    .options =
        "  --out DIR           where results go; what is there of the same study is resumed, extended or shown (default "
        "out/NAME)\n"
        "  --patients N        patients of one trial, instead of the protocol's\n"
        "  --replicates R      how many times the whole trial is run, instead of the protocol's\n"
        "  --seed S            the number that all randomness hangs on, instead of the protocol's\n"
        "  --set key=value     any key of the protocol, such as conduct.adherence.miss=0.15; may be given again\n"
        "  --no-sensitivity    the main study alone, without the grids of other assumptions\n"
        "  --threads T         threads of each rank (default: OMP_NUM_THREADS or the cores it may use)\n"
        "  --queue guided      blocks are drawn by who is free; static: dealt out beforehand. Results are the same bytes\n"
        "  --part K/N          only each N-th block, from the K-th; `lind merge` makes results of all parts\n"
        "  --segment SECONDS   how often what is done is put on disk (30)\n"
        "  --patience SECONDS  a rank silent for so long is given up (60; 0: never)\n"
        "  --drop-segments     delete finished blocks at the end; then the study cannot be extended without living it again\n"
        "  --dry-run           say what would be run, memory, disk and time; write nothing\n"
        "  --json              print the estimates for a program\n"
        "\nStatus: 0 done, 1 failed, 2 the input is wrong, 75 stopped early; the same command resumes.\n",
    .run = run,
};
