#!/usr/bin/env python3
"""program.py LIND GOOD: a protocol that means harm, through the whole program.

Texts of the user are texts in the report, in a browser too (where chromium is here); a name is a word; files have the modes that the
umask leaves; what is written replaces links and does not follow them."""
import html.parser
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile

LIND, GOOD = sys.argv[1], pathlib.Path(sys.argv[2])
HARM = "</script></title><script>document.documentElement.id='harmed'</script><img src=x onerror=\"document.documentElement.id='harmed'\"> \u2028 \u2029 \u202e <!-- ]]> {{7*7}} ${7*7} ' \\"


def lind(*words, mask=0o022):
    done = subprocess.run([LIND, *map(str, words)], capture_output=True, text=True, preexec_fn=lambda: os.umask(mask))
    return done.returncode, done.stdout, done.stderr.strip()


class Page(html.parser.HTMLParser):
    """How many elements of each kind a page has, and its text."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.text = {}, ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements[tag] = self.elements.get(tag, 0) + 1
        assert not any(name.startswith("on") for name, _ in attributes), (tag, attributes)

    def handle_data(self, data):
        self.text += data


def study(work, name, text):
    """A run of the tiny good trial with `text` wherever it takes a free text, and its report."""
    folder = work / f"in-{name}"
    shutil.copytree(GOOD, folder)
    protocol = (folder / "trial.yaml").read_text()
    for key in ("title", "question", "source"):
        protocol, n = re.subn(rf"(?m)^{key}: .*$", lambda _: f"{key}: {json.dumps(text)}", protocol)
        assert n == 1, key
    (folder / "trial.yaml").write_text(protocol)
    status, _, said = lind("run", folder / "trial.yaml", "--out", work / name)
    assert status == 0, said
    return work / name / "report.html"


def in_browser(page):
    """The page after its scripts ran: chromium's tree as text, or None without a browser."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        return None
    with tempfile.TemporaryDirectory() as profile:
        try:
            done = subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={profile}", "--dump-dom",
                                   "--virtual-time-budget=5000", page.as_uri()], capture_output=True, text=True, timeout=120)
        except subprocess.TimeoutExpired:
            return None
    return done.stdout if done.returncode == 0 and "<main" in done.stdout else None


def check_report(work):
    mild, harm = study(work, "mild", "words"), study(work, "harm", HARM)
    one, other = Page(mild.read_text()), Page(harm.read_text())
    assert one.elements == other.elements, (one.elements, other.elements)
    assert "onerror=\"document" in other.text and "harmed" in other.text
    assert "\u202e" not in harm.read_text(), "a sign that turns the writing round turns the numbers behind it"
    raw = work / "raw.html" # such a text does harm where it is not escaped
    raw.write_text(f"<html><body><main>{HARM}</main></body></html>")
    trees = in_browser(mild), in_browser(harm), in_browser(raw)
    if None in trees:
        print("no chromium, so the page was not opened in a browser")
        return
    assert re.search(r"<html[^>]*harmed", trees[2]), trees[2]
    assert not re.search(r"<html[^>]*harmed", trees[1]), "the page ran what its user wrote"
    assert "&lt;img src=x onerror=" in trees[1]
    one, other = Page(trees[0]), Page(trees[1])
    assert one.elements == other.elements and one.elements.get("svg", 0) > 0, (one.elements, other.elements)
    print("a browser shows the user's text and runs none of it")


def check_names(work):
    text = (GOOD / "trial.yaml").read_text()
    for name in ("<b>", "a b", "../x", "a/b", "a;b", "$(id)", "*/"):
        folder = work / "names"
        shutil.copytree(GOOD, folder)
        (folder / "trial.yaml").write_text(text.replace("  high: {ratio", f"  {json.dumps(name)}: {{ratio").replace("compare: [high", f"compare: [{json.dumps(name)}"))
        status, _, said = lind("run", folder / "trial.yaml", "--out", work / "never")
        assert status == 2 and not (work / "never").exists(), (name, status, said)
        shutil.rmtree(folder)


def check_modes(work):
    for mask in (0o077, 0o027, 0o002):
        out = work / f"mask-{mask:o}"
        status, _, said = lind("run", GOOD / "trial.yaml", "--out", out, mask=mask)
        assert status == 0, said
        for path in (out, *out.rglob("*")):
            mode = stat.S_IMODE(path.stat().st_mode)
            assert mode == (0o777 if path.is_dir() else 0o666) & ~mask, f"{path.name} has mode {mode:o} under umask {mask:03o}"


def check_links(work):
    """Somebody puts links where lind writes: what they lead to stays as it was."""
    out, precious = work / "links", work / "precious"
    precious.write_text("not yours")
    out.mkdir()
    for name in ("estimates.json", "results.h5", "report.html", "checksums.txt", "provenance.json"):
        (out / name).symlink_to(precious)
    status, _, said = lind("run", GOOD / "trial.yaml", "--out", out)
    assert precious.read_text() == "not yours", (status, said)


with tempfile.TemporaryDirectory() as folder:
    for check in (check_names, check_modes, check_links, check_report):
        check(pathlib.Path(folder))
