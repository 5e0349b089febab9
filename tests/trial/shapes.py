"""One huge trial and very many tiny ones both fill ranks and threads: the crew's own count of idle time is small in both.

shapes.py LIND PROTOCOL SCALE -- skips where there is no mpirun. Patients and replicates are one index space: 10 patients x 20,000 SCALE
replicates are blocks of 409 whole replicates, 100,000 SCALE patients x 1 replicate are blocks of 512 seats. A machine that does something
else in between shows as idle time at the end: the best of three runs counts."""

import json
import os
import shutil
import subprocess
import sys
import tempfile

lind, protocol, scale = sys.argv[1], sys.argv[2], float(sys.argv[3])
mpirun = shutil.which("mpirun.openmpi") or shutil.which("mpirun")
if mpirun is None:
    print("skipped: there is no mpirun")
    sys.exit(77)
environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", OMPI_MCA_mpi_yield_when_idle="1")
shapes = {"one huge trial": (int(100_000 * scale), 1), "many tiny trials": (10, int(20_000 * scale))}
crews = {"1 rank x 2 threads": (1, 2), "2 ranks x 1 thread": (2, 1)}


def run(patients, replicates, ranks, threads):
    """The crew's part of provenance.json."""
    with tempfile.TemporaryDirectory() as out:
        subprocess.run([mpirun, "--oversubscribe", "--bind-to", "none", "-n", str(ranks), lind, "run", protocol, "--no-sensitivity",
                        "--patients", str(patients), "--replicates", str(replicates), "--threads", str(threads), "--out", out],
                       env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(os.path.join(out, "provenance.json"), encoding="utf-8") as file:
            return json.load(file)["crew"]


def is_full(shape, patients, replicates, crew):
    """Whether every hand had its share: at the end, at most a block of each is missing."""
    ranks, threads = crews[crew]
    told = run(patients, replicates, ranks, threads)
    blocks = [rank["blocks"] for rank in told["ranks"]]
    due = 2.0 * ranks * threads / sum(blocks) + 0.05
    print(f"{shape}, {crew}: idle {100 * told['idle_share']:.2f} % (at most {100 * due:.1f} %), "
          f"longest wait {1e3 * told['longest_wait_s']:.1f} ms, blocks {blocks}")
    return told["idle_share"] <= due and min(blocks) > 0 and sum(blocks) >= 40


failures = sum(not any(is_full(shape, *size, crew) for _ in range(3)) for shape, size in shapes.items() for crew in crews)
sys.exit(failures != 0)
