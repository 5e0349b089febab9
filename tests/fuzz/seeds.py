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

import h5py

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATH = re.compile(r"[\w./-]+\.(?:yaml|csv|lind)\b")
ROWS = 12


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
    table = "arm,y,event,site,age,ext,twin,forecast,who,period\n" + "".join(f"{'AB'[i % 2]},{i * 7 % 11},{i % 3 % 2},{i % 2},{40 + i},{int(i % 6 == 5 and i % 2)},{i % 5},{i % 4},{i // 2},{1 + i % 2}\n" for i in range(24))
    ask = "analyze\nt.csv\n--estimator\n%s\n--value\ny\n--arm\narm\n--json\n"
    extra = {"ancova": "--adjust\nage\n", "cox": "--event\nevent\n--stratify\nsite\n", "log-rank": "--event\nevent\n", "welch": "", "paired": "--patient\nwho\n--period\nperiod\n",
             "crossover": "--patient\nwho\n--period\nperiod\n", "external": "--external\next\n--adjust\nage\n", "procova": "--forecast\nforecast\n", "counterfactual": "--twin\ntwin\n", "rmst-difference": "--event\nevent\n--setting\nhorizon=5\n",
             "fisher-exact": "", "cumulative-incidence": "--event\nevent\n", "median-difference": "", "hybrid": "--external\next\n"}
    for name, more in extra.items():
        put(out, "command", f"analyze-{name}", bundle("", {"args": ask % name + more, "t.csv": table}))
    for name, args in {"design": "design\ntwo-means\n--difference\n1\n--sd\n2\n--json\n", "describe": "describe\nestimator\nwelch\n", "model": "model\ncheck\nm.lind\n", "show": "model\nshow\npgx.warfarin\n"}.items():
        put(out, "command", name, bundle("", {"args": args, "m.lind": model}))
    put(out, "command", "simulate", bundle("", {"args": "simulate\nm.lind\n--events\ne.csv\n--out\no.csv\n--evaluator\n--errors\n--times\n0:24:1\n", "m.lind": model, "e.csv": "ID,TIME,AMT,w\n1,0,5,70\n1,24,.,80\n"}))
    put(out, "command", "cohort", bundle("", {"args": "cohort\nsample\nc.yaml\n--patients\n5\n--out\nc.csv\n", "c.yaml": (ROOT / "cohorts/docetaxel.yaml").read_text()}))
    put(out, "run_directory", "plan", '{"plan": "0123456789abcdef0123456789abcdef", "cpu_class": "x86-64-v3 finz", "lind": "0.1.0", '
        '"stages": [{"patients": 100, "replicates": 5, "block_replicates": 5, "block_seats": 500, "stored": 0}]}')


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
    """A segment of a run that was stopped, under the plan that the reader asks for."""
    with tempfile.TemporaryDirectory() as folder:
        run = pathlib.Path(folder) / "run"
        going = subprocess.Popen([lind, "run", ROOT / "protocols/validation/null.yaml", "--patients", "4", "--replicates", "100000000", "--set", "block_max=4",
                                  "--out", run, "--no-sensitivity"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(4)
        going.terminate()
        going.wait()
        path = min(run.glob("segments/*.h5"), key=lambda p: p.stat().st_size)
        with h5py.File(path) as old, h5py.File(run / "small.h5", "w", libver=("v108", "v108"), userblock_size=512) as new:
            new.attrs.create("plan", "0123456789abcdef0123456789abcdef".encode(), dtype="S32")
            third = old["heads"][2]
            n = {"heads": 2, "reals": int(third[10]), "counts": int(third[11]), "rows": int(third[13]), "course": int(third[16])}
            for name, rows in n.items():
                new.create_dataset(name, data=old[name][:rows], track_times=False)
        put(out, "segment", "null", (run / "small.h5").read_bytes())


def main():
    lind, out = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    shipped_texts(out)
    written_texts(out)
    runs(out, lind)
    segments(out, lind)


if __name__ == "__main__":
    main()
