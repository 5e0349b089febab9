"""What the tests of this folder share: a run of lind, and what it left."""

import hashlib
import os
import re
import subprocess

PROTOCOL = os.path.join(os.path.dirname(__file__), "../../protocols/examples/eu-pact.yaml")


class Study:
    """lind run PROTOCOL with fixed numbers, into a folder of the test's own."""

    def __init__(self, lind, folder, replicates, patience=None):
        self.command = [lind, "run", PROTOCOL, "--replicates", str(replicates), "--no-sensitivity", "--threads", "1"]
        if patience is not None:
            self.command += ["--patience", str(patience)]
        self.folder = folder

    def into(self, name):
        return [*self.command, "--out", self.out(name)]

    def out(self, name):
        return os.path.join(self.folder, name)

    def alone(self, name):
        subprocess.run(self.into(name), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def answer(self, name):
        """the digest of all blocks and the bytes of the results"""
        with open(self.out(name) + "/log.txt") as f:
            digest = re.search(r"digest (\w+)", f.read()).group(1)
        with open(self.out(name) + "/results.h5", "rb") as f:
            return digest, hashlib.sha256(f.read()).hexdigest()
