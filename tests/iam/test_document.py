"""Documents: what is read, and what is refused, with a pointer to it."""

import json

import pytest

from gatelodge.iam import PolicyError, PolicyKind, parse
from gatelodge.iam.document import read_text

K = PolicyKind
ALLOW = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
WITH_PRINCIPAL = {K.RESOURCE, K.RESOURCE_CONTROL, K.TRUST}


def document(*statements, **members):
    return {"Version": "2012-10-17", "Statement": list(statements), **members}


def statement_for(kind, **elements):
    statement = dict(ALLOW)
    if kind in WITH_PRINCIPAL:
        statement["Principal"] = "*"
    if kind is K.RESOURCE_CONTROL:
        statement["Effect"] = "Deny"
    return statement | elements


def problems(written, kind=K.IDENTITY):
    with pytest.raises(PolicyError) as raised:
        parse(written, kind)
    return {problem.pointer: problem.message for problem in raised.value.problems}


@pytest.mark.parametrize("kind", list(K))
def test_every_kind_reads_its_own_form(kind):
    policy = parse(document(statement_for(kind)), kind, name="n")
    assert (policy.kind, policy.name, len(policy.statements)) == (kind, "n", 1)
    with_principal = policy.statements[0].principal is not None
    assert with_principal is (kind in WITH_PRINCIPAL)


def test_a_whole_statement():
    written = document(
        {**ALLOW, "Sid": "one", "Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Effect": "Deny", "NotAction": ["s3:*", "sts:*"], "NotResource": ["a", "b"]},
    )
    one, two = parse(written, K.IDENTITY).statements
    assert (one.index, one.sid, one.allow) == (0, "one", True)
    assert (one.principal, one.not_principal) == (None, False)
    assert (one.actions, one.not_action) == (("execute-api:Invoke",), False)
    assert (one.resources, one.not_resource) == (("*",), False)
    assert [condition.name for condition in one.conditions] == ["Bool"]
    assert (two.index, two.sid, two.allow) == (1, None, False)
    assert (two.actions, two.not_action) == (("s3:*", "sts:*"), True)
    assert (two.resources, two.not_resource) == (("a", "b"), True)


@pytest.mark.parametrize(
    ("version", "variables"), [("2012-10-17", True), ("2008-10-17", False), (None, False)]
)
def test_versions(version, variables):
    written = {"Statement": ALLOW}
    if version:
        written["Version"] = version
    assert parse(written, K.IDENTITY).variables is variables


def test_one_statement_needs_no_list():
    assert len(parse({"Statement": ALLOW}, K.IDENTITY).statements) == 1
    assert problems({"Statement": {**ALLOW, "Effect": 1}}) == {
        "/Statement/Effect": 'Effect is "Allow" or "Deny", in this spelling'}  # fmt: skip


@pytest.mark.parametrize("kind", list(K))
@pytest.mark.parametrize(
    ("change", "pointer", "message"),
    [
        ({"Version": "2012-10-18"}, "/Version", "unsupported version '2012-10-18'"),
        ({"Version": None}, "/Version", "unsupported version None"),
        ({"Version": []}, "/Version", "unsupported version"),
        ({"version": "2012-10-17"}, "/version", "unknown element 'version'"),
        ({"Statement": []}, "/Statement", "a policy needs at least one statement"),
        ({"Statement": None}, "/Statement", "a policy needs at least one statement"),
        ({"Statement": ["x"]}, "/Statement/0", "a statement is a JSON object"),
        ({"Statement": "x"}, "/Statement", "a statement is a JSON object"),
    ],
)
def test_documents_that_are_refused(kind, change, pointer, message):
    found = problems({**document(statement_for(kind)), **change}, kind)
    assert found[pointer].startswith(message)


