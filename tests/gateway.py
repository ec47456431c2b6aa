"""A real gateway in processes of its own, and a real backend behind it."""

import configparser
import http.client
import http.server
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from gatelodge import sigv4
from gatelodge.cli.why import explain_decision

OWNER, OTHER, REGION, STAGE = "111111111111", "222222222222", "us-east-1", "prod"

_boto3 = boto3.session.Session()
"""Reads each service model once."""


@dataclass
class Answer:
    """What a client got."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        return self.headers["x-amzn-ErrorType"]

    @property
    def message(self):
        return self.json.get("message") or self.json.get("Message")


class Backend:
    """An HTTP server that tells what reached it, or answers with `replies[path](handler)`."""

    def __init__(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                length = int(self.headers.get("Content-Length", 0))
                body = self.received = self.rfile.read(length)
                reply = backend.replies.get(self.path.partition("?")[0])
                if reply is not None:
                    reply(self)
                    return
                text = json.dumps(
                    {
                        "method": self.command,
                        "target": self.path,
                        "headers": self.headers.items(),
                        "body": body.decode("latin-1"),
                    }
                ).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(text)

            do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_HEAD = do_GET

            def log_message(self, *_):
                pass

        backend = self
        self.replies = {}
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Gateway:
    """`gatelodge serve` with files made from what a test asks for."""

    def __init__(
        self, directory: Path, apis=(), accounts=(), options=(), workers=1, environment=()
    ):
        self.environment = {**os.environ, **dict(environment)}
        self.state = directory / "state"
        arguments = []
        for number, api in enumerate(apis):
            path = directory / f"api-{number}.json"
            path.write_text(json.dumps(api))
            arguments.append(str(path))
        for number, account in enumerate(accounts):
            path = directory / f"iam-{number}.json"
            path.write_text(json.dumps(account))
            arguments += ["--iam", str(path)]
        self.arguments = [*arguments, "--account", OWNER, "--state", str(self.state)]
        self.arguments += ["--workers", str(workers), "--data-port", "0", "--aws-port", "0"]
        self.arguments += options
        self.keys = {}
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gatelodge", "serve", *self.arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        lines = iter(self.process.stdout.readline, "")
        if not any(line.startswith("  state") for line in lines):
            raise RuntimeError(self.process.stderr.read())
        # Nothing may block on a full pipe; what is said is kept for the test.
        self.errors = []
        pipe = self.process.stderr
        self.reading = threading.Thread(target=lambda: self.errors.extend(pipe), daemon=True)
        self.reading.start()
        self.endpoints = json.loads((self.state / "endpoints.json").read_text())
        self.host = urlsplit(self.endpoints["data"]).netloc

    def stop(self):
        self.process.terminate()
        return self.process.wait(30)

    def cli(self, *arguments):
        command = [sys.executable, "-m", "gatelodge", *arguments, "--state", str(self.state)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def key(self, *who):
        """A key of a user, or ("--role", ROLE, "--session", NAME)."""
        if who not in self.keys:
            done = self.cli("keys", "create", *who, "--json")
            assert done.returncode == 0, done.stderr
            self.keys[who] = json.loads(done.stdout)
        return self.keys[who]

    def root(self):
        """The key of root of the account that the gateway serves."""
        parser = configparser.ConfigParser()
        parser.read(self.state / "credentials")
        section = parser["gatelodge"]
        return {
            "AccessKeyId": section["aws_access_key_id"],
            "SecretAccessKey": section["aws_secret_access_key"],
        }

    def client(self, service, key=None, region=REGION, **config):
        """A boto3 client of the AWS endpoint; key: as AWS writes credentials, else root's."""
        key = key or self.root()
        return _boto3.client(
            service,
            region_name=region,
            endpoint_url=self.endpoints["aws"],
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
            aws_session_token=key.get("SessionToken"),
            config=Config(retries={"max_attempts": 1, "mode": "standard"}, **config),
        )

    def url(self, api, path, stage=STAGE):
        return f"http://{self.host}/_aws/execute-api/{api}/{stage}{path}"

    def call(
        self,
        api,
        path="/pets",
        method="GET",
        *,
        stage=STAGE,
        who=None,
        source=None,
        headers=(),
        body=b"",
        off=0,
        region=REGION,
        change=None,
    ):
        """Send one request; who: sign as; off: seconds the client's clock is off; change: what
        is done to the signed header fields before they are sent."""
        url = self.url(api, path, stage)
        fields = [("Host", self.host), *headers]
        if who is not None:
            key = self.key(*who)
            fields += sigv4.sign(
                method,
                url,
                fields,
                body,
                access_key_id=key["AccessKeyId"],
                secret=key["SecretAccessKey"],
                session_token=key.get("SessionToken"),
                region=region,
                service="execute-api",
                now=datetime.fromtimestamp(time.time(), UTC) + timedelta(seconds=off),
            )
            if change is not None:
                fields = change(fields)
        if source is not None:
            fields.append(("X-Forwarded-For", source))
        return self.send(method, url, fields, body)

    def send(self, method, url, fields, body=b""):
        """Send exactly these fields."""
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(self.host, timeout=30)
        try:
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in fields:
                connection.putheader(name, value)
            if body:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def why(self, answer):
        """The explanation of an answer, as JSON."""
        explained = explain_decision(self.state, answer.headers["x-gatelodge-decision"])
        assert explained is not None
        assert explained.agrees, explained.as_dict()
        return explained.as_dict()


