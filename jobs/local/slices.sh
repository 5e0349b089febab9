#!/usr/bin/env bash
# A study in slices of time, as requeue.sbatch does it in a queue: each slice is stopped in good order and the next goes on.
#   jobs/local/slices.sh SECONDS protocols/examples/eu-pact.yaml [lind run's options]
set -euo pipefail
slice=${1:?how many seconds a slice?}
status=75
while [ "$status" -eq 75 ]; do
  status=0
  timeout --preserve-status --signal=USR1 "$slice" "${LIND:-lind}" run "${@:2}" || status=$?
done
exit "$status"
