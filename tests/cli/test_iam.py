"""`gatelodge iam`: the policy engine from the command line."""

import json
import subprocess
import sys

import pytest
from tests.gateway import OWNER, allow, deny, policy

ARN = f"arn:aws:execute-api:us-east-1:{OWNER}:abc/prod/GET/pets"
SEED = policy(
    allow(f"arn:aws:execute-api:us-east-1:{OWNER}:*"),
    deny(
        f"arn:aws:execute-api:us-east-1:{OWNER}:*",
        Condition={"NotIpAddress": {"aws:SourceIp": "123.4.5.6/24"}},
    ),
)


def run(*arguments, stdin=None):
    command = [sys.executable, "-m", "gatelodge", "iam", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)


@pytest.fixture
def seed(tmp_path):
    path = tmp_path / "seed.json"
    path.write_text(json.dumps(SEED))
    return path


def test_one_request(seed):
    inside = run("simulate", "--resource-policy", seed, "--resource", ARN,
                 "--context", "aws:SourceIp=123.4.5.9")  # fmt: skip
    assert (inside.returncode, inside.stdout.splitlines()[0]) == (0, "allowed")
    outside = run("simulate", "--resource-policy", seed, "--resource", ARN, "--json",
                  "--context", "aws:SourceIp=10.1.2.3")  # fmt: skip
    assert json.loads(outside.stdout) == {
        "decision": "explicitDeny",
        "because": [
            "resource policy statement 2 denies: aws:SourceIp 10.1.2.3 is not in 123.4.5.0/24"
        ],
    }


def test_a_case_a_line_in_order():
    case = {"principal": "*", "action": "execute-api:Invoke", "resource": ARN}
    lines = [
        json.dumps({"id": "a", **case, "resourcePolicy": SEED,
                    "context": {"aws:SourceIp": "123.4.5.1"}}),
        "not JSON",
        json.dumps({"id": "c", **case, "surprise": 1}),
        json.dumps({"id": 4, **case}),
        json.dumps({"id": "e", **case, "resourcePolicy": {"Statement": []}}),
    ]  # fmt: skip
    done = run("simulate", "--jsonl", stdin="\n".join(lines) + "\n")
    first, second, third, fourth, fifth = map(json.loads, done.stdout.splitlines())
    assert (first["id"], first["decision"]) == ("a", "allowed")
    assert second["error"].startswith("not JSON: ")
    assert third == {"id": "c", "error": "unknown member 'surprise'"}
    assert (fourth["id"], fourth["decision"]) == (4, "implicitDeny")
    assert "/Statement" in fifth["error"]


@pytest.mark.parametrize(
    ("statement", "pointer", "message"),
    [
        (allow(Action="execute-api:Call"), "/Statement/0/Action", "no action of execute-api"),
        (allow(f"{ARN}/{{id}}"), "/Statement/0/Resource", "path template"),
        (allow(ARN.replace("GET", "ANY")), "/Statement/0/Resource", "real verb"),
        (allow(ARN.replace("us-east-1", "eu-west-1")), "/Statement/0/Resource", "region"),
        (allow(ARN.replace(OWNER, "222222222222")), "/Statement/0/Resource", "account"),
        (SEED["Statement"][1], "/Statement/0/Condition/NotIpAddress/aws:SourceIp",
         "host bits set; it means 123.4.5.0/24"),
        (deny(Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}),
         "/Statement/0/Condition/StringNotEquals/aws:PrincipalOrgID", "denies all of them"),
        (deny(Condition={"StringNotEquals": {"aws:SourceVpce": "v"}}),
         "/Statement/0/Condition/StringNotEquals/aws:SourceVpce", "private APIs only"),
        (allow(principal={"AWS": f"arn:aws:sts::{OWNER}:assumed-role/r/*"}),
         "/Statement/0/Principal", "matches nobody"),
        (allow(NotPrincipal={"AWS": OWNER}), "/Statement/0/NotPrincipal", "admits everyone else"),
    ],
)  # fmt: skip
def test_lint(tmp_path, statement, pointer, message):
    path = tmp_path / "policy.json"
    path.write_text(json.dumps(policy(statement)))
    done = run("lint", path, "--account", OWNER, "--region", "us-east-1", "--api-id", "abc")
    assert done.returncode == 0
    assert any(f"#{pointer}: " in line and message in line for line in done.stdout.splitlines())


def test_lint_of_shadowed_and_invalid_policies(tmp_path):
    path = tmp_path / "policy.json"
    path.write_text(json.dumps(policy(allow(), deny("*"))))
    shadowed = run("lint", path)
    assert "#/Statement/0: statement 2 denies everything that this allows" in shadowed.stdout
    path.write_text(json.dumps(policy({**allow(), "Effect": "allow"})))
    invalid = run("lint", path)
    assert invalid.returncode == 1
    assert "error: " in invalid.stdout
    path.write_text(json.dumps(SEED).replace("123.4.5.6/24", "123.4.5.0/24"))
    assert run("lint", path).stdout == ""
