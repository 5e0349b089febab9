#include "progress.h"

#include <math.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

double lind_progress_now(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void lind_progress_begin(lind_progress *progress, uint64_t jobs, uint64_t ready, uint64_t patients) {
  *progress = (lind_progress){jobs, ready, patients, lind_progress_now(), lind_progress_now(), isatty(STDERR_FILENO) != 0};
}

static void time_words(double seconds, char *buffer, size_t size) {
  if (!(seconds >= 0.0) || seconds > 1e8)
    (void)snprintf(buffer, size, "--:--");
  else if (seconds < 3600.0)
    (void)snprintf(buffer, size, "%d:%02d", (int)seconds / 60, (int)seconds % 60);
  else
    (void)snprintf(buffer, size, "%d h %02d min", (int)(seconds / 3600.0), (int)(seconds / 60.0) % 60);
}

static void line(const lind_progress *progress, uint64_t finished, const char *end) {
  enum { WIDTH = 30 };
  const double elapsed = lind_progress_now() - progress->began,
               share = progress->jobs > 0 ? (double)(progress->ready + finished) / (double)progress->jobs : 1.0;
  const double lives = (double)progress->patients * (double)finished / (double)(progress->jobs > 0 ? progress->jobs : 1);
  const double rate = elapsed > 0.0 ? lives / elapsed : 0.0;
  char left[32], bar[WIDTH + 1];
  time_words(finished > 0 ? elapsed * (1.0 - share) / ((double)finished / (double)progress->jobs) : NAN, left, sizeof left);
  for (int i = 0; i < WIDTH; i++) bar[i] = i < (int)(share * WIDTH) ? '#' : '.';
  bar[WIDTH] = '\0';
  if (progress->terminal)
    fprintf(stderr, "\r[%s] %3.0f %%  %.0f patients/s  %s left  %s", bar, floor(100.0 * share), rate, left, end);
  else
    fprintf(stderr, "%.0f of %llu patients (%.0f %%), %.0f patients/s, %s left\n", share * (double)progress->patients,
            (unsigned long long)progress->patients, floor(100.0 * share), rate, left);
}

void lind_progress_show(lind_progress *progress, uint64_t finished) {
  const double now = lind_progress_now();
  if (now - progress->said < (progress->terminal ? 0.2 : 60.0)) return;
  progress->said = now;
  line(progress, finished, "");
}

void lind_progress_end(lind_progress *progress, uint64_t finished) {
  if (progress->terminal) line(progress, finished, "\n");
}
