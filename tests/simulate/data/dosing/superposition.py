"""Expected values for dosing scenarios, by superposition, written from docs/reference/events.md and from nothing in src/.

A linear system x' = A x answers to a row of doses with the sum of its answers to each. Eigenvectors of A turn that into sums of exponentials;
an endless row is a geometric series. All in 40 digits (mpmath). Three states: depot, central, peripheral.

    python3 superposition.py        writes superposition.csv and nonmem.csv beside itself

nonmem.csv: 22 of the scenarios of github.com/mrgsolve/nmtests (shared/data.R) with a few of the values that NONMEM 7 printed for them with 5 digits
(dosing/results/1001-nm.csv at commit 39524b6); the script also checks that it agrees with all of them.
"""
import csv
import pathlib

import mpmath as mp

mp.mp.dps = 40
HERE = pathlib.Path(__file__).parent
DEFAULT = dict(cl=1.1, v=20, q=0, vp=30, ka=1.5, f1=1, f2=1, lag1=0, lag2=0, r1=0, r2=0, d1=0, d2=0)
COLUMNS = ["EVID", "AMT", "RATE", "II", "ADDL", "SS", "CMT"]


class System:
    def __init__(self, p):
        cl, v, q, vp, ka = (mp.mpf(str(p[k])) for k in ("cl", "v", "q", "vp", "ka"))
        a = mp.matrix([[-ka, 0, 0], [ka, -(cl + q) / v, q / vp], [0, q / v, -q / vp]])
        self.rates, self.vectors = mp.eig(a)
        self.inverse = self.vectors ** -1
        self.v = v

    def answer(self, state, weights):
        """sum over eigenvalues of vector * weight(rate) * share of a unit in `state`"""
        return [sum(self.vectors[r, k] * weights(mp.re(self.rates[k])) * self.inverse[k, state] for k in range(3)) for r in range(3)]


def over(rate, since, duration):
    """integral of exp(rate (since - s)) for s from 0 to min(since, duration)"""
    length = min(since, duration)
    return length if rate == 0 else (mp.exp(rate * since) - mp.exp(rate * (since - length))) / rate


def one(system, dose, t):
    """Answer at t to one dose (time it enters, state, amount, rate, duration)."""
    enters, state, amount, rate, duration = dose
    if rate == 0:
        return system.answer(state, lambda k: amount * mp.exp(k * (t - enters)))
    return system.answer(state, lambda k: rate * over(k, t - enters, duration))


def endless(system, dose, interval, t):
    """Answer at t to that dose and to all like it, `interval` apart, before it; those that have not entered do not count."""
    enters, state, amount, rate, duration = dose
    total = [mp.mpf(0)] * 3
    while enters > t:
        enters -= interval
    while rate > 0 and enters + duration > t:  # still running: one by one
        total = [a + b for a, b in zip(total, one(system, (enters, state, amount, rate, duration), t))]
        enters -= interval

    def weight(k):
        if k == 0:
            return mp.mpf(0)  # a state that nothing reaches
        past = mp.exp(k * (t - enters)) / (1 - mp.exp(k * interval))
        return past * (amount if rate == 0 else rate * (1 - mp.exp(-k * duration)) / k)

    return [a + b for a, b in zip(total, system.answer(state, weight))]


def expand(record, p):
    """(doses that follow from a record, the first is its own; steady state of its row or None)"""
    n = record["CMT"]
    amount, code = mp.mpf(str(record["AMT"])), record["RATE"]
    f, lag = mp.mpf(str(p[f"f{n}"])) if n < 3 else 1, mp.mpf(str(p[f"lag{n}"])) if n < 3 else 0
    interval = mp.mpf(str(record["II"]))
    rate = duration = mp.mpf(0)
    if code == -1:
        rate = mp.mpf(str(p[f"r{n}"]))
    elif code == -2:
        duration = mp.mpf(str(p[f"d{n}"]))
        rate = f * amount / duration
    elif code > 0:
        rate = mp.mpf(str(code))
    if rate > 0 and duration == 0:
        duration = f * amount / rate
    at = mp.mpf(str(record["TIME"]))
    dose = lambda k: (at + lag + k * interval, n - 1, f * amount, rate, duration)
    return [dose(k) for k in range(record["ADDL"] + 1)], interval


