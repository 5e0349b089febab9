"""Memory: memory.py LIND PROTOCOLS. What a run is planned to need is what it takes and not much more, and it takes no more for more patients or
more replicates. Skipped (77) where the program is instrumented: a sanitizer's memory is not ours."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

LIND, PROTOCOLS = sys.argv[1], pathlib.Path(sys.argv[2])
MIB = 1024.0  # of what the kernel counts in KiB
FEW = 4.0  # MiB: what a peak may grow where nothing should
AHEAD = 32.0  # MiB: until the records that wait for the disk, and segments that are merged, are as many as they may be
FACTOR = 2.6  # planned by measured: of small runs most is libraries, whose pages are assumed
wrong = []


def check(good, sentence):
    if not good:
        wrong.append(sentence)
        print("WRONG", sentence)


def run(folder, example, *options):
    """Runs; returns (peak as the kernel tells it, planned for rank 0, standard error)."""
    out = pathlib.Path(folder) / "out"
    subprocess.run(["rm", "-rf", out], check=True)
    with open(pathlib.Path(folder) / "said", "w+") as said:
        process = subprocess.Popen([LIND, "run", PROTOCOLS / "examples" / f"{example}.yaml", *options, "--out", out],
                                   stdout=subprocess.DEVNULL, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        words = said.read()
    assert process.returncode == 0, words
    log = (out / "log.txt").read_text()
    planned = float(re.search(r"([\d.]+) MiB for rank 0, which finishes", log).group(1))
    told = float(re.search(r"([\d.]+) MiB of rank 0 in the end", log).group(1))
    peak = usage.ru_maxrss / MIB
    print(f"{example} {' '.join(options)}: planned {planned:.1f} MiB, peak {peak:.1f} MiB")
    check(abs(told - peak) < 2.0, f"log.txt tells a peak of {told} MiB, the kernel {peak:.1f} MiB")
    check(peak <= planned, f"{example} {options}: peak {peak:.1f} MiB, but {planned} MiB were planned")
    check(planned <= FACTOR * peak, f"{example} {options}: {planned} MiB planned for a peak of {peak:.1f} MiB")
    disk = float(re.search(r"^disk +about ([\d.]+) MiB of segments", log, re.M).group(1))
    segments = sum(path.stat().st_size for path in out.glob("segments/*.h5")) / (MIB * MIB)
    check(0.75 * segments - 0.5 <= disk <= 3.0 * segments + 0.5, f"{example} {options}: {disk} MiB of segments were planned, {segments:.1f} MiB are there")
    return peak, planned, words


def planned_dry(example, *options):
    said = subprocess.run([LIND, "run", PROTOCOLS / "examples" / f"{example}.yaml", *options, "--dry-run"], capture_output=True, text=True,
                          check=True).stdout
    return float(re.search(r"([\d.]+) MiB for rank 0, which finishes", said).group(1)), said


def planned_is_taken(folder):
    cases = [("scurvy-1747", "--threads", "1"), ("eu-pact", "--patients", "60", "--replicates", "10", "--threads", "2"),
             ("eu-pact", "--patients", "5000", "--replicates", "1", "--no-sensitivity", "--threads", "4"),
             ("eu-pact-twin", "--patients", "6", "--replicates", "1", "--no-sensitivity", "--threads", "2"),
             ("alzheimer-controls", "--replicates", "4", "--threads", "2"), ("nec-pips", "--replicates", "8", "--threads", "3")]
    for case in cases:
        _, planned, words = run(folder, *case)
        dry, _ = planned_dry(*case)
        check(abs(dry - planned) < 4.0, f"{case}: the dry run plans {dry} MiB, the run {planned} MiB")
        check("may need" not in words, f"{case}: {words}")
    twin, plain = planned_dry("eu-pact-twin", "--threads", "64")[0], planned_dry("eu-pact-twin", "--threads", "1")[0]
    check(twin - plain > 63 * 1.0, "memory of twins is counted for each thread")


def it_is_flat(folder):
    """Peaks from 1e4 to 1.2e6 patients: as one replicate, and as many small ones. From 5e5 on segments are as large as they may be."""
    for name, sizes in [("patients", [("--replicates", "1", "--patients", str(n)) for n in (10000, 600000, 1200000)]),
                        ("replicates", [("--replicates", str(n)) for n in (1000, 40000, 100000)])]:
        few, more, most = (run(folder, "scurvy-1747", "--threads", "2", *size)[0] for size in sizes)
        check(more - few < AHEAD, f"{name}: a larger trial takes {more - few:.1f} MiB more")
        check(most - more < FEW, f"{name}: the largest takes {most - more:.1f} MiB more; it should take as much")
        plans = [planned_dry("scurvy-1747", "--threads", "2", *size)[1] for size in sizes]
        growing = [float(re.search(r"([\d.]+) MiB of it grow", plan).group(1)) for plan in plans]
        check(growing[0] <= growing[1] <= growing[2] < 2.0, f"{name}: what grows with them is {growing} MiB")


def too_little_is_said(folder):
    for name, value, who in [("SLURM_MEM_PER_NODE", "20", r"SLURM \(--mem\) allows 20 MiB"), ("SLURM_MEM_PER_CPU", "3", r"--mem-per-cpu\) allows 6 MiB")]:
        os.environ.update({name: value, "SLURM_CPUS_ON_NODE": "2"})
        _, _, words = run(folder, "scurvy-1747", "--threads", "1")
        sentence = r"lind: 1 rank of 1 thread may need \d+ MiB here, and .*" + who + "; start fewer, ask for more memory, or lower block_max"
        check(re.search(sentence, words), f"with {name}={value}: {words}")
        check(re.search(sentence[6:], planned_dry("scurvy-1747", "--threads", "1")[1]), f"a dry run with {name}={value} says nothing")
        del os.environ[name]


def main():
    if "libasan" in subprocess.run(["ldd", LIND], capture_output=True, text=True).stdout:
        print("skipped: the program is instrumented")
        return 77
    for name in [name for name in os.environ if name.startswith("SLURM_")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory() as folder:
        planned_is_taken(folder)
        it_is_flat(folder)
        too_little_is_said(folder)
    return 1 if wrong else 0


sys.exit(main())
