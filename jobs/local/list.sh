#!/usr/bin/env bash
# Many studies, one after the other. LIST is that of jobs/slurm/array.sbatch: a line a study, the arguments of `lind run` without --out.
#   jobs/local/list.sh LIST [DIR]          results in DIR/0, DIR/1, .. (default out/array); finished ones are not run again
# `lind merge out/table out/array/*` then makes one table of them.
set -euo pipefail
list=${1:?which list of studies?}
dir=${2:-out/array}
mapfile -t lines < <(grep -Ev '^[[:space:]]*(#|$)' "$list")
for i in "${!lines[@]}"; do
  mapfile -d '' -t arguments < <(xargs printf '%s\0' <<<"${lines[$i]}")
  "${LIND:-lind}" run "${arguments[@]}" --out "$dir/$i"
done
