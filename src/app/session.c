#include "session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "build_facts.h"
#include "finish.h"
#include "machine.h"
#include "past.h"
#include "progress.h"

enum { HOST_WORDS = 8 }; /* 64 bytes of a host's name as integers, so that the exact sum of all ranks gathers them */

extern char **environ;

const char *lind_session_now(char when[32]) {
  const time_t now = time(NULL);
  struct tm utc;
  (void)strftime(when, 32, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
  return when;
}

/* ---- what is said of a session ---------------------------------------------------------------------------- */

static int name_compare(const void *a, const void *b) { return memcmp(a, b, HOST_WORDS * sizeof(int64_t)); }

/* [{host, ranks}], by name. Collective. */
static lind_err hosts_gather(lind_crew *crew, json_t *hosts) {
  const size_t ranks = (size_t)lind_crew_ranks(crew), bytes = HOST_WORDS * sizeof(int64_t);
  int64_t *names = calloc(ranks, bytes);
  const lind_err mine =
      names != NULL ? LIND_OK : lind_error_fail(LIND_ERR_MEMORY, __FILE__, __LINE__, "no memory for names of hosts");
  lind_err err = lind_crew_agree(crew, mine);
  if (err == LIND_OK) {
    (void)gethostname((char *)(names + (size_t)lind_crew_rank(crew) * HOST_WORDS), bytes - 1);
    err = lind_crew_sum(crew, names, ranks * HOST_WORDS);
  }
  if (err == LIND_OK) {
    qsort(names, ranks, bytes, name_compare);
    for (size_t r = 0, first = 0; r < ranks; r++) {
      const int64_t *here = names + r * HOST_WORDS;
      if (r + 1 < ranks && name_compare(here, here + HOST_WORDS) == 0) continue;
      json_array_append_new(hosts, json_pack("{s:s#,s:i}", "host", (const char *)here, (int)strnlen((const char *)here, bytes),
                                             "ranks", (int)(r + 1 - first)));
      first = r + 1;
    }
  }
  free(names);
  return err;
}

/* What a launcher or a batch system says about itself and what steers libraries: never results, but how they were made. */
static json_t *environment(void) {
  static const char *const prefixes[] = {"OMP_",
                                         "GOMP_",
                                         "OMPI_MCA_",
                                         "OMPI_COMM_WORLD_SIZE=",
                                         "PMIX_MCA_",
                                         "UCX_",
                                         "HDF5_",
                                         "LD_PRELOAD=",
                                         "LD_LIBRARY_PATH=",
                                         "MALLOC_",
                                         "SLURM_JOB_ID=",
                                         "SLURM_JOB_PARTITION=",
                                         "SLURM_JOB_NUM_NODES=",
                                         "SLURM_NTASKS=",
                                         "SLURM_CPUS_PER_TASK=",
                                         "SLURM_ARRAY_",
                                         "SLURM_RESTART_COUNT=",
                                         "SLURM_MPI_TYPE=",
                                         "GLIBC_TUNABLES=",
                                         "PETSC_OPTIONS="};
  static const char *const secret[] = {"TOKEN", "SECRET", "PASSWORD", "KEY", "JWT"};
  json_t *found = json_object();
  for (char **v = environ; *v != NULL; v++) {
    bool wanted = false;
    const char *equals = strchr(*v, '=');
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) wanted |= strncmp(*v, prefixes[i], strlen(prefixes[i])) == 0;
    if (!wanted || equals == NULL) continue;
    char name[128];
    (void)snprintf(name, sizeof name, "%.*s", (int)(equals - *v), *v);
    for (size_t i = 0; i < sizeof secret / sizeof *secret; i++) wanted &= strstr(name, secret[i]) == NULL;
    if (wanted) json_object_set_new(found, name, json_string(equals + 1));
  }
  return found;
}

static const char *launcher(void) {
  if (getenv("SLURM_STEP_ID") != NULL && getenv("OMPI_COMM_WORLD_SIZE") == NULL) return "srun";
  return getenv("OMPI_COMM_WORLD_SIZE") != NULL ? "mpirun" : getenv("PMIX_RANK") != NULL ? "PMIx" : "none";
}

