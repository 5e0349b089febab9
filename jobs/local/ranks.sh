#!/usr/bin/env bash
# One study on N ranks of one machine, the cores shared among them. Threads alone are as fast here; this is for trying MPI.
#   jobs/local/ranks.sh N protocols/examples/eu-pact.yaml [lind run's options]
set -euo pipefail
n=${1:?how many ranks?}
exec mpirun --bind-to none -n "$n" "${LIND:-lind}" run "${@:2}"
