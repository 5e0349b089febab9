#!/usr/bin/env bash
# A stop while places in strata are counted says that nobody was treated: what was counted is in no segment. counting.sh LIND PROTOCOL
set -euo pipefail
lind=$1 protocol=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$lind" run "$protocol" --patients 30000000 --replicates 1 --set block_max=120 --set "arms.pump.controllers=[basal]" --no-sensitivity \
  --threads 1 --out "$work/out" >/dev/null 2>"$work/said" &
for ((look = 0; look < 3000; look++)); do
  [ ! -s "$work/out/sessions.jsonl" ] || break
  sleep 0.02
done
kill -TERM $!
status=0
wait $! || status=$?
said=$(grep "^lind: stopped" "$work/said" || cat "$work/said")
[ "$status" = 75 ] || { echo "status $status: $said"; exit 1; }
[ "$said" = "lind: stopped early, before anybody was treated; run the same command again to resume" ] || { echo "$said"; exit 1; }
[ -z "$(find "$work/out/segments" -name '*.h5')" ] || { echo "there are segments"; exit 1; }
