#!/usr/bin/env python3
"""One idea a file, under 500 lines; one job a function, under 60; a helper script under 100. Lists (list.h) and tables of data aside."""
import re

import house

FILE, FUNCTION, SCRIPT = 500, 60, 100


def functions(source):
    """(first line, last line, name) of each function body in C text. A `{` at depth 0 behind `)` opens one; one behind `=` does not."""
    plain = re.sub(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", lambda m: re.sub(r"[^\n]", " ", m.group(0)), house.bare(source), flags=re.M)
    depth, head, began, line, found = 0, "", 1, 1, None
    for character in plain:
        if character == "\n":
            line += 1
        if depth == 0 and character == "{" and re.search(r"\)\s*$", head) and "=" not in head:
            name = re.search(r"(\w+)\s*\((?:[^()]|\([^()]*\))*\)\s*$", head)
            found = (began, name.group(1) if name else head.strip())
        if character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
            if depth == 0 and found:
                yield found[0], line, found[1]
                found = None
            if depth == 0:
                head = ""
        elif depth == 0:
            if character == ";":
                head = ""
            else:
                if not head.strip() and not character.isspace():
                    began = line
                head = (head + character).lstrip()


def main():
    offenders = []
    for name in house.files(".c", ".h", ".py", ".sh", ".cmake", ".lind", ".js", ".css", under=("src/", "include/", "tests/", "cmake/")):
        source = house.text(name)
        n = source.count("\n")
        if n >= FILE:
            offenders.append(f"{name}: {n} lines; a file has fewer than {FILE}")
        if name.endswith((".c", ".h")):
            for first, last, function in functions(source):
                if last - first + 1 >= FUNCTION:
                    offenders.append(f"{name}:{first}: {function} has {last - first + 1} lines; a function has fewer than {FUNCTION}")
    for name in house.files(under=("scripts/", ".ci/")):
        n = house.text(name).count("\n")
        if n >= SCRIPT:
            offenders.append(f"{name}: {n} lines; a script has fewer than {SCRIPT}")
    house.verdict(offenders, "files, functions and scripts are short")


if __name__ == "__main__":
    main()
