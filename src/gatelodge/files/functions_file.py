"""Functions from a file, for running without the lambda API.

    functions:
      - FunctionName: hello
        Runtime: python3.12
        Handler: app.handler
        CodeUri: ./hello            a directory or a zip archive, beside this file
        Permissions:
          - Principal: apigateway.amazonaws.com

Members are those of CreateFunction, with what AddPermission and PutFunctionConcurrency take. They
become the same documents that those operations write.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gatelodge import iam
from gatelodge.arn import Arn, partition_of
from gatelodge.files.load import FileError, load
from gatelodge.functions.documents import FUNCTION, POLICY, function_arn, seal_environment
from gatelodge.functions.environment import MAX_ENVIRONMENT, RESERVED
from gatelodge.functions.function import (
    DEFAULT_MEMORY,
    DEFAULT_TIMEOUT,
    LATEST,
    MAX_MEMORY,
    MAX_TIMEOUT,
    MIN_MEMORY,
)
from gatelodge.functions.packages import PackageError, Packages, pack_directory
from gatelodge.functions.permissions import PrincipalError, permission_statement
from gatelodge.store import Document, MasterKey, Store
from gatelodge.world.function_policies import policy_body

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]+", re.ASCII)
_RUNTIME = re.compile(r"python3\.\d+|nodejs\d+\.x|provided(\.al2|\.al2023)?", re.ASCII)
_MEMBERS = {
    "FunctionName", "Runtime", "Handler", "Role", "CodeUri", "Description", "Timeout",
    "MemorySize", "Environment", "ReservedConcurrentExecutions", "Permissions", "Remote",
    "OperatorCredentials",
}  # fmt: skip
_PERMISSION = {"Principal", "SourceArn", "SourceAccount", "StatementId"}
_REMOTE = {"Endpoint", "FunctionName"}
_KEPT = ("LastVersion", "Tags")
"""What the lambda API has added to a function of a file, and stays when the file is read again."""


@dataclass
class FunctionsFile:
    """One file, read: what to write into the store, or why not."""

    path: Path
    functions: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_functions_file(path: Path) -> FunctionsFile:
    """Read a file of functions. Every problem is told at once."""
    file = FunctionsFile(path)
    try:
        written = load(path)
    except FileError as error:
        file.problems.append(str(error))
        return file
    listed = written.get("functions") if isinstance(written, dict) else None
    if not isinstance(listed, list):
        file.problems.append(f"{path}#/functions: a list of functions is expected")
        return file
    names = set()
    for position, item in enumerate(listed):
        check = _Check(file, f"/functions/{position}")
        if not isinstance(item, Mapping):
            check.add("", "a function is an object")
            continue
        check.function(item)
        name = str(item.get("FunctionName"))
        if name in names:
            check.add("/FunctionName", f"{name} stands twice")
        names.add(name)
        file.functions.append(dict(item))
    return file


class _Check:
    """Checks one function of a file."""

    def __init__(self, file: FunctionsFile, pointer: str) -> None:
        self._file = file
        self._pointer = pointer

    def add(self, below: str, message: str) -> None:
        """Note a problem."""
        self._file.problems.append(f"{self._file.path}#{self._pointer}{below}: {message}")

    def function(self, item: Mapping[str, Any]) -> None:
        """Check everything but the package."""
        for member in sorted(set(item) - _MEMBERS):
            self.add(f"/{member}", f"unknown member; the members are {', '.join(sorted(_MEMBERS))}")
        name = item.get("FunctionName")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            self.add("/FunctionName", "1 to 64 letters, digits, hyphens and underscores")
        if not isinstance(item.get("Description", ""), str):
            self.add("/Description", "a text")
        self._number(item, "Timeout", 1, MAX_TIMEOUT)
        self._number(item, "MemorySize", MIN_MEMORY, MAX_MEMORY)
        self._number(item, "ReservedConcurrentExecutions", 0, 1000)
        if not isinstance(item.get("OperatorCredentials", False), bool):
            self.add("/OperatorCredentials", "true or false")
        self._environment(item.get("Environment"))
        self._permissions(item.get("Permissions", []))
        if "Remote" in item:
            self._remote(item["Remote"])
            return
        if not _RUNTIME.fullmatch(str(item.get("Runtime"))):
            self.add("/Runtime", "write python3.12, nodejs22.x or provided.al2023, for example")
        if not isinstance(item.get("Handler", ""), str) or (
            not item.get("Handler") and not str(item.get("Runtime")).startswith("provided")
        ):
            self.add("/Handler", "a handler is written like app.handler")
        role = item.get("Role")
        parsed = Arn.parse(role) if isinstance(role, str) else None
        if role is not None and (parsed is None or not parsed.resource.startswith("role/")):
            self.add("/Role", f"{role!r} is not the ARN of a role")
        code = item.get("CodeUri")
        if not isinstance(code, str) or not (self._file.path.parent / code).exists():
            self.add("/CodeUri", f"{code!r} is neither a directory nor a zip archive")

    def _number(self, item: Mapping[str, Any], member: str, least: int, most: int) -> None:
        value = item.get(member, least)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.add(f"/{member}", f"a whole number from {least} to {most}")

    def _environment(self, written: object) -> None:
        if written is None:
            return
        variables = written.get("Variables") if isinstance(written, Mapping) else None
        if not isinstance(variables, Mapping) or not all(
            isinstance(value, str) for value in variables.values()
        ):
            self.add("/Environment", "Variables is an object of texts")
            return
        for name in variables:
            if name in RESERVED or not _VARIABLE.fullmatch(name):
                self.add(f"/Environment/Variables/{name}", "this variable cannot be set")
        if len(json.dumps(dict(variables))) > MAX_ENVIRONMENT:
            self.add("/Environment", f"larger than {MAX_ENVIRONMENT} octets")

    def _permissions(self, written: object) -> None:
        if not isinstance(written, list):
            self.add("/Permissions", "a list of what AddPermission takes")
            return
        ids = set()
        for position, item in enumerate(written):
            below = f"/Permissions/{position}"
            texts = isinstance(item, Mapping) and all(isinstance(v, str) for v in item.values())
            if not texts or not set(item) <= _PERMISSION or "Principal" not in item:
                members = ", ".join(sorted(_PERMISSION))
                self.add(below, f"an object of texts: Principal is needed, and there are {members}")
                continue
            try:
                _statement("arn:aws:lambda:us-east-1:000000000000:function:f", item, position)
            except (PrincipalError, iam.PolicyError) as error:
                self.add(below, str(error))
            statement_id = item.get("StatementId", f"file-{position}")
            if statement_id in ids:
                self.add(f"{below}/StatementId", f"{statement_id} stands twice")
            ids.add(statement_id)

    def _remote(self, written: object) -> None:
        if not isinstance(written, Mapping) or not set(written) <= _REMOTE:
            self.add("/Remote", "Endpoint or FunctionName or both")
            return
        endpoint, function = written.get("Endpoint"), written.get("FunctionName")
        if not isinstance(written.get("FunctionName", ""), str):
            self.add("/Remote/FunctionName", "a name or an ARN")
        if endpoint is not None:
            if not _is_of_a_host(str(endpoint)):
                self.add("/Remote/Endpoint", f"{endpoint!r} is no http or https URL of a host")
        elif Arn.parse(str(function)) is None:
            self.add("/Remote", "without an Endpoint, FunctionName is the ARN of a function of AWS")


def apply_functions_file(
    store: Store,
    master: MasterKey,
    packages: Packages,
    file: FunctionsFile,
    *,
    account: str,
    region: str,
) -> None:
    """Write the functions of a file into the store. Raises FileError for a package."""
    for item in file.functions:
        name = item["FunctionName"]
        arn = function_arn(partition_of(region), region, account, name)
        digest = ""
        if "CodeUri" in item:
            digest = _keep(packages, file.path.parent / item["CodeUri"])
        body = _body(item, arn, digest, master)
        old = store.document(account, region, FUNCTION, name)
        if old is not None:
            body |= {member: old.body[member] for member in _KEPT if member in old.body}
        _put(store, Document(account=account, region=region, kind=FUNCTION, id=name, body=body))
        statements = [_statement(arn, p, n) for n, p in enumerate(item.get("Permissions", ()))]
        _put_policy(store, account, region, name, statements)


def _keep(packages: Packages, path: Path) -> str:
    try:
        return packages.keep(pack_directory(path) if path.is_dir() else path.read_bytes())
    except PackageError as error:
        raise FileError(f"{path}: {error}") from error
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}") from error


def _body(item: Mapping[str, Any], arn: str, digest: str, master: MasterKey) -> dict[str, Any]:
    configuration = {
        "FunctionName": item["FunctionName"],
        "FunctionArn": arn,
        "Runtime": item.get("Runtime", ""),
        "Handler": item.get("Handler", ""),
        "Role": item.get("Role", ""),
        "Description": item.get("Description", ""),
        "Timeout": item.get("Timeout", DEFAULT_TIMEOUT),
        "MemorySize": item.get("MemorySize", DEFAULT_MEMORY),
        "CodeSha256": base64.b64encode(bytes.fromhex(digest)).decode("ascii"),
        "Version": LATEST,
        "PackageType": "Zip",
        "State": "Active",
        "LastUpdateStatus": "Successful",
    }
    variables = (item.get("Environment") or {}).get("Variables") or {}
    # The same file gives the same revision, and processes of it are kept.
    said = [configuration, variables, item.get("OperatorCredentials", False)]
    if "Remote" in item:
        said.append(item["Remote"])
    content = json.dumps(said, sort_keys=True).encode()
    sha = hashlib.sha256(content).hexdigest()
    configuration["RevisionId"] = "-".join(
        (sha[:8], sha[8:12], f"4{sha[13:16]}", f"8{sha[17:20]}", sha[20:32])
    )
    body: dict[str, Any] = {"Configuration": configuration}
    if variables:
        body["SealedEnvironment"] = seal_environment(variables, master, arn)
    if "ReservedConcurrentExecutions" in item:
        body["ReservedConcurrentExecutions"] = item["ReservedConcurrentExecutions"]
    if item.get("OperatorCredentials"):
        body["OperatorCredentials"] = True
    if "Remote" in item:
        body["Remote"] = _remote(item["Remote"], item["FunctionName"])
    return body


def _remote(written: Mapping[str, Any], name: str) -> dict[str, Any]:
    function = written.get("FunctionName", name)
    if "Endpoint" in written:
        return {"endpoint": written["Endpoint"].rstrip("/"), "function": function}
    arn = Arn.parse(function)
    region = arn.region if arn else ""
    suffix = "amazonaws.com.cn" if arn and arn.partition == "aws-cn" else "amazonaws.com"
    return {
        "endpoint": f"https://lambda.{region}.{suffix}",
        "function": function,
        "sign": True,
        "region": region,
    }


def _is_of_a_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        return False
    return not (parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc)


def _statement(arn: str, written: Mapping[str, str], position: int) -> dict[str, Any]:
    members = {"StatementId": f"file-{position}", "Action": "lambda:InvokeFunction", **written}
    statement = permission_statement(arn, **members)
    iam.parse({"Version": "2012-10-17", "Statement": [statement]}, iam.PolicyKind.RESOURCE)
    return statement


def _put_policy(
    store: Store, account: str, region: str, name: str, statements: list[dict[str, Any]]
) -> None:
    old = store.document(account, region, POLICY, name)
    if not statements:
        if old is not None:
            store.remove(old)
        return
    revision = hashlib.sha256(json.dumps(statements).encode()).hexdigest()[:32]
    body = policy_body(store, statements, revision, old.body if old else None)
    _put(
        store,
        Document(
            account=account, region=region, kind=POLICY, id=name, parent=name, name=name, body=body
        ),
    )


def _put(store: Store, document: Document) -> None:
    """Write a document, in the place of one that is there already."""
    old = store.document(document.account, document.region, document.kind, document.id)
    if old is not None and _same(old.body, document.body):
        return
    made = Document(
        account=document.account,
        region=document.region,
        kind=document.kind,
        id=document.id,
        parent=document.parent,
        name=document.id,
        body=document.body,
        version=old.version if old else 0,
    )
    store.put(made)


def _same(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Compare bodies; what is sealed differs every time, and is part of the revision."""
    sealed = "SealedEnvironment"
    return {k: v for k, v in old.items() if k != sealed} == {
        k: v for k, v in new.items() if k != sealed
    }
