"""One suite for every runtime client: ours and AWS's for Python and Node.js, and a script.

Handlers are written as people write them for AWS.
"""

import base64
import importlib.util
import json
import sys

import pytest
from tests.functions.running import ARN, Running

from gatelodge.functions import runtimes

PYTHON = """
import json, os, sys, time

def handler(event, context):
    what = event.get("do") if isinstance(event, dict) else None
    if what == "fail":
        raise ValueError("Handler fails")
    if what == "unauthorized":
        raise Exception("Unauthorized")
    if what == "context":
        return {
            "name": context.function_name, "version": context.function_version,
            "arn": context.invoked_function_arn, "id": context.aws_request_id,
            "memory": context.memory_limit_in_mb, "group": context.log_group_name,
            "left": context.get_remaining_time_in_millis(),
        }
    if what == "environment":
        return {name: os.environ.get(name) for name in event["names"]}
    if what == "print":
        print("out"); print("err", file=sys.stderr)
        return None
    if what == "exit":
        sys.exit(event["status"])
    if what == "sleep":
        time.sleep(event["seconds"])
    if what == "big":
        return "x" * event["size"]
    if what == "write":
        path = "/tmp/written" if event.get("tmp") else os.path.join(os.environ["TMPDIR"], "written")
        with open(path, "w") as file:
            file.write("x")
        return os.path.getsize(path)
    return event
"""
NODE = """
const fs = require("fs");
exports.handler = async (event, context) => {
  switch (event && event.do) {
    case "fail": { const e = new RangeError("Handler fails"); throw e; }
    case "unauthorized": throw new Error("Unauthorized");
    case "context": return {
      name: context.functionName, version: context.functionVersion,
      arn: context.invokedFunctionArn, id: context.awsRequestId,
      memory: context.memoryLimitInMB, group: context.logGroupName,
      left: context.getRemainingTimeInMillis() };
    case "environment":
      return Object.fromEntries(event.names.map((n) => [n, process.env[n] ?? null]));
    case "print": console.log("out"); console.error("err"); return;
    case "exit": process.exit(event.status);
    case "sleep": await new Promise((done) => setTimeout(done, event.seconds * 1000)); break;
    case "big": return "x".repeat(event.size);
    case "write": {
      const path = `${process.env.TMPDIR}/written`;
      fs.writeFileSync(path, "x");
      return fs.statSync(path).size;
    }
  }
  return event;
};
"""
# What everybody has who writes a custom runtime: Python stands for any program.
PROVIDED = """#!{python}
import json, os, urllib.request
api = f"http://{{os.environ['AWS_LAMBDA_RUNTIME_API']}}/2018-06-01/runtime"
def post(place, value):
    urllib.request.urlopen(urllib.request.Request(api + place, json.dumps(value).encode())).read()
while True:
    asked = urllib.request.urlopen(api + "/invocation/next")
    event, id = json.load(asked), asked.headers["Lambda-Runtime-Aws-Request-Id"]
    what = event.get("do") if isinstance(event, dict) else None
    if what == "fail":
        error = {{"errorMessage": "Handler fails", "errorType": "Custom", "stackTrace": []}}
        post(f"/invocation/{{id}}/error", error)
    else:
        post(f"/invocation/{{id}}/response", event)
"""


def ric(function, places):
    """AWS's own runtime client for Python."""
    del places
    start = "import sys,os;sys.path.insert(0,os.environ['LAMBDA_TASK_ROOT']);"
    start += f"sys.argv=['awslambdaric',{function.handler!r}];"
    start += "from awslambdaric.__main__ import main;main(sys.argv)"
    return [sys.executable, "-u", "-c", start]


CLIENTS = {
    "python": (runtimes.command, {"app.py": PYTHON}, {"runtime": "python3.11"}),
    "awslambdaric": (ric, {"app.py": PYTHON}, {"runtime": "python3.11"}),
    "node": (runtimes.command, {"app.js": NODE}, {"runtime": "nodejs22.x"}),
    "aws-lambda-ric": (None, {"app.js": NODE}, {"runtime": "nodejs22.x"}),
}


PYTHONS = {"python", "awslambdaric"}


