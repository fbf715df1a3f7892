#!/usr/bin/env python3
"""Compares an implementation of the compatibility contract with judge.py on generated cases.

diff.py [options] VFIOMIGCTL        runs `VFIOMIGCTL compare --json=short SOURCE TARGET` a case
diff.py [options] --batch PROG      PROG reads JSON lines {"source":..,"target":..} on stdin and prints
                                    one JSON report (or {"error": "..."}) a line on stdout; of cases with
                                    "words", "mayAsk" and "flags" it is given these too (VFIOMIGCTL is offline)

Exits 0 if nothing differs, 1 if something does, 2 for a usage error.
"""
import argparse
import collections
import copy
import json
import os
import shlex
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import generate  # noqa: E402
import judge  # noqa: E402

IGNORED = {"weak-evidence"}
ASKED = ("words", "mayAsk", "flags")


def dumps(x):
    return json.dumps(x, ensure_ascii=False, separators=(",", ":"))


# --------------------------------------------------------------------------------------------------
# The implementation under test

class Single:
    def __init__(self, path, timeout):
        self.path, self.timeout = path, timeout
        self.dir = tempfile.TemporaryDirectory(prefix="oracle-")

    def run(self, cases):
        return [self.one(c) for c in cases]

    def one(self, case):
        files = []
        for k in ("source", "target"):
            files.append(os.path.join(self.dir.name, k + ".json"))
            with open(files[-1], "w", encoding="utf-8") as f:
                f.write(dumps(case[k]))
        try:
            p = subprocess.run([self.path, "compare", "--json=short"] + files, stdin=subprocess.DEVNULL,
                               capture_output=True, timeout=self.timeout)
        except subprocess.TimeoutExpired:
            return {"crash": "timed out"}
        if p.returncode == 1:
            return {"error": p.stderr.decode("utf-8", "replace").strip(), "exit": 1}
        try:
            report = json.loads(p.stdout)
        except ValueError:
            return {"crash": "exit %d, stdout %r, stderr %r" % (p.returncode, p.stdout[:200], p.stderr[:400])}
        report["exit"] = p.returncode
        return report


class Batch:
    def __init__(self, command, timeout):
        self.command, self.timeout = shlex.split(command), timeout

    def run(self, cases):
        if not cases:
            return []
        data = "".join(dumps({k: c[k] for k in ("source", "target") + ASKED if k in c}) + "\n" for c in cases)
        try:
            p = subprocess.run(self.command, input=data.encode(), stdout=subprocess.PIPE,
                               timeout=self.timeout + len(cases))
            out, died = p.stdout, "exit status %d" % p.returncode
        except subprocess.TimeoutExpired as e:
            out, died = e.stdout or b"", "timed out"
        reports = []
        for line in out.decode("utf-8", "replace").split("\n"):
            if line.strip():
                try:
                    reports.append(json.loads(line))
                except ValueError:
                    reports.append({"crash": "not JSON: %r" % line[:200]})
        reports = reports[:len(cases)]
        if len(reports) < len(cases):
            # the case that it died on, then the others one batch further
            reports.append({"crash": "no report, %s" % died})
            if len(cases) > 1 and len(reports) < len(cases):
                reports += self.run(cases[len(reports):])
        return reports


# --------------------------------------------------------------------------------------------------
# Comparing

def expected(case):
    try:
        return judge.judge(case["source"], case["target"], asked=judge.Asked.of_case(case))
    except judge.InvalidDescriptor as e:
        return {"error": str(e), "place": e.place}


def reasons(device, ignored):
    out = set()
    for r in device.get("reasons") or []:
        code, result = (r["code"], r["result"]) if isinstance(r, dict) else r
        if code not in ignored:
            out.add((code, result))
    return out


def differences(want, got, ignored=IGNORED, places=False):
    """a list of (what, wanted, got)"""
    if not isinstance(got, dict) or "crash" in got:
        return [("crash", "an answer", got)]
    if "error" in want or "error" in got:
        if "error" not in got or "error" not in want:
            return [("error", want.get("error"), got.get("error"))]
        if places and want["place"] not in str(got["error"]):
            return [("place", want["error"], got["error"])]
        return []
    out = []
    for k in ("verdict", "fitsIfFree"):
        if want[k] != got.get(k):
            out.append((k, want[k], got.get(k)))
    if "exit" in got and got["exit"] != judge.exit_status(want):
        out.append(("exit status", judge.exit_status(want), got["exit"]))
    devices = got.get("devices") or []
    if [d["id"] for d in want["devices"]] != [d.get("id") for d in devices]:
        return out + [("ids", [d["id"] for d in want["devices"]], [d.get("id") for d in devices])]
    # the weakest of the devices': what a report says where one is left over is not compared
    if want["devices"] and all(d["target"] for d in want["devices"]) and want["evidence"] != got.get("evidence"):
        out.append(("evidence", want["evidence"], got.get("evidence")))
    for w, g in zip(want["devices"], devices):
        def say(k, a, b):
            out.append(("%s %s" % (w["id"], k), a, b))
        # of a left-over device only the verdict and the missing target count
        for k in ("verdict", "target") + (("actions", "evidence") if w["target"] else ()):
            if w[k] != g.get(k):
                say(k, w[k], g.get(k))
        if w["target"] and g.get("target"):
            a, b = reasons(w, ignored), reasons(g, ignored)
            if a != b:
                say("reasons", "only here: %s" % sorted(a - b), "only there: %s" % sorted(b - a))
    return out


