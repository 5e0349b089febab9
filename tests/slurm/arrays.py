"""Arrays: many studies and one table of them, one study in parts and its merge, both by dependent jobs. arrays.py LIND"""
import csv
import os
import shlex

from cluster import Cluster
from study import JOBS, ROOT, Study, digest, options

ONE_CORE = ["--cpus-per-task=1"]
MISS = (0.0, 0.1, 0.2)  # of the doses are forgotten


def merge_after(slurm, job, out, parts, away):
    return slurm.submit(f"{JOBS}/merge.sbatch", out, parts, options=[f"--dependency=afterok:{job}", "--kill-on-invalid-dep=yes"], cwd=away)


def parts(slurm, study, away):
    """Of four tasks the third is stopped as if its time were up; it goes on, and the merge waits for it."""
    job = slurm.submit(f"{JOBS}/parts.sbatch", "4", "out/big.parts", *study.arguments, options=["--array=1-4", *ONE_CORE], cwd=away)
    merge = merge_after(slurm, job, "out/big", "out/big.parts", away)
    slurm.until(lambda: os.path.exists(f"{away}/out/big.parts/3/plan.json"), 60, "the third part has begun")
    slurm.run("scancel", "--signal=USR1", f"{job}_3")
    slurm.wait(job)
    assert slurm.shown(f"{job}_3")["Restarts"] == "1", slurm.shown(f"{job}_3")
    slurm.wait(merge)
    study.same(f"{away}/out/big", "four parts, merged")


def scenarios(slurm, study, away):
    """A line a study, quoted as in a shell; the tasks find their lines, and the table has a row a study."""
    lines = [[*study.arguments, "--set", f"conduct.adherence.miss={miss}"] for miss in MISS]
    with open(f"{away}/list", "w") as file:
        file.writelines("# of the doses are forgotten\n\n" + shlex.join(line) + "\n" for line in lines)
    job = slurm.submit(f"{JOBS}/array.sbatch", "list", options=[f"--array=0-{len(lines) - 1}", *ONE_CORE], cwd=away)
    merge = merge_after(slurm, job, "out/table", "out/array", away)
    slurm.wait(job)
    slurm.wait(merge)
    digests = {digest(f"{away}/out/array/{i}") for i in range(len(MISS))}
    assert len(digests) == len(MISS), "studies of an array are one and the same"
    with open(f"{away}/out/table/scenarios.csv") as file:
        text = [line for line in file if not line.startswith("#")]
    rows = list(csv.DictReader(text))
    column = next(name for name in rows[0] if name.startswith("conduct.adherence.miss"))
    assert list(dict.fromkeys(float(row[column]) for row in rows)) == list(MISS), "".join(text)
    print(f"an array of {len(MISS)} studies: {len(rows)} rows in one table")


def beyond(slurm, study, away):
    """A task without a line fails, and so the merge that waits for it is taken from the queue."""
    job = slurm.submit(f"{JOBS}/array.sbatch", "list", "out/none", options=["--array=7", *ONE_CORE], cwd=away)
    merge = merge_after(slurm, job, "out/none.table", "out/none", away)
    slurm.wait(job, state="FAILED")
    slurm.wait(merge, state="CANCELLED")
    assert not os.path.exists(f"{away}/out/none"), "a task without a study made a folder"
    print("a task without a study: failed, and nothing was merged")


def here(slurm, study, away):
    """The same without SLURM."""
    local = f"{ROOT}/jobs/local"
    slurm.run(f"{local}/parts.sh", "3", "out/local", *study.arguments, cwd=away)
    study.same(f"{away}/out/local", "jobs/local/parts.sh")
    slurm.run(f"{local}/list.sh", "list", "out/list", cwd=away)
    for i in range(len(MISS)):
        assert digest(f"{away}/out/list/{i}") == digest(f"{away}/out/array/{i}"), i
    slurm.run(f"{local}/slices.sh", "0.7", *study.arguments, "--out", "out/slices", cwd=away)
    study.same(f"{away}/out/slices", "jobs/local/slices.sh")
    slurm.run(f"{local}/ranks.sh", "2", *study.arguments, "--out", "out/ranks", cwd=away)
    study.same(f"{away}/out/ranks", "jobs/local/ranks.sh")
    slurm.run(f"{local}/scaling.sh", "out/scaling", *study.arguments, cwd=away)
    study.same(f"{away}/out/scaling/1", "jobs/local/scaling.sh")
    slurm.run(f"{local}/run.sh", study.arguments[0], "log", *study.arguments[1:], "--out", "out/behind", cwd=away)
    slurm.until(lambda: os.path.exists(f"{away}/out/behind/checksums.txt"), 60, "the study in the background is done")
    study.same(f"{away}/out/behind", "jobs/local/run.sh")


def main():
    options()
    with Cluster() as slurm:
        away = f"{slurm.root}/away"
        os.mkdir(away)
        parts(slurm, Study.lasting(slurm.root, "larger"), away)
        study = Study(slurm.root)
        scenarios(slurm, study, away)
        beyond(slurm, study, away)
        here(slurm, study, away)


main()
