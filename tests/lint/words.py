#!/usr/bin/env python3
"""No path of somebody's machine, and nothing that says it is unfinished."""
import re

import house

# written in two parts, so that this file is clean itself
MACHINE = re.compile(r"(?<![\w.~$}-])/(?:" + "work|root|" + r"home/\w+|Users/\w+)(?:/|\b(?!\w))")
UNFINISHED = re.compile(r"\b(?:" + "TO" + "DO|FIX" + "ME|XX" + r"X)\b|NOTE-TO-")
BINARY = (".h5", ".png", ".gz", ".xpt", ".sas7bdat", ".woff2")


def main():
    offenders = []
    for name in house.files():
        if name.endswith(BINARY) or name in ("LICENSE", "tests/lint/words.py") or "package-lock" in name:
            continue
        if UNFINISHED.search(name):
            offenders.append(f"{name}: a note to somebody, not a part of lind")
        for number, line in enumerate(house.text(name).splitlines(), 1):
            if MACHINE.search(line):
                offenders.append(f"{name}:{number}: names a path of one machine: {MACHINE.search(line).group(0)}")
            if UNFINISHED.search(line):
                offenders.append(f"{name}:{number}: {UNFINISHED.search(line).group(0)}; finish it, or write an issue")
    house.verdict(offenders, "no machine's paths, nothing unfinished")


main()