json_t *lind_session_request(const lind_study *study, json_t *into) {
  const lind_study_request *request = study->request;
  const lind_protocol *protocol = study->protocol;
  json_t *set = json_array();
  char directory[4096];
  for (int i = 0; i < request->set.n; i++) json_array_append_new(set, json_string(request->set.at[i]));
  json_object_set_new(into, "plan_hash", json_string(study->hash));
  json_object_set_new(into, "class", json_string(lind_finish_class()));
  json_object_set_new(into, "patients", json_integer((json_int_t)protocol->patients));
  json_object_set_new(into, "replicates", json_integer((json_int_t)protocol->replicates));
  json_object_set_new(into, "seed", json_integer((json_int_t)protocol->seed));
  json_object_set_new(into, "set", set);
  json_object_set_new(into, "no_sensitivity", json_boolean(request->no_sensitivity));
  if (getcwd(directory, sizeof directory) != NULL) json_object_set_new(into, "directory", json_string(directory));
  return into;
}

/* ---- the file --------------------------------------------------------------------------------------------- */

static const char *path_of(const char *out, lind_arena *arena) { return lind_arena_format(arena, "%s/sessions.jsonl", out); }

/* One line, whole and on disk; takes `line`. */
static lind_err append(const char *path, json_t *line) {
  char *text = json_dumps(line, JSON_COMPACT | JSON_PRESERVE_ORDER);
  json_decref(line);
  LIND_CHECK(text != NULL, LIND_ERR_MEMORY, "no memory for a line of %s", path);
  FILE *file = fopen(path, "a+be");
  const bool torn = file != NULL && fseek(file, -1, SEEK_END) == 0 && fgetc(file) != '\n'; /* by a crash in mid-line */
  bool good =
      file != NULL && fprintf(file, "%s%s\n", torn ? "\n" : "", text) > 0 && fflush(file) == 0 && fsync(fileno(file)) == 0;
  const int reason = errno;
  if (file != NULL) good = fclose(file) == 0 && good;
  free(text);
  LIND_CHECK(good, LIND_ERR_FILE, "%s cannot be written: %s", path, lind_error_reason(reason));
  return LIND_OK;
}

lind_err lind_session_begin(const lind_study *study, lind_crew *crew, const char *out, const json_t *merged, lind_arena *arena) {
  char when[32];
  json_t *hosts = json_array();
  lind_err err = hosts_gather(crew, hosts);
  if (err != LIND_OK || lind_crew_rank(crew) > 0) {
    json_decref(hosts);
    LIND_TRY(err);
    return lind_crew_agree(crew, LIND_OK);
  }
  json_t *line = json_pack("{s:s,s:s,s:{s:s,s:s}}", "event", "begin", "began", lind_session_now(when), "lind", "version",
                           LIND_VERSION, "revision", LIND_REVISION);
  (void)lind_session_request(study, line);
  if (study->request->parts > 0) {
    json_object_set_new(line, "part", json_integer((json_int_t)study->request->part));
    json_object_set_new(line, "parts", json_integer((json_int_t)study->request->parts));
  }
  json_object_set_new(line, "ranks", json_integer(lind_crew_ranks(crew)));
  json_object_set_new(line, "threads", json_integer(lind_crew_threads(crew)));
  json_object_set_new(line, "queue", json_string(study->request->queue == LIND_QUEUE_STATIC ? "static" : "guided"));
  json_object_set_new(line, "hosts", hosts);
  json_object_set_new(line, "machine", lind_machine_json());
  json_object_set_new(line, "launcher", json_string(launcher()));
  json_object_set_new(line, "environment", environment());
  json_object_set_new(line, "inputs", lind_finish_inputs(study, arena));
  if (merged != NULL) json_object_set(line, "merged", (json_t *)merged);
  return lind_crew_agree(crew, append(path_of(out, arena), line));
}