@pytest.fixture(scope="module", params=CLIENTS)
def client(request, tmp_path_factory):
    if request.param == "awslambdaric" and importlib.util.find_spec("awslambdaric") is None:
        pytest.skip("awslambdaric has no build for this platform")
    command, files, members = CLIENTS[request.param]
    if command is None:
        start = request.getfixturevalue("aws_lambda_ric")

        def command(function, places):
            del places
            return [*start, function.handler]

    running = Running(tmp_path_factory.mktemp("functions"), command=command)
    yield running, lambda **more: running.function(files, **members, **more), request.param
    running.close()


@pytest.mark.parametrize(
    "value", [{"a": [1, "ü", None, True, 1.5]}, "text", 7, None, [], {"deep": {"er": {}}}]
)
def test_what_a_handler_returns(client, value):
    running, function, _ = client
    result = running.call(function(), value)
    assert (json.loads(result.payload), result.failed) == (value, False)


def test_an_error_that_a_handler_raises(client):
    running, function, name = client
    result = running.call(function(), {"do": "fail"})
    error = json.loads(result.payload)
    assert result.failed
    assert error["errorMessage"] == "Handler fails"
    assert error["errorType"] == ("ValueError" if name in PYTHONS else "RangeError")
    if name not in PYTHONS:
        assert error["trace"][0] == "RangeError: Handler fails"
        return
    assert error["requestId"]
    assert len(error["stackTrace"]) == 1
    assert (
        'app.py", line 7, in handler\n    raise ValueError("Handler fails")'
        in error["stackTrace"][0]
    )


def test_the_error_that_authorizers_raise(client):
    running, function, _ = client
    error = json.loads(running.call(function(), {"do": "unauthorized"}).payload)
    assert error["errorMessage"] == "Unauthorized"


def test_the_context(client):
    running, function, _ = client
    made = function(timeout=7, memory=256, version="3")
    said = json.loads(running.call(made, {"do": "context"}).payload)
    left = said.pop("left")
    assert 5000 < left <= 7000
    assert len(said.pop("id")) == 36
    assert said == {
        "name": "f",
        "version": "3",
        "arn": f"{ARN}f",
        "memory": "256",
        "group": "/aws/lambda/f",
    }


def test_the_environment(client, monkeypatch):
    monkeypatch.setenv("GATELODGE_MASTER_KEY", "secret")
    running, function, _ = client
    names = [
        "AWS_REGION",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "_HANDLER",
        "MINE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "GATELODGE_MASTER_KEY",
        "PYTEST_CURRENT_TEST",
    ]
    # What AWS sets itself cannot be set.
    mine = {"MINE": "ü=1", "AWS_LAMBDA_FUNCTION_VERSION": "9"}
    made = function(environment=mine)
    said = json.loads(running.call(made, {"do": "environment", "names": names}).payload)
    assert list(said.values()) == [
        "us-east-1", "f", "on-demand", "app.handler", "ü=1", "$LATEST", None, None,
    ]  # fmt: skip


def test_what_is_printed_is_in_the_tail_and_in_the_log(client):
    running, function, _ = client
    made = function(name="printer", arn=f"{ARN}printer")
    result = running.call(made, {"do": "print"})
    assert json.loads(result.payload) is None
    text = result.log_tail.decode()
    starts = [text.index(word) for word in ("START RequestId: ", "out", "err", "END RequestId: ")]
    assert starts == sorted(starts)
    assert "REPORT RequestId: " in text
    logs = list((running.directory / "state" / "logs").glob("*printer.log"))
    assert "out" in logs[0].read_text()
    assert logs[0].stat().st_mode & 0o777 == 0o600


def test_a_process_that_exits(client):
    running, function, name = client
    result = running.call(function(), {"do": "exit", "status": 3})
    error = json.loads(result.payload)
    assert result.failed
    if name == "awslambdaric":
        # It describes a SystemExit itself before it exits.
        assert error["errorType"] in {"SystemExit", "Runtime.ExitError"}
    else:
        assert error["errorType"] == "Runtime.ExitError"
        assert error["errorMessage"].endswith("Error: Runtime exited with error: exit status 3")
    assert not running.call(function(), "next").failed


def test_a_process_that_takes_too_long(client):
    running, function, _ = client
    made = function(timeout=1)
    error = json.loads(running.call(made, {"do": "sleep", "seconds": 30}).payload)
    assert error["errorType"] == "Sandbox.Timedout"
    assert error["errorMessage"].endswith(" Error: Task timed out after 1.00 seconds")
    assert not running.call(made, "next").failed