def simulate(p, rows):
    """rows in order -> amounts at each observation"""
    system = System(p)
    given = []  # doses; of one time they come before all rows below
    rows_of_doses = []  # the last dose of each endless row, interval
    rest = None
    answers = []
    for r in rows:
        t = mp.mpf(str(r["TIME"]))
        if r["EVID"] in (3, 4) or (r["EVID"] == 1 and r["SS"] == 1):
            given, rows_of_doses, rest = [], [], None
        if r["EVID"] in (1, 4):
            if r["SS"] > 0 and r["II"] == 0:  # for ever until now
                n, rate = r["CMT"], mp.mpf(str(p[f"r{r['CMT']}"] if r["RATE"] == -1 else r["RATE"]))
                long = mp.mpf(10) ** 9
                rest = (t - long, n - 1, mp.mpf(0), rate, long)
            else:
                doses, interval = expand(r, p)
                if r["SS"] > 0:
                    rows_of_doses.append((doses[0], interval))
                    doses = doses[1:]
                given += doses
        if r["EVID"] == 0:
            x = [mp.mpf(0)] * 3
            parts = [one(system, d, t) for d in given if d[0] <= t]
            parts += [endless(system, d, i, t) for d, i in rows_of_doses]
            parts += [one(system, rest, t)] if rest else []
            for part in parts:
                x = [a + b for a, b in zip(x, part)]
            answers.append(x)
    return system, answers


def record(time, evid=1, amt=0, rate=0, ii=0, addl=0, ss=0, cmt=1):
    return dict(TIME=time, EVID=evid, AMT=amt, RATE=rate, II=ii, ADDL=addl, SS=ss, CMT=cmt)


def merge(records, times):
    """observations below the records of their time"""
    rows = list(records)
    for t in times:
        at = max((i for i, r in enumerate(rows) if r["TIME"] <= t), default=-1)
        rows.insert(at + 1, record(t, 0))
    return rows


def grid(*more, to=60, by=4):
    return sorted(set([*range(0, to + 1, by), *more]))


