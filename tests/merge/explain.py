#!/usr/bin/env python3
"""explain.py LIND GOOD PROTOCOLS: `lind verify --explain` says which number comes from which input, and that is true.

One key after the other is changed. A number that changes must have named the key, or one above it; places are where the keys stand; hashes
are those of the files."""
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

LIND, GOOD, PROTOCOLS = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
WORDS = {"title", "published", "published_unit", "source", "text"}  # no numbers of a run


def lind(*words, status=0):
    done = subprocess.run([LIND, *map(str, words)], capture_output=True, text=True)
    assert done.returncode == status, f"lind {words}: {done.returncode}, {done.stderr}"
    return done.stdout


def bare(value):
    if isinstance(value, dict):
        return {k: bare(v) for k, v in value.items() if k not in WORDS}
    return [bare(v) for v in value] if isinstance(value, list) else value


def study(out, protocol, sizes, changes=()):
    """What was found: {number: all that stands there}, and where it is said to come from: {number: keys}."""
    lind("run", protocol, "--threads", 1, "--out", out, *sizes, *(word for change in changes for word in ("--set", change)))
    explanation = json.loads(lind("verify", out, "--explain", "--json"))
    estimates = json.loads((out / "estimates.json").read_text())
    shared = {item["key"] for item in explanation["lives"]}
    keys = {n["number"]: {item["key"] for item in n["from"]} | (shared if n["lives"] else set()) for n in explanation["numbers"]}
    found = {f"analyses/{a['name']}/{t['group']}/{t['level']}": bare(t) for a in estimates["analyses"] for t in a["terms"]}
    found |= {f"endpoints/{e['name']}/{c['group']}/{c['level']}/{c['arm']}": bare(c) for e in estimates["endpoints"] for c in e["cells"]}
    found |= {name: bare(estimates[name]) for name in keys if name in estimates}
    published = {name for name in keys if name.startswith("published/")}
    assert set(found) | published == set(keys), set(found) ^ set(keys)
    return explanation, found, keys


def check_places(explanation):
    hashes = {item["path"]: item["sha256"] for item in explanation["inputs"]}
    for path, sha in hashes.items():
        assert hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest() == sha, path
    places = {(item["key"], item["where"]) for n in explanation["numbers"] for item in n["from"]}
    places |= {(item["key"], item["where"]) for item in explanation["lives"]}
    for key, where in places:
        path, line, column = where.rsplit(":", 2)
        assert path in hashes, f"{key}: {path} is no input"
        text = pathlib.Path(path).read_text().splitlines()[int(line) - 1][int(column) - 1 :]
        name = key.split(".")[-1]
        assert text.startswith((name, f'"{name}')) or key in ("define", "dosing", "assumptions", "targets"), (key, where, text)


def check_changes(work, protocol, sizes, changes):
    explanation, before, keys = study(work / "before", protocol, sizes)
    check_places(explanation)
    told = set()
    for i, change in enumerate(changes):
        change = (change,) if isinstance(change, str) else change
        _, after, _ = study(work / f"after-{i}", protocol, sizes, change)
        names = [one.split("=")[0] for one in change]
        moved = {n for n in before if n not in after or before[n] != after[n]}
        assert moved, f"{protocol.name}: {change} changes nothing"
        for number in moved:
            assert any(name == key or name.startswith(key + ".") for name in names for key in keys[number]), \
                f"{protocol.name}: {change} changes {number}, which is said to come from {sorted(keys[number])}"
        told.add(len(moved))
        shutil.rmtree(work / f"after-{i}")
    assert len(told) > 1, "every change changes everything"
    shutil.rmtree(work / "before")


def check_input_changed(work):
    shutil.copytree(GOOD, work / "in")
    study(work / "run", work / "in/trial.yaml", [])
    cohort = work / "in/cohort.yaml"
    cohort.write_text(cohort.read_text() + "\n# another\n")
    explanation = json.loads(lind("verify", work / "run", "--explain", "--json", status=1))
    assert {i["role"]: i["unchanged"] for i in explanation["inputs"]}["cohort"] is False and not explanation["holds"]
    assert "HAS CHANGED" in lind("verify", work / "run", "--explain", status=1)
    lind("verify", work / "run", "--json", status=2)


def main():
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        check_changes(work, PROTOCOLS / "examples/scurvy-1747.yaml", ["--replicates", 8], [
            "dosing.cider.dose=100 [mg]", "dosing.nothing.dose=60 [mg]", "arms.paste.dosing=[cider]", "endpoints.pool.at=3 day", "seed=5",
            "analysis.sea_water.level=0.8", "curves.every=2 day", ("arms.paste.ratio=2", "randomise.blocks=[7]"), "duration=15 day"])
        check_changes(work, GOOD / "trial.yaml", ["--replicates", 6], [
            "endpoints.seen.range=[0.3, 1000]", "dosing.low.dose=20 [mg]", "conduct.dropout.yearly=0.99", "randomise.blocks=[2]",
            "randomise.strata=[]", "patients=20", "visits.missed=0.3"])
        set_looks = ["--set", "design.looks=[{events: 10}, {events: 20}]"]
        check_changes(work, PROTOCOLS / "examples/gist-sunitinib.yaml", ["--replicates", 2, "--patients", 60, *set_looks], [
            "endpoints.ttp.threshold=0.4", "analysis.survival.level=0.8", "design.looks=[{events: 15}, {events: 25}]"])
        check_input_changed(work)
        words = lind("verify", work / "run", "--explain", status=1)
        assert "every life rests on" in words and "analyses/primary/all/all" in words


if __name__ == "__main__":
    main()
