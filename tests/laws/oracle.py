"""A second evaluator of IAM policies: tiny, obvious and slow, to compare the engine with.

Written from reference/iam-evaluation.md (sections in brackets), sharing no code with the engine.
"""

import base64
import ipaddress
import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation


def decide(case):
    """allowed, explicitDeny or implicitDeny."""
    who = Who(case)
    say = lambda documents: [judge(document, case, who) for document in documents]  # noqa: E731
    identity = say(case.get("identityPolicies") or [])
    resource = say([case["resourcePolicy"]] if case.get("resourcePolicy") else [])
    boundary = say([case["permissionsBoundary"]] if case.get("permissionsBoundary") else [])
    session = case.get("sessionPolicies")
    if session is None and who.kind == "federated":
        session = []
    sessions = say(session or [])
    levels = [say(level) for level in case.get("serviceControlPolicies") or []]
    controls = [say(level) for level in case.get("resourceControlPolicies") or []]
    if who.kind == "anonymous":
        identity, boundary, sessions, levels, session = [], [], [], [], None
    if who.kind == "root":
        boundary = []
    everything = [
        *identity,
        *resource,
        *boundary,
        *sessions,
        *(one for level in levels + controls for one in level),
    ]
    if any(said.denies for said in everything):
        return "explicitDeny"
    allows = lambda said: any(one.allows for one in said)  # noqa: E731
    if not all(allows(level) for level in levels):
        return "implicitDeny"
    granted = max((one.spares for one in resource if one.allows), default=None)
    if who.kind in ("anonymous", "service"):
        return "allowed" if granted is not None else "implicitDeny"
    if who.account != case_account(case):
        if granted is None:
            return "implicitDeny"
        granted = 0
    spared = granted or 0
    own = (
        (1, who.kind == "root" or allows(identity)),
        (2, who.kind == "root" or not case.get("permissionsBoundary") or allows(boundary)),
        (3, session is None or allows(sessions)),
    )
    return "allowed" if all(ok or spared >= need for need, ok in own) else "implicitDeny"


def case_account(case):
    return case.get("resourceAccount") or case["resource"].split(":")[4]


class Who:
    """The principal of a case [4, 4.1]."""

    def __init__(self, case):
        self.arn = case["principal"]
        self.role = None
        pieces = self.arn.split(":", 5)
        self.account = pieces[4] if len(pieces) == 6 else None
        name = pieces[-1]
        if self.arn == "*":
            self.kind, self.arn = "anonymous", None
        elif self.arn.endswith(".amazonaws.com"):
            self.kind = "service"
        elif name == "root":
            self.kind = "root"
        elif name.startswith("user/"):
            self.kind = "user"
        elif name.startswith("federated-user/"):
            self.kind = "federated"
        else:
            self.kind = "session"
            self.role = f"arn:aws:iam::{self.account}:role/{name.split('/')[1]}"
        self.bounded = bool(case.get("permissionsBoundary"))
        self.keys = {}
        if self.arn:
            kinds = {"root": "Account", "user": "User", "federated": "FederatedUser",
                     "service": "Service"}  # fmt: skip
            self.keys["aws:principaltype"] = kinds.get(self.kind, "AssumedRole")
            self.keys["aws:principalarn"] = self.role or self.arn
            if self.account:
                self.keys["aws:principalaccount"] = self.account
            if self.kind == "user":
                self.keys["aws:username"] = name.split("/")[-1]
            if self.kind == "root":
                self.keys["aws:userid"] = self.account
            if self.kind == "federated":
                self.keys["aws:userid"] = f"{self.account}:{name.split('/', 1)[1]}"
            tags = {} if self.kind == "service" else case.get("principalTags", {})
            for tag, value in tags.items():
                self.keys[f"aws:principaltag/{tag}".lower()] = value
        self.keys |= {key.lower(): value for key, value in case.get("context", {}).items()}


class Said:
    def __init__(self, denies, allows, spares):
        self.denies, self.allows, self.spares = denies, allows, spares


def judge(document, case, who):
    """What one document says."""
    statements = document["Statement"]
    said = Said(False, False, 0)
    for statement in statements if isinstance(statements, list) else [statements]:
        found = matches(statement, document, case, who)
        if statement["Effect"] == "Deny":
            said.denies = said.denies or found is not False  # a doubt denies
        elif found is True:
            said.allows = True
            said.spares = max(said.spares, spares(statement, who))
    return said


