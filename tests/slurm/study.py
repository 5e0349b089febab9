"""A study for the tests: what `lind run` is given, what it finds on this machine alone, and whether another run found the same."""
import filecmp
import glob
import os
import re
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
JOBS = f"{ROOT}/jobs/slurm"


class Study:
    """`replicates` of the flagship trial in blocks of two: up to 10,000 patients a second and core."""

    def __init__(self, folder, replicates=16, name="alone"):
        self.folder, self.replicates = folder, replicates
        self.arguments = [f"{ROOT}/protocols/examples/eu-pact.yaml", "--replicates", str(replicates), "--no-sensitivity", "--set", "block_max=910"]
        self.alone = f"{folder}/{name}"
        began = time.monotonic()
        subprocess.run([program(), "run", *self.arguments, "--threads", "2", "--out", self.alone], check=True, stdout=subprocess.DEVNULL,
                       env={k: v for k, v in os.environ.items() if not k.startswith("SLURM_")})
        self.seconds = time.monotonic() - began
        self.patients = self.lived(self.alone)

    @classmethod
    def lasting(cls, folder, name="alone", seconds=3.0):
        """One that takes about so long on this machine, as it is now: long enough to be stopped in the middle, and no longer."""
        probe = cls(folder, 8, "probe")
        return cls(folder, max(24, min(160, round(8 * seconds / probe.seconds))), name)

    def same(self, directory, title):
        """The same digest, the same bytes."""
        if digest(directory) != digest(self.alone):
            raise AssertionError(f"{title}: {digest(directory)} instead of {digest(self.alone)}")
        if not filecmp.cmp(f"{directory}/results.h5", f"{self.alone}/results.h5", shallow=False):
            raise AssertionError(f"{title}: results.h5 has other bytes")
        print(f"{title}: same digest, same bytes; {self.lived(directory)} of {self.patients} patients lived in its last run")

    @staticmethod
    def lived(directory):
        return int(re.search(r"(\d+) of them lived now", log(directory)).group(1))

    def begun(self, directory):
        """Has a run got into its blocks? It has made its folder, and a part of the time that all of it would take has gone by."""
        if not os.path.exists(f"{directory}/plan.json"):
            return False
        return time.time() - os.path.getmtime(f"{directory}/plan.json") > min(1.5, self.seconds / 4)


def program():
    return os.environ["LIND"]


def log(directory):
    with open(f"{directory}/log.txt") as file:
        return file.read()


def digest(directory):
    return re.search(r"^digest (\w+)$", log(directory), re.M).group(1)


def segments(directory):
    return glob.glob(f"{directory}/segments/*.h5")


def options():
    """The command line of every test here: NAME.py LIND [WORD]; is there a word?"""
    if len(sys.argv) not in (2, 3):
        sys.exit(f"{sys.argv[0]} LIND")
    os.environ["LIND"] = os.path.abspath(sys.argv[1])
    return len(sys.argv) > 2