@pytest.mark.parametrize("kind", list(K))
@pytest.mark.parametrize(
    ("change", "pointer", "message"),
    [
        ({"Effect": "allow"}, "/Effect", 'Effect is "Allow" or "Deny", in this spelling'),
        ({"Effect": "DENY"}, "/Effect", 'Effect is "Allow" or "Deny", in this spelling'),
        ({"Effect": None}, "/Effect", 'Effect is "Allow" or "Deny", in this spelling'),
        ({"Effect": ["Allow"]}, "/Effect", 'Effect is "Allow" or "Deny", in this spelling'),
        ({"Actions": "*"}, "/Actions", "unknown element 'Actions'"),
        ({"condition": {}}, "/condition", "unknown element 'condition'"),
        ({"Sid": 5}, "/Sid", "Sid is a string"),
        ({"NotAction": "*"}, "/NotAction", "Action and NotAction exclude each other"),
        ({"NotResource": "*"}, "/NotResource", "Resource and NotResource exclude each other"),
        ({"Action": []}, "/Action", "Action is empty"),
        ({"Action": ["a:b", 5]}, "/Action/1", "expected a string"),
        ({"Action": None}, "/Action", "expected a string"),
        ({"Resource": []}, "/Resource", "Resource is empty"),
        ({"Resource": {}}, "/Resource", "expected a string"),
        ({"Resource": "a\ue000"}, "/Resource", "the private-use"),
        ({"Resource": ["a", "a\ue001"]}, "/Resource/1", "the private-use"),
        ({"Condition": None}, "/Condition", "Condition is an object"),
        ({"Condition": []}, "/Condition", "Condition is an object"),
        (
            {"Condition": {"StringIs": {"k": "v"}}},
            "/Condition/StringIs",
            "unknown condition operator",
        ),
    ],
)
def test_statements_that_are_refused(kind, change, pointer, message):
    found = problems(document(statement_for(kind, **change)), kind)
    assert found[f"/Statement/0{pointer}"].startswith(message)


def test_everything_wrong_is_told_at_once():
    statements = [{"Effect": "x"}, 5, {**ALLOW, "Sid": "a b"}]
    found = problems(document(*statements, Version="1", Surprise=1))
    assert set(found) == {
        "/Surprise", "/Version", "/Statement/0/Effect", "/Statement/0", "/Statement/1",
        "/Statement/2/Sid",
    }  # fmt: skip


def test_missing_elements():
    found = problems(document({"Effect": "Allow"}))
    assert found == {"/Statement/0": "a statement needs Resource or NotResource"}
    with pytest.raises(PolicyError) as raised:
        parse(document({"Effect": "Allow"}), K.IDENTITY)
    assert "a statement needs Action or NotAction" in str(raised.value)


