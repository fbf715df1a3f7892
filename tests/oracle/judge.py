#!/usr/bin/env python3
"""An independent reading of the compatibility contract (spec/1-compatibility.md), as a test oracle.

Default policy, no reservation of the caller; offline (nobody is asked), or with what drivers and vendors
said (Asked).  Written from the text alone; slow and plain on purpose.

judge(source, target) -> report     both are documents as json.loads() gives them
judge.py [--explain] SOURCE TARGET  prints the report, exits as `vfiomigctl compare` does
"""
import datetime
import json
import re
import sys

DESCRIPTOR = "org.vfio.Migration1.descriptor/1"
REPORT = "org.vfio.Migration1.report/1"

# evidence, strong to weak; the index is also the rank in the assignment ("driver 0 to identity 4")
EVIDENCE = ["driver", "vendor", "declared", "metadata", "identity"]
DECLARED, METADATA, IDENTITY = 2, 3, 4
ACTION_RANK = {"set": 1, "unset": 1, "create": 2, "bind": 3, "recreate": 4}
RESULT_RANK = {"note": 0, "action": 1, "unknown": 2, "fail": 3}     # "the strongest of ..."
MAX_AGE = datetime.timedelta(days=30)
INFINITE = 10 ** 9


if hasattr(sys, "set_int_max_str_digits"):
    sys.set_int_max_str_digits(0)       # numbers in versions and values may be of any length


class InvalidDescriptor(Exception):
    """place: such as `devices[2].params.rss`"""

    def __init__(self, place, what):
        super().__init__("%s: %s" % (place, what))
        self.place = place
        self.what = what


# --------------------------------------------------------------------------------------------------
# Documents: bytes -> JSON ("strict RFC 8259: UTF-8 without byte order mark, no lone surrogates, no
# duplicate keys, no trailing bytes")

SOURCE_BYTES, HOST_BYTES = 1 << 20, 64 << 20
SOURCE_DEVICES, HOST_DEVICES = 256, 65536
SOURCE_PARAMS, SOURCE_NESTING, MODEL_VERSIONS = 256, 16, 4096


def parse(data, is_source):
    if len(data) > (SOURCE_BYTES if is_source else HOST_BYTES):
        raise InvalidDescriptor("", "the document is too large")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as e:
        raise InvalidDescriptor("", "not UTF-8: %s" % e)
    if text.startswith("\ufeff"):
        raise InvalidDescriptor("", "a byte order mark")

    def pairs(items):
        seen = {}
        for k, v in items:
            if k in seen:
                raise InvalidDescriptor(k, "duplicate key")
            seen[k] = v
        return seen

    def constant(word):
        raise InvalidDescriptor("", "%s is not JSON" % word)
    try:
        doc = json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except (ValueError, RecursionError) as e:
        raise InvalidDescriptor("", "not JSON: %s" % e)

    def walk(x, depth, place):
        if is_source and isinstance(x, (dict, list)) and depth > SOURCE_NESTING:
            raise InvalidDescriptor(place, "nested too deeply")
        if isinstance(x, str):
            check_text(x, place)
        elif isinstance(x, dict):
            for k, v in x.items():
                check_text(k, place)
                walk(v, depth + 1, place + "." + k if place else k)
        elif isinstance(x, list):
            for i, v in enumerate(x):
                walk(v, depth + 1, "%s[%d]" % (place, i))
    walk(doc, 1, "")
    return doc


def check_text(s, place):
    if any(0xD800 <= ord(c) <= 0xDFFF for c in s):
        raise InvalidDescriptor(place, "a lone surrogate")


# --------------------------------------------------------------------------------------------------
# Documents: types.  "a known key of the wrong type, an unknown `schema`, a duplicate device id or
# address, or a duplicate (`parent`, `mdevType`) is an error that names the place"

def need(cond, place, what):
    if not cond:
        raise InvalidDescriptor(place, what)


def is_int(x):
    return isinstance(x, int) and not isinstance(x, bool)


def t_str(x, place):
    need(isinstance(x, str), place, "expected a string")


def t_bool(x, place):
    need(isinstance(x, bool), place, "expected a bool")


def t_int(x, place):
    need(is_int(x), place, "expected an integer")


def t_uint(x, place):
    need(is_int(x) and x >= 0, place, "expected an integer, not negative")


def t_enum(*words):
    def check(x, place):
        need(isinstance(x, str) and x in words, place, "expected one of " + " ".join(words))
    return check


def t_list(inner):
    def check(x, place):
        need(isinstance(x, list), place, "expected an array")
        for i, v in enumerate(x):
            inner(v, "%s[%d]" % (place, i))
    return check


def t_map(inner, name=None):
    def check(x, place):
        need(isinstance(x, dict), place, "expected an object")
        for k, v in x.items():
            if name:
                name(k, "%s.%s" % (place, k))
            inner(v, "%s.%s" % (place, k))
    return check


def t_object(keys):
    """known keys are checked, "unknown keys do not matter" """
    def check(x, place):
        need(isinstance(x, dict), place, "expected an object")
        for k, inner in keys.items():
            if k in x:
                inner(x[k], "%s.%s" % (place, k) if place else k)
    return check


def t_model(x, place):
    # "an empty model is an error, a null model or version as if missing"
    need(x is None or isinstance(x, str), place, "expected a string")
    need(x != "", place, "an empty model")


CANONICAL = re.compile(r"(0|[1-9][0-9]*)\Z", re.A)


def t_version(x, place):
    # "an integer from 0 to 2^32-1, in canonical decimal"; "a version as a canonical string"
    if isinstance(x, str):
        need(CANONICAL.match(x) and len(x) <= 10, place, "expected a canonical version")
        x = int(x)
    need(x is None or (is_int(x) and 0 <= x < 1 << 32), place, "expected a version")


KERNELS_OWN = re.compile(
    r"(remove|reset|driver_override|driver|bind|unbind|new_id|rescan|enable|config|resource.*|rom|power.*|"
    r"uevent|msi_bus|numa_node|sriov_.*|d3cold_allowed|vendor|device|class|subsystem.*)\Z", re.S)
NOT_A_NAME = {"", ".", "..", "model", "version", "config_params", "migration_version"}


def t_name(x, place):
    # "Name: UTF-8 without `=`, `/` or white space, not `.`, `..`, `model`, `version`, ..."
    need(x not in NOT_A_NAME and not re.search(r"[=/\s]", x) and not KERNELS_OWN.match(x), place,
         "not the name of a parameter")


