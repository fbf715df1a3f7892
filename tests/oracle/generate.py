#!/usr/bin/env python3
"""Random (source, target) pairs for the oracle: small, mostly alike, and ugly on purpose.

generate.py [--seed N] [--count N] [--start N] [--errors RATE] [--stats]

Prints JSON lines {"case": n, "source": descriptor, "target": host document}, some with "words", "mayAsk" and
"flags" (what drivers and vendors said when they were asked, see judge.py's Asked).  Case n depends on
(seed, n) alone, so that one can be made again.  --stats judges them and prints what was reached.
"""
import argparse
import collections
import copy
import json
import random
import sys

SCHEMA = "org.vfio.Migration1.descriptor/1"
A, B, C = "https://vendor-a.com/my-nic", "vendor-a.com/my-nic-2", "vendor-b.com/gpu"
VM = "5e4c0f1e-0000-4000-8000-000000000001"
FULL = {"protocol": "v2", "flags": ["stop-copy", "p2p", "pre-copy"], "dmaLogging": True}

# parameters: type, usual values, odd values.  The last two names sort apart in UTF-16 and in UTF-8.
PARAMS = {
    "rss": ("bool", ["on", "off"], ["1", "yes", "TRUE", "Y", "0", "no", "False", "n", True, False, "2", "", "oN", "oui"]),
    "rx-filter-size": ("int", ["0", "64", "5"],
                       ["064", "00", "65", "128", "-1", "-0", "0005", 64, 0, -1, "x", "", "+5", " 5", "5 ", "0x40",
                        "9223372036854775807", "9223372036854775808", "-9223372036854775808",
                        "-9223372036854775809", "99999999999999999999", "18446744073709551615"]),
    "mode": ("str", ["fast", "slow"], ["odd", "", "Fast", "0-64", "fast ", "1", True, 5]),
    "a.b": ("str", ["x"], ["y", "", "on"]),
    "\ufffdz": ("bool", ["on", "off"], ["1", "no", None]),
    "\U0001f600": ("int", ["1", "2"], ["01", "3", "-1"]),
}
# other ways to write a value of its type
SAME = {"on": ["1", "yes", "TRUE", True], "off": ["0", "No", "false", False], "64": ["064", 64], "5": ["0005", 5],
        "0": ["00", "-0", 0], "1": ["01", "yes"], "2": ["02"]}
WEIGHT = {"rss": 10, "rx-filter-size": 9, "mode": 7, "a.b": 2, "\ufffdz": 1, "\U0001f600": 1}
OFF = {"rss": ["off", "off", "on", "0", False, "2"], "rx-filter-size": ["0", "0", "5", "00", 0, "x"],
       "mode": ["", "slow", "slow"], "a.b": ["", "x"], "\ufffdz": ["off", "no"], "\U0001f600": ["1", "01"]}
LIST = {"rss": [["on", "off"], ["1"], ["off"], []],
        "rx-filter-size": [["0-64", "128"], ["0-64", "128"], ["5", "64"], ["10-5"], ["-5-5", "-1"],
                           ["0-99999999999999999999"], ["0064-0065"], [], ["64-64"]],
        "mode": [["fast", "slow"], ["fast", "slow"], ["0-64"], []], "a.b": [["x", "y"]], "\ufffdz": [["yes", "no"]],
        "\U0001f600": [["1-2"], ["2"]]}
FACTS = {
    "firmware.version": ["28.41.1000", "28.41.1001", "28.5.1", "28.41", "28.41.1000.0", "28.41.01000", "028.41.1000", "", "abc"],
    "driver.version": ["1.2.0", "1.3.0", "1.2.9", "2.0.0", "1.9", "1.10.0", "1.10", "1.2", "1.2.x", "x.2.0", "1.2.0 ",
                       "1.02.0", "1..2", "99999999999999999999.1.0", "1.18446744073709551617.0"],
    "kernel.release": ["6.12.96", "6.9.1", "6.12.96-rc1", "6.12.97", "6.12", "7.0-rc1", "6.12.x"],
    "vendor.services": ["sym", "sym,asym", "asym sym dc", "", " ,", "sym;asym", "dc\tsym,,asym"],
    "firmware.psid": ["MT_1", "MT_2"],
}
RULES = {
    "firmware.version": [{"rule": "equal"}, {"rule": "at-least"}, {"rule": "ignore"}, {"rule": "range", "min": "28.5"}],
    "driver.version": [{"rule": "semver"}, {"rule": "at-least"}, {"rule": "range", "min": "1.0", "max": "1.10"},
                       {"rule": "range", "min": "1.2"}, {"rule": "range", "max": "1.9.9"}, {"rule": "range"},
                       {"rule": "range", "min": "1.2.rc", "max": "1.2.5"}, {"rule": "range", "min": "1.9", "max": "1.x"}],
    "kernel.release": [{"rule": "at-least"}, {"rule": "equal"}, {"rule": "range", "min": "6.10", "max": "6.12.96"}],
    "vendor.services": [{"rule": "superset"}, {"rule": "superset"}, {"rule": "equal"}],
    "firmware.psid": [{"rule": "equal"}, {"rule": "ignore"}, {"rule": "equal", "why": "board"}],
}
MIGRATIONS = [
    {"protocol": "v2", "flags": ["stop-copy"], "dmaLogging": True},
    {"protocol": "v2", "flags": ["stop-copy", "p2p"], "dmaLogging": False},
    {"protocol": "v2", "flags": ["stop-copy", "p2p"]},
    {"protocol": "v2", "dmaLogging": True}, {"protocol": "v2"},
    {"protocol": "v1"}, {"protocol": "v1", "dmaLogging": True}, {"protocol": "v1", "flags": ["stop-copy", "p2p"]},
    {"protocol": "none"}, {"protocol": "none", "flags": []},
    {"protocol": "v2", "flags": []}, {"protocol": "v2", "flags": ["p2p", "pre-copy"], "dmaLogging": True},
]
ORIGINS = ["sysfs:x", "debugfs:y", "devlink", "devlink:fw", "probe", "models.d:x.json", "check:nvml", "identity:pci",
           "errno:EIO", "elsewhere", "sysfsx:z"]
