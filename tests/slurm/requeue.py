"""Jobs that are stopped by SLURM and go on by SLURM: preempted, out of time, killed. The same digests and bytes as without all that, and what
was finished before the stop is not lived again. requeue.py LIND"""
import os

from cluster import Cluster
from study import JOBS, Study, options, segments

TWO_NODES = ["--nodes=2", "--ntasks-per-node=2", "--cpus-per-task=1"]


def restarted(slurm, job, study, out, title):
    """It went back once, and did the rest only."""
    shown = slurm.wait(job)
    assert shown["Restarts"] == "1", shown
    study.same(out, title)
    assert study.lived(out) < study.patients, f"{title}: everything was lived again"


def begin(slurm, study, away, name, resources):
    out = f"{away}/out/{name}"
    job = slurm.submit(f"{JOBS}/requeue.sbatch", *study.arguments, "--out", f"out/{name}", options=resources, cwd=away)
    slurm.until(lambda: study.begun(out), 120, f"{name} is in its blocks")
    return job, out


def preempted(slurm, study, away):
    """Both nodes are taken by a job of a better partition."""
    job, out = begin(slurm, study, away, "preempted", [*TWO_NODES, "--exclusive", "--partition=low"])
    better = slurm.submit("--wrap=sleep 2", options=["--partition=high", "--nodes=2", "--exclusive"])
    slurm.until(lambda: slurm.shown(better)["JobState"] in ("RUNNING", "COMPLETED"), 60, "the better job has the nodes")
    assert slurm.shown(job)["JobState"] == "PENDING", slurm.shown(job)
    assert segments(out) and not os.path.exists(f"{out}/results.h5"), "a preempted run left no segments"
    slurm.wait(better)
    restarted(slurm, job, study, out, "preempted and requeued")


def out_of_time(slurm, study, away):
    """What --signal=USR1@120 does two minutes before the limit is done here at once: the step gets USR1 and ends with 75, the script puts the job
    back."""
    job, out = begin(slurm, study, away, "time", TWO_NODES)
    slurm.run("scancel", "--signal=USR1", job)
    restarted(slurm, job, study, out, "out of time and requeued")


def killed(slurm, study, away):
    """All ranks of a step are killed; blocks are on disk every second."""
    job, out = begin(slurm, study, away, "killed", TWO_NODES)
    slurm.until(lambda: segments(out), 60, "segments are there")
    slurm.run("scancel", "--signal=KILL", f"{job}.0")
    restarted(slurm, job, study, out, "killed and requeued")


def main():
    options()
    with Cluster(kill_wait=5) as slurm:
        away = f"{slurm.root}/away"
        os.mkdir(away)
        study = Study.lasting(slurm.root)
        preempted(slurm, study, away)
        out_of_time(slurm, study, away)
        study.arguments += ["--segment", "1"]
        killed(slurm, study, away)


main()
