"""`gatelodge apply`: files over the AWS wire, idempotently, with words for each change."""

import json

import pytest
from tests.gateway import (
    OWNER,
    Backend,
    Gateway,
    allow,
    api_document,
    identity,
    operation,
    policy,
    user,
)

from gatelodge.cli import app

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{OWNER}:root"},
            "Action": "sts:AssumeRole",
        }
    ],
}


@pytest.fixture(scope="module")
def backend():
    backend = Backend()
    yield backend
    backend.close()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("apply"))
    yield gateway
    assert gateway.stop() == 0


@pytest.fixture
def apply(gateway, tmp_path, capsys):
    def apply(*documents, iam=(), options=(), status=0):
        paths = []
        for number, document in enumerate((*documents, *iam)):
            path = tmp_path / f"file-{number}.json"
            path.write_text(json.dumps(document))
            paths += [*(["--iam"] if number >= len(documents) else []), str(path)]
        with pytest.raises(SystemExit) as ended:
            app(["apply", *paths, *options, "--state", str(gateway.state)])
        told = capsys.readouterr()
        assert ended.value.code == status, told.err
        return told.out.splitlines() if status == 0 else told.err

    return apply


def id_of(lines):
    """The id that a new API got, from the line that tells it."""
    return lines[0].removesuffix(" here").rpartition(" ")[2]


def one(uri, path="/p", **members):
    return {path: {"get": operation(uri, **members)}}


def test_an_api_is_made_served_changed_and_left_alone(gateway, backend, apply):
    document = api_document("first1", backend.url, paths=one(f"{backend.url}/one"))
    lines = apply(document)
    assert lines[0].startswith("API first1 is new: it is ")
    assert "serves deployment" in lines[1]
    api_id = id_of(lines)
    assert gateway.call(api_id, "/p").json["target"] == "/one"
    assert apply(document) == ["nothing to change"]
    changed = api_document("first1", backend.url, paths=one(f"{backend.url}/two"))
    lines = apply(changed)
    assert lines[0] == (
        f"API {api_id} stage prod: GET /p integration/uri: "
        f'declared "{backend.url}/two", deployed "{backend.url}/one"'
    )
    assert len(lines) == 2
    assert gateway.call(api_id, "/p").json["target"] == "/two"
    assert apply(changed) == ["nothing to change"]
    client = gateway.client("apigateway")
    assert len(client.get_deployments(restApiId=api_id)["items"]) == 2


def test_what_somebody_edited_is_what_the_file_says_again(gateway, backend, apply):
    document = api_document("edited", backend.url, paths=one(f"{backend.url}/file"))
    api_id = id_of(apply(document))
    other = api_document("edited", backend.url, paths=one(f"{backend.url}/edited"))
    client = gateway.client("apigateway")
    client.put_rest_api(restApiId=api_id, mode="overwrite", body=json.dumps(other).encode())
    assert apply(document) == ["nothing to change"]  # what is served was never another
    client.put_rest_api(restApiId=api_id, mode="overwrite", body=json.dumps(other).encode())
    client.create_deployment(restApiId=api_id, stageName="prod")
    assert gateway.call(api_id, "/p").json["target"] == "/edited"
    assert len(apply(document)) == 2
    assert gateway.call(api_id, "/p").json["target"] == "/file"


def test_the_policy_names_the_api_that_was_made(gateway, backend, apply):
    arn = f"arn:aws:execute-api:us-east-1:{OWNER}:fenced/*/GET/p"
    document = api_document(
        "fenced", backend.url, paths=one(f"{backend.url}/p"), policy=policy(allow(arn))
    )
    api_id = id_of(apply(document))
    assert gateway.call(api_id, "/p").status == 200
    assert apply(document) == ["nothing to change"]


def test_the_api_of_that_id_is_the_one(gateway, backend, apply):
    made = gateway.client("apigateway").create_rest_api(name="by hand")
    document = api_document(made["id"], backend.url, paths=one(f"{backend.url}/p"))
    lines = apply(document)
    assert lines[0].startswith(f"API {made['id']} stage prod: serves deployment")
    assert gateway.call(made["id"], "/p").status == 200


def test_stage_variables(gateway, backend, apply):
    paths = one("http://${stageVariables.host}/v")
    document = api_document("variables", backend.url, paths=paths)
    host = backend.url.removeprefix("http://")
    options = ["--stage-variable", f"host={host}", "--stage-variable", "more=1"]
    api_id = id_of(apply(document, options=options))
    assert gateway.call(api_id, "/p").json["target"] == "/v"
    assert apply(document, options=options) == ["nothing to change"]
    lines = apply(document, options=options[:2])
    assert lines == [f"API {api_id} stage prod: variable more is null"]
    lines = apply(document, options=[*options[:2], "--stage-variable", "more=2"])
    assert lines == [f'API {api_id} stage prod: variable more is "2"']


def details(**members):
    return {
        "UserDetailList": [],
        "GroupDetailList": [],
        "RoleDetailList": [],
        "Policies": [],
    } | members


