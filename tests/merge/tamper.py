#!/usr/bin/env python3
"""tamper.py LIND GOOD: `lind verify` finds one flipped bit in any file of a run directory, or in any input, and names the file.

Every file is damaged in turn at several places, then taken away. A forger who also repairs checksums.txt is found where the numbers
come from: by the segments, by the documents that must agree, by the page that can be made again.
"""
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

LIND, GOOD = sys.argv[1], pathlib.Path(sys.argv[2])
PLACES = 7  # of each file, evenly


def lind(*words):
    done = subprocess.run([LIND, *map(str, words)], capture_output=True, text=True, errors="replace")
    return done.returncode, done.stdout + done.stderr


def holds(run):
    status, said = lind("verify", run)
    assert status == 0, said
    return said


def found(run, name, how):
    status, said = lind("verify", run)
    wrong = [line for line in said.splitlines() if line.startswith(("WRONG", "lind: "))]
    assert status == 1, f"{name}, {how}: verify ends with {status}:\n{said}"
    assert any(name in line for line in wrong), f"{name}, {how}: not named in\n" + "\n".join(wrong)


def flip(path, place):
    text = bytearray(path.read_bytes())
    text[place] ^= 0x20 if chr(text[place]).isalpha() else 1
    path.write_bytes(text)


def spoil_each(run, path):
    whole = path.read_bytes()
    name = path.name
    n = len(whole)
    for place in sorted({n * k // PLACES for k in range(PLACES)} | {n - 1}) if n else []:
        flip(path, place)
        found(run, name, f"byte {place} of {n}")
        path.write_bytes(whole)
    path.write_bytes(whole[: n // 2])
    found(run, name, "cut in half")
    path.unlink()
    found(run, name, "gone") if not path.match("segments/*") else found(run, "segments", "a segment gone")
    path.write_bytes(whole)


def digit_change(path):
    """The last digit of the first number with decimals that the file shows."""
    text = path.read_text()
    place = next(i for i in range(len(text) // 3, len(text) - 1) if text[i].isdigit() and text[i - 1] == "." and not text[i + 1].isalpha())
    path.write_text(text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :])


def told_when_finished(run):
    """The same `lind run` shows the answer of a finished directory, and says which document is not what it was; it mends results.h5."""
    words = ("run", run.parent / "in" / "trial.yaml", "--replicates", 40, "--set", "block_max=16", "--out", run, "--threads", 1)
    status, said = lind(*words)
    assert status == 0 and "finished earlier" in said and "has changed" not in said, said
    for name in ("estimates.json", "report.html"):
        whole = (run / name).read_bytes()
        flip(run / name, len(whole) // 2)
        status, said = lind(*words)
        assert status == 0 and f"lind: {name} has changed since the run" in said and "lind verify" in said, said
        (run / name).write_bytes(whole)
    results = (run / "results.h5").read_bytes()
    flip(run / "results.h5", len(results) // 2)
    status, said = lind(*words)
    assert status == 0 and "results.h5 is not what its line in checksums.txt says" in said, said
    assert (run / "results.h5").read_bytes() == results
    holds(run)


def sums_forge(run):
    lines = [line.split("  ")[1] for line in (run / "checksums.txt").read_text().splitlines()]
    sums = [f"{hashlib.sha256((run / name).read_bytes()).hexdigest()}  {name}\n" for name in lines]
    (run / "checksums.txt").write_text("".join(sums))


def forge_each(work, run, said):
    pages = "note      report.html" not in said
    for name in ("estimates.json", "results.h5") + (("report.html", "provenance.json") if pages else ()):
        forged = work / "forged"
        shutil.copytree(run, forged)
        if name == "results.h5":
            h5 = bytearray((forged / name).read_bytes())
            stored = json.loads((forged / "estimates.json").read_text())["digest"].encode()
            place = h5.index(stored) - 2000
            h5[place] ^= 1
            (forged / name).write_bytes(h5)
        else:
            digit_change(forged / name)
        sums_forge(forged)
        found(forged, name, "one number changed, and checksums.txt repaired")
        shutil.rmtree(forged)


def run_make(work):
    """A run with its segments: three parts, merged, so that they are there even if a finished run kept none."""
    protocol = work / "in" / "trial.yaml"
    parts = [work / f"part{k}" for k in (1, 2, 3)]
    for k, part in enumerate(parts, 1):
        status, said = lind("run", protocol, "--replicates", 40, "--set", "block_max=16", "--part", f"{k}/3", "--out", part, "--threads", 1)
        assert status == 0, said
    status, said = lind("merge", work / "run", *parts)
    assert status == 0, said
    if not list(work.glob("run/segments/*.h5")):
        (work / "run/segments").mkdir(exist_ok=True)
        for k, part in enumerate(parts):
            for segment in part.glob("segments/*.h5"):
                shutil.copy(segment, work / "run/segments" / f"{k}-{segment.name.split('-')[1]}")
    return work / "run"


def main():
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        shutil.copytree(GOOD, work / "in")
        run = run_make(work)
        said = holds(run)
        assert "results.h5 is what the segments give" in said, said
        covered = [path for path in sorted(run.rglob("*")) if path.is_file() and path.name != "lock"]
        assert len(covered) >= 9, covered
        for path in covered:
            spoil_each(run, path)
        for place in range(0, (run / "checksums.txt").stat().st_size, 5):
            whole = (run / "checksums.txt").read_bytes()
            flip(run / "checksums.txt", place)
            found(run, "checksums.txt", f"byte {place}")
            (run / "checksums.txt").write_bytes(whole)
        for name in ("estimates.json", "report.html", "provenance.json", "checksums.txt", "log.txt"):
            whole = (run / name).read_bytes()
            if name == "checksums.txt":
                (run / name).write_bytes(whole.translate(bytes.maketrans(b"7", b"8")))
            else:
                digit_change(run / name)
            found(run, name, "one digit")
            (run / name).write_bytes(whole)
        (run / "segments" / "stranger.h5").write_bytes(b"x")
        found(run, "stranger.h5", "is no segment")
        (run / "segments" / "stranger.h5").unlink()
        forge_each(work, run, said)
        told_when_finished(run)
        inputs = [pathlib.Path(item["path"]) for item in json.loads((run / "provenance.json").read_text())["inputs"]]
        assert {"trial.yaml", "cohort.yaml", "CYP2C9.csv"} <= {path.name for path in inputs}, inputs
        for path in inputs:
            whole = path.read_bytes()
            path.write_bytes(whole + b"\n")
            found(run, path.name, "an input with a line more")
            path.write_bytes(whole)
        holds(run)
        print(f"{len(covered)} files and {len(inputs)} inputs, damaged in turn, were found and named")


main()
