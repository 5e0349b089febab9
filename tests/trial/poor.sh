#!/usr/bin/env bash
# One rank that has no memory for the strata of a large cohort ends all of them, with its sentence. poor.sh LIND PROTOCOL
set -euo pipefail
lind=$1 protocol=$2
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_mpi_yield_when_idle=1
limit=(prlimit --as=600000000)
"${limit[@]}" "$lind" --version >/dev/null 2>&1 || { echo "skipped: lind does not start with so little address space"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
run=("$lind" run "$protocol" --patients 4000000000 --replicates 5 --set block_max=120 --set "arms.pump.controllers=[basal]" --no-sensitivity
  --threads 1 --out "$work/out")
status=0
timeout 60 mpirun --oversubscribe --bind-to none -n 1 "${run[@]}" : -n 1 "${limit[@]}" "${run[@]}" >"$work/said" 2>&1 || status=$?
[ "$status" = 1 ] && grep -q "^lind: no memory for " "$work/said" || { echo "status $status"; cat "$work/said"; exit 1; }
