#!/usr/bin/env bash
# A trial with a tissue: one digest at one team size, whoever computes it; teams of other sizes agree to the solver's tolerance; what
# cannot be is refused in a sentence; a program without a tissue loads no PETSc. trial.sh LIND PROTOCOL
set -euo pipefail
lind=$1 protocol=$2
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_mpi_yield_when_idle=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
small=(--patients 4 --replicates 4 --set block_max=4 --set "tissue.spacing=3 mm" --set "duration=180 day" --set "visits.days=[1, 43, 99]"
  --set "tissue.pictures.days=[1, 43]" --set "tissue.pictures.patients=1")
run() { # NAME RANKS OPTIONS..
  local name=$1 ranks=$2
  shift 2
  mpirun --oversubscribe --bind-to none -n "$ranks" "$lind" run "$protocol" "${small[@]}" --out "$work/$name" "$@" >/dev/null
  grep digest "$work/$name/log.txt"
}
same() { [ "$2" = "$3" ] || { echo "$1: $3 instead of $2"; exit 1; }; echo "$1: the same digest"; }

if ldd "$lind" | grep -q petsc; then echo "lind itself is linked with PETSc"; exit 1; fi
first=$("$lind" run "$protocol" "${small[@]}" --out "$work/alone" >/dev/null && grep digest "$work/alone/log.txt")
same "team 1 on 2 ranks" "$first" "$(run two 2)"
same "team 1 on 4 ranks" "$first" "$(run four 4)"
cmp "$work/alone/results.h5" "$work/four/results.h5"
pair=$(run pair 2 --set tissue.team=2)
same "team 2 on 4 ranks" "$pair" "$(run pairs 4 --set tissue.team=2)"
run quad 4 --set tissue.team=4 >/dev/null
# the same numbers to the solver's tolerance (1e-9), which a picture rounds to tenths of a mm
python3 -B - "$work" <<'PY'
import json, sys
def numbers(node, path=""):
    if isinstance(node, dict):
        for key, value in node.items():
            yield from numbers(value, path + "/" + key)
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from numbers(value, f"{path}/{i}")
    elif isinstance(node, (int, float)) and not isinstance(node, bool):
        yield path, node
def read(name):
    document = json.load(open(f"{sys.argv[1]}/{name}/estimates.json"))
    return dict(numbers({key: document[key] for key in ("endpoints", "curves")}))
alone = read("alone")
for name in ("pair", "quad"):
    other = read(name)
    assert other.keys() == alone.keys() and len(alone) > 100
    worst = max(abs(other[k] - alone[k]) / max(1.0, abs(alone[k])) for k in alone)
    print(f"{name}: largest relative difference {worst:.1e}")
    assert worst < 1e-6, worst
PY
"$lind" verify "$work/alone" >"$work/verify.txt" || { cat "$work/verify.txt"; exit 1; }
grep -q "bit for bit" "$work/verify.txt"
"$lind" patient "$work/alone" --id 1 >"$work/patient.txt"
grep -q "t2_radius" "$work/patient.txt"
grep -qE "^ +2 .* (2|2\.67)$" "$work/patient.txt" || { echo "no dose in Gy in:"; cat "$work/patient.txt"; exit 1; }
grep -qE " Gy +Gy$" "$work/patient.txt"
grep -A1 '"role": "tissue"' "$work/alone/provenance.json" | grep -q "brain-slice.csv" || { echo "the slice is no input"; exit 1; }
refused() { # WORDS COMMAND..
  local words=$1 status=0
  shift
  "$@" >"$work/out.txt" 2>&1 || status=$?
  [ "$status" -ne 0 ] || { echo "not refused: $*"; exit 1; }
  grep -q "$words" "$work/out.txt" || { echo "no '$words' in:"; cat "$work/out.txt"; exit 1; }
  echo "refused: $(grep -h "$words" "$work/out.txt" | head -1)"
}
one=("$lind" run "$protocol" --out "$work/no")
refused "does not divide the 4 ranks" mpirun --oversubscribe -n 4 "${one[@]}" --set tissue.team=3
refused "a tissue works on one thread of each rank" "${one[@]}" --threads 2
refused "names 'd', which is no state of model disease.glioma" "${one[@]}" --set 'tissue.fields={d: {diffusivity: diffusivity}}' --set tissue.measures={} --set tissue.pictures.of=d
refused "names 'diffusion', which is no output of model disease.glioma.*did you mean 'diffusivity'" "${one[@]}" --set tissue.fields.c.diffusivity=diffusion
refused "output burden is .*is needed" "${one[@]}" --set tissue.fields.c.diffusivity=burden
refused "which takes doses in model disease.glioma" "${one[@]}" --set 'tissue.measures.radiation={of: c}'
refused "engine.name is 'rk', but section tissue brings its own engine" "${one[@]}" --set engine.name=rk
refused "cannot be read at" "${one[@]}" --set tissue.space=nowhere.csv
refused "cells of .* are possible" "${one[@]}" --set "tissue.spacing=1 um"
refused "tissue.pictures.days has 900" "${one[@]}" --set "tissue.pictures.days=[1, 900]"
sed -e '/^tissue:/,/^  pictures/d' -e "s#\.\./\.\./#$(realpath "$(dirname "$protocol")/../..")/#" "$protocol" >"$work/bare.yaml"
refused "has the parameter tissue_x, which a tissue fills, and the protocol has no section tissue" "$lind" run "$work/bare.yaml" --out "$work/no"
refused "no field of the section" "${one[@]}" --set tissue.pictures.of=t2_area
[ ! -e "$work/no/results.h5" ]