def test_a_result_that_is_too_large(client):
    running, function, name = client
    assert not running.call(function(timeout=20), {"do": "big", "size": 6_000_000}).failed
    result = running.call(function(timeout=20), {"do": "big", "size": 7_000_000})
    error = json.loads(result.payload)
    assert result.failed
    assert error["errorType"] == "Function.ResponseSizeTooLarge"
    assert "(6291556 bytes)" in error["errorMessage"]
    assert not running.call(function(), "next").failed
    del name


def test_a_function_may_write_where_aws_lets_it(client):
    running, function, _ = client
    assert json.loads(running.call(function(), {"do": "write"}).payload) == 1


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    made = Running(tmp_path_factory.mktemp("functions"))
    yield made
    made.close()


def test_a_custom_runtime(running):
    text = PROVIDED.format(python=sys.executable)
    function = running.function({"bootstrap": text}, runtime="provided.al2023")
    assert json.loads(running.call(function, {"a": 1}).payload) == {"a": 1}
    result = running.call(function, {"do": "fail"})
    assert (result.failed, json.loads(result.payload)["errorType"]) == (True, "Custom")


def test_a_custom_runtime_in_a_layer(running):
    layer = running.function({"bootstrap": PROVIDED.format(python=sys.executable)})
    function = running.function({"x": ""}, runtime="provided.al2", layers=(layer.code,))
    assert json.loads(running.call(function, [1]).payload) == [1]


def test_modules_in_a_layer(running):
    layer = running.function({"python/shared.py": "WORD = 'from the layer'"})
    code = "import shared\ndef handler(event, context):\n    return shared.WORD"
    function = running.function({"app.py": code}, layers=(layer.code,))
    assert json.loads(running.call(function).payload) == "from the layer"


@pytest.mark.parametrize(
    ("files", "handler", "error_type", "message"),
    [
        ({"app.py": ""}, "nothing.handler", "Runtime.ImportModuleError",
         "Unable to import module 'nothing': No module named 'nothing'"),
        ({"app.py": ""}, "app.missing", "Runtime.HandlerNotFound",
         "Handler 'missing' missing on module 'app'"),
        ({"app.py": "x ="}, "app.handler", "Runtime.UserCodeSyntaxError",
         "Syntax error in module 'app': invalid syntax (app.py, line 1)"),
        ({"app.py": "raise KeyError('at import')"}, "app.handler", "KeyError", "'at import'"),
        ({"app.py": ""}, "app", "Runtime.MalformedHandlerName", "Bad handler 'app'"),
        ({"app.py": "import sys\nsys.exit(5)"}, "app.handler", "SystemExit", "5"),
        ({"app.py": "import os\nos._exit(5)"}, "app.handler", "Runtime.ExitError", "exit status 5"),
    ],
)  # fmt: skip
def test_python_modules_that_do_not_load(running, files, handler, error_type, message):
    function = running.function(files, handler=handler)
    result = running.call(function)
    error = json.loads(result.payload)
    assert (result.failed, error["errorType"]) == (True, error_type)
    assert message in error["errorMessage"]
    if error_type != "Runtime.ExitError":
        assert error["requestId"] == ""


@pytest.mark.parametrize(
    ("files", "error_type", "message"),
    [
        ({"other.js": ""}, "Runtime.ImportModuleError", "Error: Cannot find module 'app'"),
        ({"app.js": ""}, "Runtime.HandlerNotFound", "app.handler is undefined or not exported"),
        ({"app.js": "exports.handler = ("}, "Runtime.UserCodeSyntaxError", "SyntaxError: "),
        (
            {"app.js": "require('nothing')"},
            "Runtime.ImportModuleError",
            "Cannot find module 'nothing'",
        ),
        ({"app.mjs": "throw new TypeError('at import')"}, "TypeError", "at import"),
    ],
)
def test_node_modules_that_do_not_load(running, files, error_type, message):
    function = running.function(files, runtime="nodejs20.x")
    error = json.loads(running.call(function).payload)
    assert error["errorType"] == error_type
    assert message in error["errorMessage"]