def t_info_name(x, place):
    # "as a key of `paramInfo` and of a model's `params`, `version` speaks of the version itself"
    if x != "version":
        t_name(x, place)


def t_value(x, place):
    # "UTF-8 without newline, or null"; "an integer or a bool is accepted as a parameter's value"
    need(x is None or isinstance(x, (str, bool, int)), place, "expected a string")
    need(not isinstance(x, str) or "\n" not in x, place, "a newline in a value")


def t_off_value(x, place):
    need(x is not None, place, "expected a string")
    t_value(x, place)


INFO = t_object({"type": t_enum("bool", "int", "str"), "offValue": t_off_value,
                 "allowedValues": t_list(t_off_value), "writable": t_bool, "atCreate": t_bool})
INFOS = t_map(INFO, t_info_name)
MIGRATION = {"protocol": t_enum("v2", "v1", "none"), "flags": t_list(t_str), "dmaLogging": t_bool,
             "dataSize": t_uint}
DEVICE = {
    "id": t_str, "address": t_str, "guest": t_str, "pin": t_str, "pool": t_str, "driver": t_str,
    "parent": t_str, "mdevType": t_str, "model": t_model, "version": t_version,
    "softwareVersion": t_str, "params": t_map(t_value, t_name), "paramsComplete": t_bool,
    "facts": t_map(t_str), "migration": t_object(MIGRATION), "tokens": t_map(t_str),
    "origin": t_map(t_str),
    # the host document's
    "paramInfo": INFOS, "paramList": t_str, "inUse": t_enum("yes", "no", "unknown"),
    "reservedBy": t_str, "boundDriver": t_str, "groupBlockedBy": t_list(t_str), "numaNode": t_int,
    "attributes": t_list(t_str), "available": t_uint, "independent": t_bool, "recreatable": t_bool,
}
CREATABLE = {k: v for k, v in DEVICE.items() if k not in ("id", "address")}  # "the keys of a device except `id` and `address`"
MODEL = {
    "params": INFOS, "versions": t_map(t_map(t_value, t_name)),
    "facts": t_map(t_object({"rule": t_enum("equal", "at-least", "range", "semver", "superset", "ignore"),
                             "min": t_str, "max": t_str, "why": t_str})),
    "migration": t_object(dict(MIGRATION, driver=t_str)), "compatibleModels": t_list(t_str),
    "checks": t_list(t_str), "trialLoad": t_str, "paramsComplete": t_bool,
}
DOCUMENT = {
    "createdAt": t_str,
    "host": t_object({"name": t_str, "machineId": t_str, "kernel": t_str, "iommuDirtyTracking": t_bool}),
    "vm": t_object({"name": t_str, "uuid": t_str, "viommu": t_bool, "vfioDevices": t_uint}),
    "devices": t_list(t_object(DEVICE)),
    "models": t_map(t_object(MODEL)),
    "creatable": t_list(t_object(CREATABLE)),
}


def validate(doc, is_source):
    need(isinstance(doc, dict), "", "expected an object")
    need(doc.get("schema") == DESCRIPTOR, "schema", "unknown schema")
    need("devices" in doc, "devices", "is missing")
    t_object(DOCUMENT)(doc, "")
    need(len(doc["devices"]) <= (SOURCE_DEVICES if is_source else HOST_DEVICES), "devices", "too many")
    seen = {"id": set(), "address": set()}
    for i, d in enumerate(doc["devices"]):
        need("id" in d, "devices[%d].id" % i, "is missing")
        for k in ("id", "address"):
            if k in d:
                need(d[k] not in seen[k], "devices[%d].%s" % (i, k), "duplicate")
                seen[k].add(d[k])
        if is_source:
            need(len(d.get("params", {})) <= SOURCE_PARAMS, "devices[%d].params" % i, "too many")
    types = set()
    for i, c in enumerate(doc.get("creatable", [])):
        for k in ("parent", "mdevType"):
            need(k in c, "creatable[%d].%s" % (i, k), "is missing")
        key = (c["parent"], c["mdevType"])
        need(key not in types, "creatable[%d].mdevType" % i, "duplicate")
        types.add(key)
    for name, m in doc.get("models", {}).items():
        need(name != "", "models.", "an empty model")
        need(len(m.get("versions", {})) <= MODEL_VERSIONS, "models.%s.versions" % name, "too many")


# --------------------------------------------------------------------------------------------------
# One side of a pair, normalised

def as_text(v):
    """a parameter's value as a string ("`64`, `true` for "64", "on""); None stays None"""
    if v is True:
        return "on"
    if v is False:
        return "off"
    return str(v) if isinstance(v, int) else v


class Side:
    """what one device (or creatable) says, with the consequences of `errno:` origins drawn"""

    def __init__(self, doc):
        self.doc = doc
        self.origin = doc.get("origin", {})
        # "What has an `errno:` origin is there and was not read, whatever is written: a model is
        # missing; a version does not expand and equals none; a softwareVersion is malformed; a
        # parameter is null, even if `params` lacks it."
        self.model = None if self.unread("model") else doc.get("model")
        v = doc.get("version")
        self.has_version = v is not None or self.unread("version")
        self.version = None if v is None or self.unread("version") else int(v)
        self.has_software = "softwareVersion" in doc or self.unread("softwareVersion")
        self.software = None if self.unread("softwareVersion") else doc.get("softwareVersion")
        self.params = {k: as_text(x) for k, x in doc.get("params", {}).items()}
        for k in self.origin:
            if k.startswith("params.") and self.unread(k):
                self.params[k[len("params."):]] = None
        self.facts = {k: x for k, x in doc.get("facts", {}).items() if not self.unread("facts." + k)}
        self.complete_given = doc.get("paramsComplete")         # None: not given
        self.version_origin = self.origin.get("version")

    def unread(self, key):
        return self.origin.get(key, "").startswith("errno:")


