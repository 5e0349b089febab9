#!/usr/bin/env python3
"""Each public header compiles alone."""
import os
import shutil
import subprocess

import house


def main():
    compiler = os.environ.get("CC", "cc")
    if not shutil.which(compiler):
        house.skip(f"{compiler} is not installed")
    flags = ["-std=gnu11", "-fsyntax-only", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-I", str(house.ROOT / "include")]
    offenders, names = [], house.files(".h", under=("include/lind/",))
    for name in names:
        run = subprocess.run([compiler, *flags, "-x", "c", "-"], input=f'#include "{name[8:]}"\n', capture_output=True, text=True)
        if run.returncode != 0:
            errors = [line for line in run.stderr.splitlines() if "error:" in line]
            offenders.append(f"{name}: {(errors or ['does not compile'])[0]}")
    house.verdict(offenders, f"{len(names)} public headers compile alone")


main()
