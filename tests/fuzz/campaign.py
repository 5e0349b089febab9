#!/usr/bin/env python3
"""campaign.py BUILD SECONDS READER [CLOCK]: one reader under libFuzzer for SECONDS of its own processor time, behind its kept inputs.

Time of the processor and not of the clock, so that a busy machine does not shorten a campaign (CLOCK: at most so many seconds of that).
Says what was reached and when the last new edge was found; BUILD/READER.curve has every new edge (processor seconds, inputs, edges,
features), BUILD/READER.log what libFuzzer said. LIND_FUZZ_PROGRAM: which program of the build (lind-fuzz).
What crashes, leaks, hangs or eats memory is left in BUILD/found, and the status is 1."""
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
OPTIONS = ["-timeout=10", "-rss_limit_mb=2000", "-malloc_limit_mb=1000", "-close_fd_mask=1", "-print_final_stats=1"]
LINE = re.compile(rb"^#(\d+)\s+(\w+)\s+cov: (\d+) ft: (\d+)")
TICKS = os.sysconf("SC_CLK_TCK")


def words(build, reader):
    """A dictionary for the fuzzer: every text of the sources that is one word. Keys, names and units that lind knows are among them."""
    found = set()
    for path in sorted(ROOT.glob("src/**/*.[ch]")):
        found.update(re.findall(r'"([A-Za-z*][\w./*^-]{1,23})"', path.read_text()))
    path = build / f"{reader}.words"
    path.write_text("".join(f'"{word}"\n' for word in sorted(found) if not word.endswith((".h", ".c"))))
    return path


def processor_seconds(pid):
    """None once the process has ended."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return (int(fields[11]) + int(fields[12])) / TICKS


def folder_of(pid):
    """Where the program works; None once it has ended. It cannot remove that folder itself where it crashes or is stopped."""
    try:
        path = pathlib.Path(os.readlink(f"/proc/{pid}/cwd"))
    except OSError:
        return None
    return path if path.name.startswith("lind-fuzz-") else None


def fuzz(build, seconds, reader, clock):
    """The curve, [(processor seconds, inputs, edges, features)] from the kept inputs on, and how libFuzzer ended."""
    inputs, log = build / "inputs" / reader, build / f"{reader}.log"
    inputs.mkdir(parents=True, exist_ok=True)
    (build / "found").mkdir(exist_ok=True)
    program = build / "tests" / os.environ.get("LIND_FUZZ_PROGRAM", "lind-fuzz")
    command = [program, *OPTIONS, f"-dict={words(build, reader)}", f"-artifact_prefix={build}/found/{reader}-", inputs, ROOT / "tests/fuzz/corpus" / reader]
    going = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env={**os.environ, "LIND_FUZZ_READER": reader})
    curve, rest, used, start, told, folder, until = [], b"", 0.0, None, False, None, time.monotonic() + clock
    with log.open("wb") as kept:
        while True:
            ready = select.select([going.stderr], [], [], 0.2)[0]
            now = processor_seconds(going.pid)
            used, folder = used if now is None else now, folder or folder_of(going.pid)
            if ready:
                piece = os.read(going.stderr.fileno(), 1 << 16)
                if not piece:
                    break
                kept.write(piece)
                *lines, rest = (rest + piece).split(b"\n")
                for n, what, edges, features in (match.groups() for match in map(LINE.match, lines) if match):
                    start = used if what == b"INITED" else start
                    if what in (b"INITED", b"DONE") or (curve and int(edges) > curve[-1][2]):
                        curve.append((used, int(n), int(edges), int(features)))
            if start is not None and not told and (used - start >= seconds or time.monotonic() >= until):
                told = True
                going.send_signal(signal.SIGUSR1) # it ends after its input
    status = going.wait()
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
    return curve, start, used, status


def main():
    build, seconds, reader = pathlib.Path(sys.argv[1]).resolve(), float(sys.argv[2]), sys.argv[3]
    curve, start, used, status = fuzz(build, seconds, reader, float(sys.argv[4]) if len(sys.argv) > 4 else float("inf"))
    log = (build / f"{reader}.log").read_text(errors="replace")
    if status != 0 or not curve:
        told = re.findall(r"^.*(?:ERROR|SUMMARY|runtime error|Test unit written).*$", log, re.M) or log.splitlines()[-5:]
        print(*told, f"{reader}: FOUND SOMETHING, see {build}/{reader}.log", sep="\n")
        return 1
    (build / f"{reader}.curve").write_text("".join(f"{s:.2f} {n} {edges} {features}\n" for s, n, edges, features in curve))
    executions = int(re.search(r"number_of_executed_units:\s*(\d+)", log).group(1))
    features = max(int(found) for found in re.findall(r" ft: (\d+)", log))
    first, last, spent = curve[0], max(curve, key=lambda at: (at[2], -at[1])), used - start
    late = last[2] - max(edges for s, _, edges, _ in curve if s - start <= 0.75 * spent)
    print(f"{reader:14s} {spent:6.0f} s  {executions - first[1]:9d} inputs  edges {first[2]:5d} -> {last[2]:5d}, the last at {last[0] - start:5.0f} s "
          f"(input {last[1]}), {late} in the last quarter  features {first[3]} -> {features}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
