"""A function's configuration: read from input, checked, and shown (control-plane.md 7.1)."""

import base64
import hashlib
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from gatelodge.arn import Arn
from gatelodge.control.call import Call, Check
from gatelodge.control.fault import Fault
from gatelodge.control.lambda_.names import Named, invalid
from gatelodge.functions.documents import (
    LAYER,
    layer_parts,
    open_environment,
    seal_environment,
)
from gatelodge.functions.environment import MAX_ENVIRONMENT, RESERVED
from gatelodge.functions.function import DEFAULT_MEMORY, DEFAULT_TIMEOUT, MAX_MEMORY, MAX_TIMEOUT
from gatelodge.functions.packages import MAX_ZIPPED, PackageError, Packages
from gatelodge.store import Document
from gatelodge.world.iam_entities import ROLE, find_by_arn
from gatelodge.world.service_roles import LAMBDA, service_keys, trusting_role

MAX_HANDLER = 128
MAX_LAYERS = 5
_RUNTIME = re.compile(r"python3\.\d+|nodejs\d+\.x|provided(\.al2|\.al2023)?", re.ASCII)
# Accepted with these values only: they say how AWS runs a function, and nothing else runs here.
_ACCEPTED: Mapping[str, Any] = {
    "PackageType": ("Zip",),
    "Architectures": (["x86_64"], ["arm64"]),
}
_WITHOUT_EFFECT = frozenset({"TracingConfig", "LoggingConfig", "EphemeralStorage", "SnapStart"})


def packages(call: Call) -> Packages:
    """Give where the packages of this state are kept."""
    return Packages(call.store.path.parent / "functions")


def keep_code(call: Call, code: Mapping[str, Any]) -> tuple[str, int]:
    """Keep a package; gives its SHA-256 in base64, and its size. Raises Fault."""
    archive = code.get("ZipFile")
    if not isinstance(archive, bytes) or set(code) - {"ZipFile"}:
        raise invalid("Code comes as a ZipFile: there is no S3 and no container registry here")
    if len(archive) > MAX_ZIPPED:
        raise Fault(
            "RequestEntityTooLargeException",
            f"Zipped size must be smaller than {MAX_ZIPPED} bytes",
            413,
        )  # fmt: skip
    try:
        digest = packages(call).keep(archive)
    except PackageError as error:
        raise invalid(
            "Could not unzip uploaded file. Please check your file, then try to upload again. "
            f"({error})"
        ) from error
    return base64.b64encode(bytes.fromhex(digest)).decode("ascii"), len(archive)


def new_configuration(call: Call, named: Named, role: str) -> dict[str, Any]:
    """Make the configuration of a function that nobody has configured yet."""
    del call
    return {
        "FunctionName": named.name,
        "FunctionArn": named.arn,
        "Role": role,
        "Description": "",
        "Timeout": DEFAULT_TIMEOUT,
        "MemorySize": DEFAULT_MEMORY,
        "Version": "$LATEST",
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "TracingConfig": {"Mode": "PassThrough"},
        "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{named.name}"},
        "State": "Active",
        "LastUpdateStatus": "Successful",
    }


def change(call: Call, body: dict[str, Any], named: Named, given: Mapping[str, Any]) -> None:
    """Take over members of CreateFunction or UpdateFunctionConfiguration. Raises Fault."""
    configuration = body["Configuration"]
    for member, value in given.items():
        match member:
            case "Role":
                configuration["Role"] = _role(call, value)
            case "Runtime":
                configuration["Runtime"] = _runtime(value)
            case "Handler":
                if len(value) > MAX_HANDLER:
                    raise invalid(f"The handler is longer than {MAX_HANDLER} characters")
                configuration["Handler"] = value
            case "Timeout":
                if not 1 <= value <= MAX_TIMEOUT:
                    raise invalid(f"The time-out is a number of seconds from 1 to {MAX_TIMEOUT}")
                configuration["Timeout"] = value
            case "MemorySize":
                if value > MAX_MEMORY:
                    raise invalid(f"The memory is at most {MAX_MEMORY} MB")
                configuration["MemorySize"] = value
            case "Description":
                configuration["Description"] = value
            case "Environment":
                _environment(call, body, named, value.get("Variables") or {})
            case "Layers":
                configuration["Layers"] = _layers(call, value)
            case _:
                _accept(configuration, member, value)


