"""The lambda service as boto3 meets it: functions from their first zip to their last version."""

import base64
import io
import json
import os
import sqlite3
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from botocore.exceptions import ClientError
from tests.gateway import OWNER, REGION, STAGE, Gateway, user
from tests.lambdas import invocation_uri, proxy

ROLE = f"arn:aws:iam::{OWNER}:role/lambda-role"
CODE = """
import json, os, time
def handler(event, context):
    what = event.get("do") if isinstance(event, dict) else None
    if what == "fail": raise ValueError("no")
    if what == "sleep": time.sleep(event["seconds"])
    if what == "print": print("hello from the function")
    if what == "environment": return {k: os.environ.get(k) for k in event["names"]}
    if what == "who":
        import boto3
        return boto3.client("sts").get_caller_identity()["Arn"]
    if what == "context":
        given = bool(context.client_context)
        return [context.function_version, context.invoked_function_arn, given]
    return {"version": VERSION, "event": event}
"""


AT_WORK = """
import time
def handler(event, context):
    print("at work")
    time.sleep(event)
"""


def package(code=CODE, version=1, name="app.py"):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr(name, code.replace("VERSION", repr(version)))
    return written.getvalue()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    reader = {"Effect": "Allow", "Action": "lambda:Get*", "Resource": "*"}
    invoker = {
        "Effect": "Allow",
        "Action": "lambda:InvokeFunction",
        "Resource": f"arn:aws:lambda:{REGION}:{OWNER}:function:shared",
    }
    details = {
        "UserDetailList": [user("reader", reader), user("invoker", invoker), user("nobody")],
        "RoleDetailList": [
            {
                "Path": "/",
                "RoleName": "lambda-role",
                "RoleId": "AROALAMBDAROLE1234567",
                "Arn": ROLE,
                "CreateDate": "2020-01-01T00:00:00+00:00",
                "AssumeRolePolicyDocument": trust,
                "InstanceProfileList": [],
                "RolePolicyList": [],
                "AttachedManagedPolicies": [],
            }
        ],
    }
    document = {
        "openapi": "3.0.1",
        "info": {"title": "proxy", "version": "1"},
        "servers": [{"url": f"https://abc123.execute-api.us-east-1.amazonaws.com/{STAGE}"}],
        "paths": {"/f": {"get": proxy("behind-api")}, "/live": {"get": proxy("behind-api:LIVE")}},
    }
    assert "behind-api:LIVE" in invocation_uri("behind-api:LIVE")
    made = Gateway(tmp_path_factory.mktemp("gateway"), [document], [details], workers=2)
    yield made
    assert made.stop() == 0


@pytest.fixture(scope="module")
def client(gateway):
    return gateway.client("lambda")


def create(client, name, code=None, **more):
    arguments = {
        "FunctionName": name,
        "Runtime": "python3.11",
        "Role": ROLE,
        "Handler": "app.handler",
        "Code": {"ZipFile": code or package()},
        **more,
    }
    return client.create_function(**arguments)


def run(client, name, event=None, **more):
    answer = client.invoke(FunctionName=name, Payload=json.dumps(event).encode(), **more)
    return answer, json.loads(answer["Payload"].read() or b"null")


def refused(code, message, operation, **parameters):
    with pytest.raises(ClientError) as raised:
        operation(**parameters)
    error = raised.value.response["Error"]
    assert error["Code"] == code, error
    assert message in error["Message"]


@pytest.fixture(scope="module")
def shared(client):
    create(client, "shared", Environment={"Variables": {"MINE": "1"}}, Timeout=5)
    return "shared"


def test_what_create_function_answers(client):
    made = create(client, "answers", Description="d", MemorySize=256, Tags={"a": "b"})
    made.pop("ResponseMetadata")
    assert made.pop("RevisionId")
    assert made.pop("LastModified").endswith(".000+0000")
    assert base64.b64decode(made.pop("CodeSha256"))
    assert made.pop("CodeSize") == len(package())
    assert made == {
        "FunctionName": "answers",
        "FunctionArn": f"arn:aws:lambda:{REGION}:{OWNER}:function:answers",
        "Runtime": "python3.11",
        "Role": ROLE,
        "Handler": "app.handler",
        "Description": "d",
        "Timeout": 3,
        "MemorySize": 256,
        "Version": "$LATEST",
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "TracingConfig": {"Mode": "PassThrough"},
        "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/answers"},
        "State": "Pending",
        "StateReason": "The function is being created.",
        "StateReasonCode": "Creating",
    }
    client.get_waiter("function_active_v2").wait(FunctionName="answers")
    got = client.get_function(FunctionName="answers")
    assert got["Configuration"]["State"] == "Active"
    assert got["Tags"] == {"a": "b"}
    assert "Environment" not in got["Configuration"]