two = dict(q=3, cl=2, v=12, vp=25, ka=0.9)
SCENARIOS = [
    ("bolus", {}, [record(0, amt=100, cmt=2)], grid()),
    ("bolus, two compartments", two, [record(0, amt=100, cmt=2)], grid()),
    ("oral, two compartments", two, [record(0, amt=100)], grid(0.5, 1, 2)),
    ("into the peripheral compartment", two, [record(0, amt=100, cmt=3)], grid(1)),
    ("additional boluses", {}, [record(0, amt=100, ii=12, addl=3, cmt=2)], grid(11, 13)),
    ("additional oral doses, two compartments", two, [record(0, amt=100, ii=12, addl=3)], grid(11, 13)),
    ("lag and bioavailability", dict(two, lag1=2.5, f1=0.6), [record(0, amt=100, ii=12, addl=3)], grid(2.5, 2.4, 14.5)),
    ("a lag longer than three intervals", dict(two, lag1=19.5), [record(0, amt=100, ii=6, addl=5)], grid(19.5, 20, 31)),
    ("infusion", {}, [record(0, amt=100, rate=10, cmt=2)], grid(5, 10, 11)),
    ("infusion into the depot, two compartments", two, [record(0, amt=100, rate=8)], grid(5, 12.5, 13)),
    ("F on a given rate: duration", dict(two, f2=0.5), [record(0, amt=480, rate=10, cmt=2)], grid(23, 24, 25)),
    ("F above 1 on a given rate", dict(two, f2=2.25), [record(0, amt=40, rate=10, cmt=2)], grid(8, 9, 10)),
    ("modelled duration and F: rate", dict(two, f2=0.5, d2=36), [record(0, amt=480, rate=-2, cmt=2)], grid(35, 36, 37)),
    ("modelled rate and F: duration", dict(two, f2=0.5, r2=6), [record(0, amt=96, rate=-1, cmt=2)], grid(7, 8, 9)),
    ("infusions that overlap", two, [record(0, amt=100, rate=4, cmt=2), record(10, amt=60, rate=5, cmt=2), record(12, amt=50, rate=10, cmt=1)], grid(10, 12, 17, 22, 25)),
    ("additional infusions that overlap three deep", two, [record(0, amt=100, rate=4, ii=8, addl=4, cmt=2)], grid(25, 33, 57, 58, to=80)),
    ("lagged infusions", dict(two, lag2=4.15), [record(0, amt=100, rate=10, ii=24, addl=2, cmt=2)], grid(4.15, 14.15, 28.15, to=80)),
    ("several doses at one time", two, [record(0, amt=100, cmt=2), record(0, amt=50, cmt=1), record(0, amt=30, rate=3, cmt=2), record(0, amt=10, cmt=3)], grid(1, 9, 10)),
    ("steady state, bolus", {}, [record(0, amt=100, ii=12, addl=2, ss=1, cmt=2)], grid(11, 13)),
    ("steady state, oral, two compartments", two, [record(5, amt=100, ii=8, ss=1)], [5, 6, 9, 12, 20, 40]),
    ("steady state, infusion", two, [record(0, amt=100, rate=20, ii=12, addl=1, ss=1, cmt=2)], grid(5, 12, 17)),
    ("steady state, infusion longer than II", two, [record(0, amt=100, rate=2, ii=12, addl=1, ss=1, cmt=2)], grid(2, 14, 26, 38, 50, 61, 62, to=72)),
    ("steady state, infusion as long as II", two, [record(0, amt=100, rate=10, ii=10, addl=2, ss=1, cmt=2)], grid(10, 20, 30, 31)),
    ("steady state, modelled duration longer than II, F", dict(two, d2=17, f2=0.7), [record(0, amt=100, rate=-2, ii=12, addl=1, ss=1, cmt=2)], grid(5, 12, 17, 29)),
    ("steady state, modelled rate", dict(two, r2=25), [record(0, amt=100, rate=-1, ii=12, ss=1, cmt=2)], grid(3.9, 4.1)),
    ("steady state with lag", dict(two, lag1=4), [record(0, amt=100, ii=12, addl=2, ss=1)], grid(1, 3.9, 4, 5, 16)),
    ("steady state with lag, infusion that goes on", dict(two, lag2=9), [record(0, amt=100, rate=20, ii=12, addl=2, ss=1, cmt=2)], grid(1, 2, 3, 9, 14, 21)),
    ("steady state with lag, infusion longer than II", dict(two, lag2=5), [record(0, amt=100, rate=4, ii=12, addl=1, ss=1, cmt=2)], grid(1, 5, 6, 17, 18, 30, 42)),
    ("steady state, lag of more than two intervals", dict(two, lag1=30), [record(0, amt=100, ii=12, addl=2, ss=1)], grid(6, 6.5, 18, 30, 42, 54, to=80)),
    ("steady state 1 and then 2", two, [record(0, amt=100, ii=24, addl=3, ss=1), record(12, amt=50, ii=24, addl=3, ss=2)], grid(12, 13, 36, to=100)),
    ("steady state 2 on what was there", two, [record(0, amt=300, cmt=2), record(10, amt=50, ii=8, addl=2, ss=2)], grid(9, 10, 11, 18)),
    ("steady state 1 forgets", two, [record(0, amt=300, rate=5, ii=20, addl=4, cmt=2), record(13, amt=50, ii=8, ss=1)], grid(12, 13, 14, 21)),
    ("endless infusion, which ends at its record", two, [record(0, rate=10, ss=1, cmt=2), record(6, amt=40, rate=10, cmt=2)], grid(1, 10, 11)),
    ("endless infusion into the depot, modelled rate", dict(two, r1=7), [record(2, rate=-1, ss=1, cmt=1)], [2, 3, 5, 20]),
    ("reset in the middle of everything", dict(two, lag1=3), [record(0, amt=100, ii=6, addl=9), record(1, amt=200, rate=10, cmt=2), record(14, evid=3), record(20, amt=50, cmt=2)], grid(14, 15, 18)),
    ("reset and dose", two, [record(0, amt=100, rate=2, cmt=2), record(14, evid=4, amt=80, ii=6, addl=1)], grid(14, 15, 20)),
    ("reset and steady state", two, [record(0, amt=100, rate=2, cmt=2), record(14, evid=4, amt=80, ii=6, ss=1)], grid(14, 15, 20)),
]

