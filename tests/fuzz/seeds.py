#!/usr/bin/env python3
"""The first inputs of every reader, made from what is shipped: `seeds.py LIND OUT`. Long tables are cut to their first rows."""
import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATH = re.compile(r"[\w./-]+\.(?:yaml|csv|lind)\b")
ROWS = 12


TABLE = "arm,y,event,site,age,ext,twin,forecast,who,period,weight\n" + "".join(
    f"{'AB'[i % 2]},{i * 7 % 11},{i % 3 % 2},{i % 2},{40 + i},{int(i % 6 == 5 and i % 2)},{i % 5},{i % 4},{i // 2},{1 + i % 2},{1 + i % 3}\n" for i in range(24))
ESTIMATORS = {"ancova": "--adjust age", "cox": "--event event --stratify site", "log-rank": "--event event", "welch": "", "paired": "--patient who --period period",
              "crossover": "--patient who --period period", "external": "--external ext --adjust age", "procova": "--forecast forecast", "counterfactual": "--twin twin",
              "rmst-difference": "--event event --setting tau=5", "fisher-exact": "--value event", "cumulative-incidence": "--event event", "median-difference": "--event event",
              "hybrid": "--external ext", "weighted-difference": "--weight weight"}


def lines(text):
    """Words, each in a line of its own; _ within a word stands for a space."""
    return "".join(word.replace("_", " ") + "\n" for word in text.split())


def asked(estimator, more=""):
    own = ESTIMATORS.get(estimator, "")
    return lines(f"analyze t.csv --estimator {estimator} {'' if '--value' in own else '--value y'} --arm arm --json {own} {more}")


def gather(path, files):
    """The text of a file with its paths made flat; what it names goes into `files`, under the flat names."""
    text = path.read_text()
    if path.suffix == ".csv":
        text = "".join(line + "\n" for line in text.splitlines()[:ROWS])

    def flat(match):
        other = path.parent / match.group(0)
        if not other.is_file() or other == path:
            return match.group(0)
        name = other.name.lower()
        if name not in files:
            files[name] = ""
            files[name] = gather(other, files)
            card = other.with_suffix(".source.yaml")
            if card.is_file():
                files[card.name.lower()] = card.read_text()
        return name

    return PATH.sub(flat, text) if path.suffix != ".csv" else text


def bundle(main, files):
    ended = lambda text: text if text == "" or text.endswith("\n") else text + "\n"
    return ended(main) + "".join(f"=== {name}\n{ended(text)}" for name, text in files.items())


def put(out, reader, name, data):
    folder = out / reader
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"shipped-{name}").write_bytes(data if isinstance(data, bytes) else data.encode())


def shipped_texts(out):
    for path in sorted(ROOT.glob("protocols/**/*.yaml")):
        if "targets" in path.name or path.parent.name == "dosing":
            continue
        files = {}
        put(out, "protocol", path.stem, bundle(gather(path, files), files))
    put(out, "protocol", "set", bundle((ROOT / "protocols/validation/null.yaml").read_text(), {"set": "patients=20\narms.a.ratio=3\n"}))
    put(out, "yaml", "scurvy", bundle((ROOT / "protocols/examples/scurvy-1747.yaml").read_text(), {"set": "patients=3\nvisits.days=[1, 2]\n"}))
    put(out, "yaml", "card", (ROOT / "cohorts/tables/VKORC1.source.yaml").read_text())
    for path in sorted(ROOT.glob("cohorts/*.yaml")):
        files = {}
        put(out, "cohort", path.stem, bundle(gather(path, files), files))
    for path in sorted(ROOT.glob("src/models/**/*.lind")):
        if path.stat().st_size < 7000:
            put(out, "model", path.stem, path.read_text())
    for name in ("VKORC1", "CYP2C9-warfarin", "brain-slice"):
        put(out, "csv", name, (ROOT / f"cohorts/tables/{name}.csv").read_text())


