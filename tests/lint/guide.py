#!/usr/bin/env python3
"""guide.py BUILD: the protocol of docs/guide/writing-a-protocol.md is one, with each of the sections that the page adds, and says what it says."""
import pathlib
import re
import subprocess
import sys
import tempfile

import house

PAGE = "docs/guide/writing-a-protocol.md"


def sections(block):
    """Top-level key: its text, in order."""
    return dict(re.findall(r"^(\w+)(:.*?(?:\n(?=\w)|\Z))", block, re.M | re.S))


def main():
    lind = (pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else house.ROOT / "build/release") / "lind").resolve()
    if not lind.is_file():
        house.skip(f"there is no {lind}; build lind and name the build directory")
    page = house.text(PAGE)
    cohort, protocol, *additions = re.findall(r"^```yaml\n(.*?)^```", page, re.M | re.S)
    known = re.search(r"^```csv\n(.*?)^```", page, re.M | re.S).group(1)
    wrong = re.search(r"^    lind: (twice\.yaml:.*)$", page, re.M).group(1)
    with tempfile.TemporaryDirectory() as folder:

        def run(text, status, said=""):
            pathlib.Path(folder, "twice.yaml").write_text(text)
            done = subprocess.run([lind, "run", "twice.yaml", "--dry-run"], cwd=folder, capture_output=True, text=True)
            if done.returncode != status or said not in done.stderr:
                yield f"{PAGE}: status {done.returncode} where {status} was expected; it said: {done.stderr.strip()}"

        pathlib.Path(folder, "adults.yaml").write_text(cohort)
        pathlib.Path(folder, "known.csv").write_text(known)
        offenders = [*run(protocol, 0), *run(protocol.replace('"200 [mg]"', '"200"'), 2, wrong)]
        parts = sections(protocol)
        for block in additions:
            for key, text in sections(block).items():
                again = "|".join(re.findall(r"^  (\w+):", text, re.M))
                kept = re.sub(rf"^  ({again}): .*\n", "", parts["dosing"], flags=re.M) if key == "dosing" else ""
                parts[key] = kept + text.removeprefix(":\n") if kept else text
        parts["arms"] = parts["arms"].replace("[whole]", "[hold, ease, raise, whole]").replace("[half]", "[half], controllers: [pump]")
        parts["analysis"] = parts["analysis"].replace("[two, one]", "[two, one], by: [all, old]")
        offenders += run("".join(key + text for key, text in parts.items()), 0)
    house.verdict(offenders, f"the protocol of {PAGE} and its {len(additions)} additions can be run")


main()