# (id, parameters, records, {time: what NONMEM printed, ug/L})
NONMEM = [
    (1, {}, [record(0, amt=100, ii=24, addl=3)], {1: 3754.4, 24: 1386.5, 25: 5066.8, 73: 5511, 74: 6053.8, 130: 290.1}),
    (2, dict(lag2=12.13, f2=2.23), [record(0, amt=100, ii=24, addl=3, cmt=2)], {12: 0, 13: 10629, 37: 13468, 85: 14430, 130: 1214.4}),
    (3, {}, [record(0, amt=100, rate=10, ii=24, addl=3, cmt=2)], {1: 486.5, 10: 3845.9, 24: 1780.7, 34: 4873.3, 82: 5221.1, 130: 372.58}),
    (4, dict(f2=0.5), [record(0, amt=480, rate=10, cmt=2)], {1: 486.5, 24: 6662.4, 25: 6305.9, 130: 19.575}),
    (5, dict(f2=0.5, d2=48), [record(0, amt=480, rate=-2, cmt=2)], {1: 243.25, 48: 4221.1, 49: 3995.2, 130: 46.425}),
    (6, {}, [record(0, amt=100, rate=100 / 12, ii=24, addl=3)], {1: 196.84, 12: 3511.2, 13: 3531.9, 37: 4492.5, 130: 410.89}),
    (7, dict(lag2=4.15), [record(0, amt=100, rate=10, ii=24, addl=3, cmt=2)], {4: 0, 5: 415.22, 14: 3802.5, 15: 3670.3, 29: 2114.6, 130: 468.11}),
    (8, dict(lag2=3.25, f2=0.412), [record(0, amt=100, rate=10, ii=24, addl=3, cmt=2)], {4: 367.37, 7: 1694.3, 8: 1780.5, 80: 2417.1, 130: 154.52}),
    (9, dict(lag2=3.16, f2=0.412), [record(0, amt=100, rate=10, ii=24, addl=3, ss=1, cmt=2)], {0: 1002.7, 3: 850.22, 4: 1215.2, 24: 1002.7, 80: 2417.5, 130: 154.55}),
    (10, dict(f2=0.812), [record(0, amt=100, rate=2, ii=12, addl=4, ss=1, cmt=2)], {0: 6014.5, 4: 6263, 5: 6277.4, 61: 5984.5, 89: 3286.6, 130: 344.68}),
    (11, {}, [record(0, amt=100, rate=2, ii=12, addl=3, ss=1, cmt=2)], {0: 7498.9, 2: 7664.7, 49: 7486.8, 51: 7367.2, 87: 3334.1, 130: 313.24}),
    (12, {}, [record(0, amt=100, rate=8.3333, ii=6, addl=12, ss=1, cmt=2)], {0: 15152, 78: 15152, 79: 14746, 85: 12325, 130: 1037.3}),
    (13, dict(f2=0.412), [record(0, amt=100, rate=4.12, ii=10, addl=8, ss=1, cmt=2)], {0: 3745.5, 45: 3745.5, 90: 3745.5, 91: 3545, 130: 415.01}),
    (14, {}, [record(0, amt=100, rate=10, ii=10, addl=8, ss=1, cmt=2)], {0: 9090.9, 90: 9090.9, 91: 8604.4, 130: 1007.3}),
    (15, dict(lag2=4, f2=0.412), [record(0, amt=100, ii=24, addl=3, ss=1, cmt=2)], {0: 935.66, 3: 793.34, 4: 2810.9, 28: 2810.9, 76: 2810.9, 130: 144.21}),
    (16, dict(lag2=5, f2=0.412), [record(0, amt=100, ii=24, addl=3, cmt=2)], {4: 0, 5: 2060, 29: 2610.3, 77: 2796.6, 130: 151.59}),
    (17, dict(lag2=1), [record(0, amt=100, cmt=2), record(13, amt=50, rate=24, ii=24, addl=2)], {1: 5000, 13: 2584.3, 14: 3012.8, 16: 4321.9, 38: 1915.5, 130: 86.893}),
    (18, dict(lag2=5, f2=0.61, d2=9), [record(0, amt=100, rate=-2, ii=24, addl=3, cmt=2)], {5: 0, 6: 329.74, 14: 2405.7, 30: 1327.6, 86: 3265.8, 130: 290.4}),
    (19, dict(f2=0.61, d2=9), [record(0, amt=100, rate=-2, ii=24, addl=3, ss=1, cmt=2)], {0: 1438.5, 9: 3282.6, 24: 1438.5, 81: 3282.6, 130: 221.71}),
    (20, {}, [record(0, amt=100, rate=50, ii=12, addl=2), record(50, evid=4, amt=120, ii=12, addl=3)], {1: 1181, 3: 4285.2, 49: 2474.8, 50: 0, 51: 4505.3, 63: 7552.2, 130: 1064.5}),
    (26, {}, [record(0, amt=100, rate=50, ii=12, addl=3), record(50, evid=3), record(54, amt=120, ii=16, addl=2)], {49: 5158.7, 50: 0, 53: 0, 54: 0, 55: 4505.3, 71: 6950.5, 130: 878.84}),
    (28, {}, [record(0, amt=100, ii=24, addl=3, ss=1), record(12, amt=50, ii=24, addl=3, ss=2)], {0: 1891.9, 11: 3867.4, 12: 4606.4, 13: 6237.1, 25: 7277.4, 37: 6237.1, 130: 573.67}),
    (29, {}, [record(0, rate=100, ss=1)], {0: 90909, 1: 88547, 12: 48775, 100: 385.67}),
]


