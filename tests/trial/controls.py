#!/usr/bin/env python3
"""Controls of whole trials: controls.py LIND PROTOCOLS [TRIALS]. Type I error with a wrong twin stays at its level (limits of 3.5 binomial standard
errors); synthetic controls are refused and withheld without their table; a wrong twin is found out."""
import json, math, pathlib, subprocess, sys, tempfile

lind, protocols = sys.argv[1:3]
trials = int(sys.argv[3]) if len(sys.argv) > 3 else 5000
example, null = f"{protocols}/examples/alzheimer-controls.yaml", f"{protocols}/validation/alzheimer-null.yaml"
wrong = 0


def check(what, ok):
    global wrong
    wrong += not ok
    print(f"{'right' if ok else 'WRONG'}: {what}")


def run(*words, status=0):
    out = subprocess.run([lind, *words], capture_output=True, text=True)
    check(f"lind {' '.join(words[:1])} ends with {status}: {out.stderr.strip()[:160]}", out.returncode == status)
    return out


with tempfile.TemporaryDirectory() as work:
    study = json.loads(run("run", null, "--replicates", str(trials), "--json", "--out", f"{work}/null").stdout)
    limit = 3.5 * math.sqrt(0.05 * 0.95 / trials)
    for analysis in study["analyses"]:
        share = analysis["terms"][0]["power"]
        if analysis["name"] == "procova":  # HC3 is conservative in small trials by its nature: 0.047 at 50 an arm
            check(f"{analysis['name']}: type I error {share:.4f}, not above 0.05 + {limit:.4f}", share <= 0.05 + limit)
        else:
            check(f"{analysis['name']}: type I error {share:.4f}, expected 0.05 +- {limit:.4f}", abs(share - 0.05) <= limit)
    if trials > 5000:
        sys.exit(wrong > 0)

    # without the table: refused before anything runs, and withheld afterwards
    text = pathlib.Path(example).read_text().replace("../../", f"{pathlib.Path(protocols).resolve().parent}/")
    cut = text.index("robustness:\n")
    bare = pathlib.Path(work, "bare.yaml")
    bare.write_text(text[:cut] + text[text.index("assumptions:"):])
    said = run("run", str(bare), "--out", f"{work}/bare", status=2).stderr
    check("the sentence names the section", "robustness" in said and "analysis.hybrid" in said)
    out = pathlib.Path(work, "out")
    small = ["--replicates", "100", "--set", "robustness.replicates=60"]
    study = json.loads(run("run", example, *small, "--no-sensitivity", "--json", "--out", str(out)).stdout)
    run("report", str(out))
    estimates = json.loads((out / "estimates.json").read_text())
    (out / "results-estimates.json").write_text(json.dumps(estimates))
    points = estimates["robustness"]["points"]
    check("two levels on each of three axes make eight points", len(points) == 8)
    # estimates of synthetic controls are not exported alone
    run("export", str(out), "--format", "csv", "--table", "estimates/replicates", "--out", f"{work}/csv")
    lines = pathlib.Path(work, "csv", "robustness.csv").read_text().splitlines()
    check("the table is exported beside the replicates", len(lines) == 1 + 8 * 5 and lines[0].startswith("point,drift,slope,population,analysis,truth"))
    del estimates["robustness"]
    (out / "estimates.json").write_text(json.dumps(estimates))
    said = run("report", str(out), status=1).stderr
    check("changed numbers make no page", "estimates.json is not what its line in checksums.txt says" in said)
    (out / "checksums.txt").unlink()  # nor do they where nobody knows that they were changed
    said = run("report", str(out), status=2).stderr
    check("the report is withheld", "synthetic control" in said)

    # a row alone is missed, too, and so is the mark
    whole = json.loads((out / "results-estimates.json").read_text())
    for what, spoil in (
        ("a row", lambda e: e["robustness"]["points"][3]["rows"].pop()),
        ("a type I error", lambda e: e["robustness"]["points"][0]["rows"][-1].pop("type_one")),
        ("the mark", lambda e: (e.pop("robustness"), [a.pop("synthetic") for a in e["analyses"]])),
    ):
        spoilt = json.loads(json.dumps(whole))
        spoil(spoilt)
        (out / "estimates.json").write_text(json.dumps(spoilt))
        check(f"the report is withheld without {what}", "synthetic control" in run("report", str(out), status=2).stderr)

    # what the table does not judge is not planned
    def refused(words, *sets):
        said = run("run", example, "--dry-run", *[w for s in sets for w in ("--set", s)], status=2).stderr
        check(f"'{words}' is said", words in said)

    refused("and not by sex", "analysis.counterfactual={endpoint: change, estimator: counterfactual, by: [sex]}")
    refused("true effect is known for the comparison of the first", "analysis.counterfactual={endpoint: change, estimator: counterfactual, compare: [placebo, active]}")
    refused("the twins must live under the control, placebo", "twin.arm=active")
    refused("nothing to be held against", "analysis.concurrent.estimator=welch")
    refused("section robustness changes the analyses", 'robustness.drift.faster.set=["analysis.counterfactual.estimator=concurrent"]')
    refused("a level of section robustness changes nothing", 'robustness.drift.faster.set=["title=x"]')
    refused("robustness.no_effect changes nothing", 'robustness.no_effect=["title=x"]')

    # a type I error of few trials, or of trials with an effect, is none
    def told(name, *words):
        told = json.loads(run("run", example, "--json", "--patients", "40", "--out", f"{work}/{name}", *words).stdout)
        run("report", f"{work}/{name}")
        return [r for p in told["robustness"]["points"] for r in p["rows"]], pathlib.Path(work, name, "report.html").read_text()

    rows, page = told("one", "--replicates", "1")
    check("one trial is too few", all(r["too_few"] for r in rows) and "Too few trials: below 50" in page)
    rows, page = told("left", "--replicates", "50", "--set", 'robustness.no_effect=["arms.active.parameters.slowing=0.2"]')
    check("an effect that is left is told", all(r["effect_left"] and r["type_one"] is None and r["saved"] is None for r in rows) and "Effect left" in page)

    # with the world as the twin believes it nobody is far off; with a steep twin only those who believe it are
    def row(point, name):
        return next(r for r in point["rows"] if r["analysis"] == name)

    right, steep = points[0], next(p for p in points if p["slope"] and not p["drift"] and not p["population"])
    for name in ("concurrent", "procova", "external", "counterfactual"):
        r = row(right, name)
        check(f"{name}: bias {r['bias']:.2f} ({r['bias_mcse']:.2f}) where all is right", abs(r["bias"]) < 4 * r["bias_mcse"])
    check("a steep twin makes a drug look better than it is", row(steep, "counterfactual")["bias"] < -4 * row(steep, "counterfactual")["bias_mcse"])
    check("and does nothing to PROCOVA", abs(row(steep, "procova")["bias"] - row(right, "procova")["bias"]) < 0.05)
    check("or to the concurrent control", row(steep, "concurrent")["bias"] == row(right, "concurrent")["bias"])

    # on a bare table
    table = pathlib.Path(work, "table.csv")
    table.write_text("arm,y,f,t,e\n" + "\n".join(f"{'ab'[i % 2]},{(i * 37) % 11},{(i * 5) % 7},{(i * 37) % 11 + 1},{int(i > 20 and i % 2)}" for i in range(40)))
    words = ["analyze", str(table), "--value", "y", "--arm", "arm"]
    for name, option in (("counterfactual", ["--twin", "t"]), ("hybrid", ["--external", "e"]), ("external", ["--external", "e"])):
        run(*words, "--estimator", name, status=2)
        check(f"{name} is no evidence", "not evidence: no robustness table" in run(*words, "--estimator", name, *option).stdout)
    check("procova may be shown", "evidence" not in run(*words, "--estimator", "procova", "--forecast", "f").stdout)
sys.exit(wrong > 0)
