"""provenance.json says where the numbers come from: everything on this list, with hashes that are those of the files, for every session.

provenance.py LIND SOURCE -- one study with tables and targets, another whose model is the user's own and which is extended."""

import hashlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

lind, source = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
# what each thing must look like; a type, or a pattern of a text
DIGEST, SHA256, TIME = r"[0-9a-f]{32}", r"[0-9a-f]{64}", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
WORDS, VERSION = r"(?s).*\S.*", r".*\d+\.\d+.*"
INPUT = {"role": WORDS, "path": WORDS, "sha256": SHA256}
REQUEST = {"plan_hash": DIGEST, "class": WORDS, "patients": int, "replicates": int, "seed": int, "set": [WORDS], "no_sensitivity": bool,
           "directory": r"/.*"}
MACHINE = {"cpu": str, "system": r"Linux \S+ x86_64"}
POST = {"host": WORDS, "cores": WORDS, "threads": int, "pinned": bool, "blocks": int, "busy_s": float, "waits_s": float}
DUE = REQUEST | {
    "lind": {"version": VERSION, "revision": WORDS, "compiler": WORDS, "flags": r".*-march=x86-64-v3.*-ffp-contract=off.*", "build": WORDS},
    "libc": VERSION,
    "libraries": {"libfyaml": VERSION, "libsodium": VERSION, "xxHash": VERSION, "GSL": VERSION, "SUNDIALS": VERSION, "SLEEF": VERSION,
                  "HDF5": VERSION, "Jansson": VERSION, "zlib": VERSION, "MPI": r"Open MPI.*\d|MPICH.*\d", "OpenMP": r"\d{6}.*"},
    "machine": MACHINE,
    "finished": TIME, "wall_s": float, "ranks": int, "threads": int, "patients_per_s": float,
    "crew": {"words": WORDS, "ranks": [POST], "idle_share": float, "longest_wait_s": float},
    "model": {"name": WORDS, "sha256": SHA256}, "model_back_end": WORDS, "engine": WORDS,
    "sessions": [REQUEST | {"began": TIME, "ended": TIME, "end": "done", "patients_lived": int, "lind": {"version": VERSION, "revision": WORDS},
                            "ranks": int, "threads": int, "queue": "guided|static", "hosts": [{"host": WORDS, "ranks": int}],
                            "machine": MACHINE, "launcher": "none|mpirun|srun|PMIx", "environment": dict, "inputs": [INPUT]}],
    "inputs": [INPUT], "protocol_as_read": WORDS, "protocol_as_resolved": dict}


def missing(due, found, name):
    """What is wrong with it, one sentence each."""
    if isinstance(due, dict):
        if not isinstance(found, dict):
            return [f"{name} is {found!r}"]
        return [words for key in due for words in (missing(due[key], found[key], f"{name}.{key}") if key in found else [f"{name}.{key} is not there"])]
    if isinstance(due, list):
        if not isinstance(found, list):
            return [f"{name} is {found!r}"]
        return [words for i, item in enumerate(found) for words in missing(due[0], item, f"{name}[{i}]")]
    good = re.fullmatch(due, found) if isinstance(due, str) and isinstance(found, str) else isinstance(due, type) and type(found) is due
    return [] if good else [f"{name} is {found!r}"]


def run(protocol, out, *options, **environment):
    subprocess.run([lind, "run", str(protocol), "--no-sensitivity", "--out", str(out), *options], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, env=dict(os.environ, **environment))
    return json.loads((out / "provenance.json").read_text())


def check(told, protocol, roles):
    wrong = missing(DUE, told, "provenance")
    assert not wrong, "\n".join(wrong)
    assert {item["role"] for item in told["inputs"]} == roles, told["inputs"]
    for item in told["inputs"]:
        assert hashlib.sha256(pathlib.Path(item["path"]).read_bytes()).hexdigest() == item["sha256"], item
    assert told["protocol_as_read"] == protocol.read_text()
    assert told["sessions"][-1]["inputs"] == told["inputs"]


def stop(protocol, out):
    """A run that is stopped says how many jobs were finished, in sessions.jsonl as on the terminal, and not what it was meant to live."""
    words = [lind, "run", str(protocol), "--no-sensitivity", "--replicates", "100000", "--out", str(out)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while not (out / "sessions.jsonl").exists():
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(signal.SIGUSR1)
    said = process.communicate()[1]
    assert process.returncode == 75, said
    end = json.loads((out / "sessions.jsonl").read_text().splitlines()[-1])
    jobs = int(re.search(r"stopped early, (\d+) of \d+ blocks were finished", said)[1])
    assert end["end"] == "stopped" and end["jobs_finished"] == jobs and "patients_lived" not in end, end


with tempfile.TemporaryDirectory() as work:
    work = pathlib.Path(work)
    protocol = source / "protocols/examples/eu-pact.yaml"
    told = run(protocol, work / "tables", "--patients", "40", "--replicates", "1", "--set", "block_max=40")
    check(told, protocol, {"protocol", "rules", "targets", "cohort", "table of the cohort"})
    assert told["protocol_as_resolved"]["block_max"] == "40" and told["set"] == ["block_max=40"]

    protocol = source / "tests/trial/data/feedback.yaml"
    options = ("--patients", "20", "--set", "block_max=20")
    first = run(protocol, work / "twice", *options, "--replicates", "2", "--threads", "1", SLURM_JOB_ID="4711")
    again = run(protocol, work / "twice", *options, "--replicates", "3", "--queue", "static", "--threads", "2")
    check(again, protocol, {"protocol", "cohort", "model", "uncertainty"})
    sessions = again["sessions"]
    assert len(first["sessions"]) == 1 and [s["replicates"] for s in sessions] == [2, 3] and [s["patients_lived"] for s in sessions] == [40, 20]
    assert [s["queue"] for s in sessions] == ["guided", "static"] and [s["threads"] for s in sessions] == [1, 2]
    assert [s["environment"].get("SLURM_JOB_ID") for s in sessions] == ["4711", None]
    assert sessions[0]["plan_hash"] == first["plan_hash"] != again["plan_hash"] == sessions[1]["plan_hash"]
    stop(source / "protocols/examples/eu-pact.yaml", work / "stopped")
print("provenance is complete")