def test_invoke(client, shared):
    answer, value = run(client, shared, {"a": 1})
    assert answer["StatusCode"] == 200
    assert answer["ExecutedVersion"] == "$LATEST"
    assert "FunctionError" not in answer
    assert value == {"version": 1, "event": {"a": 1}}


def test_invoke_by_every_name(client, shared):
    arn = f"arn:aws:lambda:{REGION}:{OWNER}:function:{shared}"
    for name in (arn, f"{OWNER}:function:{shared}", f"{OWNER}:{shared}", f"{shared}:$LATEST"):
        assert run(client, name)[1]["version"] == 1
    _, value = run(client, f"{arn}:$LATEST", {"do": "context"})
    assert value == ["$LATEST", f"{arn}:$LATEST", False]


def test_invoke_without_a_payload(client, shared):
    answer = client.invoke(FunctionName=shared)
    assert json.loads(answer["Payload"].read())["event"] == {}


def test_an_error_of_the_function(client, shared):
    answer, value = run(client, shared, {"do": "fail"})
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert value["errorType"] == "ValueError"
    assert value["stackTrace"]


def test_the_log_tail(client, shared):
    answer, _ = run(client, shared, {"do": "print"}, LogType="Tail")
    log = base64.b64decode(answer["LogResult"]).decode()
    assert "hello from the function" in log
    assert "START RequestId: " in log
    assert "LogResult" not in run(client, shared)[0]


def test_dry_runs_and_events(client, shared, gateway):
    assert client.invoke(FunctionName=shared, InvocationType="DryRun")["StatusCode"] == 204
    mark = f"event {time.monotonic_ns()}"
    code = f"def handler(event, context):\n    print({mark!r})\n"
    create(client, "later", package(code))
    answer = client.invoke(FunctionName="later", InvocationType="Event", Payload=b"{}")
    assert (answer["StatusCode"], answer["Payload"].read()) == (202, b"")
    log = gateway.state / "logs" / f"{OWNER}-{REGION}-later.log"
    deadline = time.monotonic() + 10
    while not log.exists() or mark not in log.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_client_context(client, shared):
    context = base64.b64encode(b'{"custom": {"a": "b"}}').decode()
    _, value = run(client, shared, {"do": "context"}, ClientContext=context)
    assert value[2] is True


def test_boto3_inside_a_function(client, shared):
    _, arn = run(client, shared, {"do": "who"})
    assert arn == f"arn:aws:sts::{OWNER}:assumed-role/lambda-role/{shared}"


def test_the_environment_is_sealed(client, shared, gateway):
    _, value = run(client, shared, {"do": "environment", "names": ["MINE", "AWS_REGION"]})
    assert value == {"MINE": "1", "AWS_REGION": REGION}
    secret = "a-very-secret-value"
    client.update_function_configuration(
        FunctionName=shared, Environment={"Variables": {"MINE": secret}}
    )
    _, value = run(client, shared, {"do": "environment", "names": ["MINE"]})
    assert value == {"MINE": secret}
    configuration = client.get_function_configuration(FunctionName=shared)
    assert configuration["Environment"] == {"Variables": {"MINE": secret}}
    for path in gateway.state.glob("store.db*"):
        assert secret.encode() not in path.read_bytes()


def test_new_code_and_new_configuration(client):
    create(client, "changing")
    assert run(client, "changing")[1]["version"] == 1
    changed = client.update_function_code(FunctionName="changing", ZipFile=package(version=2))
    assert changed["LastUpdateStatus"] == "InProgress"
    client.get_waiter("function_updated_v2").wait(FunctionName="changing")
    assert run(client, "changing")[1]["version"] == 2
    client.update_function_configuration(FunctionName="changing", Timeout=1, Description="x")
    _, value = run(client, "changing", {"do": "sleep", "seconds": 5})
    assert value["errorMessage"].endswith("Task timed out after 1.00 seconds")
    refused(
        "PreconditionFailedException", "The Revision Id provided does not match",
        client.update_function_code, FunctionName="changing", ZipFile=package(), RevisionId="x",
    )  # fmt: skip


