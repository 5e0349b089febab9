"""What the lint tests share: the files of the repository, C text without comments, the folders and their layers, the verdict.

Each rule is one program of this folder: `RULE.py [BUILD]`. Exit 0: the rule holds. 1: offenders were printed. 77: it could not be checked.
Only Python's own library is used. `scripts/lint` runs them all.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# The layers of the design, lowest first. Folders of one row are siblings: they never include one another. The generated library of models
# and the language that generates it are one.
LAYERS = [
    ["base"],
    ["numerics"],
    ["expression"],
    ["cohort", "protocol", "language"],
    ["simulate"],
    ["reduce", "twin"],
    ["parallel", "store", "tissue", "report"],
    ["app"],
]
RANK = {folder: rank for rank, row in enumerate(LAYERS) for folder in row}

# Which folder speaks through which header of include/lind. A new header needs its name here.
HEADERS = {
    "base": "arena csv digest document error libraries schema sink term text unit",
    "numerics": "draw kernel lane random sensitivity sensor steady stepper",
    "expression": "expression",
    "cohort": "cohort",
    "protocol": "design protocol sequential",
    "language": "model",
    "simulate": "course outcome plan shadow unsure",
    "reduce": "estimator reduce roll",
    "twin": "twin",
    "parallel": "crew",
    "store": "store",
    "tissue": "tissue",
    "report": "estimates report",
}
FOLDER_OF_HEADER = {stem: folder for folder, stems in HEADERS.items() for stem in stems.split()}


def files(*suffixes, under=("",)):
    """Paths relative to the root, sorted: what git tracks and what it would track. Without git, everything but builds and outputs."""
    try:
        out = subprocess.run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard", "-z"], capture_output=True, check=True).stdout
        names = [name for name in out.decode().split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file()]
        names = [name for name in names if not re.match(r"(build|out|\.git)|.*node_modules/", name)]
    names = sorted(name for name in set(names) if (ROOT / name).is_file() and not name.endswith(".pyc"))
    return [name for name in names if name.startswith(tuple(under)) and (not suffixes or name.endswith(suffixes))]


def text(name):
    return (ROOT / name).read_text(encoding="utf-8", errors="replace")


def folder_of(name):
    """The folder of src/ that a file belongs to; for a public header the one that speaks through it; None for other files."""
    parts = name.split("/")
    if parts[0] == "src" and len(parts) > 2:
        return "language" if parts[1] == "models" else parts[1]
    if parts[:2] == ["include", "lind"]:
        return FOLDER_OF_HEADER.get(parts[2].removesuffix(".h"))
    return None


def bare(source, keep_strings=False):
    """C text in which comments are blanks, and so is what stands in quotes; lines keep their numbers."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)

    def blank(match):
        found = match.group(0)
        if found[0] in "\"'":
            return found if keep_strings else found[0] + " " * (len(found) - 2) + found[0]
        return re.sub(r"[^\n]", " ", found)

    return pattern.sub(blank, source)


def includes(name):
    """(line, what stands between the quotes or brackets) of each #include."""
    for number, line in enumerate(bare(text(name), keep_strings=True).splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line)
        if match:
            yield number, match.group(1)


def verdict(offenders, holds):
    for offender in offenders:
        print(offender)
    print(f"{len(offenders)} offenders" if offenders else holds)
    sys.exit(1 if offenders else 0)


def skip(why):
    print(f"not checked: {why}")
    sys.exit(77)
