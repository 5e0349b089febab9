#!/usr/bin/env bash
# Equal inputs give equal bytes of results.h5 and estimates.json, wherever the inputs and the results lie, whoever runs it, and when; and
# however often the directory was extended, trajectories included. Ranks, stops and kills: digest.sh. same_bytes.sh LIND PROTOCOL
set -euo pipefail
lind=$1 data=$(dirname "$2") name=$(basename "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trajectories='{keep: sample, patients: 70, at: dense, every: 90 min, states: yes}'
options=(--patients 60 --no-sensitivity --set block_max=120 --set "store.trajectories=$trajectories")
run() { "$lind" run "$1" "${options[@]}" "${@:2}" >/dev/null 2>&1; }
same() { # DIRECTORY OTHER
  cmp "$1/results.h5" "$2/results.h5" && cmp "$1/estimates.json" "$2/estimates.json" || { echo "$1 is not $2"; exit 1; }
}
run "$data/$name" --replicates 5 --out "$work/a"
run "$data/$name" --replicates 5 --out "$work/b" --threads 1 --queue static
same "$work/a" "$work/b"
# another place, another user's surroundings; a second later, so that a clock would show
mkdir -p "$work/far away/ü" && cp -r "$data" "$work/far away/ü/inputs" && sleep 1.1
(
  cd "$work/far away"
  umask 077
  export TZ=Asia/Kathmandu LC_ALL=C.utf8 LANG=de_DE.UTF-8 HOME="$work/home" TMPDIR="$work" OMP_WAIT_POLICY=passive HDF5_USE_FILE_LOCKING=FALSE
  run "./ü/inputs/$name" --replicates 5 --out ./out
)
same "$work/a" "$work/far away/out"
mv "$work/far away/out" "$work/moved"
"$lind" verify "$work/moved" >/dev/null
# extended, twice; sampled trajectories stay those of the same patients
run "$data/$name" --replicates 2 --out "$work/grown"
run "$data/$name" --replicates 3 --out "$work/grown"
run "$data/$name" --replicates 5 --out "$work/grown"
same "$work/a" "$work/grown"
# another seed is something else
run "$data/$name" --replicates 5 --out "$work/c" --seed 2
! cmp -s "$work/a/results.h5" "$work/c/results.h5" || { echo "two seeds have the same results"; exit 1; }
if grep -aqE "$work|Kathmandu" "$work/a/results.h5"; then echo "results.h5 holds its environment"; exit 1; fi