def write(name, head, scenarios, printed=None):
    with open(HERE / name, "w", newline="") as file:
        for line in head:
            file.write(f"# {line}\n")
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["ID", "TIME", *COLUMNS, *DEFAULT, "depot", "central", "peripheral"] + (["printed"] if printed else []))
        for number, parameters, records, times in scenarios:
            p = dict(DEFAULT, **parameters)
            rows = merge(records, list(times))
            system, answers = simulate(p, rows)
            answers = iter(answers)
            for r in rows:
                tail = ["."] * 3 + (["."] if printed else [])
                if r["EVID"] == 0:
                    x = next(answers)
                    tail = [mp.nstr(mp.chop(mp.re(a), mp.mpf(10) ** -30), 17) for a in x]
                    if printed:
                        told = times[r["TIME"]]
                        mine = 1000 * x[1] / system.v
                        assert abs(mine - told) <= 0.6 * mp.mpf(10) ** (mp.floor(mp.log10(abs(told) + 1e-9)) - 4), (number, r["TIME"], mine, told)
                        tail.append(told)
                out.writerow([number, r["TIME"], *(r[c] for c in COLUMNS), *p.values(), *tail])


if __name__ == "__main__":
    names = [f"{i}: {s[0]}" for i, s in enumerate(SCENARIOS, 1)]
    write("superposition.csv", ["made by superposition.py; amounts of an observation [mg]", *names], [(i, *s[1:]) for i, s in enumerate(SCENARIOS, 1)])
    head = ["made by superposition.py; printed: what NONMEM printed, ug/L (github.com/mrgsolve/nmtests, dosing/results/1001-nm.csv at 39524b6)"]
    write("nonmem.csv", head, NONMEM, printed=True)
