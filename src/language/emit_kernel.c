/* The kernel as C: its parts, the functions with the signatures of kernel.h around them, and the struct. */
#include "emit.h"

/* Functions that are one part; dosing and coefficients are more than one. */
static const struct {
  int part;
  const char *name;
} entries[] = {
    {LIND_PART_INDIVIDUAL, "individual"},
    {LIND_PART_INITIAL, "initial"},
    {LIND_PART_RHS, "rhs"},
    {LIND_PART_OUTPUTS, "outputs"},
    {LIND_PART_JACOBIAN, "jacobian"},
    {LIND_PART_SLOPE, "slope"},
    {LIND_PART_REST, "rest"},
    {LIND_PART_TRIGGERS, "triggers"},
    {LIND_PART_RESET, "reset"},
    {LIND_PART_DELAYS, "delays"},
    {LIND_PART_DIFFUSION, "diffusion"},
};
enum { ENTRIES = sizeof entries / sizeof entries[0] };

static void entry(const lind_model *model, int part, const char *name, lind_buffer *out) {
  static const char *const texts[] = {
      [LIND_TAKES_FRAME_TO_FILL] = "lind_lane *frame) {\n  (void)self;\n  work_%s(frame);\n}\n",
      [LIND_TAKES_FRAME] = "const lind_lane *frame, lind_lane *out) {\n  (void)self;\n  work_%s(frame, out);\n}\n",
      [LIND_TAKES_ALL] =
          "const lind_lane *time, const lind_lane *frame, const lind_lane *x,\n"
          "    lind_lane *out) {\n  (void)self;\n  work_%s(time, frame, x, out);\n}\n",
  };
  lind_buffer_put(out, "static void kernel_%s(const void *self, ", name);
  lind_buffer_put(out, texts[lind_layout_part(model, part).takes], name);
}

static void functions(const lind_model *model, lind_buffer *out) {
  lind_buffer_put(out, "\n");
  for (int i = 0; i < ENTRIES; ++i)
    if (lind_layout_has(model, entries[i].part)) entry(model, entries[i].part, entries[i].name, out);
  if (lind_layout_has(model, LIND_PART_BIOAVAILABILITY))
    lind_buffer_put(out,
                    "static void kernel_dosing(const void *self, const lind_lane *frame, lind_lane *bioavailability,\n"
                    "    lind_lane *lag, lind_lane *rate, lind_lane *duration) {\n  (void)self;\n"
                    "  work_bioavailability(frame, bioavailability);\n  work_lag(frame, lag);\n"
                    "  work_rate(frame, rate);\n  work_duration(frame, duration);\n}\n");
  if (lind_layout_has(model, LIND_PART_MATRIX))
    lind_buffer_put(out,
                    "static void kernel_coefficients(const void *self, const lind_lane *frame, lind_lane *a, lind_lane *b) {\n"
                    "  (void)self;\n  work_matrix(frame, a);\n  work_constants(frame, b);\n}\n");
}

void lind_emit_places(lind_buffer *out, const char *name, const int *values, int n) {
  lind_buffer_put(out, "static const int %s[] = {", name);
  for (int i = 0; i < n; ++i) lind_buffer_put(out, i % 32 == 31 ? "%d,\n" : "%d,", values[i]);
  lind_buffer_put(out, n > 0 ? "};\n" : "0};\n");
}

static void definition(const lind_model *model, const char *symbol, lind_buffer *out) {
  const lind_kernel *k = &model->kernel;
  lind_buffer_put(out, "static const double unit[] = {");
  for (int i = 0; i < k->n_states; ++i) lind_buffer_put(out, i % 8 == 7 ? "%a,\n" : "%a,", k->unit[i]);
  lind_buffer_put(out, k->n_states > 0 ? "};\n" : "1};\n");
  lind_emit_places(out, "row", k->row, k->n_entries);
  lind_emit_places(out, "column", k->column, k->n_entries);
  lind_emit_places(out, "linear", k->linear, k->n_linear);
  lind_emit_places(out, "driving", k->driving, k->n_driving);
  lind_emit_places(out, "delayed", k->delayed, k->n_delays);
  lind_emit_places(out, "noisy", k->noisy, k->n_noises);
  lind_buffer_put(out, "\nextern const lind_kernel %s;\nconst lind_kernel %s = {\n", symbol, symbol);
  lind_buffer_put(out, "  .n_states = %d, .n_frame = %d, .n_outputs = %d, .unit = unit,\n", k->n_states, k->n_frame,
                  k->n_outputs);
  lind_buffer_put(out, "  .n_entries = %d, .row = row, .column = column,\n", k->n_entries);
  lind_buffer_put(out, "  .n_linear = %d, .linear = linear, .n_driving = %d, .driving = driving,\n", k->n_linear, k->n_driving);
  lind_buffer_put(out, "  .n_triggers = %d, .n_delays = %d, .delayed = delayed, .n_noises = %d, .noisy = noisy,\n", k->n_triggers,
                  k->n_delays, k->n_noises);
  for (int i = 0; i < ENTRIES; ++i)
    if (lind_layout_has(model, entries[i].part)) lind_buffer_put(out, "  .%s = kernel_%s,\n", entries[i].name, entries[i].name);
  if (lind_layout_has(model, LIND_PART_BIOAVAILABILITY)) lind_buffer_put(out, "  .dosing = kernel_dosing,\n");
  if (lind_layout_has(model, LIND_PART_MATRIX)) lind_buffer_put(out, "  .coefficients = kernel_coefficients,\n");
  lind_buffer_put(out, "  .n_factors = %d, .factor = kernel_factor, .solve = kernel_solve,\n};\n", k->n_factors);
}

lind_err lind_emit_kernel(const lind_model *model, const char *symbol, lind_arena *arena, const char **text) {
  lind_buffer out = {.arena = arena};
  bool tables = false;
  lind_buffer_put(&out, "/* Generated from model %.100s, text %s. */\n", model->name, model->hash);
  for (int p = 0; p < LIND_PART_COUNT; ++p)
    if (lind_layout_has(model, p)) LIND_TRY(lind_emit_part(model, p, &tables, &out, arena));
  lind_emit_sparse(&model->tree->sparse, &out);
  functions(model, &out);
  definition(model, symbol, &out);
  return lind_buffer_finish(&out, text);
}