VERSIONS = [1, 2, 3, 5]


class Gen:
    def __init__(self, rng):
        self.r = rng
        # how ugly this case is: the chance of each single oddity
        self.u = rng.choice([0, 0.01, 0.01, 0.02, 0.02, 0.04, 0.04, 0.08, 0.15, 0.3])
        # how willing the host is: the chance that a thing can be written
        self.w = rng.choice([0.2, 0.5, 0.9, 0.9])

    def p(self, x):
        return self.r.random() < x

    def odd(self, times=1.0):
        return self.r.random() < self.u * times

    def one_of(self, *weighted):
        return self.r.choices([x for x, _ in weighted], [w for _, w in weighted])[0]

    # -- values and what is known of parameters

    def value(self, name, odd=0.0):
        type_, usual, odds = PARAMS[name]
        if self.odd(0.4):
            return None
        return self.r.choice(odds) if self.p(odd + self.u) else self.r.choice(usual)

    def names(self, n):
        names = list(PARAMS)
        out = []
        for _ in range(n):
            x = self.r.choices(names, [WEIGHT[k] for k in names])[0]
            if x not in out:
                out.append(x)
        return out

    def params(self):
        return {k: self.value(k) for k in self.names(self.r.choice([0, 1, 1, 2, 2, 3, 4]))}

    def info(self, name):
        i = {}
        if self.p(0.8):
            i["type"] = PARAMS[name][0]
            if self.odd():
                i["type"] = self.r.choice(["bool", "int", "str"])
        if self.p(0.6):
            i["offValue"] = self.r.choice(OFF[name])
        if self.p(0.35):
            i["allowedValues"] = list(self.r.choice(LIST[name]))
        self.writable(i)
        return i

    def writable(self, i):
        if self.p(self.w):
            i["writable"] = self.p(0.9)
        if self.p(self.w):
            i["atCreate"] = self.p(0.9)

    def version_info(self):
        i = {}
        if self.p(0.9):
            i["type"] = "int"
        if self.p(0.6):
            i["allowedValues"] = self.r.choice([["1-3"], ["1-9"], ["2"], ["1", "2", "3", "5"], []])
        self.writable(i)
        if self.p(0.1):
            i["offValue"] = "1"
        return i

    def infos(self, n, version):
        d = {k: self.info(k) for k in self.names(n)}
        if self.p(version):
            d["version"] = self.version_info()
        return d

    def expansion(self):
        e = {k: self.value(k, 0.2) for k in self.names(self.r.choice([0, 1, 1, 2, 2, 3]))}
        return e

    def versions(self):
        return {str(v): self.expansion() for v in VERSIONS if self.p(0.6)}

    def migration(self):
        return copy.deepcopy(self.r.choice(MIGRATIONS)) if self.p(0.02 + self.u / 2) else copy.deepcopy(FULL)

    def models(self, of_source=False):
        models = {}
        for name in (A, B, C):
            if self.p(0.1 if name == A else 0.35):
                continue
            m = {}
            if self.p(0.85):
                m["params"] = self.infos(self.r.choice([1, 3, 5, 8]), 0.25)
            if self.p(0.6):
                m["versions"] = self.versions() if self.p(0.9) else {}
            if self.p(0.35):
                m["facts"] = {k: dict(self.r.choice(RULES[k])) for k in self.r.sample(list(RULES), self.r.choice([1, 1, 2, 3]))}
            if self.p(0.45):
                m["migration"] = self.migration()
                if self.p(0.5):
                    m["migration"]["driver"] = self.r.choice(["drv", "drv", "other"])
            if self.p(0.45):
                m["compatibleModels"] = [x for x in (A, B, C) if self.p(0.5)]
            if self.p(0.03 + self.u / 4):
                m["checks"] = ["nvml"] if self.p(0.7) else []
            if self.p(0.1):
                m["trialLoad"] = "header"
            if self.p(0.1):
                m["paramsComplete"] = self.p(0.5)
            models[name] = m
        return models

    # -- devices

    def base(self, pool):
        d = {"model": self.one_of((A, 16), (B, 3), (C, 1))}
        d["origin"] = {"model": self.one_of(("sysfs:model", 28), ("models.d:x.json", 4), ("devlink", 2), ("probe", 2),
                                            ("debugfs:z", 2), ("identity:pci", 1))}
        if self.p(0.07):
            del d["origin"]["model"]
        kind = self.one_of(("none", 4), ("version", 6))
        if kind == "version":
            d["version"] = self.r.choice(VERSIONS)
        if kind == "none" or self.p(0.45):
            d["params"] = self.params()
        if self.p(0.25):
            d["paramsComplete"] = self.p(0.75)
        d["facts"] = {k: (v[0] if self.p(0.6) else self.r.choice(v)) for k, v in FACTS.items() if self.p(0.75)}
        d["facts"]["pci.class"] = self.r.choice(["020000", "030000", "120000"])
        d["facts"]["pci.vendor"] = "15b3"
        if self.p(0.4):
            d["driver"] = "drv"
        if self.p(0.9):
            d["migration"] = self.migration()
        if self.p(0.25):
            d["softwareVersion"] = self.r.choice(["1.2.0", "1.2.0", "1.3.0"])
        if pool:
            d["pool"] = "physnet1"
        return d

    def mutate(self, d, differ=False):
        """a few oddities, each with the chance of this case"""
        odd, r = self.odd, self.r
        origin = d.setdefault("origin", {})
        params = d.setdefault("params", {})
        if odd(0.5):
            d["model"] = r.choice([A, B, C, None])
        if odd(0.5):
            d.pop("model", None)
        if odd():
            origin["model"] = r.choice(ORIGINS)
        if odd(2):
            d["version"] = r.choice(VERSIONS + [4, "1", "2", None, 4294967295, 0])
        if odd(0.6):
            d.pop("version", None)
        if odd(0.7):
            origin["version"] = r.choice(ORIGINS + ["errno:EACCES"])
        if odd(1.5 if "softwareVersion" in d else 0.3):
            d["softwareVersion"] = r.choice(["1.2.0", "1.2.9", "1.3.0", "2.0.0", "1.10.0", "bad", "1.2", "1.2.0.1",
                                             "01.2.0", "1.2.x", "", "1.2.0 ", "1.18446744073709551618.0"])
        if odd(0.4):
            d.pop("softwareVersion", None)
        if odd(0.4):
            origin["softwareVersion"] = r.choice(["sysfs:software_version", "errno:EIO"])
        for k in list(params):
            if odd(2.5):
                params[k] = self.value(k, 0.5)
            if odd():
                del params[k]
        if odd(2):
            k = r.choice(list(PARAMS))
            params[k] = self.value(k)
        if odd(1.5):
            k = r.choice(list(params) if params and self.p(0.6) else list(PARAMS))
            origin["params." + k] = r.choice(ORIGINS)
        if odd(0.5):
            k = r.choice(list(params) if params and self.p(0.5) else list(PARAMS))
            origin["params." + k] = "errno:EIO"
        if odd():
            d["paramsComplete"] = self.p(0.4)
        if odd():
            d.pop("paramsComplete", None)
        for k, values in FACTS.items():
            if odd(2):
                d["facts"][k] = r.choice(values)
            if odd(0.5):
                d["facts"].pop(k, None)
            if odd(0.2):
                origin["facts." + k] = r.choice(["errno:EIO", "sysfs:z"])
        if odd():
            d["facts"]["pci.class"] = r.choice(["020000", "028000", "030000"])
        if odd(0.3):
            d["facts"].pop("pci.class", None)
        if odd(0.4):
            d["facts"].pop("pci.vendor", None)
        elif odd(0.4):
            d["facts"]["pci.vendor"] = "8086"
        if odd(0.4):
            d["facts"]["parent.pci.vendor"] = r.choice(["15b3", "8086"])
        if odd(1.2):
            d["migration"] = copy.deepcopy(r.choice(MIGRATIONS))
        if odd():
            d.pop("migration", None)
        if odd():
            d["driver"] = r.choice(["drv", "other"])
        if odd(0.5):
            d.pop("driver", None)
        if odd(0.5):
            d["pool"] = r.choice(["physnet1", "physnet2"])
        if odd(0.5):
            d.pop("pool", None)
        if odd(0.6):
            d["mdevType"] = r.choice(["t-0", "t-1", "my-nic-2"])
            d["parent"] = "pci:0000:3b:00.0"
        if differ and params:               # what a host that is willing can put right
            for k in self.r.sample(list(params), self.r.choice([1, 1, len(params)])):
                if self.p(0.75):
                    params[k] = self.value(k, 0.1)
                else:
                    del params[k]
        if differ and self.p(0.3):
            k = self.names(1)[0]
            params[k] = self.value(k, 0.1)
        if differ and "version" in d and self.p(0.5):
            d["version"] = self.r.choice(VERSIONS)
        if not params and self.p(0.8):
            del d["params"]
        if not origin and self.p(0.8):
            del d["origin"]
        return d

    def host_keys(self, d, creatable):
        r = self.r
        if self.p(0.45):
            d["paramInfo"] = self.infos(r.choice([1, 2, 3, 6]), 0.35)
        if self.p(self.w / 2):
            d["paramList"] = "writable"
        if self.p(0.1 + self.u / 2):
            d["attributes"] = r.choice([["migration_version"], ["migration_version"], [], ["other"]])
        if not creatable:
            d["inUse"] = self.one_of(("no", 12), ("unknown", 3), ("yes", 2))
            if self.p(0.25):
                del d["inUse"]
        if self.p(0.04):
            d["reservedBy"] = r.choice([VM, VM, "another", ""]) or "someone"
        if self.odd():
            d["boundDriver"] = r.choice(["mlx5_core", "drv", "other"])
            if self.p(0.5):
                d["driver"] = "drv"
        if self.p(0.02):
            d["groupBlockedBy"] = ["pci:0000:02:01.0"] if self.p(0.7) else []
        if self.odd():
            d["numaNode"] = r.choice([-1, 0, 1])
        return d

    def case(self, errors):
        """what a case dwells on: everything a little, or one part of the contract with the rest clean"""
        focus = self.one_of((self.anything, 37), (self.about_params, 37), (self.about_facts, 6),
                            (self.about_assignment, 12), (self.about_migration, 8), (self.about_words, 20))
        source, target = focus()
        asked = self.asked(source, target, 0.9 if focus == self.about_words else 0.3)
        if self.p(errors):
            self.damage(source, target)
        return source, target, asked

    # -- one part at a time

    def clean(self):
        """a device that nothing can be said against"""
        d = {"model": A, "origin": {"model": "sysfs:model"}, "migration": copy.deepcopy(FULL), "facts": {}}
        if self.p(0.06):
            d["origin"]["model"] = self.r.choice(["identity:pci", "models.d:x.json", "check:nvml"])
        return d

    def host(self, devices, creatables):
        target = {"schema": SCHEMA, "devices": []}
        for i, d in enumerate(devices):
            target["devices"].append(dict({"id": "dev%d" % i, "address": "pci:0000:02:00.%d" % i, "inUse": "no"}, **d))
        for i, d in enumerate(creatables):
            target.setdefault("creatable", []).append(
                dict({"parent": "pci:0000:03:00.0", "mdevType": "t-%d" % i, "available": 1}, **d))
        return target

    def guest(self, devices):
        return {"schema": SCHEMA, "devices": [
            dict({"id": "hostdev%d" % i, "address": "pci:0000:01:00.%d" % i}, **d) for i, d in enumerate(devices)]}

    def about_params(self):
        r = self.r
        self.u = r.choice([0.02, 0.1, 0.25])
        names = self.names(r.choice([1, 1, 2, 2, 3]))
        s, t = self.clean(), self.clean()
        if self.p(0.22):
            r.choice([s, t])["model"] = B
        s["params"], t["params"] = {}, {}
        for k in names:
            there = self.one_of(("both", 5), ("s", 4), ("t", 4), ("none", 1))
            v = self.r.choice(OFF[k]) if there in ("s", "t") and self.p(0.45) else self.value(k, 0.2)
            if there in ("both", "s"):
                s["params"][k] = v
            if there == "t":
                t["params"][k] = v
            elif there == "both":
                t["params"][k] = self.one_of((v, 2), (self.r.choice(SAME.get(v, [v])), 3), (self.value(k, 0.2), 4))
        kind = self.one_of(("none", 5), ("same", 5), ("differ", 5), ("one", 2))
        v = r.choice([1, 2])
        if kind in ("same", "differ"):
            s["version"], t["version"] = v, v if kind == "same" else 3 - v
        elif kind == "one":
            r.choice([s, t])["version"] = v
        for d in (s, t):
            if self.p(0.2):
                d["paramsComplete"] = self.p(0.6)
            if self.p(0.08):
                d["origin"]["version"] = r.choice(["errno:EIO", "errno:EIO", "identity:x", "identity:x", "models.d:y", "sysfs:version"])
            for k in names:
                if self.p(0.06):
                    d["origin"]["params." + k] = r.choice(ORIGINS)

        def info(k):
            i = self.info(k)
            if self.p(0.25):
                i["type"] = r.choice(["bool", "int", "str"])
            if self.p(0.2):
                i.pop("type", None)
            return i

        def model():
            m = {}
            if self.p(0.8):
                m["params"] = {k: info(k) for k in names if self.p(0.65)}
                if self.p(0.3):
                    m["params"]["version"] = self.version_info()
            if self.p(0.6):
                m["versions"] = {str(x): {k: self.value(k, 0.2) for k in names if self.p(0.6)} for x in (1, 2) if self.p(0.6)}
            return m
        creatable = self.p(0.3)
        if self.p(0.6):
            t["paramInfo"] = {k: info(k) for k in names if self.p(0.6)}
            if self.p(0.5):
                t["paramInfo"]["version"] = self.version_info()
        if self.p(0.3):
            t["paramList"] = "writable"
        source, target = self.guest([s]), self.host([] if creatable else [t], [t] if creatable else [])
        target["models"] = {}
        if self.p(0.9):
            target["models"][t["model"]] = model()
            if s["model"] != t["model"]:
                target["models"][t["model"]]["compatibleModels"] = [s["model"]]
                if self.p(0.5):
                    target["models"][s["model"]] = model()
        if self.p(0.5):
            source["models"] = {s["model"]: model()}
        return source, target

    def about_facts(self):
        r = self.r
        s, t = self.clean(), self.clean()
        rules = {}
        for k in r.sample(list(RULES), r.choice([1, 1, 2])):
            rules[k] = dict(r.choice(RULES[k]))
            for d in (s, t):
                d["facts"][k] = r.choice(FACTS[k][:3] if self.p(0.4) else FACTS[k])
                if self.p(0.08):
                    del d["facts"][k]
                if self.p(0.08):
                    d["origin"]["facts." + k] = r.choice(["errno:EIO", "identity:x"])
        for d in (s, t):
            if self.p(0.3):
                d["softwareVersion"] = r.choice(["1.2.0", "1.2.9", "1.3.0", "1.10.0", "2.3.0", "01.2.0", "1.2", "1.2.0.1", "v1.2.0"])
            if self.p(0.05):
                d["origin"]["softwareVersion"] = "errno:EIO"
        target = self.host([t], [])
        target["models"] = {A: {"facts": rules}}
        if self.p(0.2):
            target["models"][A]["checks"] = []
        return self.guest([s]), target

    def about_assignment(self):
        """devices that fit one another more or less well, and too few of them"""
        r = self.r
        n = r.choice([1, 2, 2, 3, 3, 4])
        pools = self.p(0.3)

        def some(host, creatable=False):
            d = self.clean()
            d["params"] = {"rss": self.one_of(("on", 3), ("off", 1))}
            if self.p(0.2):
                d["params"]["mode"] = "slow"
            if self.p(0.15):
                d["origin"]["params.rss"] = r.choice(["models.d:x", "identity:x", "errno:EIO"])
            if pools:
                d["pool"] = self.one_of(("physnet1", 3), ("physnet2", 1))
            if self.p(0.1):
                d["softwareVersion"] = "1.2.0"
            if host:
                d["paramList"] = "writable"
                d["paramInfo"] = {"rss": {"type": "bool", "writable": self.p(0.7)}}
                if not creatable:
                    d["inUse"] = self.one_of(("no", 6), ("unknown", 3), ("yes", 3))
                if self.p(0.1):
                    d["reservedBy"] = r.choice([VM, "another"])
                if self.p(0.1):
                    d["boundDriver"] = "mlx5_core"
                    if self.p(0.8):
                        d["driver"] = "drv"
                if self.p(0.04):
                    d["groupBlockedBy"] = ["pci:0000:02:01.0"]
            return d
        creatables = []
        for _ in range(r.choice([0, 1, 2, 2, 3, 4])):
            c = some(True, True)
            c["available"] = r.choice([0, 1, 1, 2, 3])
            c["independent"] = self.p(0.4)
            creatables.append(c)
        devices = [some(True) for _ in range(r.choice([0, 1, 2, 3, 4, 6]))]
        target = self.host(devices, creatables)
        for i, c in enumerate(target.get("creatable", [])):
            if self.p(0.3):
                c["parent"] = "pci:0000:03:00.1"
        for d in target["devices"]:
            if self.p(0.2):
                d["address"] = d["address"].replace("pci:0000:02:00.", "mdev:00000000-0000-4000-8000-00000000000")
        source = self.guest([some(False) for _ in range(n)])
        for d in source["devices"]:
            if self.p(0.1):
                d["pin"] = r.choice(["pci:", "mdev:", "pci:0000:02:00.0", "pci:0000:02:00.1"])
        if self.p(0.5):
            source["vm"] = {"uuid": VM}
        if self.p(0.2):
            target["models"] = {A: {"params": {"mode": {"type": "str", "offValue": "slow"}}}}
        return source, target

    def about_migration(self):
        r = self.r
        n = r.choice([1, 1, 1, 2])
        devices, hosts = [], []
        for out in [devices] * n + [hosts] * r.choice([n, n, n + 1]):
            d = self.clean()
            d["facts"]["pci.vendor"] = "15b3"
            for k, v in (("migration", None), ("model", None)):
                if self.p(0.25 if k == "migration" else 0.12):
                    del d[k]
            if "migration" in d and self.p(0.3):
                d["migration"] = copy.deepcopy(r.choice(MIGRATIONS))
            if "migration" in d and self.p(0.2):
                d["migration"]["dmaLogging"] = False
            if self.p(0.3):
                d["driver"] = r.choice(["drv", "other"])
            if self.p(0.1):
                d["facts"]["pci.vendor"] = "8086"
            if self.p(0.1):
                d["facts"]["parent.pci.vendor"] = r.choice(["15b3", "8086"])
            if self.p(0.2):
                d["mdevType"] = r.choice(["t-0", "t-1"])
            if self.p(0.3):
                d["facts"]["pci.class"] = r.choice(["020000", "120000"])
            if self.p(0.4):
                if out is devices:
                    d["tokens"] = {"migration_version": "v", "header.sha256": "00"}
                else:
                    d["attributes"] = ["migration_version"]
            out.append(d)
        source, target = self.guest(devices), self.host(hosts, [])
        if self.p(0.7):
            m = {"migration": copy.deepcopy(FULL if self.p(0.5) else r.choice(MIGRATIONS))}
            if self.p(0.5):
                m["migration"]["driver"] = r.choice(["drv", "other"])
            if self.p(0.1):
                m["checks"] = ["nvml"]
            if self.p(0.2):
                m["trialLoad"] = "header"
            target["models"] = {A: m}
        if self.p(0.5):
            source["host"] = {"iommuDirtyTracking": self.p(0.5)}
        if self.p(0.4):
            source["vm"] = {"viommu": self.p(0.5), "vfioDevices": r.choice([0, 1, 2])}
        return source, target

    def about_words(self):
        """devices that drivers and vendors are asked about, some of them alike"""
        r = self.r
        doubts = r.choice([0, 0.05, 0.2])

        def some(host, creatable=False):
            d = self.clean()
            d["facts"]["pci.vendor"] = "15b3"
            if self.p(doubts + 0.1):
                del d["model"]
                d["origin"].pop("model", None)
            elif self.p(0.1):
                d["model"] = B
            if self.p(doubts):
                d["facts"]["pci.vendor"] = "8086"
            if self.p(doubts):
                del d["facts"]["pci.vendor"]
            if self.p(doubts):
                d["origin"]["facts." + r.choice(["pci.vendor", "parent.pci.vendor"])] = "errno:EIO"
            if self.p(doubts + 0.2):
                d["mdevType"] = r.choice(["t-0", "t-0", "t-1"])
                if self.p(0.7):
                    d["facts"]["parent.pci.vendor"] = r.choice(["15b3", "15b3", "8086"])
                    if self.p(0.7):
                        d["facts"].pop("pci.vendor", None)
            if self.p(doubts / 2):
                d["origin"]["mdevType"] = "errno:EIO"
            if self.p(doubts + 0.2):
                d["params"] = {"rss": r.choice(["on", "off"])}
            if self.p(doubts):
                d["paramsComplete"] = self.p(0.3)
            if self.p(doubts):
                d["version"] = r.choice([1, 2])
            if self.p(doubts):
                d["softwareVersion"] = r.choice(["1.2.0", "x"])
            if self.p(doubts):
                d["facts"]["firmware.version"] = r.choice(["28.5.1", "28.41"])
            if self.p(doubts / 2):
                d["pool"] = "physnet1"
            if self.p(doubts):
                del d["migration"]
            elif self.p(doubts):
                d["migration"]["dmaLogging"] = False
            if self.p(0.12):
                d["origin"]["tokens.migration_version"] = r.choice(["sysfs:mdev_type/migration_version", "sysfs:migration_version", "errno:EIO"])
            if host:
                if self.p(0.8):
                    d["attributes"] = ["migration_version"]
                if self.p(0.05):
                    d["origin"]["attributes.migration_version"] = "sysfs:mdev_type/migration_version"
                if self.p(doubts):
                    d["paramInfo"] = {"rss": {"type": "bool", "writable": True}}
                if self.p(0.03):
                    d["boundDriver"], d["driver"] = "mlx5_core", "drv"
            elif self.p(0.8):
                d["tokens"] = {"migration_version": r.choice(["v", "v", "v", "w"]) if self.p(0.97) else ""}
            return d

        def alike(n, host, creatable=False):
            out = []
            while len(out) < n:
                d = some(host, creatable)
                for _ in range(r.choice([1, 1, 2, 3])):
                    out.append(copy.deepcopy(d))
            return out[:n]
        creatables = alike(r.choice([0, 0, 1, 2, 3]), True, True)
        for c in creatables:
            c["available"] = r.choice([0, 1, 1, 2])
            c["independent"] = self.p(0.5)
        hosts = alike(r.choice([0, 1, 1, 2, 3, 5]), True)
        target = self.host(hosts, [])
        for i, c in enumerate(creatables):
            target.setdefault("creatable", []).append(
                dict(c, parent="pci:0000:03:00.%d" % i, mdevType=c.get("mdevType", "t-0")))
        for d in target["devices"]:
            if self.p(0.08):
                d["inUse"] = r.choice(["yes", "unknown"])
            if self.p(0.02):
                del d["address"]
        source = self.guest(alike(r.choice([1, 1, 1, 2, 3]), False))
        for d in source["devices"]:
            if self.p(0.04):
                d["pin"] = r.choice(["mdev:", "pci:", "pci:0000:02:00.0", "pci:0000:02:00.1"])
        target["models"] = {A: {}, B: {}}
        for name in (A, B):
            m = target["models"][name]
            if self.p(0.35):
                m["checks"] = r.choice([["nvml"], ["nvml"], ["nvml", "other"], ["other", "nvml", "third"], []])
            if self.p(doubts):
                m["facts"] = {"firmware.version": {"rule": "equal"}}
            if self.p(0.3):
                m["versions"] = {"1": {"rss": "off"}}
        if self.p(0.5):
            target["models"][A]["compatibleModels"] = [B]
        if self.p(0.3):
            source["host"] = {"iommuDirtyTracking": self.p(0.8)}
        if self.p(doubts):
            source["vm"] = {"vfioDevices": 2}
        return source, target

    def asked(self, source, target, often):
        """what was said, as compare-batch takes it; nothing: it was offline"""
        r = self.r
        if not self.p(often):
            return {}
        asked = {}
        if self.p(0.9):
            yes = r.choice([3, 8])
            words = asked["words"] = {"drivers": [], "checks": []}
            tokens = {d.get("tokens", {}).get("migration_version") for d in source["devices"]} - {None}
            told = r.choice([0.5, 0.9, 1])
            for d in target["devices"] + target.get("creatable", []):
                where = {k: d[k] for k in ("parent", "mdevType") if k in d} if "id" not in d else {"target": d.get("address")}
                for token in sorted(tokens):
                    if "target" in where and where["target"] is None or not self.p(told):
                        continue
                    answer = self.one_of(("yes", yes), ("no", 3), ("unknown", 1), ("not-asked", 1))
                    words["drivers"].append(dict(where, token=token, answer=answer))
            for name in ("nvml", "other", "third"):
                if self.p(told):
                    words["checks"].append({"check": name, "answer": self.one_of(
                        ("yes", yes), ("no", 1), ("unknown", 1), ("not-mine", 1), ("not-asked", 0.5))})
        if self.p(0.5):
            asked["mayAsk"] = True
        if self.p(0.12):
            asked["flags"] = r.choice([2, 4, 6])
        return asked

    def anything(self):
        r = self.r
        n = self.one_of((1, 55), (2, 25), (3, 12), (4, 8))
        target = {"schema": SCHEMA, "devices": []}
        if self.p(0.95):
            target["models"] = self.models()
        source = {"schema": SCHEMA, "devices": []}
        pool = self.p(0.2)
        base = self.base(pool)
        bases = []
        for i in range(n):
            if i and self.p(0.25):
                base = self.base(pool)
            bases.append(base)
            d = self.mutate(copy.deepcopy(base))
            d = dict({"id": "hostdev%d" % i, "address": "pci:0000:01:00.%d" % i}, **d)
            if self.p(0.1):
                del d["address"]
            if self.p(0.12):
                d["tokens"] = {"migration_version": "v", "header.sha256": "00"} if self.p(0.7) else {"header.sha256": "00"}
            if self.p(0.06):
                d["pin"] = r.choice(["mdev:", "pci:", "pci:", "pci:0000:02:00.%d" % r.randrange(4),
                                     "mdev:00000000-0000-4000-8000-00000000000%d" % r.randrange(4)])
            source["devices"].append(d)
        if self.p(0.35):
            source["models"] = self.models(True)
        if self.p(0.03):
            source["devices"] = []
        if self.p(0.35):
            source["host"] = {"name": "src1"}
            if self.p(0.7):
                source["host"]["iommuDirtyTracking"] = self.p(0.5)
        if self.p(0.5):
            source["vm"] = {}
            if self.p(0.7):
                source["vm"]["uuid"] = VM
            if self.p(0.3):
                source["vm"]["viommu"] = self.p(0.6)
            if self.p(0.3):
                source["vm"]["vfioDevices"] = r.choice([0, 1, 2, 2, 5])
        if self.p(0.05):
            source["createdAt"] = r.choice(["2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])

        shape = self.one_of(("device", 5), ("creatable", 3.5), ("both", 5), ("none", 0.15))
        devices = 0 if shape in ("none", "creatable") else min(6, self.one_of((n - 1, 1), (n, 4), (n + 1, 4), (n + 2, 4), (6, 2)))
        creatables = 0 if shape in ("none", "device") else r.choice([1, 2, 2, 3, 4])
        for i in range(devices):
            d = copy.deepcopy(r.choice(source["devices"] or bases) if self.p(0.35) else r.choice(bases))
            for k in ("id", "address", "tokens", "pin"):
                d.pop(k, None)
            d.setdefault("facts", {})
            d = self.host_keys(self.mutate(d, self.p(0.45)), False)
            address = "mdev:00000000-0000-4000-8000-00000000000%d" % i if self.p(0.25) else "pci:0000:02:00.%d" % i
            target["devices"].append(dict({"id": "dev%d" % i, "address": address}, **d))
        seen = set()
        parents = r.choice([1, 1, 2])
        for i in range(creatables):
            d = copy.deepcopy(r.choice(bases))
            d = self.mutate(d, self.p(0.3))
            key = ("pci:0000:03:00.%d" % r.randrange(parents), "t-%d" % r.randrange(4))
            if key in seen:
                continue
            seen.add(key)
            d.update(parent=key[0], mdevType=key[1], available=r.choice([0, 1, 1, 1, 2, 2, 3, 5]))
            if self.p(0.05):
                del d["available"]
            if self.p(0.4):
                d["independent"] = self.p(0.7)
            target.setdefault("creatable", []).append(self.host_keys(d, True))
        return source, target

    # -- errors: one clearly wrong thing

    def damage(self, source, target):
        r = self.r
        docs = [source] * 2 + [target]
        doc = r.choice(docs)
        devices = doc["devices"]
        d = r.choice(devices + doc.get("creatable", [])) if devices + doc.get("creatable", []) else None
        choices = [
            lambda: doc.update(schema=r.choice(["org.vfio.Migration1.descriptor/2", 1, None, ""])),
            lambda: doc.pop("schema"),
            lambda: doc.pop("devices"),
            lambda: doc.update(devices=r.choice([{}, None, [5], ["x"]])),
            lambda: doc.update(vm={"vfioDevices": "2"}),
            lambda: doc.update(vm={"viommu": "yes"}),
            lambda: doc.update(host={"iommuDirtyTracking": 1}),
            lambda: doc.update(host="src1"),
            lambda: doc.update(models=[]),
            lambda: doc.update(models={A: {"versions": {"1": {"rss": []}}}}),
        ]
        if devices:
            choices += [lambda: r.choice(devices).pop("id"), lambda: r.choice(devices).update(id=7)]
        if len(devices) > 1:
            def same(k):
                x, y = r.sample(devices, 2)
                x[k] = y[k] = "pci:0000:77:00.0"
            choices += [lambda: same("id"), lambda: same("address")]
        if len(doc.get("creatable", [])) > 1:
            x, y = r.sample(doc["creatable"], 2)
            choices += [lambda: x.update(parent=y["parent"], mdevType=y["mdevType"])]
        if d is not None:
            for key, values in {
                "model": ["", 5, []], "version": [-1, 4294967296, "01", "x", "", 1.5, True, "4294967296", "-1", []],
                "softwareVersion": [1, None, []], "params": [[], None, {"rss": []}, {"rss": {}}, {"rss": 1.5}, {"rss": "a\nb"}],
                "paramsComplete": ["yes", 1, None], "facts": [[], {"pci.vendor": 5}, {"pci.vendor": None}],
                "migration": ["v2", [], {"protocol": 2}, {"protocol": "v2", "flags": "stop-copy"},
                              {"protocol": "v2", "flags": [1]}, {"protocol": "v2", "dmaLogging": "yes"}],
                "origin": [[], {"model": 5}], "tokens": [[], {"migration_version": 5}], "pin": [5, None],
                "pool": [5, None], "driver": [[], None], "address": [5, None], "mdevType": [5],
            }.items():
                choices.append(lambda key=key, values=values: d.update({key: r.choice(values)}))
        if d is not None and doc is target:
            for key, values in {
                "paramInfo": [[], {"rss": 5}, {"rss": {"writable": "yes"}}, {"rss": {"allowedValues": "on"}}, {"rss": {"type": 5}}],
                "inUse": [True, None], "reservedBy": [5, None], "groupBlockedBy": ["x", [5]], "attributes": ["x", [5]],
                "paramList": [True], "boundDriver": [5],
            }.items():
                choices.append(lambda key=key, values=values: d.update({key: r.choice(values)}))
            choices.append(lambda: target.update(models={A: {"compatibleModels": "x"}}))
            choices.append(lambda: target.update(models={A: {"checks": [5]}}))
            choices.append(lambda: target.update(models={A: {"facts": {"firmware.version": "equal"}}}))
            if "available" in d:
                choices.append(lambda: d.update(available=r.choice(["1", None, True])))
                choices.append(lambda: d.update(independent=1))
        r.choice(choices)()


def case(seed, n, errors=0.03):
    source, target, asked = Gen(random.Random("%d/%d" % (seed, n))).case(errors)
    return dict({"case": n, "source": source, "target": target}, **asked)


def stats(cases):
    import judge
    verdicts, codes, pair_codes, pair_verdicts, other = (collections.Counter() for _ in range(5))
    for c in cases:
        try:
            r = judge.judge(c["source"], c["target"], explain=True, asked=judge.Asked.of_case(c))
        except judge.InvalidDescriptor:
            verdicts["error"] += 1
            continue
        verdicts[r["verdict"]] += 1
        other["fitsIfFree"] += r["fitsIfFree"]
        other["evidence", r["evidence"]] += 1
        for d in r["devices"]:
            codes.update(map(tuple, d["reasons"]))
            other.update(("action", a["action"] + (" version" if a.get("param") == "version" else "")) for a in d["actions"])
            for k in d["candidates"]:
                pair_verdicts[k["verdict"]] += 1
                pair_codes.update({(x[0], x[2]) for x in k["reasons"]})
    for title, c in (("verdicts", verdicts), ("pairs", pair_verdicts), ("other", other), ("reasons of devices", codes),
                     ("reasons of pairs", pair_codes)):
        print("%s:" % title)
        for k, v in sorted(c.items(), key=str):
            print("  %-50s %d" % (k if isinstance(k, str) else " ".join(map(str, k)), v))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--count", type=int, default=1000)
    ap.add_argument("--start", type=int, default=0)
    ap.add_argument("--errors", type=float, default=0.03)
    ap.add_argument("--stats", action="store_true")
    a = ap.parse_args()
    cases = (case(a.seed, n, a.errors) for n in range(a.start, a.start + a.count))
    if a.stats:
        stats(cases)
        return 0
    for c in cases:
        sys.stdout.write(json.dumps(c, ensure_ascii=False, separators=(",", ":")) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
