#!/usr/bin/env python3
"""reads.py LIND PROTOCOLS: finishing a run reads its segments twice, to check and to reduce them; the few blocks with patients' rows or
trajectories are found without the others, which rank 0 would read alone."""
import os
import pathlib
import subprocess
import sys
import tempfile


def bytes_read(command):
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # its counters are there until it is waited for
    try:
        counters = pathlib.Path(f"/proc/{child.pid}/io").read_text()
    except OSError as reason:
        child.wait()
        print(f"skipped: {reason}")
        sys.exit(77)
    assert child.wait() == 0
    return int(dict(line.split(": ") for line in counters.splitlines())["rchar"])


def main():
    lind, protocol = sys.argv[1], pathlib.Path(sys.argv[2]) / "validation" / "group-sequential.yaml"
    with tempfile.TemporaryDirectory() as work:
        out = pathlib.Path(work) / "run"
        command = [lind, "run", protocol, "--replicates", "10000", "--set", "block_max=200", "--set", "store.patients=1000",
                   "--set", "store.trajectories={keep: sample, patients: 20}", "--threads", "2", "--out", out]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        results = (out / "results.h5").read_bytes()
        (out / "checksums.txt").unlink()  # as if it had been killed before its end
        found, size = bytes_read(command), sum(file.stat().st_size for file in (out / "segments").iterdir())
        assert (out / "results.h5").read_bytes() == results and (out / "checksums.txt").exists()
        print(f"{found / size:.2f} times the {size} bytes of the segments")
        assert size > 5e6 and found < 3 * size, (found, size)


main()
