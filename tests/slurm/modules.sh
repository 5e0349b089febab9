#!/usr/bin/env bash
# What `cmake --install` leaves can be taken by `module load`, wherever it lies, and runs a study from another folder. modules.sh CMAKE BUILD
set -euo pipefail
cmake=$1 build=$2
init=/usr/share/lmod/lmod/init/bash
[ -f "$init" ] || { echo "skipped: Lmod is not installed; scripts/packages --tests installs it"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$cmake" --install "$build" --prefix "$work/prefix" >/dev/null
cd "$work"
for kind in lmod tcl; do # Lmod reads both languages
  bash -c '
    set -eu
    export LMOD_SYSTEM_DEFAULT_MODULES= LMOD_PAGER=none
    set +u
    source "$1"
    module use "$2/share/lind/jobs/modules/$3"
    module load lind
    [ "$(command -v lind)" = "$2/bin/lind" ] || { echo "PATH leads to $(command -v lind)"; exit 1; }
    case "$(lind --version) " in "lind $(basename "$LOADEDMODULES") "*) ;; *) echo "$LOADEDMODULES loads $(lind --version)"; exit 1 ;; esac
    "$LIND_JOBS/local/ranks.sh" 1 "$LIND_PROTOCOLS/examples/scurvy-1747.yaml" --replicates 2 --out "$3" >/dev/null
    lind verify "$3" >/dev/null
    module unload lind
    [ -z "${LIND_JOBS:-}" ] || { echo "LIND_JOBS is left behind"; exit 1; }
  ' module "$init" "$work/prefix" "$kind"
  echo "$kind: loaded, ran, unloaded"
done