def test_versions_and_aliases(client):
    create(client, "versioned", Environment={"Variables": {"VV": "one"}}, Publish=True)
    client.update_function_code(FunctionName="versioned", ZipFile=package(version=2))
    second = client.publish_version(FunctionName="versioned", Description="the second")
    again = client.publish_version(FunctionName="versioned")
    assert (second["Version"], again["Version"]) == ("2", "2")
    assert second["FunctionArn"].endswith(":function:versioned:2")
    client.update_function_code(FunctionName="versioned", ZipFile=package(version=3))
    got = [run(client, "versioned", Qualifier=q)[1]["version"] for q in ("1", "2", "$LATEST")]
    assert got == [1, 2, 3]
    listed = client.list_versions_by_function(FunctionName="versioned")["Versions"]
    assert [version["Version"] for version in listed] == ["$LATEST", "1", "2"]
    assert listed[1]["Environment"] == {"Variables": {"VV": "one"}}

    alias = client.create_alias(FunctionName="versioned", Name="LIVE", FunctionVersion="1")
    assert alias["AliasArn"].endswith(":function:versioned:LIVE")
    answer, value = run(client, "versioned:LIVE")
    assert (answer["ExecutedVersion"], value["version"]) == ("1", 1)
    client.update_alias(FunctionName="versioned", Name="LIVE", FunctionVersion="2")
    assert run(client, "versioned", Qualifier="LIVE")[1]["version"] == 2
    assert client.get_alias(FunctionName="versioned", Name="LIVE")["FunctionVersion"] == "2"
    weights = {"AdditionalVersionWeights": {"1": 1.0}}
    client.update_alias(FunctionName="versioned", Name="LIVE", RoutingConfig=weights)
    assert run(client, "versioned", Qualifier="LIVE")[1]["version"] == 1
    names = [a["Name"] for a in client.list_aliases(FunctionName="versioned")["Aliases"]]
    assert names == ["LIVE"]
    refused("ResourceConflictException", "Alias already exists: arn:", client.create_alias,
            FunctionName="versioned", Name="LIVE", FunctionVersion="1")  # fmt: skip
    refused("ResourceConflictException", "used by the alias LIVE", client.delete_function,
            FunctionName="versioned", Qualifier="2")  # fmt: skip
    refused("InvalidParameterValueException", "$LATEST version cannot be deleted",
            client.delete_function, FunctionName="versioned", Qualifier="$LATEST")  # fmt: skip
    client.delete_alias(FunctionName="versioned", Name="LIVE")
    client.delete_function(FunctionName="versioned", Qualifier="2")
    refused("ResourceNotFoundException", "Function not found: arn:", client.invoke,
            FunctionName="versioned", Qualifier="2")  # fmt: skip
    client.delete_function(FunctionName="versioned")
    refused("ResourceNotFoundException", f"Function not found: arn:aws:lambda:{REGION}:{OWNER}:"
            "function:versioned", client.get_function, FunctionName="versioned")  # fmt: skip


def test_permissions(client):
    create(client, "permitted")
    refused("ResourceNotFoundException", "The resource you requested does not exist.",
            client.get_policy, FunctionName="permitted")  # fmt: skip
    source = f"arn:aws:execute-api:{REGION}:{OWNER}:abc123/*"
    answer = client.add_permission(
        FunctionName="permitted", StatementId="s1", Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com", SourceArn=source, SourceAccount=OWNER,
    )  # fmt: skip
    statement = {
        "Sid": "s1",
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": f"arn:aws:lambda:{REGION}:{OWNER}:function:permitted",
        "Condition": {
            "StringEquals": {"AWS:SourceAccount": OWNER},
            "ArnLike": {"AWS:SourceArn": source},
        },
    }
    assert json.loads(answer["Statement"]) == statement
    got = client.get_policy(FunctionName="permitted")
    assert json.loads(got["Policy"]) == {
        "Version": "2012-10-17", "Id": "default", "Statement": [statement],
    }  # fmt: skip
    again = {"FunctionName": "permitted", "Action": "lambda:InvokeFunction"}
    refused("ResourceConflictException", "The statement id (s1) provided already exists",
            client.add_permission, **again, StatementId="s1", Principal="*")  # fmt: skip
    refused("InvalidParameterValueException", "The provided principal was invalid",
            client.add_permission, **again, StatementId="s2", Principal="nonsense")  # fmt: skip
    refused("InvalidParameterValueException", "do not support adding policies for $LATEST",
            client.add_permission, **again, StatementId="s2", Principal="*",
            Qualifier="$LATEST")  # fmt: skip
    for principal, shown in (
        ("111111111111", {"AWS": "arn:aws:iam::111111111111:root"}),
        ("*", "*"),
        ("arn:aws:iam::222222222222:user/x", {"AWS": "arn:aws:iam::222222222222:user/x"}),
    ):
        made = client.add_permission(
            **again, StatementId=f"p{len(str(shown))}", Principal=principal
        )
        assert json.loads(made["Statement"])["Principal"] == shown
    client.remove_permission(FunctionName="permitted", StatementId="s1")
    refused("ResourceNotFoundException", "Statement s1 is not found in resource policy.",
            client.remove_permission, FunctionName="permitted", StatementId="s1")  # fmt: skip


