"""A test that is killed in the middle of a job leaves nothing: no daemon, no step, no folder. left.py LIND"""
import os
import signal
import subprocess
import sys
import time

from cluster import Cluster, end_all, processes, skip
from study import options


def begin():
    """What is to be killed: a job of two steps that would run for an hour."""
    with Cluster() as slurm:
        job = slurm.submit("--wrap=srun --mpi=none -n 2 sleep 3600", options=["--ntasks=2"])
        slurm.until(lambda: sum(b"SLURM_PROCID" in environment for _, environment in processes(slurm.root)) >= 3, 60, f"job {job} has its tasks")
        print(slurm.root, flush=True)
        time.sleep(3600)


def main():
    if options():
        return begin()
    with subprocess.Popen([sys.executable, "-B", __file__, sys.argv[1], "begin"], stdout=subprocess.PIPE, text=True) as test:
        root = test.stdout.readline().strip()
        if not os.path.isdir(root):
            skip(root) if test.wait() == 77 else sys.exit(f"no SLURM was started: {root}\n{test.stdout.read()}")
        before = len(list(processes(root)))
        test.send_signal(signal.SIGKILL)
    until = time.monotonic() + 60
    while os.path.isdir(root) or list(processes(root)):
        if time.monotonic() > until:
            left = [pid for pid, _ in processes(root)]
            end_all(root)
            sys.exit(f"left behind: {root} {left}")
        time.sleep(0.1)
    assert before >= 8, before
    print(f"{before} processes of a killed test have ended")
    return None


main()