def matches(statement, document, case, who):
    new = document.get("Version") == "2012-10-17"
    if not listed(statement, "Action", lambda text: action(text, case["action"])):
        return False
    in_resource = "Principal" in statement or "NotPrincipal" in statement
    if not listed(
        statement,
        "Resource",
        lambda text: resource(text, case["resource"], who, new=new, identity=not in_resource),
    ):
        return False
    if "Principal" in statement and not named(statement["Principal"], who):
        return False
    if "NotPrincipal" in statement:
        if statement["Effect"] == "Allow" and named(statement["NotPrincipal"], who):
            return False
        if statement["Effect"] == "Deny" and spared_by_name(statement["NotPrincipal"], who):
            return False
    results = [
        condition(operator, key.lower(), values, who.keys, new=new)
        for operator, block in statement.get("Condition", {}).items()
        for key, values in block.items()
    ]
    return False if False in results else None if None in results else True


def listed(statement, element, match):
    if element in statement:
        return any(match(text) for text in as_list(statement[element]))
    return not any(match(text) for text in as_list(statement[f"Not{element}"]))


def as_list(value):
    return value if isinstance(value, list) else [value]


def glob(pattern, text):
    """`*` and `?` only; brackets mean nothing."""
    signs = {"*": ".*", "?": ".", STAR: r"\*", MARK: r"\?"}
    return re.fullmatch("".join(signs.get(c, re.escape(c)) for c in pattern), text, re.DOTALL)


def action(pattern, asked):
    """[5] case-insensitive."""
    if pattern == "*":
        return True
    if ":" not in pattern or not all(pattern.split(":", 1)) or pattern != pattern.strip():
        return False
    return bool(glob(pattern.lower(), asked.lower()))


def resource(pattern, asked, who, *, new, identity):
    """[5] piece by piece at the first five colons; variables in the last."""
    if pattern == "*":
        return True
    pieces = pattern.split(":", 5)
    if len(pieces) < 6:
        if not identity and "*" not in pattern and "?" not in pattern:
            return pattern == asked
        pieces += ["*"] * (6 - len(pieces))
    wanted = asked.split(":", 5)
    if len(wanted) < 6 or not all(map(glob, pieces[:5], wanted[:5])):
        return False
    return any_pattern(pieces[5], wanted[5], who.keys, new=new, wild=True)


def any_pattern(text, asked, keys, *, new, wild):
    """[6.4] text with variables against a value, as one regular expression."""
    written, position = "", 0
    for found in re.finditer(r"\$\{([^{}]*)\}", text) if new else ():
        written += rx(text[position : found.start()], wild)
        position = found.end()
        inside = found[1]
        if inside in ("*", "?", "$"):
            written += re.escape(inside)
            continue
        key, _, default = inside.partition(",")
        value = keys.get(key.strip().lower())
        if not isinstance(value, str):
            value = default.strip()[1:-1] if default else None
        if value is None:
            return False
        written += re.escape(value)
    return bool(re.fullmatch(written + rx(text[position:], wild), asked, re.DOTALL))


STAR, MARK = "\0", "\1"  # a star and a question mark that are no wildcards


def put_in(text, keys):
    """[6.4] the text with its variables put in, None when one has no value."""

    def value(found):
        inside = found[1]
        if inside in ("*", "?", "$"):
            return literal(inside)
        key, _, default = inside.partition(",")
        known = keys.get(key.strip().lower())
        if isinstance(known, str):
            return literal(known)
        return literal(default.strip()[1:-1]) if default else "\2"

    literal = lambda part: part.replace("*", STAR).replace("?", MARK)  # noqa: E731
    filled = re.sub(r"\$\{([^{}]*)\}", value, text)
    return None if "\2" in filled else filled


def rx(text, wild):
    signs = {"*": ".*", "?": "."} if wild else {}
    return "".join(signs.get(c, re.escape(c)) for c in text)


def named(principal, who):
    """[4]"""
    if principal == "*":
        return True
    if who.kind == "service" and who.arn in as_list(principal.get("Service", [])):
        return True
    return any(is_named(text, who) for text in as_list(principal["AWS"]))


def is_named(text, who):
    if text == "*":
        return True
    account = re.fullmatch(r"arn:aws:iam::(\d{12}):root|(\d{12})", text)
    if account:
        return who.account == (account[1] or account[2])
    return who.arn is not None and text in (who.arn, who.role)


