#!/usr/bin/env bash
# One study in the background of a machine, with a log, going on after logout:
#   jobs/local/run.sh protocols/examples/eu-pact.yaml LOG [lind run's options]
set -euo pipefail
protocol=${1:?which protocol?}
log=${2:?which log file?}
nohup nice "${LIND:-lind}" run "$protocol" "${@:3}" </dev/null >>"$log" 2>&1 &
echo "process $!; kill -USR1 $! stops it in good order, the same command resumes; see $log"
