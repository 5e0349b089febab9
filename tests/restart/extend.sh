#!/usr/bin/env bash
# A directory that is extended by replicates or patients, finished or not, has the bytes of a run at once; what is there is not
# lived again; what cannot be extended is refused with a sentence, and stays as it is.
# extend.sh LIND PROTOCOL
set -euo pipefail
shopt -s inherit_errexit
lind=$1 protocol=$2
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
whole=(--set block_max=240 --set store.patients=900)
cut=(--set block_max=100 --set 'arms.pump.controllers=[basal]' --set store.patients=1500)
run() { "$lind" run "$protocol" "$@" >/dev/null; }
lived() { sed -n 's/.* stages, \([0-9]*\) of them lived now.*/\1/p' "$1/log.txt"; }
same() { # EXTENDED FRESH LIVED
  cmp "$1/results.h5" "$2/results.h5" && cmp "$1/estimates.json" "$2/estimates.json"
  [ "$(lived "$1")" = "$3" ] || { echo "$1: $(lived "$1") patients were lived instead of $3"; exit 1; }
  "$lind" verify "$1" >/dev/null
  [ "$(find "$1/segments" -name '*.h5' | wc -l)" -le 2 ] || { echo "$1 has many segments"; exit 1; }
}
refused() { # 'a sentence that * matches' OPTIONS
  local status=0 said
  said=$("$lind" run "$protocol" "${@:2}" 2>&1 >/dev/null) || status=$?
  # shellcheck disable=SC2053 # the sentence is a pattern
  [[ $status = 2 && $said = $1 ]] || { echo "status $status: $said instead of: $1"; exit 1; }
}

# blocks of 4 replicates of 60: of 6 there is one that is full; the scenarios grow with the study, from 6 to 11
grow=(--set sensitivity.replicates=11)
run "${whole[@]}" "${grow[@]}" --replicates 6 --out a --threads 2
run "${whole[@]}" "${grow[@]}" --replicates 11 --out a11
before=$(sha256sum a/results.h5)
refused "lind: a was begun with 6 replicates and 5 are asked for; *choose another --out" "${whole[@]}" "${grow[@]}" --replicates 5 --out a
refused "lind: a was begun with 60 patients a replicate and 61 are asked for, but *block_max*" "${whole[@]}" "${grow[@]}" --replicates 6 --patients 61 --out a
[ "$before" = "$(sha256sum a/results.h5)" ] || { echo "a refusal has changed results"; exit 1; }
mpirun --oversubscribe -n 3 "$lind" run "$protocol" "${whole[@]}" "${grow[@]}" --replicates 11 --out a --threads 1 >/dev/null
same a a11 $((3 * (11 - 4) * 60))
"$lind" run "$protocol" "${whole[@]}" "${grow[@]}" --replicates 11 --out a | grep -q "finished earlier"

# of 2 replicates of 800 the first 512 of each are a full block; but the numbers of blocks change, the rows of the second were
# stored and are not any more, so that it is lived again
run "${cut[@]}" --no-sensitivity --patients 800 --replicates 2 --out b
run "${cut[@]}" --no-sensitivity --patients 1300 --replicates 3 --out b1300
run "${cut[@]}" --no-sensitivity --patients 1300 --replicates 3 --out b
same b b1300 $((3 * 1300 - 512))

# of 600 patients and their doubles a sample of trajectories is not the same, though 1200 patients are drawn from in both
sample=('--set' 'store.trajectories={keep: sample, patients: 1000}')
run "${cut[@]}" "${sample[@]}" --no-sensitivity --patients 600 --replicates 2 --out f
refused "lind: f belongs to another plan *" "${cut[@]}" "${sample[@]}" --no-sensitivity --patients 1200 --replicates 2 --out f

# an unfinished one; then one without segments, of which nothing is left to use
status=0
timeout --signal=TERM 0.6 "$lind" run "$protocol" "${cut[@]}" --no-sensitivity --patients 1100 --replicates 2 --out c --threads 1 >/dev/null 2>&1 || status=$?
[ "$status" != 1 ] || { echo "stopping gave status 1"; exit 1; }
run "${cut[@]}" --no-sensitivity --patients 1300 --replicates 3 --out c
cmp c/results.h5 b1300/results.h5
run "${whole[@]}" --no-sensitivity --replicates 4 --out d --drop-segments
[ ! -e d/segments ] || { echo "segments are still there"; exit 1; }
run "${whole[@]}" --no-sensitivity --replicates 5 --out d --drop-segments
run "${whole[@]}" --no-sensitivity --replicates 5 --out d5
cmp d/results.h5 d5/results.h5
run "${whole[@]}" --no-sensitivity --replicates 5 --out d5 --drop-segments # a finished one, too
[ ! -e d5/segments ] || { echo "segments of a finished run are still there"; exit 1; }

# an extension that is stopped leaves the results that were there; they hold, and nobody takes them for damaged
run "${cut[@]}" --no-sensitivity --patients 600 --replicates 1 --out g
cp g/results.h5 before.h5
status=0
timeout --signal=TERM 1 "$lind" run "$protocol" "${cut[@]}" --no-sensitivity --patients 600 --replicates 10000 --out g --threads 1 >/dev/null 2>&1 || status=$?
[ "$status" = 124 ] || { echo "the extension was not stopped: status $status"; exit 1; }
"$lind" verify g | grep -q '^note      an extension of this run was begun'
cmp g/results.h5 before.h5
run "${whole[@]}" --no-sensitivity --replicates 2 --out h
"$lind" merge table g h >/dev/null 2>said && { echo "an extension that is not finished was merged"; exit 1; }
grep -q '^lind: an extension of g was begun and is not finished' said

# an answer that cannot be written is none; a page of changed numbers is not made
! "$lind" run "$protocol" "${whole[@]}" --no-sensitivity --replicates 2 --out h --json >/dev/full 2>said || { echo "an answer that was lost has status 0"; exit 1; }
grep -q '^lind: the answer cannot be written to the standard output: ' said
sed -i 's/0/1/' h/estimates.json
! "$lind" report h 2>said || { echo "a report was made of changed numbers"; exit 1; }
grep -q 'estimates.json is not what its line in checksums.txt says' said

# dates that are spread over a time depend on how many there are
cp -r "$(dirname "$protocol")" data
protocol=data/$(basename "$protocol")
echo 'recruit: {over: 30 day}' >>"$protocol"
run "${cut[@]}" --no-sensitivity --replicates 1 --patients 600 --out e
refused "lind: e was begun with 600 patients * but recruit.over spreads *" "${cut[@]}" --no-sensitivity --replicates 1 --patients 700 --out e
