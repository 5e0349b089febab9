#!/usr/bin/env python3
"""A run over three hosts that share no memory gives the digest and the bytes of a run on one: same.py LIND"""

import sys

from network import Network
from run import Study


def main():
    with Network(3) as network:
        study = Study(sys.argv[1], network.folder, 12)
        study.alone("one")
        for name, ranks, hosts, launcher in (("three", 3, 3, []), ("six", 6, 3, []), ("pt2pt", 2, 2, ["--mca", "osc", "pt2pt"])):
            with open(study.out(name + ".txt"), "w+") as words:
                status = network.start(study.into(name), ranks, hosts, launcher=launcher, out=words).wait(120)
                words.seek(0)
                assert status == 0, f"{name}: status {status}\n{words.read()}"
            assert study.answer(name) == study.answer("one"), f"{name}: {study.answer(name)}, on one host {study.answer('one')}"
            print(f"{ranks} ranks on {hosts} hosts: same digest, same bytes")


main()