class Pair:
    """S, one candidate T, the two documents, and what is collected while judging them"""

    def __init__(self, source_doc, target_doc, S, T, creatable, asked):
        self.source_doc, self.target_doc = source_doc, target_doc
        self.S, self.T = S, T
        self.creatable = creatable
        self.asked = asked
        self.driver_yes = self.vendor_yes = False
        self.unknowns = set()       # numbers of the rules that could not tell
        self.target_models = target_doc.get("models", {})
        # M: T's model's entry, "from the target's document alone"
        self.M = self.target_models.get(T.model, {}) if T.model is not None else {}
        self.reasons = {}           # (code, field) -> (result, rule)
        self.actions = []           # parameters' and version's
        self.bind = None
        self.set_version = False
        self.foreign_off = False    # "rule 4 passed by an off value that no information of the target gives"
        self.mig_from_model = False

    def say(self, rule, code, field, result):
        if result == "unknown":
            self.unknowns.add(rule)
        # "at most one per code and field (the strongest of fail, unknown, action, note)"
        old = self.reasons.get((code, field))
        if old is None or RESULT_RANK[result] > RESULT_RANK[old[0]]:
            self.reasons[(code, field)] = (result, rule)

    def results(self):
        return [r for r, _ in self.reasons.values()]

    # "Of a source document's `models` only `versions` and each parameter's `type` and `offValue` are
    # read, for S's own model, where the target's document has no entry for that version or parameter."
    def source_info(self, p):
        for doc in (self.target_doc, self.source_doc):
            infos = doc.get("models", {}).get(self.S.model, {}).get("params", {})
            if p in infos:
                return infos[p]
        return {}

    # "Information on p: M's `params[p]` overridden by T's `paramInfo[p]`" ("per key it overrides")
    def target_info(self, p):
        info = dict(self.M.get("params", {}).get(p, {}))
        info.update(self.T.doc.get("paramInfo", {}).get(p, {}))
        return info


# --------------------------------------------------------------------------------------------------
# Values

BOOL = {w: True for w in ("1", "yes", "on", "true", "y")}
BOOL.update({w: False for w in ("0", "no", "off", "false", "n")})
INT = re.compile(r"-?[0-9]+\Z", re.A)
RANGE = re.compile(r"([0-9]+)-([0-9]+)\Z", re.A)


def typed(value, type_):
    """the value as its type sees it, or None when it is "not of its type" """
    if type_ == "bool":     # "ASCII case-folded"
        return BOOL.get("".join(c.lower() if "A" <= c <= "Z" else c for c in value))
    if type_ == "int":      # "within 64 bits, leading zeros without meaning"
        if not INT.match(value) or not -(1 << 63) <= int(value) < 1 << 63:
            return None
        return int(value)
    return value


def equal(a, b, t_type, s_type):
    """ "Two values are compared by T's type for the parameter if given, else S's if given, else
    `str`; if both are given and differ, or a value is not of its type, as bytes." """
    if t_type and s_type and t_type != s_type:
        return a == b
    x, y = typed(a, t_type or s_type or "str"), typed(b, t_type or s_type or "str")
    if x is None or y is None:
        return a == b
    return x == y


def can_set(pair, p, value, knows):
    """ "T can be *set* to p=v if T knows p, the information has `writable` true (or `atCreate` true,
    for a creatable), and v is allowed" """
    info = pair.target_info(p)
    if not knows or value is None:
        return False
    if not (info.get("writable") or (pair.creatable and info.get("atCreate"))):
        return False
    return allowed(pair, p, value, info)


def allowed(pair, p, value, info):
    """ "of the type, and the off value, or equal to an entry of `allowedValues`, or, for an int,
    within an entry `min-max` (inclusive), or any where there is no such list" """
    t_type, s_type = info.get("type"), pair.source_info(p).get("type")
    type_ = t_type or s_type or "str"
    if typed(value, type_) is None:
        return False
    if "offValue" in info and equal(value, as_text(info["offValue"]), t_type, s_type):
        return True
    if "allowedValues" not in info:
        return True
    for entry in map(as_text, info["allowedValues"]):
        if equal(value, entry, t_type, s_type):
            return True
        m = RANGE.match(entry)
        if type_ == "int" and m and int(m[1]) <= typed(value, "int") <= int(m[2]):
            return True
    return False


# --------------------------------------------------------------------------------------------------
# Versions

def expansion(pair, side, T_version, T_model):
    """the values that a side's version stands for, or None when it does not expand.
    "A side's version *expands* if its own model's `versions` has it; where both have one model and
    one number, only T's document is asked, for both sides." """
    if side.version is None or side.model is None:
        return None
    docs = [pair.target_doc]
    same = pair.S.model == T_model and pair.S.version == T_version
    if side is pair.S and not same:
        docs.append(pair.source_doc)
    for doc in docs:
        versions = doc.get("models", {}).get(side.model, {}).get("versions", {})
        if str(side.version) in versions:
            return {k: as_text(v) for k, v in versions[str(side.version)].items()}
    return None


# --------------------------------------------------------------------------------------------------
# The rules, in the contract's order

def rule_1_model(pair):
    """False: only rules 2 and 12 are looked at besides"""
    S, T = pair.S, pair.T
    if S.model is None or T.model is None:
        pair.say(1, "model-missing", "model", "unknown")
    elif S.model != T.model and S.model not in pair.M.get("compatibleModels", []):
        pair.say(1, "model-mismatch", "model", "fail")
        return False
    return True


def rule_2_pool(pair):
    s, t = pair.S.doc.get("pool"), pair.T.doc.get("pool")
    if s != t:                                              # "they differ, or only one has it"
        pair.say(2, "pool-mismatch", "pool", "fail")
    elif s is None and pair.S.facts.get("pci.class", "").startswith("02"):
        pair.say(2, "pool-unset", "pool", "note")


def rules_3_and_4(pair):
    """judged twice where `version` can be set; "The second counts only if it is better" """
    first = judge_3_4(pair, False)
    best = first
    if can_set_version(pair):
        second = judge_3_4(pair, True)
        if second.worst() < first.worst():
            best = second
    for code, field, result, rule in best.reasons:
        pair.say(rule, code, field, result)
    pair.set_version = best.set_version
    if best.set_version:
        pair.actions.append({"action": "set", "param": "version", "value": str(pair.S.version)})
    pair.actions += best.actions
    pair.foreign_off = best.foreign_off
    pair.outcome = best


def can_set_version(pair):
    S, T = pair.S, pair.T
    # "Can `version` be set on T to S's (rule 4's sense; same model, another version; ..."
    if S.version is None or S.model != T.model or T.version == S.version:
        return False
    # "T knows `version` if it has one or has `paramInfo.version`, a creatable also by M's `params.version`"
    knows = T.has_version or "version" in T.doc.get("paramInfo", {}) or \
        (pair.creatable and "version" in pair.M.get("params", {}))
    return can_set(pair, "version", str(S.version), knows)


