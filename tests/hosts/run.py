"""What the tests of this folder share: a study, runs of it, and what they leave."""

import glob
import hashlib
import os
import re
import subprocess
import time

from network import skip, until

try:
    import h5py
except ImportError:
    skip("this Python has no h5py")

PROTOCOL = os.path.join(os.path.dirname(__file__), "../../protocols/examples/eu-pact.yaml")


class Study:
    """Replicates of 60 patients, each a block. What is done is put on disk at the end only, or when something happens."""

    def __init__(self, lind, folder, replicates, patience=60):
        self.command = [lind, "run", PROTOCOL, "--patients", "60", "--set", "block_max=60", "--replicates", str(replicates),
                        "--no-sensitivity", "--threads", "1", "--segment", "1000", "--patience", str(patience)]
        self.replicates = replicates
        self.folder = folder

    def into(self, name):
        return [*self.command, "--out", self.out(name)]

    def out(self, name):
        return os.path.join(self.folder, name)

    def alone(self, name):
        subprocess.run(self.into(name), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def read(self, name, file):
        with open(f"{self.out(name)}/{file}", encoding="utf-8") as f:
            return f.read()

    def answer(self, name):
        """the digest of all blocks and the bytes of the results"""
        with open(self.out(name) + "/results.h5", "rb") as f:
            return re.search(r"digest (\w+)", self.read(name, "log.txt")).group(1), hashlib.sha256(f.read()).hexdigest()

    def lived(self, name):
        """blocks that the last run lived"""
        return int(re.search(r"(\d+) of them lived now", self.read(name, "log.txt")).group(1)) // 60

    def segments(self, name):
        return glob.glob(f"{self.out(name)}/segments/*-*.h5")

    def stored(self, name):
        """the ranks that have left a segment"""
        return {int(os.path.basename(path).split("-")[0]) for path in self.segments(name)}

    def blocks(self, name):
        """how many blocks lie in segments"""
        found = set()
        for path in self.segments(name):
            with h5py.File(path, "r") as file:
                found |= {tuple(head[:2]) for head in file["heads"][:]}
        return len(found)

    def in_its_middle(self, name, process):
        """Wait until blocks are being lived."""
        def begun():
            assert process.poll() is None, f"{name} has ended before its time, status {process.returncode}"
            return os.path.exists(self.out(name) + "/sessions.jsonl")
        until(begun, 60, f"{name} has begun")
        time.sleep(1)
        assert process.poll() is None, f"{name} has ended before its time, status {process.returncode}"