@pytest.mark.parametrize(
    ("code", "payload"),
    [
        ("exports.handler = (e, c, callback) => callback(null, {ok: e})", {"ok": 1}),
        (
            "exports.handler = (e, c, callback) => setTimeout(() => callback(null, 'later'), 5)",
            "later",
        ),
        ("exports.handler = (e, c) => c.succeed('old')", "old"),
        ("exports.handler = (e, c) => c.done(null, 'older')", "older"),
        ("exports.handler = (e, c) => {}", None),
        ("exports.handler = async () => {}", None),
        ("exports.handler = (e) => Promise.resolve([e])", [1]),
    ],
)
def test_the_ways_in_which_node_handlers_answer(running, code, payload):
    function = running.function({"app.js": code}, runtime="nodejs22.x")
    result = running.call(function, 1)
    assert (json.loads(result.payload), result.failed) == (payload, False)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("exports.handler = (e, c, callback) => callback('Unauthorized')",
         {"errorType": "string", "errorMessage": "Unauthorized", "trace": []}),
        ("exports.handler = (e, c, callback) => callback(new TypeError('no'))",
         {"errorType": "TypeError", "errorMessage": "no"}),
        ("exports.handler = (e, c) => c.fail('Unauthorized')",
         {"errorType": "string", "errorMessage": "Unauthorized"}),
        ("exports.handler = (e) => { throw new Error('at once') }",
         {"errorType": "Error", "errorMessage": "at once"}),
        ("exports.handler = (e, c, cb) => { setTimeout(() => { throw new Error('stray') }, 1) }",
         {"errorType": "Error", "errorMessage": "stray"}),
        ("exports.handler = (e, c, cb) => { Promise.reject(new Error('lost')) }",
         {"errorType": "Runtime.UnhandledPromiseRejection", "errorMessage": "Error: lost"}),
    ],
)  # fmt: skip
def test_the_ways_in_which_node_handlers_fail(running, code, error):
    function = running.function({"app.js": code}, runtime="nodejs22.x")
    result = running.call(function, 1)
    said = json.loads(result.payload)
    assert result.failed
    assert {name: said[name] for name in error} == error
    assert not running.call(running.function({"app.py": PYTHON}), "next").failed


def test_an_es_module(running):
    code = "export const handler = async (event) => ({ event, url: import.meta.url.slice(0, 5) });"
    for name in ("app.mjs", "inner/app.mjs"):
        handler = name.replace(".mjs", ".handler")
        function = running.function({name: code}, runtime="nodejs20.x", handler=handler)
        said = json.loads(running.call(function, 1).payload)
        assert said == {"event": 1, "url": "file:"}


@pytest.mark.parametrize(
    ("value", "error_type"),
    [("object()", "Runtime.MarshalError"), ("{1, 2}", "Runtime.MarshalError")],
)
def test_a_result_that_is_no_json(running, value, error_type):
    code = f"def handler(event, context):\n    return {value}"
    error = json.loads(running.call(running.function({"app.py": code})).payload)
    assert error["errorType"] == error_type
    assert error["errorMessage"].startswith("Unable to marshal response: Object of type ")


def test_decimals_are_numbers(running):
    code = "from decimal import Decimal\ndef handler(event, context):\n    return [Decimal('1.5')]"
    assert json.loads(running.call(running.function({"app.py": code})).payload) == [1.5]


def test_logging_has_lambdas_format(running):
    code = "import logging\ndef handler(event, context):\n    logging.warning('careful')"
    tail = running.call(running.function({"app.py": code})).log_tail.decode()
    line = next(line for line in tail.splitlines() if "careful" in line)
    assert line.startswith("[WARNING]\t20")
    assert line.count("\t") == 3


def test_a_runtime_that_is_not_there(running):
    function = running.function({"app.py": ""}, runtime="java21")
    error = json.loads(running.call(function).payload)
    assert error["errorType"] == "Runtime.InvalidEntrypoint"
    assert "java21" in error["errorMessage"]


def test_the_client_context(running):
    code = "def handler(event, context):\n    return context.client_context.custom"
    function = running.function({"app.py": code})
    text = base64.b64encode(b"").decode() + json.dumps({"custom": {"a": "b"}})
    assert json.loads(running.call(function, client_context=text).payload) == {"a": "b"}