def written_texts(out):
    for k, text in enumerate(re.findall(r'^    "(.*)",$', (ROOT / "tests/expression/garble.c").read_text(), re.M)[:7]):
        put(out, "expression", str(k), text.replace('\\"', '"').replace("\\n", "\n"))
    for k, text in enumerate(("84 day", "75 mg/m^2", "1.5e-3 umol/L/h", "5 %", "10^9/L", "3", "1e308 kg", "0.3 1/year")):
        put(out, "unit", str(k), text)
    events = "ID,TIME [h],EVID,AMT [mg],CMT,RATE,II,ADDL,SS,DV,OCC,age [year]\n1,0,1,5,.,0,24,6,0,.,1,70\n1,24,0,.,.,.,.,.,.,2.1,1,70\n2,0,4,5,1,1,12,0,1,.,1,60\n2,12,0,0,0,0,0,0,0,1,2,61\n"
    people = "ID,CYP2C9,VKORC1,age [year]\n1,*1/*2,A/G,70\n2,*1/*1,G/G,60\n"
    put(out, "events", "warfarin", bundle(events, {"people.csv": people, "times": "0:48:6\n"}))
    model = "model m\nparameter k = 0.1 [1/h]\nparameter r = 2 [mg/h]\nrandom eta ~ normal(sd = 0.1) occasion\ncovariate w [kg]\nstate a [mg] dose(rate = r, duration = 1 [h])\nd/dt(a) = -k * exp(eta) * w / 70 [kg] * a\noutput y = a error proportional(0.1)\n"
    put(out, "events", "own", bundle("ID,TIME,EVID,AMT,RATE,w,OCC\n1,0,1,5,-1,70,1\n1,24,0,.,.,80,2\n1,30,3,.,.,80,2\n1,2,1,5,-2,60,1\n", {"model.lind": model}))
    for name in ESTIMATORS:
        put(out, "command", f"analyze-{name}", bundle("", {"args": asked(name), "t.csv": TABLE}))
    for name, args in {"describe": "describe\nestimator\nwelch\n", "keys": "describe\nprotocol\narms\n", "model": "model\ncheck\nm.lind\n", "show": "model\nshow\npgx.warfarin\n", "list": "model\nlist\n"}.items():
        put(out, "command", name, bundle("", {"args": args, "m.lind": model}))
    steady = "ID,TIME,AMT,EVID,RATE,II,ADDL,SS,w,OCC\n1,0,5,1,0,12,3,0,70,1\n1,24,.,0,.,.,.,.,70,1\n2,3,4,1,-1,.,.,.,60,1\n2,9,.,0,.,.,.,.,60,1\n"
    changing, sets = steady.replace("3,0,70", "3,1,70").replace(".,70,1\n2", ".,80,2\n2"), "k [1/h],r [mg/h]\n0.1,2\n0.2,1\n"
    people = "ID,k [1/h]\n1,0.2\n2,0.3\n"
    noisy = model.replace("output", "event late at 7 [h]\nnoise(a) = 0.1 [mg/h^0.5]\noutput")
    for k, (more, text, table) in enumerate((("--errors --times 0:24:1", model, changing), ("--happened h.csv --rows all", model.replace("output", "event late at 7 [h]\noutput"), changing),
                                             ("--replicates 3 --carry OCC --digits 4", model, changing), ("--sensitivity k,r --no-random", model, steady), ("--uncertainty s.csv --replicates 2", model, steady),
                                             ("--parameters p.csv --covariates linear", model, changing), ("--engine rk --rtol 1e-8 --atol 1e-9", model, steady), ("--engine milstein --grid 3_h", noisy, steady),
                                             ("--engine rosenbrock --seed 3", model, steady), ("--engine cvode --set k=0.3_1/h", model, steady), ("--covariates nocb --engine exact", model, changing))):
        put(out, "command", f"simulate-{k}", bundle("", {"args": lines(f"simulate m.lind --events e.csv --out o.csv --evaluator {more}"), "m.lind": text, "e.csv": table, "s.csv": sets, "p.csv": people}))
    put(out, "command", "cohort-describe", bundle("", {"args": "cohort\ndescribe\nc.yaml\n", "c.yaml": (ROOT / "cohorts/docetaxel.yaml").read_text()}))
    put(out, "command", "cohort", bundle("", {"args": "cohort\nsample\nc.yaml\n--patients\n5\n--out\nc.csv\n", "c.yaml": (ROOT / "cohorts/docetaxel.yaml").read_text()}))
    put(out, "run_directory", "plan", '{"plan": "0123456789abcdef0123456789abcdef", "cpu_class": "x86-64-v3 finz", "lind": "0.1.0", '
        '"stages": [{"patients": 100, "replicates": 5, "block_replicates": 5, "block_seats": 500, "stored": 0}]}')


