"""Lambda functions for gateways under test: handlers, files, and what they were given."""

import json
import time

X = "x-amazon-apigateway-"
ACCOUNT, REGION = "111111111111", "us-east-1"


def arn(name, account=ACCOUNT, region=REGION):
    return f"arn:aws:lambda:{region}:{account}:function:{name}"


def invocation_uri(name):
    function = name if name.startswith("arn:") else arn(name)
    return f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations"


def proxy(name, **more):
    """An operation that a function answers."""
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": invocation_uri(name), **more}
    return {"responses": {}, f"{X}integration": integration}


def scheme(kind, function, *, name="Authorization", position="header", **more):
    """A security scheme with a Lambda authorizer."""
    return {
        "type": "apiKey",
        "name": name,
        "in": position,
        f"{X}authtype": "custom",
        f"{X}authorizer": {"type": kind, "authorizerUri": invocation_uri(function), **more},
    }


class Lambdas:
    """Functions in a directory; each notes every event beside its code, if it may write there.

    Where a process is confined it may not, so events are counted by what functions print.
    """

    def __init__(self, directory):
        self.directory = directory
        self.written = []

    def add(self, name, code, *, permitted=True, **members):
        folder = self.directory / name
        folder.mkdir()
        (folder / "app.py").write_text(code)
        function = {
            "FunctionName": name,
            "Runtime": "python3.11",
            "Handler": "app.handler",
            "CodeUri": name,
            **members,
        }
        if permitted:
            function["Permissions"] = [{"Principal": "apigateway.amazonaws.com"}]
        self.written.append(function)

    def file(self):
        path = self.directory / "functions.json"
        path.write_text(json.dumps({"functions": self.written}))
        return path


class Events:
    """What a function was given: each prints its event, and the gateway keeps that in its log."""

    def __init__(self, state, name):
        self.path = state / "logs" / f"{ACCOUNT}-{REGION}-{name}.log"
        self.seen = 0

    def all(self):
        if not self.path.exists():
            return []
        lines = self.path.read_text().splitlines()
        return [json.loads(line[7:]) for line in lines if line.startswith("EVENT: ")]

    def new(self):
        """Those since the last look."""
        found = self.all()
        fresh, self.seen = found[self.seen :], len(found)
        return fresh


PRINT = "import json\ndef note(event):\n    print('EVENT: ' + json.dumps(event))\n"


def wait_for(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
