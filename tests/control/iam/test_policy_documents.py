"""Identity policies: what is refused in which words, and that texts stay what they were."""

import json
from urllib.parse import unquote

import pytest
from tests.control.iam.calls import allowing, document, refusal


def statement(**elements):
    made = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **elements}
    return {key: value for key, value in made.items() if value is not None}


VERSION = "Policy document must be version 2012-10-17 or greater."
SYNTAX = "Syntax errors in policy."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", SYNTAX),
        ("[]", SYNTAX),
        ('{"Version": "2012-10-17"}', SYNTAX),
        (document(), SYNTAX),
        (json.dumps({"Version": "2012-10-17", "Extra": 1, "Statement": [statement()]}), SYNTAX),
        (document(statement(Extra=1)), SYNTAX),
        (document(statement(Effect="allow")), SYNTAX),
        (document(statement(NotAction="*")), SYNTAX),
        (document(statement(Action=[1])), SYNTAX),
        (document(statement(Condition={"StringIs": {"a": "b"}})), SYNTAX),
        (document(statement(Condition={"StringEquals": []})), SYNTAX),
        (document(statement(Sid="not allowed")), SYNTAX),
        ('{"Version":"2012-10-17","Statement":[],"Statement":[]}', SYNTAX),
        (json.dumps({"Version": "2011-01-01", "Statement": [statement()]}), VERSION),
        (document(statement(Sid="a"), statement(Sid="a")),
         "Statement IDs (SID) in a single policy must be unique."),
        (document(statement(Principal="*")), "Policy document should not specify a principal."),
        (document(statement(Action=None)), "Policy statement must contain actions."),
        (document(statement(Resource=None)), "Policy statement must contain resources."),
        (document(statement(Action="invalid")),
         "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
        (document(statement(Action="a:b:c")), "Actions/Condition can contain only one colon."),
        (document(statement(Action="a a:b")), "Vendor a a is not valid"),
        (document(statement(Resource="x")), 'Resource x must be in ARN format or "*".'),
        (document(statement(Resource="arn:b:c:d:e:f:g:h")),
         'Partition "b" is not valid for resource "arn:b:c:d:e:f:g:h".'),
        (document(statement(Resource="arn:aws:s3")), "The policy failed legacy parsing"),
        (document(statement(Resource="arn:aws:iam:us-east-1:111111111111:user/a")),
         "IAM resource arn:aws:iam:us-east-1:111111111111:user/a cannot contain region "
         "information."),
    ],
)  # fmt: skip
def test_what_no_identity_policy_says(root, text, message):
    """17"""
    refused = ("MalformedPolicyDocument", 400, message)
    assert refusal(root.create_policy, PolicyName="never", PolicyDocument=text) == refused
    inline = {"UserName": "alice", "PolicyName": "never", "PolicyDocument": text}
    assert refusal(root.put_user_policy, **inline) == refused
    assert "never" not in root.list_user_policies(UserName="alice")["PolicyNames"]


def test_what_is_accepted(root, name):
    """Unknown services and actions; the old version, and none (uncertain in the reference)."""
    root.create_user(UserName=name)
    for number, text in enumerate(
        [
            allowing("unheard-of:DoIt"),
            json.dumps({"Statement": statement()}),
            json.dumps({"Version": "2008-10-17", "Statement": statement()}),
            document(statement(Action=None, NotAction="iam:*")),
        ]
    ):
        root.put_user_policy(UserName=name, PolicyName=f"p{number}", PolicyDocument=text)


def test_a_text_stays_what_it_was(gateway, root, name):
    """White space and all; what looks like an escape in it is no escape."""
    text = json.dumps(
        json.loads(allowing(Condition={"StringEquals": {"aws:userid": "a%3Ab c+d"}})), indent=3
    )
    root.create_user(UserName=name)
    root.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=text)
    told = root.get_user_policy(UserName=name, PolicyName="p")
    assert told["PolicyDocument"] == json.loads(text)
    raw = []
    client = gateway.client("iam")
    client.meta.events.register("response-received.iam", lambda **event: raw.append(event))
    client.meta.events.register(
        "before-parse.iam", lambda response_dict, **_: raw.append(response_dict["body"])
    )
    client.get_user_policy(UserName=name, PolicyName="p")
    body = next(item for item in raw if isinstance(item, bytes)).decode()
    written = body.partition("<PolicyDocument>")[2].partition("</PolicyDocument>")[0]
    assert unquote(written) == text
    assert "%253A" in written
    assert "%20" in written


def test_sizes(root, name):
    """White space does not count."""

    def sized(characters):
        empty = allowing(Condition={"StringEquals": {"aws:userid": ""}})
        padding = "x" * (characters - len(empty.replace(" ", "")))
        return allowing(Condition={"StringEquals": {"aws:userid": padding}})

    root.create_user(UserName=name)
    root.put_user_policy(UserName=name, PolicyName="a", PolicyDocument=sized(1500))
    second = {"UserName": name, "PolicyName": "b", "PolicyDocument": sized(549)}
    told = refusal(root.put_user_policy, **second)
    words = f"Maximum policy size of 2048 bytes exceeded for user {name}"
    assert told == ("LimitExceeded", 409, words)
    root.put_user_policy(**second | {"PolicyDocument": sized(548) + " " * 100})
    managed = {"PolicyName": name, "PolicyDocument": sized(6145)}
    told = refusal(root.create_policy, **managed)
    assert told == ("LimitExceeded", 409, "Cannot exceed quota for PolicySize: 6144")
    root.create_policy(**managed | {"PolicyDocument": sized(6144)})