def managed(name, *versions):
    return {
        "PolicyName": name,
        "PolicyId": f"ANPA{name.upper()}",
        "Arn": f"arn:aws:iam::{OWNER}:policy/{name}",
        "Path": "/",
        "DefaultVersionId": f"v{len(versions)}",
        "PolicyVersionList": [
            {"VersionId": f"v{number}", "Document": document, "IsDefaultVersion": True}
            for number, document in enumerate(versions, 1)
        ],
    }


def group(name, **members):
    arn = f"arn:aws:iam::{OWNER}:group/{name}"
    return {"Path": "/", "GroupName": name, "GroupId": f"AGPA{name.upper()}", "Arn": arn} | members


def role(name, trust=TRUST, **members):
    arn = f"arn:aws:iam::{OWNER}:role/{name}"
    named = {"Path": "/", "RoleName": name, "RoleId": f"AROA{name.upper()}", "Arn": arn}
    return named | {"AssumeRolePolicyDocument": trust} | members


def attached(name):
    return [{"PolicyName": name, "PolicyArn": f"arn:aws:iam::{OWNER}:policy/{name}"}]


def boundary(name):
    arn = f"arn:aws:iam::{OWNER}:policy/{name}"
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}


def test_an_account_is_made_changed_and_left_alone(gateway, apply):
    callers = policy(identity())
    first = details(
        UserDetailList=[
            user(
                "ann",
                identity(),
                Path="/",
                GroupList=["devs"],
                Tags=[{"Key": "team", "Value": "a"}],
                PermissionsBoundary=boundary("callers"),
            )
        ],
        GroupDetailList=[group("devs", AttachedManagedPolicies=attached("callers"))],
        RoleDetailList=[role("deploy", AttachedManagedPolicies=attached("callers"))],
        Policies=[managed("callers", callers)],
    )
    lines = apply(iam=[first])
    assert lines == [
        "policy callers: new",
        "group devs: new",
        f"group devs: arn:aws:iam::{OWNER}:policy/callers attached",
        "user ann: new",
        f"user ann: its boundary is arn:aws:iam::{OWNER}:policy/callers",
        "user ann: its policy inline is new",
        "user ann: in group devs",
        "user ann: tags team=a",
        "role deploy: new",
        f"role deploy: arn:aws:iam::{OWNER}:policy/callers attached",
    ]
    assert apply(iam=[first]) == ["nothing to change"]
    second = details(
        UserDetailList=[user("ann", identity("Deny"), Path="/")],
        GroupDetailList=[group("devs")],
        RoleDetailList=[
            role("deploy", {**TRUST, "Statement": [{**TRUST["Statement"][0], "Sid": "Other"}]})
        ],
        Policies=[managed("callers", callers, policy(identity("Deny")))],
    )
    lines = apply(iam=[second])
    assert lines == [
        "policy callers: another version counts",
        f"group devs: arn:aws:iam::{OWNER}:policy/callers detached",
        f"user ann: without its boundary arn:aws:iam::{OWNER}:policy/callers",
        "user ann: its policy inline changed",
        "user ann: not in group devs",
        "user ann: without tags team",
        "role deploy: its trust policy changed",
        f"role deploy: arn:aws:iam::{OWNER}:policy/callers detached",
    ]
    assert apply(iam=[second]) == ["nothing to change"]


def test_old_versions_make_room(gateway, apply):
    for number in range(1, 8):
        document = policy(identity(Sid=f"v{number}"))
        assert apply(iam=[details(Policies=[managed("busy", document)])])
    found = gateway.client("iam").list_policy_versions(
        PolicyArn=f"arn:aws:iam::{OWNER}:policy/busy"
    )
    assert [version["VersionId"] for version in found["Versions"]] == ["v7", "v6", "v5", "v4", "v3"]


@pytest.mark.parametrize(
    ("documents", "iam", "options", "told"),
    [
        ([], [], [], "name at least one file"),
        ([{}], [], [], "paths is missing"),
        ([], [details(UserDetailList=[user("eve", account="999999999999")])], [],
         "the files describe account 999999999999"),
        ([api_document("a", "http://127.0.0.1:9")] * 2, [], [], "are both API a, stage prod"),
        ([{}], [], ["--profile", "nobody"], "no profile 'nobody'"),
        ([{}], [], ["--endpoint", "http://127.0.0.1:1"], "no answer from 127.0.0.1:1"),
    ],
)  # fmt: skip
def test_what_cannot_be_applied(apply, documents, iam, options, told):
    assert told in apply(*documents, iam=iam, options=options, status=1)


def test_a_refusal_of_the_endpoint_is_told(gateway, backend, apply):
    arn = f"arn:aws:iam::{OWNER}:user/ghost"
    document = api_document("ghost1", backend.url, policy=policy(allow(principal={"AWS": arn})))
    told = apply(document, status=1)
    assert "BadRequestException" in told
    assert f"{arn} does not exist" in told


def test_the_data_plane_is_no_aws_endpoint(gateway, apply):
    options = ["--endpoint", gateway.endpoints["data"]]
    assert "error: " in apply({}, options=options, status=1)
