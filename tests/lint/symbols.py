#!/usr/bin/env python3
"""symbols.py BUILD: what the libraries export carries a stem: lind_<stem>..., where the stem is that of a file, a folder or a type."""
import pathlib
import re
import shutil
import subprocess
import sys

import house

# what compilers add: markers of the address sanitizer
FOREIGN = re.compile(r"__odr_asan[._]|__asan_|__ubsan_|__sanitizer_")


def known_stems():
    stems = set(house.RANK)
    for name in house.files(".c", ".h", ".lind", under=("src/", "include/")):
        stems.add(pathlib.PurePath(name).stem)
        if name.endswith(".h"):
            stems.update(re.findall(r"(?:typedef\s+\w+(?:\s+\w+)?\s+|struct\s+|enum\s+|\}\s*)lind_(\w+)", house.bare(house.text(name))))
    return {stem.lower().replace("-", "_") for stem in stems}


def exported(library):
    out = subprocess.run(["nm", "-g", "--defined-only", "-A", library], capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        words = line.split()
        if len(words) >= 3:
            yield words[0].split(":")[-2] if ":" in words[0] else "?", words[-1]


def main():
    build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else house.ROOT / "build/release")
    libraries = sorted(build.glob("src/**/liblind_*.a"))
    if not libraries or not shutil.which("nm"):
        house.skip(f"no libraries below {build}, or no nm; build lind and name the build directory")
    stems, offenders, n = known_stems(), [], 0
    for library in libraries:
        for member, symbol in exported(library):
            n += 1
            if FOREIGN.match(symbol):
                continue
            words = symbol.split("_")
            prefixes = {"_".join(words[1:k]) for k in range(2, len(words) + 1)}
            if words[0] != "lind":
                offenders.append(f"{library.name}({member}): {symbol} does not start with lind_")
            elif not prefixes & stems:
                offenders.append(f"{library.name}({member}): {symbol} carries the stem of no file, folder or type")
    house.verdict(offenders, f"{n} exported symbols of {len(libraries)} libraries carry their stems")


main()