def choices(out, lind):
    """Every design with each choice of each key, every estimator with each value of its settings, as `lind describe` has them."""
    def said(*words):
        return subprocess.run([lind, "describe", *words], check=True, capture_output=True, text=True).stdout

    base = {"group-sequential": "looks=3 power=0.9 hazard-ratio=0.7", "two-proportions": "treated=0.4 control=0.2 power=0.9",
            "two-means": "difference=1 sd=2 power=0.8", "survival": "hazard-ratio=0.7 power=0.8 median=6 recruitment=12 duration=24 dropout=0.01"}
    for design, given in base.items():
        wanted = [""] + [f"{key}={value}" for key, values in re.findall(r"^  ([\w-]+) +([\w-]+(?: \| [\w-]+)+)", said("design", design), re.M) for value in values.split(" | ")]
        for k, more in enumerate(wanted):
            options = " ".join("--" + pair.replace("=", " ") for pair in f"{given} {more}".split())
            put(out, "command", f"design-{design}-{k}", bundle("", {"args": lines(f"design {design} --json {options}")}))
    for name in re.findall(r"^([\w-]+) ", said("estimator"), re.M):
        text = said("estimator", name)
        for k, (setting, values) in enumerate(re.findall(r"^setting (\S+) +([\w|-]+|number)", text, re.M)):
            for value in values.split("|") if "|" in values else ["5", "0.5"]:
                put(out, "command", f"setting-{name}-{k}-{value}", bundle("", {"args": asked(name, f"--setting {setting}={value}"), "t.csv": TABLE}))


def nowhere(text):
    """A document that does not say on which machine it was made."""
    document = json.loads(text)
    for key in ("directory", "host", "machine", "command", "out"):
        document.pop(key, None)
    return json.dumps(document, indent=1).replace(f"{ROOT}/", "").replace(socket.gethostname(), "here")


def runs(out, lind):
    with tempfile.TemporaryDirectory() as folder:
        for name in ("examples/scurvy-1747", "validation/crossover-null", "validation/group-sequential"):
            run = pathlib.Path(folder) / "run"
            subprocess.run([lind, "run", ROOT / f"protocols/{name}.yaml", "--patients", "12", "--replicates", "3", "--out", run, "--no-sensitivity"],
                           check=True, capture_output=True)
            files = {"provenance.json": nowhere((run / "provenance.json").read_text())}
            estimates, stem = nowhere((run / "estimates.json").read_text()), name.split("/")[1]
            put(out, "report", stem, bundle(estimates, files))
            put(out, "command", f"verify-{stem}", bundle("", {"args": "verify\n.\n", "estimates.json": estimates, "checksums.txt": (run / "checksums.txt").read_text()
                                                              if (run / "checksums.txt").exists() else "", **files}))
            subprocess.run(["rm", "-r", run], check=True)
    for k in range(6):
        put(out, "shapes", str(k), bytes((k * 37 + i * (11 + k)) % 256 for i in range(120)))


def segments(out, lind):
    """A segment of a run that was stopped."""
    with tempfile.TemporaryDirectory() as folder:
        run = pathlib.Path(folder) / "run"
        going = subprocess.Popen([lind, "run", ROOT / "protocols/validation/null.yaml", "--patients", "4", "--replicates", "100000000", "--set", "block_max=4",
                                  "--out", run, "--no-sensitivity"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(4)
        going.terminate()
        going.wait()
        path = min(run.glob("segments/*.h5"), key=lambda p: p.stat().st_size)
        put(out, "segment", "null", path.read_bytes())


def main():
    lind, out = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    shipped_texts(out)
    written_texts(out)
    choices(out, lind)
    runs(out, lind)
    segments(out, lind)


if __name__ == "__main__":
    main()
