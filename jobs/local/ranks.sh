#!/usr/bin/env bash
# One study on N ranks of one machine, the cores shared among them. Threads alone are as fast here; this is for trying MPI.
#   jobs/local/ranks.sh N protocols/examples/eu-pact.yaml [lind run's options]
# As root Open MPI wants OMPI_ALLOW_RUN_AS_ROOT=1 and OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1.
set -euo pipefail
n=${1:?how many ranks?}
if ! [[ $n =~ ^[1-9][0-9]{0,5}$ ]]; then
  echo "ranks.sh: '$n' is not a number of ranks; 1 or more, then the protocol" >&2
  exit 2
fi
# mpirun has a place for each core, not for each of its hardware threads; nproc alone would count those, and heed OMP_NUM_THREADS
cores=$(lscpu --parse=CORE,SOCKET | awk '!/^#/ && !seen[$0]++ { n++ } END { print n + 0 }') || cores=0
allowed=$(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc)
if [ "$cores" -eq 0 ] || [ "$cores" -gt "$allowed" ]; then cores=$allowed; fi
more=()
if [ "$n" -gt "$cores" ]; then
  echo "ranks.sh: more ranks ($n) than cores ($cores), so they take turns (mpirun --oversubscribe)" >&2
  more=(--oversubscribe)
fi
exec mpirun --bind-to none "${more[@]}" -n "$n" "${LIND:-lind}" run "${@:2}"
