#!/usr/bin/env python3
"""Links of the documentation resolve, and so do the paths of this repository that documents and comments name."""
import os
import re

import house

TOP = r"(?:docs|src|include|tests|protocols|cohorts|scripts|jobs|benchmarks|cmake)"
PATH = re.compile(rf"(?<![\w/.$-])({TOP}/[\w./-]*\w)(?!\w*[*{{<$\[])")


def slug(title):
    """The anchor that GitHub and GitLab make of a heading."""
    return re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", title).strip().lower()).replace(" ", "-")


def anchors(name):
    return {slug(title) for title in re.findall(r"^#+ +(.*)$", house.text(name), re.M)}


def without_code(source):
    return re.sub(r"^```.*?^```|`[^`\n]*`", lambda m: re.sub(r"[^\n]", " ", m.group(0)), source, flags=re.M | re.S)


def wrong_links(name, known):
    source = without_code(house.text(name))
    for match in re.finditer(r"\[[^\]]*\]\(([^)\s]+)\)", source):
        target, _, anchor = match.group(1).partition("#")
        line = source.count("\n", 0, match.start()) + 1
        if re.match(r"[a-z]+:", target):
            continue
        path = os.path.normpath(os.path.join(os.path.dirname(name), target)) if target else name
        if path not in known:
            yield f"{name}:{line}: the link to {target} leads nowhere"
        elif anchor and path.endswith(".md") and anchor not in anchors(path):
            yield f"{name}:{line}: {path} has no heading '#{anchor}'"


def wrong_paths(name, known):
    """Only paths to files (with a suffix, or of scripts/): a folder may be one that a reader is to make."""
    for number, line in enumerate(house.text(name).splitlines(), 1):
        for match in PATH.finditer(line):
            path = match.group(1)
            if not re.search(r"\.\w+$", path) and not path.startswith("scripts/"):
                continue
            if path not in known and not re.search(r"NAME|FAMILY|\b[xyX]\.", path):
                yield f"{name}:{number}: {path} is not there"


def main():
    known = set(house.files())
    known |= {os.path.dirname(name) for name in known} | {"."}
    known |= {os.path.dirname(name) for name in known}
    offenders = []
    for name in house.files(".md"):
        offenders += wrong_links(name, known)
    for name in house.files(".md", ".c", ".h", ".lind", ".yaml", ".cmake", ".txt", ".sh", ".sbatch"):
        if not name.startswith("tests/lint/"):
            offenders += wrong_paths(name, known)
    house.verdict(offenders, "all links and paths lead somewhere")


main()
