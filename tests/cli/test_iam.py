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


def test_a_repeated_member_is_an_error_in_any_spelling():
    case = json.dumps({"principal": "*", "action": "execute-api:Invoke", "resource": ARN})
    fence = '"resourcePolicy": {"Statement": {"Effect": "Deny", "Effect"%s: "Allow"}}'
    lines = [f"{case[:-1]}, {fence % space}}}" for space in ("", " ", "\t", "  ")]
    done = run("simulate", "--jsonl", stdin="\n".join(lines))
    answered = [json.loads(line) for line in done.stdout.splitlines()]
    assert answered == [{"error": "the member 'Effect' stands twice in one object"}] * 4
    # A colon after a quotation mark inside of a text is no member.
    quoted = json.dumps({**json.loads(case), "context": {"k": 'a":b'}})
    assert json.loads(run("simulate", "--jsonl", stdin=quoted).stdout)["decision"] == "implicitDeny"


def test_answers_come_as_soon_as_their_lines():
    """Another program may write one case, read its answer, and only then write the next."""
    case = json.dumps({"principal": "*", "action": "execute-api:Invoke", "resource": ARN}).encode()
    command = [sys.executable, "-m", "gatelodge", "iam", "simulate", "--jsonl"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for _ in range(2):
            process.stdin.write(case + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["decision"] == "implicitDeny"
        process.stdin.write(case)
        process.stdin.close()
        assert json.loads(process.stdout.readline())["decision"] == "implicitDeny"


def test_large_input_is_answered_in_order():
    case = {"principal": "*", "action": "execute-api:Invoke", "resource": ARN}
    lines = [
        json.dumps({"id": number, **case, "context": {"k": "x" * 400}}) for number in range(3_000)
    ]
    done = run("simulate", "--jsonl", stdin="\n".join(lines))
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == list(range(3_000))


def test_control_policies_from_files(tmp_path, seed):
    path = tmp_path / "control.json"
    path.write_text(json.dumps(policy(deny("*"))))
    arguments = [
        "--resource-policy",
        seed,
        "--resource",
        ARN,
        "--context",
        "aws:SourceIp=123.4.5.9",
    ]
    done = run("simulate", *arguments, "--resource-control", path)
    assert done.stdout.splitlines()[0] == "explicitDeny"
    assert "resource control policy statement 1 denies" in done.stdout


def test_a_line_that_never_ends_is_refused():
    done = run("simulate", "--jsonl", stdin=f'{{"id": "{"x" * 5_000_000}"}}\n[1]\n')
    first, second = map(json.loads, done.stdout.splitlines())
    assert "at most" in first["error"]
    assert second == {"error": "a case is a JSON object"}


def test_the_level_that_decided_is_named():
    levels = [[{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}],
              [{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}]]  # fmt: skip
    case = {"principal": f"arn:aws:iam::{OWNER}:user/bob", "action": "execute-api:Invoke",
            "resource": ARN, "identityPolicies": levels[0]}  # fmt: skip
    silent = [levels[0], [{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}]]
    lines = [json.dumps({**case, "serviceControlPolicies": one}) for one in (levels, silent)]
    first, second = map(
        json.loads, run("simulate", "--jsonl", stdin="\n".join(lines)).stdout.split("\n")[:2]
    )
    assert first["decision"] == "explicitDeny"
    assert first["because"][0].startswith("service control policy level 2 statement 1 denies")
    assert second["decision"] == "implicitDeny"
    assert "nearest is service control policy level 2 statement 1: action" in second["because"][0]


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
