#!/usr/bin/env bash
# Stored trajectories change no other table; a replay of one patient has the stored rows to the bit; the size is said before the run.
# trajectories.sh LIND PROTOCOL
set -euo pipefail
lind=$1 protocol=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
run() { # NAME OPTIONS
  "$lind" run "$protocol" --patients 60 --replicates 3 --no-sensitivity --set block_max=60 "${@:2}" --out "$work/$1" >/dev/null
  "$lind" export "$work/$1" --format csv >/dev/null
}
run none
run none_said --set 'store.trajectories={keep: none, at: dense, every: 1 h}'
run dense --set 'store.trajectories={keep: all, at: dense, every: 50 min, states: yes}'
run visits --set 'store.trajectories={keep: sample, patients: 20}'
for other in none_said dense visits; do
  for table in patients outcomes tallies-flow estimates-replicates; do
    cmp "$work/none/csv/$table.csv" "$work/$other/csv/$table.csv"
  done
done
[ ! -e "$work/none/csv/trajectories-patients.csv" ] && [ ! -e "$work/none_said/csv/trajectories-patients.csv" ]
rows=$work/dense/csv/trajectories-patients.csv
for id in 0 17 59; do
  "$lind" patient "$work/dense" --id $id --replicate 2 --out "$work/one.csv" >/dev/null
  "$lind" patient "$work/dense" --id $id --replicate 2 --every '50 min' --out "$work/two.csv" >/dev/null
  awk -F, -v id=$id 'NR == 1 || ($1 == 2 && $2 == id)' "$rows" >"$work/stored.csv"
  [ "$(wc -l <"$work/stored.csv")" -gt 20 ]
  cmp "$work/one.csv" "$work/stored.csv"
  cmp "$work/two.csv" "$work/stored.csv"
done
# a patient whom the run did not store, on a grid that it did not have: every other point of a finer one
"$lind" patient "$work/none" --id 17 --every '100 min' --out "$work/coarse.csv" >/dev/null
"$lind" patient "$work/none" --id 17 --every '50 min' --out "$work/fine.csv" >/dev/null
cut -d, -f1-4 "$work/coarse.csv" >"$work/labels.csv"
awk 'NR == 1 || NR % 2 == 0' "$work/fine.csv" | cut -d, -f1-4 | cmp - "$work/labels.csv"
[ "$(tail -n +2 "$work/visits/csv/trajectories-patients.csv" | cut -d, -f1,2 | sort -u | wc -l)" = 20 ]
head -1 "$work/visits/csv/trajectories-patients.csv" | grep -q _observed
# the report draws some of them, as they are stored
python3 - "$work/dense" "$work/visits" <<'END'
import csv, json, sys
for run in sys.argv[1:]:
    with open(run + "/csv/trajectories-patients.csv", newline="") as file:
        rows = csv.reader(file)
        names = [cell.split(" [")[0] for cell in next(rows)]
        stored = {}
        for row in rows:
            stored.setdefault((int(row[0]), int(row[1])), []).append(dict(zip(names, row)))
    told = json.load(open(run + "/estimates.json"))["trajectories"]
    assert told["stored"] == len(stored) and 1 <= len(told["outputs"]) <= 3, (told["stored"], len(stored))
    for output in told["outputs"]:
        lives = output["lives"]
        arms = [rows[0]["arm"] for rows in stored.values()]
        assert sorted(life["arm"] for life in lives) == sorted(arm for name in set(arms) for arm in [name] * min(4, arms.count(name)))
        for life in lives:
            rows = stored[life["replicate"], life["patient"]]
            points = {(1 + float(row["time"]) / 24, float(row[output["output"]])) for row in rows}
            drawn = list(zip(life["day"], life["value"]))
            assert set(drawn) <= points and drawn == sorted(drawn, key=lambda point: point[0]) and len(drawn) <= 240
            assert len(rows) > 240 or len(drawn) == len(rows)
            for extreme in (min, max):
                assert extreme(value for _, value in drawn) == extreme(value for _, value in points)
    assert 'id="lives"' in open(run + "/report.html").read()
END
! grep -q 'id="lives"' "$work/none/report.html" && ! grep -q '"trajectories"' "$work/none/estimates.json"
refused() { # SENTENCE COMMAND: status 2
  local status=0
  "${@:2}" >"$work/said" 2>&1 || status=$?
  [ "$status" = 2 ] && grep -q "$1" "$work/said" || { echo "'$1' not said: $(cat "$work/said"), status $status"; exit 1; }
}
refused 'is missing: the time between two points' "$lind" patient "$work/none" --id 1 --out "$work/x.csv"
refused 'a time above 0' "$lind" patient "$work/none" --id 1 --every '2 mg' --out "$work/x.csv"
refused 'every is .1 us., which makes' "$lind" patient "$work/none" --id 1 --every '1 us' --out "$work/x.csv"
refused 'which the run has written' "$lind" patient "$work/none" --id 1 --every '1 h' --out "$work/none/results.h5"
for own in plan.json checksums.txt log.txt sessions.jsonl segments/new.csv; do
  refused 'which the run has written' "$lind" patient "$work/none" --id 1 --every '1 h' --out "$work/none/$own"
done
refused 'an input of the run' "$lind" patient "$work/none" --id 1 --every '1 h' --out "$protocol"
refused 'out is missing' "$lind" patient "$work/none" --id 1 --every '2 h'
[ ! -e "$work/x.csv" ]
"$lind" run "$protocol" --dry-run --set 'store.trajectories={keep: sample, patients: 20, at: dense, every: 12 h}' >"$work/dry"
grep -q '^trajectories 20 patients, every 12 h: up to 860 rows' "$work/dry"
