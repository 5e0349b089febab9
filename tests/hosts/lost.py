#!/usr/bin/env python3
"""A rank, a daemon or a link goes away in mid-run: lost.py LIND [all | NAME...]

Must hold: every rank that can run ends within a bounded time, having put on disk what it had done; a sentence names who gave no sign;
the same command on fewer hosts, or on all, resumes, lives no block of these again and gives the digest and the bytes of an undisturbed
run. A link that comes back in time, and a job that was suspended, are no loss: the run goes on to its end."""

import os
import shutil
import signal
import subprocess
import sys
import time

from network import Network, until
from run import Study

PATIENCE = 3
REPLICATES = 500
STAYS = ["--enable-recovery"]  # a launcher that does not mind a rank that is gone, as srun without --kill-on-bad-exit


def kill(rank):
    return lambda network, ranks, process: os.kill(ranks[rank], signal.SIGKILL)


def cut(host):
    return lambda network, ranks, process: network.cut(host)


def cut_a_while(network, ranks, process):
    network.cut(2)
    time.sleep(PATIENCE / 3)
    network.mend(2)


def suspend(network, ranks, process):
    for word, pause in ((signal.SIGSTOP, 2 * PATIENCE), (signal.SIGCONT, 0)):
        for pid in ranks.values():
            os.kill(pid, word)
        time.sleep(pause)


# name, options of mpirun, what happens, who has stored something then, what is said, on how many hosts it is resumed, in CI
LOSSES = [
    ("link", [], cut(2), {0, 1, 2}, "no sign of rank 2 on {h2} for", (2, 3), True),
    ("rank-1", STAYS, kill(1), {0, 2}, "no sign of rank 1 on {h1} for", (3,), False),
    ("rank-0", STAYS, kill(0), {1, 2}, "no sign of rank 0 on {h0} for", (2,), True),
    ("mpirun-sees", [], kill(2), set(), "mpirun noticed that process rank 2", (2,), True),
    ("keepalive", ["--mca", "oob_tcp_keepalive_time", "1", "--mca", "oob_tcp_keepalive_intvl", "1", "--mca",
                   "oob_tcp_keepalive_probes", "1"], cut(1), {1}, "", (2,), False),
    ("link-pt2pt", ["--mca", "osc", "pt2pt"], cut(1), {0, 1, 2}, "no sign of rank 1 on {h1} for", (2,), False),
    ("daemon", [], lambda network, ranks, process: os.kill(network.daemon(2), signal.SIGKILL), set(), "", (2,), False),
]
PAUSES = [("a-while", cut_a_while, True), ("suspended", suspend, False)]


def output(study, name):
    with open(study.out(name + ".txt"), encoding="utf-8", errors="replace") as f:
        return f.read()


def disturbed(network, study, name, launcher, happens):
    with open(study.out(name + ".txt"), "w") as words:
        process = network.start(study.into(name), 3, launcher=launcher, out=words)
    study.in_its_middle(name, process)
    happens(network, until(lambda: len(network.ranks()) == 3 and network.ranks(), 10, "three ranks run"), process)
    return process


def resume(network, study, name, hosts, blocks):
    copy = f"{name}-on-{hosts}"
    shutil.copytree(study.out(name), study.out(copy))
    with open(study.out(copy + ".txt"), "w") as f:
        status = network.start(study.into(copy), hosts, hosts=hosts, out=f).wait(120)
    assert status == 0, f"{copy}: resumed with status {status}\n{output(study, copy)}"
    assert study.answer(copy) == study.answer("one"), f"{copy}: {study.answer(copy)}, undisturbed {study.answer('one')}"
    assert study.lived(copy) == study.replicates - blocks, f"{copy}: {blocks} blocks were there, and {study.lived(copy)} were lived"


def lose(network, study, name, launcher, happens, stored, said, resumed):
    process = disturbed(network, study, name, launcher, happens)
    began = time.monotonic()
    until(lambda: not network.ranks(), 20 * PATIENCE, f"{name}: every rank has ended\n{output(study, name)}")
    seconds = time.monotonic() - began
    try:
        status = process.wait(2)
    except subprocess.TimeoutExpired:
        status = "still waits"
    network.clear()  # Open MPI's own processes may wait much longer for a host that is gone
    process.wait()
    for i in range(3):
        network.mend(i)
    words = output(study, name)
    said = said.format(h0=network.names[0], h1=network.names[1], h2=network.names[2])
    assert said == "" or words.count(said) in (1, 2), f"{name}: it is not said once, or once a host: {said}\n{words}"
    there = study.stored(name)
    assert stored <= there, f"{name}: only ranks {sorted(there)} have stored what they had done\n{words}"
    blocks = study.blocks(name)
    for hosts in resumed:
        resume(network, study, name, hosts, blocks)
    print(f"{name}: all ranks ended after {seconds:.1f} s (mpirun: {status}) with {blocks} of {study.replicates} blocks; "
          f"resumed on {resumed} hosts, same digest", flush=True)


def endure(network, study, name, happens):
    process = disturbed(network, study, name, [], happens)
    status = process.wait(120)
    assert status == 0, f"{name}: status {status}\n{output(study, name)}"
    assert study.answer(name) == study.answer("one"), f"{name}: {study.answer(name)}, undisturbed {study.answer('one')}"
    print(f"{name}: it goes on, same digest", flush=True)


def main():
    def due(name, often):
        return name in sys.argv[2:] or sys.argv[2:] == ["all"] or (often and sys.argv[2:] == [])

    with Network(3) as network:
        study = Study(sys.argv[1], network.folder, REPLICATES, PATIENCE)
        study.alone("one")
        for *row, often in LOSSES:
            if due(row[0], often):
                lose(network, study, *row)
        for name, happens, often in PAUSES:
            if due(name, often):
                endure(network, study, name, happens)


main()
