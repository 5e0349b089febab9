#!/usr/bin/env python3
"""limits.py LIND: what is one larger than a reader takes is refused with its sentence, and what is just as large is not refused for it.

The table of docs/validation/hostile-input.md; each row is a case here."""
import pathlib
import subprocess
import sys
import tempfile

LIND = sys.argv[1]
QUOTED = '"l{}"'
RUN, MODEL, ANALYZE = ["run", "--dry-run"], ["model", "check"], ["analyze", "--estimator", "welch", "--value", "c0", "--arm", "c1"]


def lines(n, line):
    return "".join(line.format(i) + "\n" for i in range(n))


def statements(n):
    return "model m\n" + lines(n - 1, "parameter p{} = 1")


def expression(text):
    return f"model m\nparameter p = {text}\nstate a\nd/dt(a) = p\n"


def names(n, form):
    return ", ".join(form.format(i) for i in range(n))


# words before the file, its name, the text of a size, the largest size, the sentence
CASES = [
    (RUN, "t.yaml", lambda n: "a: " + "{a: " * n + "1" + "}" * n + "\n", 47, "this is nested more than 48 levels deep"),
    (RUN, "t.yaml", lambda n: lines(n, "k{}: 1"), 10000, "the document has more than 10000 keys"),
    (RUN, "t.yaml", lambda n: "#" * (n - 1) + "\n", 16 << 20, "is too large to be a file that people write: more than 16 MiB"),
    (ANALYZE, "t.csv", lambda n: names(n, "c{}") + "\n" + names(n, "1") + "\n", 10000, "columns; at most 10000 are read"),
    (MODEL, "t.lind", lambda n: "model m\n" + "#" * (n - 9) + "\n", 4 << 20, "is larger than 4 MiB"),
    (MODEL, "t.lind", statements, 8000, "a file has at most 8000 statements"),
    (MODEL, "t.lind", lambda n: expression("(" * n + "1" + ")" * n), 199, "the expression is nested more than 200 deep"),
    (MODEL, "t.lind", lambda n: expression("+".join(["1"] * n)), 1000, "the expression has more than 1000 terms in a row"),
    (MODEL, "t.lind", lambda n: f"model m\ncovariate c category({names(n, QUOTED)})\n", 256, "'c' has more than 256 levels"),
    (["report", "."], "estimates.json", lambda n: '{"a":' + "[" * n + "]" * n + "}", 2047, "maximum parsing depth reached"),
]


def said(work, words, name, text):
    (work / name).write_text(text)
    done = subprocess.run([LIND, *words, *([] if name == "estimates.json" else [name])], cwd=work, capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, 1, 2), (words, name, done.returncode)
    return done.stdout + done.stderr


with tempfile.TemporaryDirectory() as folder:
    work = pathlib.Path(folder)
    (work / "provenance.json").write_text("{}")
    for words, name, made, largest, sentence in CASES:
        above, at = said(work, words, name, made(largest + 1)), said(work, words, name, made(largest))
        assert sentence in above, (sentence, above[:400])
        assert sentence not in at, (sentence, at[:400])
    print(f"{len(CASES)} limits of readers hold, to the last one that is taken")
