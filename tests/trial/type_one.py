#!/usr/bin/env python3
"""Type I error of whole trials without an effect: type_one.py LIND PROTOCOLS. Limits are 3.5 binomial standard errors."""
import json, math, pathlib, subprocess, sys, tempfile

lind, protocols = sys.argv[1:]
wrong = 0


def study(name, folder=protocols):
    with tempfile.TemporaryDirectory() as work:
        out = subprocess.run([lind, "run", f"{folder}/{name}.yaml", "--json", "--out", f"{work}/out"], check=True, capture_output=True)
    return json.loads(out.stdout)


def check(what, share, expected, n):
    global wrong
    limit = 3.5 * math.sqrt(expected * (1 - expected) / n)
    ok = abs(share - expected) <= limit
    wrong += not ok
    print(f"{'right' if ok else 'WRONG'}: {what} {share:.4f}, expected {expected:.4f} +- {limit:.4f}")


null = study("null")
for analysis in null["analyses"]:
    # the z test of shares is a little liberal at 30 patients an arm; t tests are exact
    check(analysis["name"], analysis["terms"][0]["power"], 0.055 if analysis["name"] == "share" else 0.05, null["replicates"])

null = study("crossover-null")
for analysis in null["analyses"]:
    check("crossover trial, " + analysis["name"], analysis["terms"][0]["power"], 0.05, null["replicates"])
# 0.9 mg a day for a week, halved every day: 0.892969; a fortnight later 2^-14 of it is left, half of which is the bias by carry-over
# (R: q <- qt(.975, 22); 1 - pt(q, 22, e / se) + pt(-q, 22, e / se) with se = sqrt(2 / 4 * (1 / 12 + 1 / 12)))
shift = study("shift", pathlib.Path(__file__).parent / "data")
term = shift["analyses"][0]["terms"][0]
ok = abs(term["estimate"] - 0.892941) <= 3.5 * term["mcse"]
wrong += not ok
print(f"{'right' if ok else 'WRONG'}: effect of a crossover {term['estimate']:.4f} +- {term['mcse']:.4f}, expected 0.8929")
check("power of a crossover", term["power"], 0.840327, shift["replicates"])

looks = study("group-sequential")
# above only, Student's t with 98 degrees of freedom at the look; two-sided at the end, and most of those who stopped count there, too
check("stopped at the look", looks["design"]["looks"][0]["stopped"], 0.0031, looks["replicates"])
check("rejected in all", looks["analyses"][0]["terms"][0]["power"], 0.0490, looks["replicates"])
sys.exit(wrong > 0)
