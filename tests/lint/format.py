#!/usr/bin/env python3
"""C is formatted as clang-format says; `scripts/format` does it."""
import shutil
import subprocess

import house


def main():
    if not shutil.which("clang-format"):
        house.skip("clang-format is not installed")
    names = list(house.files(".c", ".h", under=("src/", "include/", "tests/")))
    offenders = set()
    for first in range(0, len(names), 100):  # starting it takes longer than reading a file
        some = names[first : first + 100]
        run = subprocess.run(["clang-format", "--dry-run", "--Werror", *some], cwd=house.ROOT, capture_output=True, text=True)
        found = {line.split(":")[0] for line in run.stderr.splitlines() if ": error: " in line}
        offenders |= found if found or run.returncode == 0 else {f"{run.stderr.strip()} (among {some[0]} .. {some[-1]})"}
    house.verdict(sorted(offenders), "all C files are formatted")


main()
