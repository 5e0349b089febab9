"""What a job loses in the middle of a run: one rank, a node. What was on disk stays, the job goes on, the same digest and bytes.
lost.py LIND [patiently]: SLURM notices by itself, after half a minute, that a node is gone; else it is told."""
import os

from cluster import Cluster
from study import JOBS, Study, options, segments

TWO_NODES = ["--nodes=2", "--ntasks-per-node=2", "--cpus-per-task=1"]


def begin(slurm, study, away, name):
    out = f"{away}/out/{name}"
    job = slurm.submit(f"{JOBS}/requeue.sbatch", *study.arguments, "--segment", "1", "--out", f"out/{name}", options=TWO_NODES, cwd=away)
    slurm.until(lambda: study.begun(out) and segments(out), 120, f"{name} has segments")
    return job, out


def went_on(slurm, job, study, out, title):
    shown = slurm.wait(job)
    assert shown["Restarts"] == "1", shown
    study.same(out, title)
    assert study.lived(out) < study.patients, f"{title}: everything was lived again"


def rank_killed(slurm, study, away):
    """As the kernel does where memory runs out: one process of four, without a word."""
    job, out = begin(slurm, study, away, "rank")
    one = [pid for pid, environment in slurm.processes() if {f"SLURM_JOB_ID={job}".encode(), b"PMIX_RANK=2"} <= set(environment.split(b"\0"))]
    assert len(one) == 1, one
    slurm.end(one[0])
    went_on(slurm, job, study, out, "one rank killed")


def node_lost(slurm, study, away):
    """SLURM takes the node for dead, and puts its jobs back; later the node is there again."""
    job, out = begin(slurm, study, away, "node")
    slurm.kill_node("node2")
    if not options():
        slurm.run("scontrol", "update", "NodeName=node2", "State=DOWN", "Reason=silent")
    slurm.until(lambda: slurm.shown(job)["JobState"] == "PENDING", 120, "the job is back in the queue")
    assert not os.path.exists(f"{out}/results.h5"), "the run was over before its node was lost"
    slurm.start_node("node2")
    went_on(slurm, job, study, out, "one node lost")


def main():
    options()
    with Cluster(kill_wait=3, slurmd_timeout=3) as slurm:
        away = f"{slurm.root}/away"
        os.mkdir(away)
        study = Study.lasting(slurm.root)
        rank_killed(slurm, study, away)
        node_lost(slurm, study, away)


main()
