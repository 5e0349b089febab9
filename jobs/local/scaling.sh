#!/usr/bin/env bash
# The same study on 1, 2, 4, .. threads: a table of rates and efficiency, and the proof that the results are the same bytes.
#   jobs/local/scaling.sh DIR protocols/examples/eu-pact.yaml [lind run's options]          DIR must be new
set -euo pipefail
dir=${1:?which new directory?}
if [ ! -f "${2-}" ]; then
  echo "scaling.sh: '${2-}' is not a protocol; the new directory comes first, then the protocol, then options of lind run" >&2
  exit 2
fi
if [ -e "$dir" ]; then
  echo "$dir is there already, and a finished study would not be run again; name another, or delete it" >&2
  exit 2
fi
mkdir -p "$dir"
printf '%7s %9s %12s %8s %11s\n' threads seconds patients/s times efficiency
for ((threads = 1; threads <= $(nproc); threads *= 2)); do
  "${LIND:-lind}" run "${@:2}" --threads "$threads" --out "$dir/$threads" >"$dir/$threads.txt" 2>&1 || { status=$?; cat "$dir/$threads.txt"; exit "$status"; }
  cmp "$dir/1/results.h5" "$dir/$threads/results.h5"
  # how many times the rate of one thread, and that for each thread
  sed -nE 's|.* ranks x ([0-9]+) threads, ([0-9.]+) s, ([0-9]+) patients/s$|\1 \2 \3|p' "$dir/1/log.txt" "$dir/$threads/log.txt" |
    awk 'NR == 1 { one = $3 } END { printf "%7d %9.1f %12d %8.2f %11.2f\n", $1, $2, $3, $3 / one, $3 / one / $1 }'
done
echo "all results are the same bytes, $(grep '^digest' "$dir/1/log.txt")"
