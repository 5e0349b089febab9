"""Studies under SLURM, on one node and on two, by srun and by mpirun: the same digests and bytes as without SLURM. launch.py LIND"""
import os
import re

from cluster import Cluster
from study import JOBS, Study, digest, log, options, program


def batch_scripts(slurm, study, away):
    """plain.sbatch and nodes.sbatch, submitted from a folder that has nothing to do with lind's."""
    jobs = {}
    for name, script, resources in (("one node", "plain", ["--cpus-per-task=2"]),
                                    ("two nodes", "nodes", ["--nodes=2", "--ntasks-per-node=2", "--cpus-per-task=1"])):
        out = f"out/{name.replace(' ', '-')}"
        jobs[name] = slurm.submit(f"{JOBS}/{script}.sbatch", *study.arguments, "--out", out, options=resources, cwd=away), f"{away}/{out}"
    for name, (job, out) in jobs.items():
        slurm.wait(job)
        study.same(out, name)
    assert "4 ranks x 1 threads" in log(f"{away}/out/two-nodes"), log(f"{away}/out/two-nodes")
    assert "1 ranks x 2 threads" in log(f"{away}/out/one-node"), log(f"{away}/out/one-node")


def mpirun_in_allocation(slurm, study, away):
    """Open MPI asks SLURM for the hosts and starts its daemons there by srun."""
    slurm.run("salloc", "--nodes=2", "--ntasks-per-node=2", "mpirun", program(), "run", *study.arguments, "--out", "out/mpirun", cwd=away)
    study.same(f"{away}/out/mpirun", "mpirun in an allocation")
    assert "4 ranks" in log(f"{away}/out/mpirun")


def wrong_launch(slurm, study, away):
    """Without PMIx four tasks would be four runs of the same study into one folder."""
    said = slurm.run("srun", "--mpi=none", "-n", "4", program(), "run", *study.arguments, "--out", "out/wrong", cwd=away, expect=2)
    assert "SLURM announces 4 tasks but MPI sees only this one" in said and "srun --mpi=pmix" in said, said
    assert not os.path.exists(f"{away}/out/wrong"), "a refused run left a folder behind"
    print("four tasks without PMIx: refused")


def scaling(slurm, study, away):
    job = slurm.submit(f"{JOBS}/scaling.sbatch", "out/scaling", *study.arguments,
                       options=["--nodes=2", "--ntasks-per-node=2", "--cpus-per-task=1"], cwd=away)
    slurm.wait(job)
    said = slurm.said(job)
    table = [line.split() for line in said.splitlines() if re.fullmatch(r"[ 0-9.]+", line)]
    assert [row[0] for row in table] == ["1", "2", "4"] and digest(study.alone) in said, said
    for ranks, threads, _, rate, times, efficiency in table:
        out = f"{away}/out/scaling/{ranks}"
        study.same(out, f"scaling, {ranks} ranks")
        assert f"{ranks} ranks x {threads} threads" in log(out) and f"{rate} patients/s" in log(out), said
        assert abs(float(times) - int(rate) / int(table[0][3])) < 0.006 and abs(float(efficiency) - float(times) / int(ranks)) < 0.011, said


def main():
    options()
    with Cluster() as slurm:
        away = f"{slurm.root}/away"
        os.mkdir(away)
        study = Study(slurm.root)
        batch_scripts(slurm, study, away)
        mpirun_in_allocation(slurm, study, away)
        wrong_launch(slurm, study, away)
        scaling(slurm, study, away)


main()