def api_document(api_id, backend, *, policy=None, paths=None, stage=STAGE, **members):
    """An export: /pets open, /signed with AWS_IAM, and whatever a test adds."""
    document = {
        "openapi": "3.0.1",
        "info": {"title": api_id, "version": "1"},
        "servers": [{"url": f"https://{api_id}.execute-api.{REGION}.amazonaws.com/{stage}"}],
        "paths": paths
        or {
            "/pets": {
                "get": operation(f"{backend}/pets"),
                "post": operation(f"{backend}/pets"),
                "options": operation(f"{backend}/pets"),
            },
            "/pets/{id}": {
                "get": operation(f"{backend}/pets/{{id}}", path=["id"]),
                "delete": operation(f"{backend}/pets/{{id}}", path=["id"]),
            },
            "/pets/{id}/toys": {"get": operation(f"{backend}/pets/{{id}}/toys", path=["id"])},
            "/signed": {
                "get": operation(f"{backend}/signed", iam=True),
                "post": operation(f"{backend}/signed", iam=True),
            },
            "/signed/{proxy+}": {
                "x-amazon-apigateway-any-method": operation(
                    f"{backend}/signed/{{proxy}}", path=["proxy"], iam=True
                )
            },
        },
        **members,
    }
    if policy is not None:
        document["x-amazon-apigateway-policy"] = policy
    return document


def operation(uri, *, path=(), iam=False, method="ANY", **integration):
    """An operation that proxies to a URI."""
    parameters = {f"integration.request.path.{n}": f"method.request.path.{n}" for n in path}
    parameters |= integration.pop("requestParameters", {})
    written = {
        "x-amazon-apigateway-integration": {
            "type": "http_proxy",
            "httpMethod": method,
            "uri": uri,
            "requestParameters": parameters,
            **integration,
        }
    }
    if iam:
        written["x-amazon-apigateway-auth"] = {"type": "AWS_IAM"}
    return written


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(resource="execute-api:/*", principal="*", **elements):
    statement = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "execute-api:Invoke",
        "Resource": resource,
        **elements,
    }
    for name in ("Principal", "Action", "Resource"):
        if f"Not{name}" in elements:
            del statement[name]
    return statement


def deny(*arguments, **elements):
    return {**allow(*arguments, **elements), "Effect": "Deny"}


def user(name, *statements, account=OWNER, **members):
    document = {
        "UserName": name,
        "UserId": f"AIDA{name.upper()}{'' if account == OWNER else account[:4]}",
        "Arn": f"arn:aws:iam::{account}:user/{name}",
        **members,
    }
    if statements:
        inline = {"PolicyName": "inline", "PolicyDocument": policy(*statements)}
        document["UserPolicyList"] = [inline]
    return document


def identity(effect="Allow", resource="*", **elements):
    """A statement of an identity policy."""
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource}
    return {**statement, **elements}
