#!/usr/bin/env bash
# One patient out of many, lived again, is compared with what the run has kept: row, trajectory, the block's record. replay.sh LIND PROTOCOL
set -euo pipefail
lind=$1 protocol=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
run() { # NAME OPTIONS
  "$lind" run "$protocol" --no-sensitivity "${@:2}" --out "$work/$1" >/dev/null 2>&1
}
equal() { # NAME ID REPLICATE WORDS OPTIONS: each of the words is said to be equal, and nothing else is
  "$lind" patient "$work/$1" --id "$2" --replicate "$3" "${@:5}" >"$work/said"
  local words
  words=$(sed -n '/^against the run/,$p' "$work/said" | sed -n 's/^equal *\([a-z]*\) .*/\1/p' | xargs)
  [ "$words" = "$4" ] || { echo "$1: patient $2 of $3: '$words' is equal, not '$4'"; cat "$work/said"; exit 1; }
}
differs() { # NAME ID SENTENCE OPTIONS: status 1
  local status=0
  "$lind" patient "$work/$1" --id "$2" "${@:4}" >/dev/null 2>"$work/said" || status=$?
  [ "$status" = 1 ] && grep -q "$3" "$work/said" || { echo "'$3' not said: $(cat "$work/said"), status $status"; exit 1; }
}
run cut --patients 1300 --replicates 2 --set block_max=512 --set store.patients=600
equal cut 599 0 row
equal cut 1299 0 block # the blocks that begin before seat 600 are stored
equal cut 1299 1 block
equal cut 599 0 'row block' --check
run whole --patients 60 --replicates 5 --set block_max=120 --set 'store={patients: 90, trajectories: {keep: all, at: dense, every: 3 h}}'
equal whole 7 0 'row rows'
equal whole 59 4 'rows block'
equal whole 0 1 'row rows block' --check
run visits --patients 60 --replicates 5 --set 'store={patients: 0, trajectories: {keep: sample, patients: 60}}'
equal visits 33 0 'rows block'
equal visits 33 4 block

# what another seed has left is not this patient
run other --patients 1300 --replicates 2 --set block_max=512 --set store.patients=600 --seed 5
cp -r "$work/cut" "$work/results" && cp "$work/other/results.h5" "$work/results"
differs results 3 'results.h5 is not what its line in checksums.txt says'
rm "$work/results/checksums.txt" # else it is not opened
differs results 3 "is not that of the run: '.*' is .* in /patients"
equal results 1299 1 block
run visits_other --patients 60 --replicates 5 --set 'store={patients: 0, trajectories: {keep: sample, patients: 60}}' --seed 5
cp "$work/visits_other/results.h5" "$work/visits" && rm "$work/visits/checksums.txt"
differs visits 33 'is not that of the run: .* in /trajectories/patients'
cp -r "$work/cut" "$work/blocks" && rm -r "$work/blocks/segments" && cp -r "$work/other/segments" "$work/other/plan.json" "$work/blocks"
differs blocks 1299 'block 2, in which patient 1299 is, lived again, is not that of the run'
equal blocks 3 0 row
rm -r "$work/blocks/segments"
equal blocks 1299 1 ''
grep -q '^unknown .*neither this patient nor its segments' "$work/said"
