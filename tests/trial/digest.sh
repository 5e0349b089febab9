#!/usr/bin/env bash
# The digest and the bytes of results.h5 are the same on one thread, several threads, several ranks, and after a kill and a resume.
# digest.sh LIND PROTOCOL REPLICATES [OPTIONS OF lind run]
set -euo pipefail
shopt -s inherit_errexit # a run that fails has no digest, and two that fail have not the same
lind=$1 protocol=$2 replicates=$3
shift 3
options=(--replicates "$replicates" --no-sensitivity "$@")
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
run() { # NAME LAUNCHER... -- OPTIONS
  local name=$1 digest bytes
  shift
  "$@" "${options[@]}" --out "$work/$name" >/dev/null
  digest=$(grep digest "$work/$name/log.txt")
  bytes=$(sha256sum <"$work/$name/results.h5")
  echo "$digest $bytes"
}
first=$(run one "$lind" run "$protocol" --threads 1)
check() {
  [ "$2" = "$first" ] || { echo "$1: $2 instead of $first"; exit 1; }
  echo "$1: same digest, same bytes"
}
check "3 threads" "$(run three "$lind" run "$protocol" --threads 3)"
check "4 ranks" "$(run ranks mpirun --oversubscribe -n 4 "$lind" run "$protocol" --threads 1)"
# a stop on request leaves its blocks behind and status 75; the same command goes on from there, here with another number of threads
status=0
timeout --signal=TERM 0.4 "$lind" run "$protocol" "${options[@]}" --out "$work/stopped" --threads 1 >/dev/null 2>&1 || status=$?
[ "$status" = 75 ] || [ "$status" = 124 ] || [ "$status" = 0 ] || { echo "stopping gave status $status"; exit 1; }
check "stopped and resumed" "$(run stopped "$lind" run "$protocol" --threads 2)"
status=0
timeout --signal=KILL 0.5 "$lind" run "$protocol" "${options[@]}" --out "$work/killed" --threads 1 >/dev/null 2>&1 || status=$?
[ ! -e "$work/killed/segments/lock" ] || flock "$work/killed/segments/lock" true # who is killed on a loaded machine takes a while to go
check "killed and resumed" "$(run killed "$lind" run "$protocol" --threads 2)"