class Outcome:
    """of rules 3 and 4, judged with or without `set version` first"""

    def __init__(self, set_version):
        self.set_version = set_version
        self.reasons = []       # (code, field, result, rule)
        self.actions = []
        self.foreign_off = False

    def say(self, rule, code, field, result):
        self.reasons.append((code, field, result, rule))

    def worst(self):            # "fail < cannot tell < rest"
        return max([{"fail": 2, "unknown": 1}.get(r, 0) for _, _, r, _ in self.reasons] + [0])


def judge_3_4(pair, set_version):
    S, T, out = pair.S, pair.T, Outcome(set_version)
    # T as this judgement sees it
    t_version, t_has_version = T.version, T.has_version
    t_params, t_given = T.params, T.complete_given
    knows_more = set()
    if set_version:
        before = dict(expansion(pair, T, T.version, T.model) or {})
        before.update(T.params)
        knows_more = set(before)                            # "(before or after `set version`)"
        t_version, t_has_version, t_params = S.version, True, {}     # "(its own, null too, are gone)"
    stand_in = T
    if set_version:
        stand_in = Side({"model": T.model, "version": t_version})
    s_exp = expansion(pair, S, t_version, T.model)
    t_exp = expansion(pair, stand_in, t_version, T.model)
    if set_version and t_exp is None:
        t_given = None          # "After `set version` to a version that does not expand ... void"

    same_version = S.model == T.model and S.version is not None and S.version == t_version
    if set_version:
        out.say(3, "version-mismatch", "version", "action")
    rule_3_version(pair, out, s_exp, t_exp, t_has_version, same_version)

    # "A side's *effective* values: the expansion of its version, overridden by `params`."
    s_eff, t_eff = dict(s_exp or {}), dict(t_exp or {})
    s_eff.update(S.params)
    t_eff.update(t_params)
    # "Not given, it is true, but false where there is a version that does not expand."
    s_complete = S.complete_given if S.complete_given is not None else not S.has_version or s_exp is not None
    t_complete = t_given if t_given is not None else not t_has_version or t_exp is not None
    # "One exception: equal versions of the same model, expanded on neither side, and
    # `paramsComplete` given on neither, hide the same values."
    exception = same_version and s_exp is None and t_exp is None and \
        S.complete_given is None and t_given is None
    if set_version and t_exp is None and not exception:
        t_complete = False                                  # "and its list is not complete"
    rule_4_parameters(pair, out, s_eff, t_eff, s_complete, t_complete, t_exp or {}, knows_more, exception)

    out.s_eff, out.t_eff, out.s_exp, out.t_exp = s_eff, t_eff, s_exp, t_exp
    out.s_own, out.t_own = S.params, t_params      # own values, not the version's
    return out


def rule_3_version(pair, out, s_exp, t_exp, t_has_version, same_version):
    S, T = pair.S, pair.T
    if not S.has_version and not t_has_version:
        return                                              # "Neither side has one: pass."
    if (not S.has_version or s_exp is not None) and (not t_has_version or t_exp is not None):
        return                                              # "Those that are there all expand: pass"
    if same_version:
        return                                              # "Equal numbers of the same model: pass."
    # "fail `version-unsupported` if M has a `versions` table and `version-mismatch` if not; cannot
    # tell with that code if one side has no version, or the models differ."
    code = "version-unsupported" if "versions" in pair.M else "version-mismatch"
    told = S.has_version and t_has_version and S.model == T.model
    out.say(3, code, "version", "fail" if told else "unknown")


def rule_4_parameters(pair, out, s_eff, t_eff, s_complete, t_complete, t_exp, knows_more, exception):
    T = pair.T

    def knows(p):
        # "T *knows* p if p is in its effective values (before or after `set version`) or
        # `paramInfo`, or, for a creatable, in M's `params`."
        return p in t_eff or p in knows_more or p in T.doc.get("paramInfo", {}) or \
            (pair.creatable and p in pair.M.get("params", {}))

    def settable(p, v):
        return can_set(pair, p, v, knows(p))

    def set_(p, v, code):
        out.say(4, code, "params." + p, "action")
        out.actions.append({"action": "set", "param": p, "value": v})

    def unset(p):
        out.say(4, "param-extra", "params." + p, "action")
        out.actions.append({"action": "unset", "param": p})

    def incomplete(p):
        out.say(4, "params-incomplete", "params." + p if p else "params", "unknown")

    # "`paramList` (`writable` where the list of active parameters can be rewritten ...)" and "p is
    # not of T's version's expansion"
    def unsettable(p):
        return T.doc.get("paramList") == "writable" and p not in t_exp

    for p in sorted(set(s_eff) | set(t_eff), key=lambda x: x.encode()):      # "in byte order"
        t_info, s_info = pair.target_info(p), pair.source_info(p)

        def eq(a, b):
            return equal(a, b, t_info.get("type"), s_info.get("type"))
        t_off = as_text(t_info["offValue"]) if "offValue" in t_info else None
        s_off = as_text(s_info["offValue"]) if "offValue" in s_info else None
        in_s, in_t = p in s_eff, p in t_eff
        s, t = s_eff.get(p), t_eff.get(p)
        if (in_s and s is None) or (in_t and t is None):
            out.say(4, "param-unreadable", "params." + p, "unknown")
        elif in_s and in_t:
            if eq(s, t):
                pass
            elif settable(p, s):
                set_(p, s, "param-value")
            else:
                out.say(4, "param-value", "params." + p, "fail")
        elif in_s:
            if exception:                       # "what only S names needs a `set` ..."
                if settable(p, s):
                    set_(p, s, "param-value")
                else:
                    incomplete(p)               # "... what has neither is cannot tell"
            elif t_complete and s_off is not None and eq(s, s_off) and (t_off is None or eq(s, t_off)):
                out.foreign_off |= t_off is None
            elif settable(p, s):
                set_(p, s, "param-value")
            elif not t_complete:
                incomplete(p)
            else:
                out.say(4, "param-value" if knows(p) else "param-unknown", "params." + p, "fail")
        else:
            if exception:                       # "... what only T names an `unset`"
                if unsettable(p):
                    unset(p)
                else:
                    incomplete(p)
            elif not s_complete:
                incomplete(p)
            elif t_off is not None and eq(t, t_off):
                pass
            elif t_off is not None and settable(p, t_off):
                set_(p, t_off, "param-extra")
            elif unsettable(p):
                unset(p)
            else:
                out.say(4, "param-extra", "params." + p, "fail")
    # "S's or T's list not complete: in any case cannot tell, `params-incomplete`, at least once"
    if not exception and not (s_complete and t_complete):
        incomplete(None)


