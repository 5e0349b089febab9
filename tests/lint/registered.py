#!/usr/bin/env python3
"""Every registered thing has a test, a source and a place in a theory page.

Registered are the entries of the lists below and the shipped models. A test of its folder names it in quotes (any test, if the name is no plain
word); any test may name it by its symbol, by its file, or as the value of a key that chooses such a thing. A theory page names it in backticks.
"""
import pathlib
import re

import house

LISTS = ["src/reduce/*/list.h", "src/protocol/*/list.h", "src/cohort/kinds/list.h", "src/numerics/list.h"]


def entries(path):
    """(identifier, its file) of a list.h: ENTRY(name) lines, or X(name) or X(name, ...) of an X-macro."""
    for identifier in re.findall(r"\b[A-Z_]+\((\w+)[,)]", house.bare(path.read_text())):
        if identifier in ("X", "name"):
            continue
        for stem in (identifier, f"{path.parent.name}_{identifier}", f"stepper_{identifier}"):
            if (path.parent / f"{stem}.c").is_file():
                yield identifier, path.parent / f"{stem}.c"
                break
        else:
            yield identifier, None


def registered():
    """(where it is listed, its names, its text)"""
    for pattern in LISTS:
        for path in sorted(house.ROOT.glob(pattern)):
            where = str(path.relative_to(house.ROOT))
            for identifier, file in entries(path):
                source = file.read_text() if file else ""
                said = re.search(r'\.name = "([^"]+)"', source)
                yield where, {identifier, said.group(1)} if said else {identifier, identifier.replace("_", "-")}, source
    models = house.ROOT / "src/models"
    for path in sorted(models.rglob("*.lind")):
        name = str(path.relative_to(models).with_suffix(""))
        yield f"src/models/{name}.lind", {name, name.replace("/", ".")}, path.read_text()


def tests_below(folder):
    suffixes = (".c", ".h", ".py", ".sh", ".yaml", ".cmake")
    return "\n".join(house.text(name) for name in house.files(*suffixes, under=(f"tests/{folder}",)) if not name.startswith("tests/lint/"))


def main():
    tests, theory = tests_below(""), "\n".join(house.text(name) for name in house.files(".md", under=("docs/theory/",)))
    offenders, n = [], 0
    for where, names, source in registered():
        n += 1
        one_of = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
        named = re.search(rf"\blind_(?:endpoint|estimator|stepper)_(?:{one_of})\b|\blind_(?:{one_of})_kind\b|(?:{one_of})\.lind\b", tests)
        chosen = re.search(rf"\b(?:kind|estimator|distribution|engine|name|use|model): (?:{one_of})(?![\w-])", tests)
        plain = not any(re.search(r"[-._]", name) for name in names)  # a word such as "dose": elsewhere it means something else
        quoted = re.search(rf"[\"'](?:{one_of})[\"']", tests_below(house.folder_of(where) + "/") if plain else tests)
        if not (named or chosen or quoted):
            offenders.append(f"{where}: {min(names)} is in no test")
        if not re.search(rf"`[^`\n]*(?<![\w-])(?:{one_of})(?![\w-])[^`\n]*`", theory):
            offenders.append(f"{where}: {min(names)} is in no page of docs/theory, in backticks")
        if not re.search(r'\bsource\b[^\n]*"[^"]|[Ss]ources?:|doi:|\.source = "', source):
            offenders.append(f"{where}: {min(names)} names no source")
    house.verdict(offenders, f"{n} registered things have a test, a source and a theory page")


main()
