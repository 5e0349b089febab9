#include "budget.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define MIB 1048576.0

/* Assumed, from runs of the examples: what is paged in of libraries while a run goes on, and what they take for themselves. */
static const double library_bytes = 12 * MIB, mpi_bytes = 48 * MIB, mpi_rank_bytes = 0.25 * MIB, petsc_bytes = 96 * MIB,
                    stack_bytes = 0.75 * MIB, document_bytes = 12 * MIB;
enum { TISSUE_NUMBERS = 64 /* of each cell and state: vectors, matrix, preconditioner */ };
enum { ORDER_BYTES = 16 /* of a block in the crew's order */, TABLE_PIECE = 2 * 16384 * (int)sizeof(double) };
static const double growth = 1.5; /* of an array that is enlarged when it is full */

double lind_budget_held(void) {
  double pages = 0.0, resident = 0.0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file == NULL) return 0.0;
  const int n = fscanf(file, "%lf %lf", &pages, &resident);
  (void)fclose(file);
  return n == 2 ? resident * (double)sysconf(_SC_PAGESIZE) : 0.0;
}

double lind_budget_peak(void) {
  struct rusage usage;
  return getrusage(RUSAGE_SELF, &usage) == 0 ? 1024.0 * (double)usage.ru_maxrss : 0.0;
}

/* ---- parts
 * ---------------------------------------------------------------------------------------------------------------------------- */

static double tissue_bytes(const lind_study *study, int stage) {
  const lind_tissue *tissue = study->stage[stage].tissue;
  if (tissue == NULL) return 0.0;
  const lind_tissue_space *space = lind_tissue_map(tissue);
  const double cells = (double)space->nx * (double)space->ny, states = (double)study->stage[stage].plan->model->n_states;
  return petsc_bytes + 8.0 * cells * (TISSUE_NUMBERS * states / lind_study_team(study) + 4.0);
}

typedef struct records {
  double one, all; /* bytes: the largest; what the study leaves */
} records;

/* What the blocks of a stage leave on disk. Counts are packed there (docs/decisions/0018-counts-are-packed.md), here to a byte:
 * less where most are 0, more where a block has many patients. Few blocks have a patient whose trajectory is kept. */
static double segment_bytes(const lind_study *study, int s) {
  const lind_layout *layout = study->stage[s].layout;
  const lind_plan *plan = layout->plan;
  const lind_plan_trajectories *t = plan->trajectories;
  const bool store = study->stage[s].store_rows;
  const double n = (double)plan->n_blocks, with_rows = (double)lind_study_rows_end(study, s);
  const double of_one = t == NULL ? 0.0 : (double)lind_plan_trajectories_bytes(t),
               packed = (double)(sizeof(int64_t) - 1) * (double)layout->n_counts,
               not_there = packed + (t == NULL ? 0.0 : of_one * (double)t->most_kept),
               kept = t == NULL ? 0.0 : of_one * (double)t->n_kept;
  return with_rows * ((double)lind_runner_record_bytes(layout, store) - not_there) +
         (n - with_rows) * ((double)lind_runner_record_bytes(layout, false) - not_there) + kept;
}

static void add_stage(const lind_study *study, int s, lind_budget *m, records *left) {
  const lind_layout *layout = study->stage[s].layout;
  const lind_plan *plan = layout->plan;
  const double runner = (double)lind_runner_bytes(layout);
  if (runner > m->thread) m->thread = runner;
  const double record = (double)lind_runner_record_bytes(layout, study->stage[s].store_rows);
  left->one = fmax(left->one, record);
  left->all += record * (double)plan->n_blocks;
  m->segments += segment_bytes(study, s);
  m->part[LIND_BUDGET_TISSUE] = fmax(m->part[LIND_BUDGET_TISSUE], tissue_bytes(study, s));
  if (plan->block_replicates == 0) m->part[LIND_BUDGET_STRATA] += (double)plan->n_blocks * (double)plan->n_strata * 8.0;
  m->part[LIND_BUDGET_SHEAVES] =
      fmax(m->part[LIND_BUDGET_SHEAVES], (double)lind_crew_pipe_bytes(m->ranks, lind_sheaf_most(layout)));
  m->part[LIND_BUDGET_FINISHING] += (double)lind_tally_bytes(layout);
  m->disk += lind_tally_disk(layout);
}

lind_budget lind_budget_plan(const lind_study *study, int ranks, int threads, double held) {
  lind_budget m = {.ranks = ranks, .threads = threads};
  const lind_layout *first = study->stage[0].layout;
  records left = {0};
  for (int s = 0; s < study->n_stages; s++) add_stage(study, s, &m, &left);
  m.thread += stack_bytes;
  m.part[LIND_BUDGET_PROGRAM] = held + library_bytes;
  m.part[LIND_BUDGET_MPI] = ranks > 1 ? mpi_bytes + mpi_rank_bytes * ranks : 0.0;
  m.part[LIND_BUDGET_RUNNERS] = threads * m.thread;
  m.part[LIND_BUDGET_WAITING] = growth * fmin(left.all, 2.0 * ((double)LIND_STUDY_WAITING + (threads + 1) * left.one));
  m.part[LIND_BUDGET_MERGING] = lind_store_merging(left.all);
  m.part[LIND_BUDGET_CATALOGUE] = (double)lind_store_bytes(study->n_jobs) + ORDER_BYTES * (double)study->n_jobs;
  const int columns = study->stage[0].store_rows && first->n_columns > 10 ? first->n_columns : 10;
  m.part[LIND_BUDGET_FINISHING] += document_bytes + 2.0 * left.one + (double)columns * TABLE_PIECE;
  for (int p = 0; p < LIND_BUDGET_PARTS; p++) m.first += m.part[p];
  m.rank = m.first - m.part[LIND_BUDGET_FINISHING];
  m.growing = m.part[LIND_BUDGET_STRATA] + m.part[LIND_BUDGET_CATALOGUE];
  return m;
}

