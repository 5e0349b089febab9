#!/usr/bin/env python3
"""Type I error of whole trials without an effect: type_one.py LIND PROTOCOLS. Limits are 3.5 binomial standard errors."""
import json, math, subprocess, sys, tempfile

lind, protocols = sys.argv[1:]
wrong = 0


def study(name):
    with tempfile.TemporaryDirectory() as work:
        out = subprocess.run([lind, "run", f"{protocols}/{name}.yaml", "--json", "--out", f"{work}/out"], check=True, capture_output=True)
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

looks = study("group-sequential")
# above only, Student's t with 98 degrees of freedom at the look; two-sided at the end, and most of those who stopped count there, too
check("stopped at the look", looks["design"]["looks"][0]["stopped"], 0.0031, looks["replicates"])
check("rejected in all", looks["analyses"][0]["terms"][0]["power"], 0.0490, looks["replicates"])
sys.exit(wrong > 0)