def spared_by_name(principal, who):
    """[3] NotPrincipal with Deny."""
    if principal == "*" or "*" in as_list(principal["AWS"]):
        return True
    if who.bounded:
        return False
    if who.kind == "service":
        return named(principal, who)
    texts = [text for text in as_list(principal["AWS"]) if is_named(text, who)]
    if who.kind == "session":
        has_account = any(text.endswith(":root") or text.isdigit() for text in texts)
        return has_account and who.role in texts and who.arn in texts
    return bool(texts)


def spares(statement, who):
    """[3] 0 nothing, 1 identity, 2 boundary too, 3 session too."""
    if "Principal" not in statement and "NotPrincipal" not in statement:
        return 0
    principal = statement.get("Principal", statement.get("NotPrincipal"))
    everyone = principal == "*" or "*" in as_list(principal["AWS"])
    if everyone and "Principal" in statement:
        for operator in ("StringEquals", "StringLike", "ArnEquals", "ArnLike"):
            for key, values in statement.get("Condition", {}).get(operator, {}).items():
                if key.lower() == "aws:principalarn":
                    plain = not any("*" in v or "?" in v for v in as_list(values))
                    if plain:
                        return 3
    if "NotPrincipal" in statement:
        return 1
    levels = [0]
    for text in [principal] if principal == "*" else as_list(principal["AWS"]):
        if not is_named(text, who):
            continue
        if text == "*":
            levels.append(1 if who.kind in ("session", "federated") else 2)
        elif text.endswith(":root") or text.isdigit():
            levels.append(0)
        elif ":user/" in text:
            levels.append(2)
        else:
            levels.append(1 if ":role/" in text else 3)
    return max(levels)


def condition(operator, key, values, keys, *, new):
    """[6.1 to 6.3]"""
    quantifier, _, name = operator.rpartition(":")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    actual = keys.get(key)
    wanted = [str(v).lower() if isinstance(v, bool) else str(v) for v in as_list(values)]
    members = [actual] if isinstance(actual, str) else list(actual or [])
    if name == "Null":
        absent = not any(members)
        return any((value.lower() == "true") == absent for value in wanted)
    negated = "Not" in name
    positive = name.replace("Not", "")
    if actual is None or (not quantifier and not members) or (quantifier and not any(members)):
        return if_exists or quantifier == "ForAllValues" or (negated and not quantifier)
    if not quantifier and len(members) > 1:
        return None

    def one(value):
        found = [compare(positive, value, text, keys, new=new) for text in wanted]
        if True in found:
            return not negated
        return negated and None not in found

    if quantifier == "ForAllValues":
        return all(map(one, members))
    return any(map(one, members))


def compare(name, actual, wanted, keys, *, new):
    """[6.2] None where the request's value is not of the type."""
    if name == "StringEquals":
        return any_pattern(wanted, actual, keys, new=new, wild=False)
    if name == "StringEqualsIgnoreCase":
        folded = {k: v.casefold() if isinstance(v, str) else v for k, v in keys.items()}
        return any_pattern(wanted.casefold(), actual.casefold(), folded, new=new, wild=False)
    if name == "StringLike":
        return any_pattern(wanted, actual, keys, new=new, wild=True)
    if name in ("ArnEquals", "ArnLike"):
        filled = put_in(wanted, keys) if new else wanted
        if filled is None or any(len(text.split(":", 5)) < 6 for text in (filled, actual)):
            return False
        if not (actual.startswith("arn:") and filled.startswith("arn:")):
            return False
        return all(map(glob, filled.split(":", 5), actual.split(":", 5)))
    if name == "Bool":
        return actual.lower() == wanted.lower() if actual.lower() in ("true", "false") else None
    if name == "BinaryEquals":
        try:
            return base64.b64decode(actual, validate=True) == base64.b64decode(wanted)
        except ValueError:
            return None
    if name == "IpAddress":
        try:
            return ipaddress.ip_address(actual) in ipaddress.ip_network(wanted, strict=False)
        except ValueError:
            return None
    read = number if name.startswith("Numeric") else date
    left, right = read(actual), read(wanted)
    if left is None:
        return None
    return {
        "Equals": left == right,
        "LessThan": left < right,
        "LessThanEquals": left <= right,
        "GreaterThan": left > right,
        "GreaterThanEquals": left >= right,
    }[name.removeprefix("Numeric").removeprefix("Date")]


def number(text):
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def date(text):
    if re.fullmatch(r"\d{5,}", text):
        return datetime.fromtimestamp(int(text), UTC)
    for shape in ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%MZ", "%Y-%m-%d", "%Y"):
        try:
            found = datetime.strptime(text, shape)
        except ValueError:
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None
