/* output.c -- segments as a run writes them against the disk's own rate: the same bytes, in the same folder, in turns.
 *
 * bench_output DIR [MIB] [ROUNDS]: records of blocks of EU-PACT's size, every patient's row among them, are put as fast as the
 * store takes them. Then the disk alone: one file of so many bytes and one fsync (what dd conv=fsync does), and files of a
 * segment's size, each synced and named as a segment is. One line of JSON: medians over rounds.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lind/store.h"

enum { TRIAL = 455, REPLICATES = 9, SEATS = TRIAL * REPLICATES, COLUMNS = 33, REALS = 264, COUNTS = 2048 };
enum { PIECE = 4 << 20 /* bytes of records that wait, as in a run */, ROUNDS = 32, WAYS = 3 };

typedef struct load {
  const char *directory;
  double *rows, *reals; /* what a block leaves: numbers of no pattern */
  int64_t *counts;
  uint64_t n_blocks;
  double bytes; /* of all records */
} load;

static double now(void) {
  struct timespec t;
  (void)clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void stop(const char *words) {
  fprintf(stderr, "bench_output: %s: %s\n", words, strerror(errno));
  exit(1);
}

static void lind(lind_err err) {
  if (err == LIND_OK) return;
  fprintf(stderr, "bench_output: %s\n", lind_error_message());
  exit(1);
}

/* Bytes that this process has handed to the system so far. */
static double handed(void) {
  double bytes = 0.0;
  char line[128];
  FILE *file = fopen("/proc/self/io", "r");
  if (file == NULL) return 0.0;
  while (fgets(line, sizeof line, file) != NULL)
    if (strncmp(line, "wchar:", 6) == 0) bytes = strtod(line + 6, NULL);
  (void)fclose(file);
  return bytes;
}

static void fill(double *numbers, size_t n) {
  uint64_t x = 88172645463325252ull;
  for (size_t i = 0; i < n; i++) {
    x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    numbers[i] = (double)(x >> 11) * 0x1p-53;
  }
}

/* ---- three ways
 * ------------------------------------------------------------------------------------------------------------------------------ */

static void by_segments(const load *l) {
  const lind_store_stage stage = {.patients = TRIAL,
                                  .replicates = l->n_blocks * REPLICATES,
                                  .block_replicates = REPLICATES,
                                  .stored = l->n_blocks * SEATS};
  const lind_store_study study = {.world = "00112233445566778899aabbccddeeff", .cpu_class = "any", .n_stages = 1, .stages = &stage};
  lind_store *store;
  lind(lind_store_create(l->directory, &study, &store));
  lind_store_pace(store, 30.0, PIECE);
  const lind_sink sink = lind_store_sink(store);
  for (uint64_t b = 0; b < l->n_blocks; b++) {
    const lind_block_record record = {.block = b,
                                      .first_replicate = b * REPLICATES,
                                      .n_replicates = REPLICATES,
                                      .first_seat = 0,
                                      .n_seats = SEATS,
                                      .n_reals = REALS,
                                      .n_counts = COUNTS,
                                      .n_rows = SEATS,
                                      .n_columns = COLUMNS,
                                      .reals = l->reals,
                                      .counts = l->counts,
                                      .rows = l->rows};
    lind(sink.put(sink.self, &record));
  }
  lind(lind_store_flush(store));
  lind_store_destroy(&store);
}

static void write_file(const char *path, const load *l, double bytes) {
  const int file = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
  if (file < 0) stop(path);
  for (double left = bytes; left > 0.0;) {
    const size_t whole = (size_t)SEATS * COLUMNS * sizeof(double), n = left < (double)whole ? (size_t)left : whole;
    const ssize_t done = write(file, l->rows, n);
    if (done <= 0) stop(path);
    left -= (double)done;
    if (left < 1.0) break;
  }
  if (fsync(file) != 0 || close(file) != 0) stop(path);
}

static void by_one_file(const load *l) {
  char path[4096];
  (void)snprintf(path, sizeof path, "%s/one", l->directory);
  write_file(path, l, l->bytes);
}

static void by_pieces(const load *l) {
  char path[4096], named[4096];
  const int folder = open(l->directory, O_RDONLY | O_DIRECTORY);
  if (folder < 0) stop(l->directory);
  int i = 0;
  for (double left = l->bytes; left >= 1.0; left -= PIECE, i++) {
    (void)snprintf(path, sizeof path, "%s/%d.tmp", l->directory, i);
    (void)snprintf(named, sizeof named, "%s/%d", l->directory, i);
    write_file(path, l, left < PIECE ? left : PIECE);
    if (rename(path, named) != 0 || fsync(folder) != 0) stop(named);
  }
  (void)close(folder);
}

/* ---- rounds
 * ---------------------------------------------------------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *x, int n) {
  qsort(x, (size_t)n, sizeof *x, by_value);
  return n % 2 == 1 ? x[n / 2] : 0.5 * (x[n / 2 - 1] + x[n / 2]);
}

/* A folder of its own, which is gone afterwards; nothing of an earlier round still waits for the disk. */
static double timed(load *l, const char *in, void (*way)(const load *)) {
  char folder[4096], command[4200];
  (void)snprintf(folder, sizeof folder, "%s/round.XXXXXX", in);
  if (mkdtemp(folder) == NULL) stop(in);
  l->directory = folder;
  sync();
  const double began = now();
  way(l);
  const double seconds = now() - began;
  (void)snprintf(command, sizeof command, "rm -r '%s'", folder);
  if (system(command) != 0) stop(folder);
  return seconds;
}

int main(int argc, char **argv) {
  static void (*const ways[WAYS])(const load *) = {by_segments, by_one_file, by_pieces};
  const double mib = argc > 2 ? strtod(argv[2], NULL) : 512.0;
  const int rounds = argc > 3 ? atoi(argv[3]) : 5;
  const size_t n_rows = (size_t)SEATS * COLUMNS, n_reals = (size_t)REPLICATES * REALS;
  const double one = 8.0 * (double)(n_rows + n_reals + COUNTS);
  double seconds[WAYS][ROUNDS], ratio[2][ROUNDS], written = 0.0;
  if (argc < 2 || !(mib > 0.0) || rounds < 1 || rounds > ROUNDS) {
    fprintf(stderr, "bench_output DIR [MIB] [ROUNDS]\n");
    return 2;
  }
  load l = {.rows = malloc(n_rows * sizeof(double)), .reals = malloc(n_reals * sizeof(double)), .counts = calloc(COUNTS, sizeof(int64_t))};
  if (l.rows == NULL || l.reals == NULL || l.counts == NULL) stop("memory");
  fill(l.rows, n_rows);
  fill(l.reals, n_reals);
  l.n_blocks = (uint64_t)(mib * 1048576.0 / one) + 1;
  l.bytes = one * (double)l.n_blocks;
  for (int r = 0; r < rounds; r++) {
    const double before = handed();
    for (int w = 0; w < WAYS; w++) {
      seconds[w][r] = timed(&l, argv[1], ways[w]);
      if (w == 0) written = handed() - before;
    }
    for (int k = 0; k < 2; k++) ratio[k][r] = seconds[1 + k][r] / seconds[0][r];
  }
  const double all = l.bytes / 1048576.0, of_one = median(ratio[0], rounds), of_pieces = median(ratio[1], rounds); /* in order now */
  printf("{\"mib\": %.0f, \"rounds\": %d, \"segments_mib_per_s\": %.0f, \"one_file_mib_per_s\": %.0f, \"pieces_mib_per_s\": %.0f, "
         "\"of_one_file\": %.2f, \"of_one_file_least\": %.2f, \"of_one_file_most\": %.2f, \"of_pieces\": %.2f, \"written_per_byte\": %.2f}\n",
         all, rounds, all / median(seconds[0], rounds), all / median(seconds[1], rounds), all / median(seconds[2], rounds),
         of_one, ratio[0][0], ratio[0][rounds - 1], of_pieces, written / l.bytes);
  free(l.rows);
  free(l.reals);
  free(l.counts);
  return 0;
}