void lind_budget_print(const lind_budget *m, FILE *out) {
  static const char *const names[LIND_BUDGET_PARTS] = {"program", "MPI",     "runners", "tissue",    "waiting",
                                                       "merging", "sheaves", "strata",  "catalogue", "finishing"};
  fprintf(out, "memory      planned %.1f MiB a rank of %d thread%s (%.1f MiB each), %.1f MiB for rank 0, which finishes;\n",
          m->rank / MIB, m->threads, m->threads == 1 ? "" : "s", m->thread / MIB, m->first / MIB);
  fprintf(out, "            %.2f MiB of it grow with patients and replicates\n           ", m->growing / MIB);
  for (int p = 0; p < LIND_BUDGET_PARTS; p++)
    if (m->part[p] > 0.0) fprintf(out, " %s %.1f", names[p], m->part[p] / MIB);
  fprintf(out, "\n");
  fprintf(out, "disk        about %.1f MiB of segments in the run directory", m->segments / MIB);
  if (m->disk > 0.0) fprintf(out, ", %.1f MiB more while it finishes", m->disk / MIB);
  fprintf(out, "; results come beside\n");
}

/* ---- what there may be
 * ---------------------------------------------------------------------------------------------------------------------------- */

static void take_least(double bytes, const char *words, double *least, const char **who) {
  if (!(bytes > 0.0) || bytes >= *least) return;
  *least = bytes;
  *who = words;
}

/* The number in a file; INFINITY where there is none ("max"). */
static double number_of(const char *path) {
  double value = INFINITY;
  FILE *file = fopen(path, "r");
  if (file == NULL) return INFINITY;
  if (fscanf(file, "%lf", &value) != 1) value = INFINITY;
  (void)fclose(file);
  return value;
}

/* A group is limited by those it is in, too: `path` "/a/b" is walked up to "/". */
static double least_above(const char *root, char *path, const char *name) {
  double least = INFINITY;
  char file[4096];
  for (;;) {
    if ((size_t)snprintf(file, sizeof file, "%s%s/%s", root, path, name) < sizeof file) least = fmin(least, number_of(file));
    char *slash = strrchr(path, '/');
    if (slash == NULL) return least;
    *slash = '\0';
  }
}

/* "0::/path" of version 2, "5:memory:/path" of version 1. A container may see its own group as the root of all: that is walked to
 * as well. */
static double control_group(void) {
  char line[2048];
  double least = INFINITY;
  FILE *file = fopen("/proc/self/cgroup", "r");
  if (file == NULL) return least;
  while (fgets(line, sizeof line, file) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    char *name = strchr(line, ':'), *path = name != NULL ? strchr(name + 1, ':') : NULL;
    if (path == NULL) continue;
    *path++ = '\0';
    name++;
    if (*name == '\0')
      least = fmin(least, least_above("/sys/fs/cgroup", path, "memory.max"));
    else if (strstr(name, "memory") != NULL)
      least = fmin(least, least_above("/sys/fs/cgroup/memory", path, "memory.limit_in_bytes"));
  }
  (void)fclose(file);
  return least;
}

static double environment(const char *name) {
  const char *text = getenv(name);
  return text != NULL ? strtod(text, NULL) : 0.0;
}

double lind_budget_limit(const char **who) {
  double least = INFINITY;
  *who = "this machine";
  take_least((double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE), "this machine", &least, who);
  take_least(control_group(), "its control group", &least, who);
  take_least(MIB * environment("SLURM_MEM_PER_NODE"), "SLURM (--mem)", &least, who);
  take_least(MIB * environment("SLURM_MEM_PER_CPU") * environment("SLURM_CPUS_ON_NODE"), "SLURM (--mem-per-cpu)", &least, who);
  return least;
}

const char *lind_budget_notice(const lind_budget *m, int ranks_here, lind_arena *arena) {
  const char *who;
  const double limit = lind_budget_limit(&who), needed = m->first + (ranks_here - 1) * m->rank;
  if (needed <= limit) return "";
  const char *text = lind_arena_format(arena,
                                       "%d rank%s of %d thread%s may need %.0f MiB here, and %s allows %.0f MiB; start fewer, "
                                       "ask for more memory, or lower block_max",
                                       ranks_here, ranks_here == 1 ? "" : "s", m->threads, m->threads == 1 ? "" : "s",
                                       needed / MIB, who, limit / MIB);
  return text != NULL ? text : "";
}

lind_err lind_budget_neighbours(lind_crew *crew, int *ranks_here) {
  const size_t ranks = (size_t)lind_crew_ranks(crew);
  char name[256] = "";
  int64_t *hosts = calloc(ranks, sizeof *hosts);
  LIND_TRY(lind_crew_agree(
      crew, hosts != NULL ? LIND_OK : lind_error_fail(LIND_ERR_MEMORY, __FILE__, __LINE__, "no memory for the names of hosts")));
  (void)gethostname(name, sizeof name - 1);
  const lind_digest mine = lind_digest_add_text((lind_digest){0, 0}, name);
  hosts[lind_crew_rank(crew)] = (int64_t)(mine.low >> 1);
  const lind_err err = lind_crew_sum(crew, hosts, ranks);
  int n = 0;
  for (size_t r = 0; r < ranks; r++) n += hosts[r] == (int64_t)(mine.low >> 1);
  free(hosts);
  if (err == LIND_OK) *ranks_here = n;
  return err;
}
