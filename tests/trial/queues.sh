#!/usr/bin/env bash
# The digest and the bytes of results.h5 are the same for every number of ranks and threads and both queues; the machine may have fewer cores.
# queues.sh LIND "RANKS ..." PROTOCOL [OPTIONS OF lind run]
set -euo pipefail
shopt -s inherit_errexit # a run that fails has no digest, and two that fail have not the same
lind=$1 ranks=$2
shift 2
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_mpi_yield_when_idle=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
first="" reference=""
for n in $ranks; do
  for threads in 1 2; do
    for queue in guided static; do
      out=$work/$n-$threads-$queue
      mpirun --oversubscribe --bind-to none -n "$n" "$lind" run "$@" --no-sensitivity --threads "$threads" --queue "$queue" --out "$out" \
        >/dev/null 2>"$work/said" || { cat "$work/said"; exit 1; }
      got=$(grep ^digest "$out/log.txt")
      draws=$(python3 -c 'import json, sys; print(sum(r["draws"] for r in json.load(open(sys.argv[1]))["crew"]["ranks"]))' "$out/provenance.json")
      if [ "$queue" = static ] && [ "$draws" != 0 ]; then echo "a static queue drew $draws times"; exit 1; fi
      if [ "$queue" = guided ] && [ "$draws" = 0 ]; then echo "a guided queue drew nothing"; exit 1; fi
      first=${first:-$got} reference=${reference:-$out}
      [ "$got" = "$first" ] || { echo "$n ranks x $threads threads, $queue: $got instead of $first"; exit 1; }
      cmp "$out/results.h5" "$reference/results.h5"
      [ "$out" = "$reference" ] || rm -rf "$out"
      echo "$n ranks x $threads threads, $queue: same digest, same bytes"
    done
  done
done