def test_a_permission_bites_at_once_in_the_data_plane(client, gateway):
    create(client, "behind-api", package("def handler(event, context):\n    return {}"))
    client.publish_version(FunctionName="behind-api")
    client.create_alias(FunctionName="behind-api", Name="LIVE", FunctionVersion="1")
    assert gateway.call("abc123", "/f").status == 500
    arguments = {
        "FunctionName": "behind-api", "StatementId": "s", "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
    }  # fmt: skip
    client.add_permission(**arguments)
    assert gateway.call("abc123", "/f").status == 200
    # An alias has a policy of its own.
    assert gateway.call("abc123", "/live").status == 500
    client.add_permission(**arguments, Qualifier="LIVE")
    assert gateway.call("abc123", "/live").status == 200
    client.remove_permission(FunctionName="behind-api", StatementId="s")
    assert gateway.call("abc123", "/f").status == 500


def test_concurrency(client, gateway):
    create(client, "bounded", package(AT_WORK), Timeout=20)
    client.put_function_concurrency(FunctionName="bounded", ReservedConcurrentExecutions=1)
    got = client.get_function_concurrency(FunctionName="bounded")
    assert got["ReservedConcurrentExecutions"] == 1
    log = gateway.state / "logs" / f"{OWNER}-{REGION}-bounded.log"
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run, client, "bounded", 3)
        until(lambda: log.exists() and "at work" in log.read_text())
        with pytest.raises(ClientError) as raised:
            run(client, "bounded", 0)
        assert not running.done()
        reason = raised.value.response["Reason"]
        assert reason == "ReservedFunctionConcurrentInvocationLimitExceeded"
        assert running.result()[0]["StatusCode"] == 200
    assert run(client, "bounded", 0)[0]["StatusCode"] == 200
    client.delete_function_concurrency(FunctionName="bounded")
    assert "ReservedConcurrentExecutions" not in client.get_function_concurrency(
        FunctionName="bounded"
    )


def test_layers(client):
    made = client.publish_layer_version(
        LayerName="words", Content={"ZipFile": package("WORD = 'layer'", name="python/words.py")},
        CompatibleRuntimes=["python3.11"],
    )  # fmt: skip
    assert made["LayerVersionArn"].endswith(":layer:words:1")
    code = "import words\ndef handler(event, context):\n    return words.WORD"
    create(client, "layered", package(code), Layers=[made["LayerVersionArn"]])
    assert run(client, "layered")[1] == "layer"
    shown = client.get_function_configuration(FunctionName="layered")["Layers"]
    assert shown[0]["Arn"] == made["LayerVersionArn"]
    listed = client.list_layers()["Layers"]
    assert listed[0]["LatestMatchingVersion"]["Version"] == 1
    client.delete_layer_version(LayerName="words", VersionNumber=1)
    refused("ResourceNotFoundException", "does not exist", client.get_layer_version,
            LayerName="words", VersionNumber=1)  # fmt: skip
    assert run(client, "layered")[1] == "layer"