def _accept(configuration: dict[str, Any], member: str, value: Any) -> None:
    if member in _WITHOUT_EFFECT:
        if member == "SnapStart" and value.get("ApplyOn", "None") != "None":
            raise invalid("SnapStart is not supported")
        configuration[member] = {**configuration.get(member, {}), **value}
    elif member in _ACCEPTED:
        if value not in _ACCEPTED[member]:
            raise invalid(f"{member} {value!r} is not supported")
        configuration[member] = value
    elif value:
        raise invalid(f"{member} is not supported")


def _role(call: Call, role: str) -> str:
    arn = Arn.parse(role)
    if arn is None or arn.account != call.account:
        raise invalid("The role defined for the function cannot be assumed by Lambda.")
    call.require(Check("iam:PassRole", role, {"iam:passedtoservice": LAMBDA}))
    # A role that is there must trust Lambda; without one the function has no credentials.
    exists = find_by_arn(call.store, ROLE, role) is not None
    keys = service_keys(LAMBDA, int(call.now.timestamp()))
    if exists and trusting_role(call.store, role, LAMBDA, keys) is None:
        raise invalid("The role defined for the function cannot be assumed by Lambda.")
    return role


def _runtime(runtime: str) -> str:
    if not _RUNTIME.fullmatch(runtime):
        raise invalid(
            f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum "
            "value set: [python3.x, nodejsNN.x, provided.al2023, provided.al2, provided] or be a "
            "valid ARN"
        )
    return runtime


def _environment(
    call: Call, body: dict[str, Any], named: Named, variables: Mapping[str, str]
) -> None:
    reserved = sorted(RESERVED & set(variables))
    if reserved:
        raise invalid(
            "Lambda was unable to configure your environment variables because the environment "
            "variables you have provided contains reserved keys that are currently not supported "
            f"for modification. Reserved keys used in this request: {', '.join(reserved)}"
        )
    written = json.dumps(dict(variables), separators=(",", ":"))
    if len(written.encode()) > MAX_ENVIRONMENT:
        raise invalid(
            "Lambda was unable to configure your environment variables because the environment "
            "variables you have provided exceeded the 4KB limit."
        )
    body.pop("SealedEnvironment", None)
    if variables:
        body["SealedEnvironment"] = seal_environment(variables, call.master, named.arn)


def _layers(call: Call, arns: Sequence[str]) -> list[dict[str, Any]]:
    if len(arns) > MAX_LAYERS:
        raise invalid(f"You can have up to {MAX_LAYERS} layers")
    layers = []
    for arn in arns:
        try:
            account, region, name, number = layer_parts(arn)
        except ValueError as error:
            raise invalid(str(error)) from error
        found = call.store.document(account, region, LAYER, f"{name}:{number}")
        if found is None or account != call.account:
            raise invalid(f"Layer version {arn} does not exist.")
        content = found.body["Content"]
        layers.append(
            {"Arn": arn, "CodeSize": content["CodeSize"], "CodeSha256": content["CodeSha256"]}
        )
    return layers


def renew(call: Call, body: dict[str, Any]) -> None:
    """Give a changed function its new revision."""
    body["Configuration"]["RevisionId"] = str(uuid.UUID(bytes=hashlib.sha256(
        f"{call.request_id}{body['Configuration'].get('RevisionId')}".encode()
    ).digest()[:16], version=4))  # fmt: skip
    body["Configuration"]["LastModified"] = f"{call.now:%Y-%m-%dT%H:%M:%S}.000+0000"


def check_revision(document: Document, revision: str | None) -> None:
    """Refuse to change what somebody else has changed first. Raises Fault."""
    held = document.body.get("Configuration", document.body)
    if revision is not None and held.get("RevisionId") != revision:
        raise Fault(
            "PreconditionFailedException",
            "The Revision Id provided does not match the latest Revision Id. Call the "
            "GetFunction/GetAlias API to retrieve the latest Revision Id",
            412,
            {"Type": "User"},
        )


def shown(call: Call, document: Document) -> dict[str, Any]:
    """Show a configuration as GetFunctionConfiguration does."""
    configuration = dict(document.body["Configuration"])
    variables = open_environment(document, call.master)
    if variables:
        configuration["Environment"] = {"Variables": variables}
    if "Layers" in configuration:
        configuration["Layers"] = [
            {"Arn": layer["Arn"], "CodeSize": layer["CodeSize"]}
            for layer in configuration["Layers"]
        ]
    return {name: value for name, value in configuration.items() if value is not None}
