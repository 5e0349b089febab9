#!/usr/bin/env bash
# What jobs/local refuses, with a sentence and status 2 before lind is started, and what it passes on, to mpirun too. The programs are
# stand-ins that write down how they were called: no SLURM, no MPI, no lind. local.sh
set -euo pipefail
jobs=$(cd "$(dirname "$0")/../../jobs/local" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
printf '#!/bin/sh\necho "$@" >>"%s/calls"\n' "$work" | tee lind mpirun >srun
chmod +x lind mpirun srun
touch protocol.yaml
export LIND=$work/lind PATH="$work:$PATH" SLURM_ARRAY_TASK_ID=1 SLURM_CPUS_PER_TASK=1

refused() { # words that must be said, then the command
  local words=$1 status=0
  shift
  bash "$jobs/$1" "${@:2}" >said 2>&1 || status=$?
  [ "$status" -eq 2 ] || { echo "$*: status $status instead of 2"; cat said; exit 1; }
  grep -qF "$words" said || { echo "$*: not '$words' but"; cat said; exit 1; }
  [ "$(wc -l <said)" -eq 1 ] || { echo "$*: more than a sentence"; cat said; exit 1; }
  [ ! -e calls ] || { echo "$*: lind was started with"; cat calls; exit 1; }
}

printf '# nothing\n\n' >empty
printf 'protocol.yaml\nprotocol.yaml --set '\''a=1\n' >open
refused "none cannot be read" list.sh none out
refused "cannot be read" list.sh . out
refused "empty has no studies" list.sh empty out
refused "open: a quote is not closed in: protocol.yaml --set 'a=1" list.sh open out
for n in x 0 -1 1.5 08; do
  refused "'$n' is not a number of parts" parts.sh "$n" out protocol.yaml
  refused "'$n' is not a number of ranks" ranks.sh "$n" protocol.yaml
done
for seconds in x 0 0.0s -1 5x 1.; do
  refused "'$seconds' is not a length of time" slices.sh "$seconds" protocol.yaml
done
refused "'8' is not a protocol" scaling.sh out 8 protocol.yaml
refused "open: a quote is not closed in: protocol.yaml --set 'a=1" ../slurm/array.sbatch open # its second line
[ ! -e out ] || { echo "scaling.sh made a directory for nothing"; exit 1; }

printf 'protocol.yaml --set "a=1 mg"\n' >list
"$jobs/list.sh" list out
"$jobs/parts.sh" 2 out protocol.yaml
"$jobs/slices.sh" .5m protocol.yaml
env OMP_NUM_THREADS=1 taskset -c "$(taskset -cp $$ | grep -oE '[0-9]+' | sed -n 2p)" "$jobs/ranks.sh" 2 protocol.yaml 2>said
"$jobs/ranks.sh" 1 protocol.yaml 2>>said
diff - calls <<END
run protocol.yaml --set a=1 mg --out out/0
run protocol.yaml --part 1/2 --out out.parts/1
run protocol.yaml --part 2/2 --out out.parts/2
merge out out.parts/1 out.parts/2
run protocol.yaml
--bind-to none --oversubscribe -n 2 $LIND run protocol.yaml
--bind-to none -n 1 $LIND run protocol.yaml
END
[ "$(cat said)" = "ranks.sh: more ranks (2) than cores (1), so they take turns (mpirun --oversubscribe)" ] || { cat said; exit 1; }
echo "jobs/local refuses what it must and passes on the rest"