def test_tags_and_lists(client, shared):
    arn = client.get_function_configuration(FunctionName=shared)["FunctionArn"]
    client.tag_resource(Resource=arn, Tags={"a": "1", "b": "2"})
    client.untag_resource(Resource=arn, TagKeys=["a"])
    assert client.list_tags(Resource=arn)["Tags"] == {"b": "2"}
    names = []
    for page in client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2}):
        assert len(page["Functions"]) <= 2
        names += [one["FunctionName"] for one in page["Functions"]]
    assert names == sorted(set(names))
    assert shared in names


@pytest.mark.parametrize(
    ("code", "message", "more"),
    [
        ("InvalidParameterValueException", "Could not unzip uploaded file",
         {"Code": {"ZipFile": b"no zip"}}),
        ("InvalidParameterValueException", "there is no S3",
         {"Code": {"S3Bucket": "bbb", "S3Key": "k"}}),
        ("InvalidParameterValueException", "Value java21 at 'runtime' failed",
         {"Runtime": "java21"}),
        ("InvalidParameterValueException", "exceeded the 4KB limit",
         {"Environment": {"Variables": {f"A{n}": "x" * 400 for n in range(12)}}}),
        ("InvalidParameterValueException", "reserved keys",
         {"Environment": {"Variables": {"AWS_REGION": "x"}}}),
        ("InvalidParameterValueException", "VpcConfig is not supported",
         {"VpcConfig": {"SubnetIds": ["subnet-1"]}}),
        ("InvalidParameterValueException", "cannot be assumed by Lambda",
         {"Role": "arn:aws:iam::222222222222:role/x"}),
        ("ResourceConflictException", "Function already exist: shared",
         {"FunctionName": "shared"}),
        ("InvalidParameterValueException", "does not exist",
         {"Layers": [f"arn:aws:lambda:{REGION}:{OWNER}:layer:nothing:1"]}),
    ],
)  # fmt: skip
def test_what_is_refused(client, shared, code, message, more):
    with pytest.raises(ClientError) as raised:
        create(client, **{"name": more.pop("FunctionName", "refused"), **more})
    error = raised.value.response["Error"]
    assert error["Code"] == code
    assert message in error["Message"]


def test_what_invoke_refuses(client, shared):
    refused("ResourceNotFoundException", "Function not found: arn:", client.invoke,
            FunctionName="nothing")  # fmt: skip
    refused("InvalidRequestContentException", "Could not parse request body into json",
            client.invoke, FunctionName=shared, Payload=b"{")  # fmt: skip
    refused("ResourceNotFoundException", "are not reachable in this region", client.invoke,
            FunctionName=f"arn:aws:lambda:eu-west-1:{OWNER}:function:{shared}")  # fmt: skip
    refused("InvalidParameterValueException", "The derived qualifier", client.invoke,
            FunctionName=f"{shared}:1", Qualifier="2")  # fmt: skip


def test_who_may(gateway, shared):
    reader = gateway.client("lambda", gateway.key("reader"))
    invoker = gateway.client("lambda", gateway.key("invoker"))
    assert reader.get_function(FunctionName=shared)
    refused("AccessDeniedException", "is not authorized to perform: lambda:InvokeFunction",
            reader.invoke, FunctionName=shared)  # fmt: skip
    assert run(invoker, shared)[1]["version"] == 1
    refused("AccessDeniedException", "lambda:GetFunction", invoker.get_function,
            FunctionName=shared)  # fmt: skip


def test_a_large_package(client):
    noise = base64.b64encode(os.urandom(12 * 1024 * 1024)).decode()
    create(client, "large", package(f"X = '{noise}'\ndef handler(e, c):\n    return len(X)"))
    assert run(client, "large")[1] == 16 * 1024 * 1024


def test_nothing_is_held_on_to_while_a_function_runs(client, gateway):
    """A reader of the store that waits for a function would make its log of writes grow."""
    create(client, "slow", package(AT_WORK), Timeout=20)
    log = gateway.state / "logs" / f"{OWNER}-{REGION}-slow.log"
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run, client, "slow", 3)
        until(lambda: log.exists() and "at work" in log.read_text())
        with closing(sqlite3.connect(gateway.state / "store.db", timeout=0)) as store:

            def all_written_back():
                assert not running.done(), "somebody read the store all the time"
                busy, _, _ = store.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                return not busy

            client.put_function_concurrency(FunctionName="slow", ReservedConcurrentExecutions=1)
            until(all_written_back)
        assert "FunctionError" not in running.result()[0]


def until(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
