#!/usr/bin/env bash
# A study in slices of time, as requeue.sbatch does it in a queue: each slice is stopped in good order and the next goes on.
#   jobs/local/slices.sh SECONDS protocols/examples/eu-pact.yaml [lind run's options]          SECONDS: 90 or 0.5; also 10m, 2h
set -euo pipefail
slice=${1:?how many seconds a slice?}
if ! [[ $slice =~ ^[0-9]*\.?[0-9]+[smhd]?$ && $slice =~ [1-9] ]]; then # timeout takes 0 for no limit
  echo "slices.sh: '$slice' is not a length of time; seconds such as 90 or 0.5, or 10m, 2h, more than 0, then the protocol" >&2
  exit 2
fi
status=75
while [ "$status" -eq 75 ]; do
  status=0
  timeout --preserve-status --signal=USR1 "$slice" "${LIND:-lind}" run "${@:2}" || status=$?
done
exit "$status"
