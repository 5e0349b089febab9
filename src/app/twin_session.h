/* twin_session.h -- one patient's twin at the command line: the record as a table, the fit, what is asked of it, the file.
 *
 * A session is made from a request and the text of the record alone; both stand in the twin's file, so that forecast and choose
 * open the same session again and check that the state they find is the one that the file holds.
 */
#ifndef LIND_APP_TWIN_SESSION_H
#define LIND_APP_TWIN_SESSION_H

#include "lind/twin.h"
#include "simulate.h"

enum { LIND_TWIN_SESSION_POINTS = 1000, LIND_TWIN_SESSION_JUDGES = 400 };

typedef struct lind_twin_request {
  const char *model, *of, *knots; /* of: the output that DV is, where no column DVID says so; knots: "5 day"; NULL */
  lind_option_list set;
  uint64_t seed, particles;
} lind_twin_request;

typedef struct lind_twin_seen { /* what was to be expected of a measured value before it was learnt from */
  double median, lower, upper;  /* 95 % of measured values, canonical */
  double fitted, error;         /* by the mode: the truth, standardised error */
  double score;                 /* log predictive density of the value, points of the mode of what was known before */
  double particles;             /* the same by particles, of all that was measured at that time; NAN: another row has it */
  double effective;             /* particles that it left */
} lind_twin_seen;

typedef struct lind_twin_session {
  lind_twin_request request;
  const char *text, *record; /* of the record's table; its path */
  lind_model *model;
  const lind_csv *csv;
  lind_events events;
  lind_inputs inputs;
  lind_population population;
  size_t known;                        /* rows of the record; what stands behind them is a plan */
  int first;                           /* the first record of the plan; n if there is none */
  double now;                          /* h of the last record of the record's own */
  const lind_twin_world *world, *fine; /* fine: of particles, NULL: none */
  lind_twin *twin, *finer;
  lind_twin_patient patient;
  lind_twin_posterior posterior;
  lind_twin_particles particles;
  lind_twin_seen *seen; /* [n_sights] */
} lind_twin_session;

/* plan: a table of what is to come, or NULL; times: more times to look at, NULL. Fits nothing yet. To be released even where it
 * failed. */
lind_err lind_twin_session_open(const lind_twin_request *request, const char *record, const char *text, const lind_csv *plan,
                                const char *times, lind_arena *arena, lind_twin_session *session) LIND_MUST_CHECK;
void lind_twin_session_release(lind_twin_session *session);
/* Visit by visit: what was to be expected, what was learnt. */
lind_err lind_twin_session_learn(lind_twin_session *session, lind_arena *arena) LIND_MUST_CHECK;
/* 1000 points of the mode, or the particles. */
lind_err lind_twin_session_points(const lind_twin_session *session, bool particles, lind_arena *arena,
                                  lind_twin_points *points) LIND_MUST_CHECK;

/* ---- twin_table.c: text of a record, and of a record with a plan behind it */
lind_err lind_twin_table_read(const char *path, lind_arena *arena, const char **text) LIND_MUST_CHECK;
/* The rows of `plan` behind those of `record`: columns that the plan lacks are missing there. */
lind_err lind_twin_table_join(const lind_csv *record, const lind_csv *plan, lind_arena *arena, const char **text) LIND_MUST_CHECK;

/* ---- twin_question.c: which dose? */
typedef struct lind_twin_asked {
  lind_twin_question question;
  lind_twin_patient patient; /* with what lies ahead */
  double over, every;        /* h */
  const char *reward;        /* as it is scored */
  lind_unit unit;            /* of doses */
  double *expected, *error;
  int best;
} lind_twin_asked;
lind_err lind_twin_question_read(const lind_twin_session *session, const char *doses, const char *target, const char *reward,
                                 const char *over, const char *every, const char *into, lind_arena *arena,
                                 lind_twin_asked *asked) LIND_MUST_CHECK;

/* ---- twin_outlook.c: what is to be expected at observed records that are no part of the record */
typedef struct lind_twin_outlook {
  int n;
  struct lind_twin_outlook_row {
    double time;
    int output;
    double median, lower, upper;           /* of the truth */
    double measured_lower, measured_upper; /* of a measured value; NAN where the output has no error */
  } * rows;
} lind_twin_outlook;
lind_err lind_twin_outlook_make(const lind_twin_session *session, const lind_twin_points *points, double level, lind_arena *arena,
                                lind_twin_outlook *outlook) LIND_MUST_CHECK;

/* ---- twin_file.c: six groups and where they come from */
lind_err lind_twin_file_write(const char *path, const lind_twin_session *session, const lind_twin_outlook *outlook,
                              const lind_twin_asked *asked, lind_arena *arena) LIND_MUST_CHECK;
/* What a session is made from. */
lind_err lind_twin_file_read(const char *path, lind_arena *arena, lind_twin_request *request, const char **record,
                             const char **text) LIND_MUST_CHECK;
/* The state that was found again is the one in the file, or a sentence. */
lind_err lind_twin_file_check(const char *path, const lind_twin_session *session) LIND_MUST_CHECK;

/* ---- twin_words.c */
void lind_twin_words_fit(const lind_twin_session *session, bool json);
void lind_twin_words_outlook(const lind_twin_session *session, const lind_twin_outlook *outlook, double level, bool particles,
                             bool json);
void lind_twin_words_asked(const lind_twin_session *session, const lind_twin_asked *asked, bool particles, bool json);

#endif
