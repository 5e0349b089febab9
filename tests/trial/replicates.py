"""store.replicates: replicates.py LIND PROTOCOLS. The rows that are left out are counted, those that are stored are the same, and no estimate changes."""
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import h5py
    import numpy as np
except ImportError:
    print("skipped: no h5py")
    sys.exit(77)

LIND, PROTOCOL = sys.argv[1], pathlib.Path(sys.argv[2]) / "examples/scurvy-1747.yaml"
REPLICATES = 3000  # of 11 columns and more: several pieces of a roll
wrong = []


def check(good, sentence):
    if not good:
        wrong.append(sentence)
        print("WRONG", sentence)


def columns(file, group):
    return {name: file[group][name][:] for name in file[group]}


def run(folder, stored):
    """The file, estimates without the hash of the plan, log.txt and what a dry run says; stored: None for the default."""
    out = pathlib.Path(folder) / f"out-{stored}"
    ask = [LIND, "run", PROTOCOL, "--replicates", str(REPLICATES), "--threads", "2"] + ([] if stored is None else ["--set", f"store.replicates={stored}"])
    dry = subprocess.run([*ask, "--dry-run"], capture_output=True, text=True, check=True).stdout
    subprocess.run([*ask, "--out", out], check=True, capture_output=True)
    estimates = json.loads((out / "estimates.json").read_text())
    estimates.pop("plan_hash")
    return h5py.File(out / "results.h5", "r"), estimates, (out / "log.txt").read_text(), dry, out


def compare(folder, stored, everything, of_all):
    file, estimates, log, dry, out = run(folder, stored)
    rows, told = columns(file, "estimates/replicates"), columns(file, "estimates/stored")
    kept = min(stored, REPLICATES)
    check([int(told[name][0]) for name in ("replicates", "stored", "left_out")] == [REPLICATES, kept, REPLICATES - kept], f"{stored}: told {told}")
    here = everything["replicate"] < kept
    for name, column in everything.items():
        check(np.array_equal(rows[name], column[here], equal_nan=column.dtype.kind == "f"), f"{stored}: column {name} is not that of all rows")
    check(estimates == of_all, f"{stored}: estimates have changed")
    sentence = f"of {REPLICATES} replicates, rows of {REPLICATES - kept} are not in results.h5"
    for words, where in ((log, "log.txt"), (dry, "a dry run")):
        check((sentence in words) == (kept < REPLICATES), f"{stored}: {where} says {words}")
    check(subprocess.run([LIND, "verify", out], capture_output=True).returncode == 0, f"{stored}: lind verify is not content")


def main():
    with tempfile.TemporaryDirectory() as folder:
        file, of_all, log, dry, _ = run(folder, None)
        everything = columns(file, "estimates/replicates")
        check(set(everything["replicate"]) == set(range(REPLICATES)), "not every replicate has rows")
        check("left out" not in log + dry and int(file["estimates/stored/left_out"][0]) == 0, "all are stored, and something else is said")
        for stored in (0, 1500, REPLICATES - 1):
            compare(folder, stored, everything, of_all)
    return 1 if wrong else 0


sys.exit(main())
