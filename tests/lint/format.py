#!/usr/bin/env python3
"""C is formatted as clang-format says; `scripts/format` does it."""
import shutil
import subprocess

import house


def main():
    if not shutil.which("clang-format"):
        house.skip("clang-format is not installed")
    offenders = []
    for name in house.files(".c", ".h", under=("src/", "include/", "tests/")):
        run = subprocess.run(["clang-format", "--dry-run", "--Werror", "--ferror-limit=1", name], cwd=house.ROOT, capture_output=True)
        if run.returncode != 0:
            offenders.append(name)
    house.verdict(offenders, "all C files are formatted")


main()