SOFTWARE = re.compile(r"([0-9]+)\.([0-9]+)\.([0-9]+)\Z", re.A)


def semver(s, t):
    """True, False, or None where one is malformed; "major equal and T's minor at least S's" """
    a, b = SOFTWARE.match(s), SOFTWARE.match(t)
    if not a or not b:
        return None
    return int(a[1]) == int(b[1]) and int(b[2]) >= int(a[2])


def rule_5_software_version(pair):
    S, T = pair.S, pair.T
    if not S.has_software and not T.has_software:
        return
    ok = None
    if S.software is not None and T.software is not None:
        ok = semver(S.software, T.software)
    if ok is None:                                          # "Only one, or malformed"
        pair.say(5, "software-version", "softwareVersion", "unknown")
    elif not ok:
        pair.say(5, "software-version", "softwareVersion", "fail")


def compare_versions(a, b):
    """<0, 0, >0, or None: "split at `.`, missing parts 0, part by part: as unsigned decimals if both
    are `[0-9]+`, equal if their bytes are, else not comparable" """
    x, y = a.split("."), b.split(".")
    n = max(len(x), len(y))
    for p, q in zip(x + ["0"] * (n - len(x)), y + ["0"] * (n - len(y))):
        if re.fullmatch(r"[0-9]+", p, re.A) and re.fullmatch(r"[0-9]+", q, re.A):
            if int(p) != int(q):
                return -1 if int(p) < int(q) else 1
        elif p != q:
            return None
    return 0


def fact_rule(rule, s, t):
    """True, False, or None for "missing on a side that the rule needs, or not comparable" """
    kind = rule.get("rule")
    if kind == "ignore":
        return True
    if t is None:
        return None
    if kind == "range":                                     # needs T's value only
        below = compare_versions(t, rule["min"]) if "min" in rule else 0
        above = compare_versions(t, rule["max"]) if "max" in rule else 0
        if (below is not None and below < 0) or (above is not None and above > 0):
            return False
        return None if below is None or above is None else True
    if s is None:
        return None
    if kind == "equal":
        return s == t
    if kind == "at-least":                                  # "T not older than S"
        c = compare_versions(t, s)
        return None if c is None else c >= 0
    if kind == "semver":
        return semver(s, t)
    if kind == "superset":                                  # "T's hold S's"
        def split(x):
            return {i for i in re.split(r"[,\s]+", x, flags=re.A) if i}
        return split(s) <= split(t)
    return None


def rule_6_facts(pair):
    for name, rule in pair.M.get("facts", {}).items():
        ok = fact_rule(rule, pair.S.facts.get(name), pair.T.facts.get(name))
        if ok is None:
            pair.say(6, "fact-missing", "facts." + name, "unknown")
        elif not ok:
            pair.say(6, "fact-mismatch", "facts." + name, "fail")


def interface(pair, side):
    """ "without `migration`, S takes the entry of its own model and T M's (both from the target's
    document), if that names no `driver` or that device's" -> (interface or None, from a model) """
    if "migration" in side.doc:
        return side.doc["migration"], False
    entry = pair.target_models.get(side.model, {}).get("migration") if side.model is not None else None
    if entry is None or ("driver" in entry and entry["driver"] != side.doc.get("driver")):
        return None, False
    return entry, True


def rule_7_interface(pair):
    pair.s_mig, s_from = interface(pair, pair.S)
    pair.t_mig, t_from = interface(pair, pair.T)
    pair.mig_from_model = s_from or t_from
    s, t = pair.s_mig, pair.t_mig
    if t is None:
        pair.say(7, "migration-unknown", "migration", "unknown")
    if s is None:
        pair.say(7, "migration-unknown", "migration", "note")
    sp, tp = (s or {}).get("protocol"), (t or {}).get("protocol")
    if sp and tp and sp != tp and "none" not in (sp, tp):
        pair.say(7, "protocol-mismatch", "migration.protocol", "fail")
    for side in (s, t):
        # "`none`, or flags known without `stop-copy`, on either side"
        if side is not None and (side.get("protocol") == "none" or
                                 "flags" in side and "stop-copy" not in side["flags"]):
            pair.say(7, "not-migratable", "migration", "fail")
    if sp == tp == "v1":
        pair.say(7, "protocol-obsolete", "migration.protocol", "note")


def rule_8_p2p(pair):
    doc = pair.source_doc
    # "(the greater of it and the list's length counts)"
    if max(doc.get("vm", {}).get("vfioDevices", 0), len(doc["devices"])) <= 1:
        return
    for side in (pair.s_mig, pair.t_mig):
        if side is None or "flags" not in side:
            pair.say(8, "p2p-required", "migration.flags", "unknown")
        elif "p2p" not in side["flags"]:
            pair.say(8, "p2p-required", "migration.flags", "fail")


def rule_9_dirty_tracking(pair):
    logging = (pair.s_mig or {}).get("dmaLogging")
    iommu = pair.source_doc.get("host", {}).get("iommuDirtyTracking")
    if logging is False and iommu is not True:
        pair.say(9, "dirty-tracking", "migration.dmaLogging", "unknown" if iommu is None else "fail")
    elif logging is None and iommu is not True:
        pair.say(9, "dirty-tracking", "migration.dmaLogging", "note")
    if pair.source_doc.get("vm", {}).get("viommu") is True:
        pair.say(9, "viommu", "vm.viommu", "note")


TOKEN, TOKEN_FIELD = "migration_version", "tokens.migration_version"


class Asked:
    """What was said when drivers and vendors were asked, as diff.py's cases have it: None where nobody
    was asked at all (offline).  A driver speaks for the very target; here a check for all pairs."""

    def __init__(self, words=None, may_ask=False, flags=0):
        self.words = words or {}
        self.may_ask = may_ask
        asked = may_ask or words is not None
        self.drivers = asked and not flags & 2              # "2 do not write `migration_version`"
        self.vendors = asked and not flags & 4              # "4 no vendor checks"

    @classmethod
    def of_case(cls, case):
        return cls(case.get("words"), case.get("mayAsk", False), case.get("flags", 0))

    def driver(self, target, creatable, token):
        found = None
        for w in self.words.get("drivers", []):
            if creatable:
                same = (w.get("parent"), w.get("mdevType")) == (target["parent"], target["mdevType"])
            else:
                same = w.get("target") == target["address"]
            if same and w["token"] == token:
                found = w
        return found["answer"] if found else None

    def check(self, name):
        found = [w["answer"] for w in self.words.get("checks", []) if w["check"] == name]
        return found[-1] if found else None