void lind_session_end(const lind_study *study, const char *out, lind_err how, lind_arena *arena) {
  char when[32];
  const char *const words = how == LIND_OK ? "done" : how == LIND_ERR_STOPPED ? "stopped" : "failed";
  char message[2048];
  (void)snprintf(message, sizeof message, "%s", lind_error_message());
  json_t *line = json_pack("{s:s,s:s,s:s,s:I}", "event", "end", "ended", lind_session_now(when), "end", words,
                           how == LIND_OK ? "patients_lived" : "jobs_finished",
                           (json_int_t)(how == LIND_OK ? study->n_lived : study->n_finished));
  const lind_err ignored = append(path_of(out, arena), line);
  (void)ignored; /* a full disk has been said already */
  lind_error_set(message);
}

bool lind_session_goes_on(const char *out, const char *plan_hash, lind_arena *arena) {
  json_t *sessions = lind_session_list(out, arena);
  const json_t *last = json_array_get(sessions, json_array_size(sessions) - 1);
  const char *planned = json_string_value(json_object_get(last, "plan_hash")),
             *end = json_string_value(json_object_get(last, "end"));
  const bool goes_on = planned != NULL && strcmp(planned, plan_hash) != 0 && (end == NULL || strcmp(end, "done") != 0);
  json_decref(sessions);
  return goes_on;
}

static bool is_among(const json_t *inputs, const json_t *input) {
  size_t i;
  json_t *other;
  json_array_foreach((json_t *)inputs, i, other) {
    if (json_equal(json_object_get(other, "sha256"), json_object_get(input, "sha256"))) return true;
  }
  return false;
}

static const char *add_word(const char *so_far, const char *word, lind_arena *arena) {
  return so_far == NULL || word == NULL ? NULL : lind_arena_format(arena, "%s%s%s", so_far, so_far[0] != '\0' ? ", " : "", word);
}

const char *lind_session_difference(const lind_study *study, const char *out, lind_arena *arena) {
  static const char *const keys[] = {"seed", "set", "no_sensitivity"}; /* those that make a plan */
  json_t *sessions = lind_session_list(out, arena), *now = lind_session_request(study, json_object()),
         *inputs = lind_finish_inputs(study, arena), *input;
  const json_t *then = json_array_get(sessions, json_array_size(sessions) - 1), *before = json_object_get(then, "inputs");
  const char *words = "";
  size_t i;
  for (size_t k = 0; then != NULL && k < sizeof keys / sizeof *keys; k++) {
    const json_t *was = json_object_get(then, keys[k]), *is = json_object_get(now, keys[k]);
    if (was == NULL || json_equal(was, is)) continue;
    words = add_word(words,
                     lind_arena_format(arena, "%s %s (was %s)", keys[k], lind_past_shown(is, arena), lind_past_shown(was, arena)),
                     arena);
  }
  json_array_foreach(inputs, i, input) {
    const char *role = json_string_value(json_object_get(input, "role")),
               *path = json_string_value(json_object_get(input, "path"));
    if (!json_is_array(before) || strcmp(role, "targets") == 0 || is_among(before, input)) continue;
    words = add_word(words, lind_arena_format(arena, "%s (%s)", path, role), arena);
  }
  json_decref(sessions);
  json_decref(inputs);
  json_decref(now);
  return words;
}

json_t *lind_session_list(const char *out, lind_arena *arena) {
  FILE *file = fopen(path_of(out, arena), "rbe");
  char *text = NULL;
  size_t room = 0;
  if (file == NULL) return NULL;
  json_t *sessions = json_array();
  while (getline(&text, &room, file) > 0) {
    json_t *line = json_loads(text, 0, NULL), *last = json_array_get(sessions, json_array_size(sessions) - 1);
    const char *event = json_string_value(json_object_get(line, "event"));
    if (event != NULL && strcmp(event, "begin") == 0)
      json_array_append(sessions, line);
    else if (event != NULL && last != NULL)
      json_object_update_missing(last, line);
    json_decref(line);
  }
  free(text);
  (void)fclose(file);
  json_t *session;
  size_t i;
  json_array_foreach(sessions, i, session) json_object_del(session, "event");
  return sessions;
}
