#!/usr/bin/env python3
"""Downwards only: neither an #include nor a link goes to a sibling or to a folder above."""
import os
import re

import house


def target_of(name, header):
    """The folder that an included header belongs to: None for a library's header, "" for a header of ours that is not there."""
    if header.startswith("lind/"):
        return house.FOLDER_OF_HEADER.get(header[5:].removesuffix(".h"), "")
    for where in (os.path.join(os.path.dirname(name), header), os.path.join("src", header)):
        path = os.path.normpath(where)
        if (house.ROOT / path).is_file():
            return house.folder_of(path)
    return None


def may(folder, other):
    return other == folder or house.RANK[other] < house.RANK[folder]


def wrong_includes():
    for name in house.files(".c", ".h", under=("src/", "include/")):
        folder = house.folder_of(name)
        if folder not in house.RANK:
            yield f"{name}: no layer is known for it; name its folder in tests/lint/house.py"
            continue
        for line, header in house.includes(name):
            other = target_of(name, header)
            if other == "":
                yield f"{name}:{line}: {header} has no folder; name it in HEADERS of tests/lint/house.py"
            elif other is not None and not may(folder, other):
                yield f"{name}:{line}: {folder} may not include {header} of {other}"


def wrong_links():
    for name in house.files("CMakeLists.txt", under=("src/",)):
        folder = house.folder_of(name)
        words = re.sub(r"#[^\n]*", "", house.text(name))
        for other in sorted(set(re.findall(r"\blind_([a-z]+)\b", words))):
            other = "language" if other == "models" else other
            if other in house.RANK and folder in house.RANK and not may(folder, other):
                yield f"{name}: {folder} may not link lind_{other}"


house.verdict([*wrong_includes(), *wrong_links()], "all includes and links go downwards")
