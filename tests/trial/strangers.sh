#!/usr/bin/env bash
# Ranks that have read different studies are refused before anybody lives, and do not wait for each other.
# strangers.sh LIND PROTOCOL
set -euo pipefail
lind=$1 protocol=$2
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_mpi_yield_when_idle=1 ASAN_OPTIONS=detect_leaks=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
run() { # OPTIONS of rank 1; both have the others
  local both=(--set block_max=120 --replicates 1 --set "arms.pump.controllers=[basal]" --no-sensitivity --threads 1 --out "$work/out")
  status=0
  timeout 120 mpirun --oversubscribe --bind-to none -n 1 "$lind" run "$protocol" --patients 800 "${both[@]}" : \
    -n 1 "$lind" run "$protocol" "$@" "${both[@]}" >"$work/said" 2>&1 || status=$?
}
for other in "--patients 80000" "--patients 800 --seed 7"; do
  read -ra words <<<"$other"
  run "${words[@]}"
  [ "$status" = 2 ] || { echo "$other: status $status"; cat "$work/said"; exit 1; }
  [ "$(grep -c "^lind: rank 1 on .* has another study than rank 0 (.*); give all hosts the same files" "$work/said")" = 1 ] ||
    { echo "$other: not said once"; cat "$work/said"; exit 1; }
  [ ! -e "$work/out" ] || { echo "$other: something was written"; exit 1; }
done
run --patients 800
[ "$status" = 0 ] || { echo "the same study: status $status"; cat "$work/said"; exit 1; }
