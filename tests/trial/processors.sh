#!/usr/bin/env bash
# Processors of one class give the same bytes, whoever made them; one that lind cannot run on is told in a sentence. Intel's and AMD's are
# emulated (qemu-user), and compared with this machine's. processors.sh LIND PROTOCOL
set -euo pipefail
lind=$1 protocol=$2
command -v qemu-x86_64 >/dev/null || { echo "skipped: qemu-user is not installed; scripts/packages --tests installs it"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
on() { qemu-x86_64 -cpu "$1" "$lind" "${@:2}" 2> >(grep -v "TCG doesn't support" >&2); }
"$lind" run "$protocol" --threads 1 --out "$work/here" >/dev/null
for processor in Haswell EPYC; do
  on "$processor" run "$protocol" --threads 1 --out "$work/$processor" >/dev/null
  cmp "$work/here/results.h5" "$work/$processor/results.h5"
done
status=0
said=$(on Nehalem run "$protocol" --out "$work/old" 2>&1) || status=$?
[[ $status = 1 && $said = "lind: this processor has no AVX2"* && ! -e $work/old ]] || { echo "an old processor: status $status, $said"; exit 1; }
