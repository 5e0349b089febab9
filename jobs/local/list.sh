#!/usr/bin/env bash
# Many studies, one after the other. LIST is that of jobs/slurm/array.sbatch: a line a study, the arguments of `lind run` without --out.
#   jobs/local/list.sh LIST [DIR]          results in DIR/0, DIR/1, .. (default out/array); finished ones are not run again
# `lind merge out/table out/array/*` then makes one table of them.
set -euo pipefail
list=${1:?which list of studies?}
dir=${2:-out/array}
wrong() {
  echo "list.sh: $1" >&2
  exit 2
}
if [ -d "$list" ] || [ ! -r "$list" ]; then wrong "$list cannot be read; a list of studies is a file with the arguments of lind run in each line"; fi
mapfile -t lines < <(grep -Ev '^[[:space:]]*(#|$)' "$list")
[ "${#lines[@]}" -gt 0 ] || wrong "$list has no studies; each line that does not begin with # is one"
for line in "${lines[@]}"; do # before the first is run; xargs knows quotes and runs nothing
  xargs >/dev/null 2>&1 <<<"$line" || wrong "$list: a quote is not closed in: $line"
done
for i in "${!lines[@]}"; do
  mapfile -d '' -t arguments < <(xargs printf '%s\0' <<<"${lines[$i]}")
  "${LIND:-lind}" run "${arguments[@]}" --out "$dir/$i"
done