def vendor(side):
    """ "(`pci.vendor`, of an mdev `parent.pci.vendor`)": what has an mdev type but is a PCI function
    itself (NVIDIA's) has only the first; None if not known"""
    if "mdevType" in side.doc and side.facts.get("parent.pci.vendor") is not None:
        return side.facts["parent.pci.vendor"]
    return side.facts.get("pci.vendor")


def yes_counts(pair):
    """ "If rule 1 could not tell, a yes needs one vendor ... and one mdev type" """
    S, T = pair.S, pair.T
    s, t = vendor(S), vendor(T)
    s_type, t_type = S.doc.get("mdevType"), T.doc.get("mdevType")
    unread = S.unread("mdevType") or T.unread("mdevType")
    good = True
    # "vendor not known on both sides, or just one has an mdevType: cannot tell"
    if s is None or t is None or unread or (s_type is None) != (t_type is None):
        pair.say(10, "migration-version-missing", TOKEN_FIELD, "unknown")
        good = False
    if s is not None and t is not None and s != t:
        pair.say(10, "migration-version-rejected", TOKEN_FIELD, "fail")
        good = False
    if not unread and s_type is not None and t_type is not None and s_type != t_type:
        pair.say(10, "mdev-type-mismatch", "mdevType", "fail")
        good = False
    return good


def rule_10_drivers_word(pair):
    S, T = pair.S, pair.T
    token = None if S.unread(TOKEN_FIELD) else S.doc.get("tokens", {}).get(TOKEN)
    rule_1_could_not_tell = ("model-missing", "model") in pair.reasons
    if token is None:
        return
    if TOKEN not in T.doc.get("attributes", []):
        if rule_1_could_not_tell:                           # "S has it and T not, and rule 1 could not tell"
            pair.say(10, "migration-version-missing", TOKEN_FIELD, "unknown")
        return
    # an empty write reaches no driver, and without an address there is nothing to write to
    can = pair.asked.drivers and token != "" and (pair.creatable or "address" in T.doc)
    word = pair.asked.driver(T.doc, pair.creatable, token) if can else None
    if word == "no":
        pair.say(10, "migration-version-rejected", TOKEN_FIELD, "fail")
    elif not can or word == "not-asked":
        # "Likewise rule 10 with flag 2 and both sides having it: note"
        pair.say(10, "migration-version-missing", TOKEN_FIELD, "note")
    elif rule_1_could_not_tell and not yes_counts(pair):
        pass
    elif word == "yes":
        pair.driver_yes = True
    elif word is None and pair.asked.may_ask:               # it will be asked yet
        pair.say(10, "migration-version-missing", TOKEN_FIELD, "note")
    else:                                                   # asked, and it did not say; or no longer asked
        pair.say(10, "migration-version-missing", TOKEN_FIELD, "unknown")


def rule_11_vendor_check(pair):
    names = pair.M.get("checks") or []
    if not names:
        return
    said = [pair.asked.check(n) if pair.asked.vendors else None for n in names]
    if "no" in said:
        pair.say(11, "vendor-rejected", "checks", "fail")
    elif "yes" in said and all(w in ("yes", "not-mine") for w in said):
        pair.vendor_yes = True
    elif not pair.driver_yes:           # "cannot tell ... unless there is `driver` evidence"
        pair.say(11, "vendor-unavailable", "checks", "unknown")


def of_type(pair):
    """ "A type's answer speaks for the type, not for parameters set later" """
    origins = [side.origin.get(key, "") for side in (pair.S, pair.T) for key in (TOKEN_FIELD,)]
    origins.append(pair.T.origin.get("attributes." + TOKEN, ""))
    return pair.creatable or any(o.startswith("sysfs:mdev_type/") for o in origins)


def settled(pair):
    """The rules whose "cannot tell" a yes settles: "what rules 1 and 3 to 7 could not tell" """
    if pair.vendor_yes:
        return {1, 3, 4, 5, 6, 7}
    if not pair.driver_yes:
        return set()
    rules = {1, 3, 4, 5, 6, 7}
    if pair.actions:                    # the driver was asked about what T is now, not what it will be
        rules -= {3, 4}
    elif of_type(pair):
        rules -= {4}
        if ("model-missing", "model") in pair.reasons:      # rule 4 was left out: nobody compared anything
            sides = (pair.S, pair.T)
            if any(side.params or side.has_version for side in sides):
                rules -= {1}
    return rules


def pinned_elsewhere(pair):
    pin, T = pair.S.doc.get("pin"), pair.T.doc
    if pin is None:
        return False
    if pin in ("mdev:", "pci:"):                            # "or only its kind"
        if pair.creatable:                                  # "a creatable is `mdev:`, NVIDIA's `pci:`"
            nvidia = T["mdevType"].startswith("nvidia-") and T.get("driver") == "nvidia"
            return pin != ("pci:" if nvidia else "mdev:")
        return not T.get("address", "").startswith(pin)
    return pair.creatable or T.get("address") != pin


def rule_12_availability(pair, if_free):
    if pinned_elsewhere(pair):                              # "(and no other reason is kept)"
        pair.reasons = {}
        pair.say(12, "not-pinned", "pin", "fail")
        return
    T = pair.T.doc
    if not if_free:
        in_use = T.get("inUse", "no" if pair.creatable else "unknown")
        if in_use == "yes":
            pair.say(12, "in-use", "inUse", "fail")
        elif in_use == "unknown":
            pair.say(12, "in-use-unknown", "inUse", "note")
        # "(an owner; the VM's own uuid does not count)"
        if "reservedBy" in T and T["reservedBy"] != pair.source_doc.get("vm", {}).get("uuid"):
            pair.say(12, "reserved", "reservedBy", "fail")
        if pair.creatable and T.get("available", 0) < 1:    # "(absent is 0)"
            pair.say(12, "no-instances", "available", "fail")
    if T.get("groupBlockedBy"):
        pair.say(12, "group-not-viable", "groupBlockedBy", "fail")
    # "A VF on another driver: ... with a migration-capable variant driver installed: action `bind`;
    # without one: fail `not-bound`."  (`driver` is what it would have, `boundDriver` what it has.)
    if "boundDriver" in T and T["boundDriver"] != T.get("driver"):
        if "driver" in T:
            pair.say(12, "not-bound", "boundDriver", "action")
            pair.bind = T["driver"]
        else:
            pair.say(12, "not-bound", "boundDriver", "fail")


