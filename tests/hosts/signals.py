#!/usr/bin/env python3
"""Signals to one rank, to all ranks and to mpirun: signals.py LIND [all]

Must hold: lind's status is 75 and mpirun passes it on; one sentence says how many blocks were finished, and exactly those are on disk
and are not lived again; the same command gives the digest and the bytes of a run that nobody stopped. mpirun itself forwards SIGUSR1,
but answers SIGTERM and SIGINT by killing its ranks: what they had done is on disk then, too, where it gives them the time."""

import os
import re
import signal
import sys

from network import Network, until
from run import Study

TIME = ["--mca", "odls_base_sigkill_timeout", "2"]  # it waits that long before SIGTERM and before SIGKILL, so this study is longer


def to_one(word):
    return lambda process, ranks: os.kill(ranks[1], word)


def to_all(word):
    return lambda process, ranks: [os.kill(pid, word) for pid in ranks.values()]


def to_mpirun(word):
    return lambda process, ranks: os.kill(process.pid, word)


# name, options of mpirun, who is told, the status of mpirun, in CI
ROWS = [
    ("USR1-mpirun", [], to_mpirun(signal.SIGUSR1), 75, True),
    ("USR1-one", [], to_one(signal.SIGUSR1), 75, False),
    ("TERM-one", [], to_one(signal.SIGTERM), 75, True),
    ("INT-all", [], to_all(signal.SIGINT), 75, False),
    ("TERM-mpirun", TIME, to_mpirun(signal.SIGTERM), None, False),
]


def stopped(network, study, name, launcher, tell, due):
    with open(study.out(name + ".txt"), "w+") as words:
        process = network.start(study.into(name), 3, launcher=launcher, out=words)
        study.in_its_middle(name, process)
        tell(process, until(lambda: len(network.ranks()) == 3 and network.ranks(), 10, "three ranks run"))
        status = process.wait(120)
        words.seek(0)
        said = words.read()
    assert status == due or (due is None and status != 0), f"{name}: status {status}\n{said}"
    finished = [int(n) for n in re.findall(r"stopped early, (\d+) of \d+ blocks were finished", said)]
    blocks = study.blocks(name)
    if due == 75:
        assert finished == [blocks], f"{name}: {finished} blocks are said to be finished, {blocks} are on disk\n{said}"
    assert 0 < blocks < study.replicates, f"{name}: {blocks} blocks are on disk"
    study.alone(name)
    assert study.answer(name) == study.answer("one"), f"{name}: {study.answer(name)}, undisturbed {study.answer('one')}"
    assert study.lived(name) == study.replicates - blocks, f"{name}: {blocks} blocks were there, and {study.lived(name)} were lived"
    print(f"{name}: status {status}, {blocks} of {study.replicates} blocks; resumed, same digest", flush=True)


def main():
    with Network(3) as network:
        for length in (500, 6000):
            rows = [row for *row, often in ROWS if (length == 6000) == (row[1] == TIME) and (often or sys.argv[2:] == ["all"])]
            study = Study(sys.argv[1], os.path.join(network.folder, str(length)), length)
            if rows:
                os.mkdir(study.out(""))
                study.alone("one")
            for row in rows:
                stopped(network, study, *row)


main()
