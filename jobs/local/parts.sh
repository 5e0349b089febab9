#!/usr/bin/env bash
# One study in N parts, one after the other, and their merge; the parts could as well have been run on N machines that share nothing.
#   jobs/local/parts.sh N DIR protocols/examples/eu-pact.yaml [lind run's options]          results in DIR, parts in DIR.parts/1, 2, ..
set -euo pipefail
n=${1:?how many parts?}
dir=${2:?which directory?}
if ! [[ $n =~ ^[1-9][0-9]{0,8}$ ]]; then
  echo "parts.sh: '$n' is not a number of parts; 1 or more, then the directory, then the protocol" >&2
  exit 2
fi
parts=()
for ((part = 1; part <= n; part++)); do
  "${LIND:-lind}" run "${@:3}" --part "$part/$n" --out "$dir.parts/$part"
  parts+=("$dir.parts/$part")
done
exec "${LIND:-lind}" merge "$dir" "${parts[@]}"
