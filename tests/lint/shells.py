#!/usr/bin/env python3
"""Shell scripts parse, stop at the first failure, can be run, and shellcheck (where it is installed) has nothing to warn of."""
import os
import re
import shutil
import subprocess

import house


def is_shell(name):
    if name.endswith((".sh", ".sbatch")):
        return True
    if not name.startswith(("scripts/", "jobs/", ".ci/")) or name.endswith((".md", ".py", ".yaml")):
        return False
    return bool(re.match(r"#!.*\b(ba|da|)sh\b", house.text(name)))


def main():
    offenders, n = [], 0
    for name in filter(is_shell, house.files()):
        n += 1
        run = subprocess.run(["bash", "-n", name], cwd=house.ROOT, capture_output=True, text=True)
        if run.returncode != 0:
            offenders.append(f"{name}: {run.stderr.strip()}")
        if not re.search(r"^set -e", house.text(name), re.M):
            offenders.append(f"{name}: goes on after a failure; begin with set -euo pipefail")
        if not os.access(house.ROOT / name, os.X_OK) and not name.endswith(".sbatch"):
            offenders.append(f"{name}: is not executable")
    if shutil.which("shellcheck"):
        run = subprocess.run(["shellcheck", "--severity=warning", "--format=gcc", *filter(is_shell, house.files())], cwd=house.ROOT,
                             capture_output=True, text=True)
        offenders += run.stdout.splitlines()
    house.verdict(offenders, f"{n} shell scripts parse")


main()
