#!/usr/bin/env python3
"""diff.py LIND GOOD: `lind diff` says what differs between two runs, with the status to match; one study with two results is an alarm."""
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

LIND, GOOD = sys.argv[1], pathlib.Path(sys.argv[2])


def lind(*words):
    done = subprocess.run([LIND, *map(str, words)], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr.strip()


def study(work, name, *options, protocol=GOOD / "trial.yaml"):
    status, _, said = lind("run", protocol, "--out", work / name, "--threads", 1, *options)
    assert status == 0, said
    return work / name


def diff(a, b, status):
    found, out, said = lind("diff", a, b, "--json")
    assert found == status, (found, out, said)
    words = lind("diff", a, b)
    assert words[0] == status
    return json.loads(out), words[1]


def check_numbers(document, a, b):
    """The estimates are those of the documents, and the largest difference of a column is what the tables say."""
    one, other = (json.loads((run / "estimates.json").read_text())["analyses"][0]["terms"][0] for run in (a, b))
    row = document["estimates"][0]
    assert (row["a"], row["b"]) == (one["estimate"], other["estimate"])
    assert row["difference"] == other["estimate"] - one["estimate"]
    assert abs(row["in_mcse"] * (one["mcse"] ** 2 + other["mcse"] ** 2) ** 0.5 - row["difference"]) < 1e-12
    try:
        import h5py
    except ImportError:
        return
    with h5py.File(a / "results.h5") as x, h5py.File(b / "results.h5") as y:
        ages = abs(x["patients/age"][:] - y["patients/age"][:])
    column = next(c for c in document["columns"] if c["column"] == "age")
    assert (column["largest"], column["rows"], column["unit"]) == (ages.max(), (ages > 0).sum(), "year"), column


def sums_forge(run):
    """checksums.txt as if nothing had happened."""
    names = [line.split("  ")[1] for line in (run / "checksums.txt").read_text().splitlines()]
    (run / "checksums.txt").write_text("".join(f"{hashlib.sha256((run / name).read_bytes()).hexdigest()}  {name}\n" for name in names))


def check_forged(work, a):
    """A changed file is damage; with checksums.txt repaired it is one study with two results, an alarm, unless two programs made them."""
    forged = work / "forged"
    shutil.copytree(a, forged)
    text = bytearray((forged / "results.h5").read_bytes())
    text[text.index(b"lind-estimates-1") + 4] ^= 1
    (forged / "results.h5").write_bytes(text)
    status, _, said = lind("diff", a, forged)
    assert status == 1 and "results.h5 is not what its line in checksums.txt says" in said, said
    sums_forge(forged)
    document, words = diff(a, forged, 1)
    assert document["damaged"] == [] and document["same_study"] and not document["same_bytes"] and "THIS SHOULD NEVER HAPPEN" in words, words
    provenance = forged / "provenance.json"
    provenance.write_text(re.sub('"revision": "[^"]*"', '"revision": "0123456"', provenance.read_text()))
    sums_forge(forged)
    document, words = diff(a, forged, 1)
    assert {m["what"] for m in document["makers"]} == {"lind revision"} and "made by different programs" in words and "NEVER" not in words, words
    shutil.copy(a / "results.h5", forged)
    sums_forge(forged)
    assert diff(a, forged, 0)[0]["same_bytes"], "another program, the same bytes: they do not differ"
    estimates = forged / "estimates.json"
    estimates.write_text(re.sub('"estimate": (-?)', r'"estimate": \g<1>1', estimates.read_text(), count=1))
    document, words = diff(a, forged, 1)
    assert [(d["run"], "estimates.json" in d["words"]) for d in document["damaged"]] == [(str(forged), True)], document["damaged"]
    assert not document["same_documents"] and document["same_bytes"] and f"DAMAGED     {forged}: estimates.json" in words, words


def main():
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        shutil.copytree(GOOD, work / "in")
        a, same = study(work, "a"), study(work, "same")
        document, words = diff(a, same, 0)
        assert document["same_bytes"] and document["settings"] == document["inputs"] == document["columns"] == []
        assert "THIS SHOULD NEVER HAPPEN" not in words
        seed = study(work, "seed", "--seed", 9)
        document, words = diff(a, seed, 1)
        assert [(s["what"], s["a"], s["b"]) for s in document["settings"]] == [("seed", "3", "9")], document["settings"]
        assert document["inputs"] == [] and not document["same_study"] and "seed: 3 | 9" in words
        check_numbers(document, a, seed)
        dropout = study(work, "dropout", "--set", "conduct.dropout.yearly=0.5")
        document, _ = diff(a, dropout, 1)
        assert [s["what"] for s in document["settings"]] == ["conduct.dropout.yearly"], document["settings"]
        cohort = work / "in/cohort.yaml"
        cohort.write_text(cohort.read_text().replace("sd: 9 year", "sd: 8 year"))
        other = study(work, "cohort", protocol=work / "in/trial.yaml")
        document, words = diff(a, other, 1)
        assert [s["what"] for s in document["inputs"]] == ["file of cohort"] and "cohort.yaml (" in words, document["inputs"]
        more = study(work, "more", "--replicates", 5)
        document, words = diff(a, more, 1)
        assert f"/patients/age: 48 rows more in {more}" in words and "by up to 0 " not in words, words
        check_forged(work, a)
        kept = [study(work, f"kept{n}", "--set", f"store.trajectories={{keep: sample, patients: {n}}}", "--set", "curves=" + curves)
                for n, curves in ((3, "{output: conc, every: 2 day, lower: 0, upper: 9}"), (4, "{output: conc, every: 1 day, lower: 0, upper: 9}"))]
        assert {c["table"] for c in diff(*kept, 1)[0]["columns"]} == {"/trajectories/patients", "/trajectories/conc"}
        assert lind("diff", a) == (2, "", "lind: which two runs? lind diff A B")
        assert lind("diff", a, work)[0] == 2


main()