def test_a_trust_policy_needs_no_resource():
    written = document({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"})
    [statement] = parse(written, K.TRUST).statements
    assert (statement.resources, statement.not_resource) == (("*",), False)
    assert "/Statement/0" in problems(written, K.RESOURCE)


@pytest.mark.parametrize("kind", list(K))
def test_principals_stand_where_they_belong(kind):
    without = {**statement_for(kind)}
    without.pop("Principal", None)
    for member in ("Principal", "NotPrincipal"):
        written = document({**without, member: "*"})
        if kind not in WITH_PRINCIPAL:
            assert (
                f"{member} is not allowed in" in problems(written, kind)[f"/Statement/0/{member}"]
            )
        elif kind is not K.RESOURCE_CONTROL:
            assert parse(written, kind).statements[0].not_principal is (member == "NotPrincipal")
    if kind in WITH_PRINCIPAL:
        article = "an" if kind.value[0] in "ai" else "a"
        needed = f"a statement of {article} {kind.value} policy needs Principal or NotPrincipal"
        assert problems(document(without), kind)["/Statement/0"] == needed
        both = {**without, "Principal": "*", "NotPrincipal": "*"}
        words = "Principal and NotPrincipal exclude each other"
        assert problems(document(both), kind)["/Statement/0/NotPrincipal"] == words


@pytest.mark.parametrize("kind", list(K))
def test_ids_and_sids(kind):
    written = document(statement_for(kind), Id="x")
    if kind in WITH_PRINCIPAL:
        parse(written, kind)
        parse(document(*[statement_for(kind, Sid="a b")] * 2), kind)
        assert problems(document(statement_for(kind), Id=5), kind)["/Id"] == "Id is a string"
        return
    article = "an" if kind.value[0] in "ai" else "a"
    assert problems(written, kind)["/Id"] == f"Id is not allowed in {article} {kind.value} policy"
    for sid in ("a b", "é", "a-b"):
        found = problems(document(statement_for(kind, Sid=sid)), kind)
        assert found["/Statement/0/Sid"] == "a Sid has letters and digits only"
    found = problems(document(*[statement_for(kind, Sid="a")] * 2), kind)
    assert found == {"/Statement/1/Sid": "the Sid 'a' is used twice"}
    parse(document(statement_for(kind, Sid=""), statement_for(kind, Sid="")), kind)
    parse(document(statement_for(kind, Sid="a"), statement_for(kind, Sid="b1")), kind)


def test_resource_control_policies_of_your_own_only_deny():
    deny = statement_for(K.RESOURCE_CONTROL)
    parse(document(deny), K.RESOURCE_CONTROL)
    full = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    parse(document(full), K.RESOURCE_CONTROL)
    for change in ({"Action": "s3:*"}, {"Resource": "a"}, {"Condition": {"Bool": {"k": "true"}}}):
        found = problems(document({**full, **change}), K.RESOURCE_CONTROL)
        words = "a resource control policy of your own can only deny"
        assert found["/Statement/0/Effect"] == words
    found = problems(document({**deny, "Principal": {"AWS": "*"}}), K.RESOURCE_CONTROL)
    assert found["/Statement/0/Principal"] == 'a resource control policy has the Principal "*"'


SIZES = {
    K.IDENTITY: 10_240, K.RESOURCE: 8_192, K.BOUNDARY: 6_144, K.SESSION: 6_144,
    K.SERVICE_CONTROL: 5_120, K.RESOURCE_CONTROL: 5_120, K.TRUST: 4_096, K.AUTHORIZER: 8_192,
}  # fmt: skip


@pytest.mark.parametrize("kind", list(K))
def test_sizes_count_characters_without_white_space(kind):
    bare = statement_for(kind)
    empty = len(json.dumps(document({**bare, "Resource": ""}), separators=(",", ":")))
    room = SIZES[kind] - empty
    parse(document({**bare, "Resource": "x" * room}), kind)
    parse(document({**bare, "Resource": "é" * room}), kind)
    parse(json.dumps(document({**bare, "Resource": "x" * room}), indent=8), kind)
    found = problems(document({**bare, "Resource": "x" * (room + 1)}), kind)
    size = SIZES[kind]
    assert found == {"": f"{size + 1} characters without white space; {size} are allowed"}


@pytest.mark.parametrize("kind", [K.IDENTITY, K.BOUNDARY, K.SESSION])
def test_policies_of_awss_own_may_be_larger(kind):
    """Such as ReadOnlyAccess; still not without bound."""
    empty = len(json.dumps(document({**ALLOW, "Resource": ""}), separators=(",", ":")))
    large = document({**ALLOW, "Resource": "x" * (131_072 - empty)})
    for partition in ("aws", "aws-cn", "aws-us-gov"):
        arn = f"arn:{partition}:iam::aws:policy/job-function/X"
        assert parse(large, kind, arn=arn).arn == arn
    one_more = document({**ALLOW, "Resource": "x" * (131_073 - empty)})
    with pytest.raises(PolicyError, match="131073 characters without white space; 131072 are"):
        parse(one_more, kind, arn=arn)
    for other in ("arn:aws:iam::111111111111:policy/X", "xarn:aws:iam::aws:policy/X", ""):
        with pytest.raises(PolicyError, match="are allowed"):
            parse(large, kind, arn=other)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON: Expecting value in line 1, column 1"),
        ("{", "not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"Statement": 1, "Statement": 2}', "the member 'Statement' stands twice in one object"),
        (
            '{"Statement": {"Effect": "Deny", "Effect": "Allow"}}',
            "the member 'Effect' stands twice",
        ),
        ('{"a": 1, "b": 2, "b": 3}', "the member 'b' stands twice in one object"),
        ("[]", "a policy is a JSON object"),
        ("null", "a policy is a JSON object"),
    ],
)
def test_texts_that_are_no_policies(text, message):
    assert problems(text)[""].startswith(message)


def test_text_and_object_are_one():
    written = document(ALLOW)
    assert parse(json.dumps(written), K.IDENTITY).digest == parse(written, K.IDENTITY).digest
    assert read_text('{"a": [1]}') == {"a": [1]}


def test_the_digest_is_of_what_it_says_not_how():
    turned = {"Statement": [dict(reversed(ALLOW.items()))], "Version": "2012-10-17"}
    first = parse(document(ALLOW), K.IDENTITY).digest
    assert len(first) == 64
    assert parse(turned, K.IDENTITY).digest == first
    assert parse(document({**ALLOW, "Effect": "Deny"}), K.IDENTITY).digest != first


def test_what_json_cannot_say_is_refused():
    found = problems(document({**ALLOW, "Resource": {"a set"}}))
    assert found == {"/Statement/0/Resource": "expected a string"}
    found = problems({"y": 1, 5: 1, "x": 1, **document(ALLOW)})
    assert list(found) == ["/5", "/x", "/y"]
