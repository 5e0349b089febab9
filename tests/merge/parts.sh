#!/usr/bin/env bash
# Parts of a study, merged, are the bytes of one run; what is missing, damaged or of another study is named, and nothing is written.
# parts.sh LIND PROTOCOL REPLICATES [OPTIONS OF lind run]
set -euo pipefail
shopt -s inherit_errexit
lind=$1 protocol=$2
options=(--replicates "$3" "${@:4}")
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
part() { "$lind" run "$protocol" "${options[@]}" --part "$1/3" --out "part$1" "${@:2}" >/dev/null; }
refused() { # STATUS 'a sentence that * matches' COMMAND...
  local status=0 said
  said=$("${@:3}" 2>&1 >/dev/null) || status=$?
  # shellcheck disable=SC2053 # the sentence is a pattern
  [[ $status = "$1" && $said = $2 ]] || { echo "status $status: $said instead of $1: $2"; exit 1; }
}
"$lind" run "$protocol" "${options[@]}" --out whole >/dev/null
part 1 --threads 2
part 3 --threads 1
refused 2 "lind: part 2 of 3 is not there: lind run * --part 2/3 --out DIR" "$lind" merge out part1 part3
refused 2 "lind: part1 holds part 1 of 3; choose another --out for part 2 of 3" "$lind" run "$protocol" "${options[@]}" --part 2/3 --out part1
refused 2 "lind: part1 holds part 1 of 3; go on with --part 1/3, or choose another --out *" "$lind" run "$protocol" "${options[@]}" --out part1
refused 2 "lind: whole holds a whole study; choose another --out for part 2 of 3" "$lind" run "$protocol" "${options[@]}" --part 2/3 --out whole
mpirun --oversubscribe -n 2 "$lind" run "$protocol" "${options[@]}" --part 2/3 --out part2 --threads 1 >/dev/null
mkdir less
cp -r part2/. less
find less/segments -name '*.h5' -delete
refused 2 "lind: part 2 of 3 (less) has 0 of its * blocks: lind run * --part 2/3 --out less" "$lind" merge out part1 less part3
"$lind" run "$protocol" "${options[@]}" --seed 7 --part 2/3 --out other >/dev/null
refused 2 "lind: part1 and other are parts of different studies: seed is *" "$lind" merge out part1 other part3
"$lind" run "$protocol" "${options[@]}" --part 2/4 --out quarter >/dev/null
refused 2 "lind: part1 is part 1 of 3 and quarter is part 2 of 4, which do not fit together: * blocks are in none of *" "$lind" merge out part1 quarter part3
refused 2 "lind: part1 is to receive what is merged *" "$lind" merge part1 part1 part2
refused 2 "lind: part1 is not finished *" "$lind" merge out whole part1
[ ! -e out ] || { echo "a merge that was refused has made its directory"; exit 1; }
before=$(find part1 part2 part3 -type f -exec sha256sum {} + | sort)
# a damaged segment is named, and the merge of the mended part goes on from where this one stopped
cp -r part2 torn
segment=$(find torn/segments -name '*.h5' | sort | head -n 1)
printf 'x' | dd of="$segment" bs=1 seek="$(($(stat -c %s "$segment") / 2))" conv=notrunc status=none # among the numbers
refused 1 "lind: $segment * (in torn; the command that made it *" "$lind" merge out part1 torn part3
"$lind" merge out part3 part1 part2 >/dev/null
cmp out/results.h5 whole/results.h5
cmp out/estimates.json whole/estimates.json
[ "$before" = "$(find part1 part2 part3 -type f -exec sha256sum {} + | sort)" ] || { echo "the merge has changed its inputs"; exit 1; }
"$lind" merge more part1 part2 part3 torn >/dev/null 2>&1 && { echo "a damaged segment was merged"; exit 1; }
"$lind" merge twice part2 part1 less part3 >/dev/null # blocks that are there twice, or a directory without any, do no harm
cmp twice/results.h5 whole/results.h5
# a segment that was moved to another disk, with a link in its place that holds from there alone
cp -r part2 moved
mkdir far
segment=$(find moved/segments -name '*.h5' -printf '%f\n' | sort | head -n 1)
mv "moved/segments/$segment" far
ln -s "../../far/$segment" moved/segments
"$lind" merge deep/down/out part1 moved part3 >/dev/null
cmp deep/down/out/results.h5 whole/results.h5
"$lind" verify out >/dev/null
grep -q '"merged"' out/provenance.json