def kinds(diffs):
    return {d[0].split(" ")[-1] for d in diffs}


# --------------------------------------------------------------------------------------------------
# Minimising: delete keys and elements while a difference of the same kind remains

def paths(x, at=()):
    items = list(x.items()) if isinstance(x, dict) else list(enumerate(x)) if isinstance(x, list) else []
    for k, v in items:
        yield len(dumps(v)), at + (k,)
        yield from paths(v, at + (k,))


def without(case, path):
    case = copy.deepcopy(case)
    x = case
    for k in path[:-1]:
        x = x[k]
    del x[path[-1]]
    return case


def minimise(case, kind, differ, budget=4000):
    case = {k: case[k] for k in ("source", "target") + ASKED if k in case}
    progress = True
    while progress and budget > 0:
        progress = False
        todo = sorted((p for p in paths(case) if len(p[1]) > 1), key=lambda p: -p[0])
        for i in range(0, len(todo), 16):
            tries = [without(case, path) for _, path in todo[i:i + 16]]
            budget -= len(tries)
            hit = next((t for t, d in zip(tries, differ(tries)) if kind & kinds(d)), None)
            if hit is not None:
                case, progress = hit, True
                break
    return case


# --------------------------------------------------------------------------------------------------

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("vfiomigctl", nargs="?")
    ap.add_argument("--batch", metavar="PROG")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--count", type=int, default=2000)
    ap.add_argument("--start", type=int, default=0)
    ap.add_argument("--errors", type=float, default=0.03, help="how many cases are damaged")
    ap.add_argument("--file", help="cases from a file of JSON lines instead of generated ones")
    ap.add_argument("--show", type=int, default=3, help="how many differing cases are shown")
    ap.add_argument("--ignore", action="append", default=[], metavar="CODE", help="a reason code to leave aside")
    ap.add_argument("--places", action="store_true", help="the place of an error must be named as well")
    ap.add_argument("--no-minimise", action="store_true")
    ap.add_argument("--timeout", type=float, default=60)
    a = ap.parse_args()
    if bool(a.vfiomigctl) == bool(a.batch):
        ap.error("either VFIOMIGCTL or --batch PROG")
    runner = Batch(a.batch, a.timeout) if a.batch else Single(a.vfiomigctl, a.timeout)
    ignored = IGNORED | set(a.ignore)

    def differ(cases):
        return [differences(expected(c), g, ignored, a.places) for c, g in zip(cases, runner.run(cases))]

    if a.file:
        with open(a.file, encoding="utf-8") as f:
            cases = [dict(json.loads(line), case=n) for n, line in enumerate(f, 1)]
    else:
        cases = (generate.case(a.seed, n, a.errors) for n in range(a.start, a.start + a.count))
    if not a.batch:
        cases = ({k: v for k, v in c.items() if k not in ASKED} for c in cases)

    count, bad, by_kind, verdicts = 0, [], collections.Counter(), collections.Counter()

    def take(chunk):
        nonlocal count
        for c, got in zip(chunk, runner.run(chunk)):
            want = expected(c)
            d = differences(want, got, ignored, a.places)
            count += 1
            verdicts[want.get("verdict", "error")] += 1
            if d:
                bad.append((c, d))
                by_kind.update(kinds(d))

    chunk = []
    for c in cases:
        chunk.append(c)
        if len(chunk) == 500:
            take(chunk)
            chunk = []
    take(chunk)

    for c, d in bad[:a.show]:
        small = c
        if not a.no_minimise:
            small = minimise(c, kinds(d), differ)
            d = differ([small])[0] or d
        print("--- case %s%s" % (c["case"], "" if a.file else " of seed %d" % a.seed))
        for what, want, got in d:
            print("  %s: oracle %s, tested %s" % (what, dumps(want), dumps(got)))
        print(dumps({k: small[k] for k in ("source", "target") + ASKED if k in small}))
        try:
            r = judge.judge(small["source"], small["target"], explain=True, asked=judge.Asked.of_case(small))
            for x in r["devices"]:
                for k in x["candidates"]:
                    print("    oracle: %s on %s: %s %s %s" % (x["id"], k.get("address") or k.get("mdevType"), k["verdict"],
                                                              k["evidence"], dumps(k["reasons"])))
        except judge.InvalidDescriptor as e:
            print("    oracle: error: %s" % e)
    print("%d cases, %d differ%s; %s" % (
        count, len(bad), " (%s)" % ", ".join("%s %d" % x for x in by_kind.most_common()) if bad else "",
        ", ".join("%s %d" % x for x in sorted(verdicts.items()))))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