# --------------------------------------------------------------------------------------------------
# Evidence

def origin_level(origin):
    """ "sysfs debugfs devlink probe" are declared; "identity:" identity; all else metadata ("Only
    rules 10 and 11 give `driver` or `vendor`") """
    if origin is None:
        return METADATA
    kind = origin.split(":", 1)[0]
    if kind in ("sysfs", "debugfs", "devlink", "probe"):
        return DECLARED
    return IDENTITY if kind == "identity" else METADATA


def side_evidence(side, out, is_target):
    """ "the weakest origin ... of the model, the version if any, and every effective parameter (an
    origin not given is that of the model; the model's not given is `metadata`; a value from a
    version's expansion is `metadata`); a side without a model is `identity`" """
    if side.model is None:
        return IDENTITY
    model = origin_level(side.origin.get("model"))
    levels = [model]

    def level(key):
        return origin_level(side.origin[key]) if key in side.origin else model
    replaced = is_target and out is not None and out.set_version
    if side.has_version and not replaced:
        levels.append(level("version"))
    if out is not None:
        own = out.t_own if is_target else out.s_own
        for p in (out.t_eff if is_target else out.s_eff):
            levels.append(level("params." + p) if p in own else METADATA)
    return max(levels)


def evidence(pair, out):
    if pair.driver_yes:                                     # "`driver` or `vendor` by rules 10 and 11"
        return EVIDENCE.index("driver")
    if pair.vendor_yes:
        return EVIDENCE.index("vendor")
    levels = [side_evidence(pair.S, out, False), side_evidence(pair.T, out, True)]
    # "At most `metadata` if a migration interface came from a model's entry, the models differ, `set
    # version` is in the plan, or rule 4 passed by an off value that no information of the target gives."
    if pair.mig_from_model or pair.S.model != pair.T.model or pair.set_version or pair.foreign_off:
        levels.append(METADATA)
    return max(levels)


# --------------------------------------------------------------------------------------------------
# The pair

class Verdict:
    pass


def run_rules(pair, if_free):
    pair.outcome = None
    pair.s_mig = pair.t_mig = None
    go_on = rule_1_model(pair)
    rule_2_pool(pair)
    if go_on:
        if pair.S.model is not None and pair.T.model is not None:
            rules_3_and_4(pair)         # "rules 3 to 6 then have nothing to go by and are left out"
            rule_5_software_version(pair)
            rule_6_facts(pair)
        rule_7_interface(pair)
        rule_8_p2p(pair)
        rule_9_dirty_tracking(pair)
        rule_10_drivers_word(pair)
        rule_11_vendor_check(pair)
    rule_12_availability(pair, if_free)


def carried_out(pair):
    """T after the plan (the rules' actions; what rule 12 does to it changes no rule's input)"""
    doc = json.loads(json.dumps(pair.T.doc))
    params, origin = doc.setdefault("params", {}), doc.setdefault("origin", {})
    if pair.set_version:
        doc["version"] = pair.S.version
        origin.pop("version", None)
        params.clear()
        for k in [k for k in origin if k.startswith("params.")]:
            del origin[k]
        if pair.outcome.t_exp is None:
            doc.pop("paramsComplete", None)                 # void
    for a in pair.actions:
        if a["param"] == "version":
            continue
        origin.pop("params." + a["param"], None)
        if a["action"] == "set":
            params[a["param"]] = a["value"]
        else:
            params.pop(a["param"], None)
    return doc


def plan_conflicts(pair):
    """ "judging S again against T with the plan carried out gives no action and no new fail" """
    if not pair.actions:
        return False
    again = Pair(pair.source_doc, pair.target_doc, pair.S, Side(carried_out(pair)), pair.creatable, pair.asked)
    rule_1_model(again)
    rules_3_and_4(again)
    return bool(again.actions) or "fail" in again.results()


def judge_pair(source_doc, target_doc, S, T, creatable, asked, if_free=False):
    pair = Pair(source_doc, target_doc, S, T, creatable, asked)
    run_rules(pair, if_free)
    if "fail" not in pair.results() and plan_conflicts(pair):
        pair.say(13, "plan-conflict", "", "fail")
    v = Verdict()
    v.evidence = evidence(pair, pair.outcome)
    v.actions = []
    if creatable:
        v.actions.append({"action": "create", "parent": T.doc["parent"], "mdevType": T.doc["mdevType"]})
    if pair.bind is not None:
        v.actions.append({"action": "bind", "driver": pair.bind})
    v.actions += pair.actions           # "create or bind, version, then parameters in byte order"
    results = pair.results()
    if "fail" in results:
        v.verdict = "incompatible"
    elif pair.unknowns - settled(pair):
        v.verdict = "unknown"
    elif v.evidence > METADATA:         # "below `MinimumEvidence`" (default metadata)
        v.verdict = "unknown"
        pair.say(13, "weak-evidence", "", "unknown")
    elif v.actions:
        v.verdict = "needs-configuration"
    else:
        v.verdict = "compatible"
    v.failed_rules = len({rule for result, rule in pair.reasons.values() if result == "fail"})
    v.reasons = {(code, result) for (code, _), (result, _) in pair.reasons.items()}
    v.codes = {code for code, _ in v.reasons}
    v.fields = sorted([code, field, r] for (code, field), (r, _) in pair.reasons.items())
    v.costs = (v.verdict == "unknown", "in-use-unknown" in v.codes,
               max([ACTION_RANK[a["action"]] for a in v.actions] + [0]), v.evidence)
    return v


# --------------------------------------------------------------------------------------------------
# The assignment, by looking at all of them

class Candidate:
    def __init__(self, doc, creatable):
        self.doc, self.creatable, self.side = doc, creatable, Side(doc)
        self.capacity = doc.get("available", 0) if creatable else 1

    def target(self):
        if self.creatable:
            return {"kind": "creatable", "parent": self.doc["parent"], "mdevType": self.doc["mdevType"]}
        return {"kind": "device", "address": self.doc.get("address")}


def capacity_shared(candidates, chosen):
    """which placed devices are `capacity-shared`: "if devices are placed on two or more types of one
    parent, and one of these types is not `independent`, all those devices" """
    by_parent = {}
    for s, c in enumerate(chosen):
        if c is not None and candidates[c].creatable:
            by_parent.setdefault(candidates[c].doc["parent"], {}).setdefault(c, []).append(s)
    shared = set()
    for types in by_parent.values():
        if len(types) >= 2 and not all(candidates[c].doc.get("independent") for c in types):
            for placed in types.values():
                shared.update(placed)
    return shared


