#!/usr/bin/env bash
# The same study on 1, 2, 4, .. threads: rates, and the proof that the results are the same bytes.
#   jobs/local/scaling.sh DIR protocols/examples/eu-pact.yaml [lind run's options]          DIR must be new
set -euo pipefail
dir=${1:?which new directory?}
if [ -e "$dir" ]; then
  echo "$dir is there already; a finished study would not be run again" >&2
  exit 2
fi
for ((threads = 1; threads <= $(nproc); threads *= 2)); do
  "${LIND:-lind}" run "${@:2}" --threads "$threads" --out "$dir/$threads" >/dev/null
  cat "$dir/$threads/log.txt"
  cmp "$dir/1/results.h5" "$dir/$threads/results.h5"
done
