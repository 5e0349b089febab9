#!/usr/bin/env python3
"""scenarios.py LIND GOOD: finished studies become one table, in which every number is that of its study and what differs has a column."""
import csv
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

LIND, GOOD = sys.argv[1], pathlib.Path(sys.argv[2])


def lind(*words, status=0):
    done = subprocess.run([LIND, *map(str, words)], capture_output=True, text=True)
    assert done.returncode == status, f"lind {words}: {done.returncode}, {done.stderr}"
    return done.stdout if status == 0 else done.stderr.strip()


def study(work, name, *options):
    lind("run", GOOD / "trial.yaml", "--out", work / name, "--threads", 1, *options)
    return json.loads((work / name / "estimates.json").read_text())


def number(text):
    return float(text) if text != "" else None


def check_row(row, estimates):
    analysis = next(a for a in estimates["analyses"] if a["name"] == row["analysis"])
    term = next(t for t in analysis["terms"] if (t["group"], t["level"]) == (row["group"], row["level"]))
    for key in ("estimate", "mcse", "power", "power_mcse", "sd", "se"):
        assert number(row[key]) == term[key], (key, row[key], term[key])
    assert [number(row["lower"]), number(row["upper"])] == term["interval"]
    assert number(row["failed [patient]"]) == sum(arm["failed"] for arm in estimates["consort"]["arms"])
    assert number(row["randomised [patient]"]) == estimates["consort"]["randomised"]
    assert (row["unit"], row["estimator"], row["digest"]) == (analysis["unit"], analysis["estimator"], estimates["digest"])


def check_h5(path, rows):
    try:
        import h5py
    except ImportError:
        return
    with h5py.File(path, "r") as file:
        table = file["scenarios"]
        assert list(table["estimate"][:]) == [float(row["estimate"]) for row in rows]
        assert list(table["patients"][:]) == [float(row["patients"]) for row in rows]
        labels = [label.decode() for label in table["scenario"].attrs["labels"]]
        assert [labels[code] for code in table["scenario"][:]] == [row["scenario"] for row in rows]
        assert all(table[name].attrs["description"] != b"" for name in table)


def check_refusals(work):
    sentence = lind("merge", work / "no", work / "few", work / "few-again", status=2)
    assert "are the same study" in sentence, sentence
    lind("run", GOOD / "trial.yaml", "--out", work / "part", "--part", "1/1")
    sentence = lind("merge", work / "no", work / "few", work / "part", status=2)
    assert f"{work}/part is not finished and {work}/few is" in sentence, sentence
    for name in ("results.h5", "estimates.json", "report.html"):
        shutil.copytree(work / "few", work / "bad", dirs_exist_ok=True)
        with open(work / "bad" / name, "r+b") as file:
            file.seek(700)
            byte = file.read(1)
            file.seek(700)
            file.write(bytes([byte[0] ^ 1]))
        sentence = lind("merge", work / "no", work / "many", work / "bad", status=2)
        assert f"{work}/bad" in sentence and (name in sentence or "holds no" in sentence), sentence
        shutil.rmtree(work / "bad")
    sentence = lind("merge", work / "many", work / "few", work / "high", status=2)
    assert sentence == f"lind: {work}/many holds a run; choose another folder for the table", sentence
    assert not (work / "no").exists()


def main():
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        studies = {"few": study(work, "few"), "many": study(work, "many", "--patients", 40),
                   "high": study(work, "high", "--set", "conduct.dropout.yearly=0.5")}
        study(work, "few-again")
        shown = lind("merge", work / "table", *(work / name for name in studies))
        rows = list(csv.DictReader((work / "table/scenarios.csv").open()))
        assert [row["scenario"] for row in rows] == list(studies), rows
        assert [row["patients"] for row in rows] == ["16", "40", "16"]
        assert [row["conduct.dropout.yearly"] for row in rows] == ["0.9", "0.9", "0.5"]
        assert "seed" not in rows[0] and "replicates" not in rows[0], "a column of what does not differ"
        for row in rows:
            check_row(row, studies[row["scenario"]])
        assert all(name in shown for name in studies)
        document = json.loads((work / "table/scenarios.json").read_text())
        assert [row["estimate"] for row in document["rows"]] == [float(row["estimate"]) for row in rows]
        assert [c["name"] for c in document["columns"] if c["differs"]] == ["patients", "conduct.dropout.yearly"]
        assert json.loads(lind("merge", work / "table", *(work / name for name in studies), "--json")) == document
        check_h5(work / "table/scenarios.h5", rows)
        lind("run", GOOD / "trial.yaml", "--out", work / "whole", "--part", "1/1")
        assert lind("merge", work / "table", work / "whole", status=2).endswith("/table holds a table of studies; choose another folder for the results")
        check_refusals(work)


main()