def assign(candidates, pairs, n):
    """one candidate index (or None) for each source device: "a maximum matching over the pairs whose
    verdict is not `incompatible`", then the four sums, then document order"""
    options = [[c for c in range(len(candidates)) if pairs[s][c].verdict != "incompatible"] for s in range(n)]
    used = [0] * len(candidates)
    chosen = [None] * n
    best = [None, None]

    def key():
        shared = capacity_shared(candidates, chosen)
        placed = [s for s in range(n) if chosen[s] is not None]
        sums = [0, 0, 0, 0]
        for s in placed:
            for i, x in enumerate(pairs[s][chosen[s]].costs):
                sums[i] += int(x) or (i == 0 and s in shared)
        # a device that is left over comes after every candidate in the tie-break
        order = [INFINITE if c is None else c for c in chosen]
        return [n - len(placed)] + sums + order

    def search(s, left_over):
        if best[0] is not None and left_over > best[0][0]:
            return
        if s == n:
            k = key()
            if best[0] is None or k < best[0]:
                best[0], best[1] = k, list(chosen)
            return
        for c in options[s]:
            if used[c] < candidates[c].capacity:
                used[c] += 1
                chosen[s] = c
                search(s + 1, left_over)
                chosen[s] = None
                used[c] -= 1
        search(s + 1, left_over + 1)

    search(0, 0)
    return best[1], options


def nearest(candidates, pairs):
    """ "(not `not-pinned` first, then not `model-mismatch`, then fewest failed rules, then document
    order)" """
    return min(range(len(candidates)), key=lambda c: (
        "not-pinned" in pairs[c].codes, "model-mismatch" in pairs[c].codes, pairs[c].failed_rules, c))


def fits_if_free(source, target, sides, candidates, asked):
    """ "would not be [incompatible] with `in-use`, `reserved` and `no-instances` left out of rule 12 (a
    creatable then has room for all; `unknown` counts as fitting)" """
    n = len(sides)
    fits = [[judge_pair(source, target, S, c.side, c.creatable, asked, True).verdict != "incompatible"
             for c in candidates] for S in sides]
    used = set()

    def place(s):
        if s == n:
            return True
        for c, cand in enumerate(candidates):
            if fits[s][c] and (cand.creatable or c not in used):
                if not cand.creatable:
                    used.add(c)
                if place(s + 1):
                    return True
                used.discard(c)
        return False
    return place(0)


# --------------------------------------------------------------------------------------------------
# The report

def is_stale(source):
    """ "`stale` is a note: `createdAt` is older than `DescriptorMaxAge=` (default 30 days)" """
    try:
        at = datetime.datetime.fromisoformat(source["createdAt"].replace("Z", "+00:00"))
        return datetime.datetime.now(datetime.timezone.utc) - at > MAX_AGE
    except (KeyError, ValueError, TypeError):
        return False


def judge(source, target, explain=False, asked=None):
    asked = asked or Asked()
    validate(source, True)
    validate(target, False)
    sides = [Side(d) for d in source["devices"]]
    candidates = [Candidate(d, False) for d in target["devices"]] + \
                 [Candidate(d, True) for d in target.get("creatable", [])]
    pairs = [[judge_pair(source, target, S, c.side, c.creatable, asked) for c in candidates] for S in sides]
    chosen, options = assign(candidates, pairs, len(sides))
    shared = capacity_shared(candidates, chosen)
    extra = {("stale", "note")} if is_stale(source) else set()

    devices, weakest = [], None
    for s, doc in enumerate(source["devices"]):
        dev = {"id": doc["id"]}
        if chosen[s] is None:
            if not candidates:
                reasons = {("no-candidate", "fail")}
            else:
                reasons = set(pairs[s][nearest(candidates, pairs[s])].reasons)
                if options[s]:
                    reasons.add(("assignment", "fail"))
            dev.update(verdict="incompatible", target=None, actions=[], evidence=None)
        else:
            v = pairs[s][chosen[s]]
            reasons = set(v.reasons)
            verdict = v.verdict
            if s in shared:
                verdict = "unknown"
                reasons.add(("capacity-shared", "unknown"))
            weakest = v.evidence if weakest is None else max(weakest, v.evidence)
            dev.update(verdict=verdict, target=candidates[chosen[s]].target(), actions=v.actions,
                       evidence=EVIDENCE[v.evidence])
        dev["reasons"] = sorted([c, r] for c, r in reasons | extra)
        if explain:
            dev["candidates"] = [dict(c.target(), verdict=p.verdict, evidence=EVIDENCE[p.evidence],
                                      actions=p.actions, reasons=p.fields)
                                 for c, p in zip(candidates, pairs[s])]
        devices.append(dev)

    verdicts = {d["verdict"] for d in devices}
    verdict = next((v for v in ("incompatible", "unknown", "needs-configuration") if v in verdicts), "compatible")
    return {"schema": REPORT, "verdict": verdict,
            "evidence": None if weakest is None else EVIDENCE[weakest],
            "fitsIfFree": verdict == "incompatible" and fits_if_free(source, target, sides, candidates, asked),
            "devices": devices}


def exit_status(report):
    # "0 yes; 1 error; 2 usage; 3 incompatible; 4 unknown; 5 it would fit, but nothing is free; 6 needs
    # configuration"
    if report["verdict"] == "incompatible":
        return 5 if report["fitsIfFree"] else 3
    return {"compatible": 0, "unknown": 4, "needs-configuration": 6}[report["verdict"]]


def main(argv):
    explain = "--explain" in argv
    args = [a for a in argv[1:] if a != "--explain"]
    if len(args) != 2:
        print("usage: judge.py [--explain] SOURCE TARGET", file=sys.stderr)
        return 2
    docs = []
    for path, is_source in zip(args, (True, False)):
        try:
            with open(path, "rb") as f:
                docs.append(parse(f.read(), is_source))
        except (OSError, InvalidDescriptor) as e:
            print(json.dumps({"error": "%s: %s" % (path, e)}))
            return 1
    try:
        report = judge(*docs, explain=explain)
    except InvalidDescriptor as e:
        print(json.dumps({"error": str(e)}))
        return 1
    print(json.dumps(report, indent=2, ensure_ascii=False))
    return exit_status(report)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
