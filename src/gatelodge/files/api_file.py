"""An API as Amazon API Gateway exports it, read from a file and made ready to publish."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gatelodge import iam
from gatelodge.arn import Arn
from gatelodge.context.expressions import ExpressionError, compile_expression
from gatelodge.files.load import FileError, load
from gatelodge.integrate.uri import UriError, fill_stage_variables, parse_uri
from gatelodge.openapi import Imported, Problem, Problems, read, read_server
from gatelodge.published import AccessLog, Api, GatewayResponseType, Stage
from gatelodge.published.freeze import freeze
from gatelodge.route.policy_arns import never_matches

_POLICY = "x-amazon-apigateway-policy"
_RESPONSES = "x-amazon-apigateway-gateway-responses"
_NAME = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


class Where:
    """Where an API belongs; None for what its server URL should tell."""

    __slots__ = ("account", "api_id", "partition", "region", "stage")

    def __init__(
        self,
        account: str,
        *,
        api_id: str | None = None,
        region: str | None = None,
        stage: str | None = None,
        partition: str = "aws",
    ) -> None:
        self.account = account
        self.api_id = api_id
        self.region = region
        self.stage = stage
        self.partition = partition


class ApiFile:
    """One file, read: what to publish, or why not, and what people should know."""

    __slots__ = ("api", "notes", "path", "problems", "stage", "warnings")

    def __init__(self, path: Path) -> None:
        self.path = path
        self.api: Api | None = None
        """None when there are problems."""
        self.stage: Stage | None = None
        self.problems: list[str] = []
        """Why it is refused: file, JSON pointer, reason."""
        self.warnings: list[str] = []
        """What will probably not do what was meant."""
        self.notes: list[str] = []
        """What was left out because the operator tolerates it."""


def read_api_file(
    path: Path,
    where: Where,
    *,
    tolerate: frozenset[str] = frozenset(),
    stage_variables: Mapping[str, str] | None = None,
    access_log: AccessLog | None = None,
) -> ApiFile:
    """Read one export. Every problem is told at once; nothing is skipped in silence."""
    file = ApiFile(path)
    try:
        document = load(path)
    except FileError as error:
        file.problems.append(str(error))
        return file
    if not isinstance(document, dict):
        file.problems.append(f"{path}: an API is a JSON object")
        return file
    server = read_server(document)
    api_id, region = where.api_id or server.api_id, where.region or server.region
    stage_name = where.stage or server.stage
    problems = Problems()
    for value, flag in ((api_id, "--api-id"), (region, "--region"), (stage_name, "--stage")):
        if value is None:
            problems.add(f"the server URL does not tell; give {flag}")
        elif not _NAME.fullmatch(value):
            problems.add(f"{flag} {value!r}: letters, digits, hyphens and underscores only")
    variables = stage_variables or {}
    names = {"AccountId": where.account, "Region": region or "", "Partition": where.partition}
    imported = read(_fill(document, names), problems)
    owner = Arn(where.partition, "execute-api", region or "", where.account, api_id or "")
    _check_policy(imported, owner, problems, file)
    _check_mappings(imported, variables, problems)
    for problem in problems.found:
        told = f"{path}#{problem.pointer}: {problem.message}"
        (file.notes if problem.name in tolerate and problem.name else file.problems).append(told)
    if file.problems or api_id is None or region is None or stage_name is None:
        return file
    file.api = freeze(
        imported.api,
        api_id=api_id,
        account=where.account,
        region=region,
        partition=where.partition,
    )
    file.stage = Stage(api_id, stage_name, file.api.deployment_id, dict(variables), access_log)
    return file


def _fill(value: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON value
    """Replace `${AWS::AccountId}`, `${AWS::Region}` and `${AWS::Partition}` in every string."""
    if isinstance(value, str):
        if "${AWS::" in value:
            for name, text in names.items():
                value = value.replace(f"${{AWS::{name}}}", text)
        return value
    if isinstance(value, list):
        return [_fill(item, names) for item in value]
    if isinstance(value, dict):
        return {key: _fill(item, names) for key, item in value.items()}
    return value


def expand_resources(policy: Mapping[str, Any], owner: Arn) -> dict[str, Any]:
    """Write `execute-api:/…` as full ARNs, as saving a policy does (resource-policy.md 1.2).

    A list of one resource becomes a plain string, as recorded from AWS.
    """

    def expanded(text: object) -> object:
        if isinstance(text, str) and text.startswith("execute-api:/"):
            return f"{owner}/{text.removeprefix('execute-api:/')}"
        return text

    written = policy.get("Statement")
    statements = written if isinstance(written, list) else [written]
    copies = []
    for statement in statements:
        copy = dict(statement) if isinstance(statement, Mapping) else statement
        for member in ("Resource", "NotResource"):
            if isinstance(copy, dict) and member in copy:
                value = copy[member]
                texts = [expanded(t) for t in value] if isinstance(value, list) else expanded(value)
                copy[member] = texts[0] if isinstance(texts, list) and len(texts) == 1 else texts
        copies.append(copy)
    return {**policy, "Statement": copies if isinstance(written, list) else copies[0]}


def _check_policy(imported: Imported, owner: Arn, problems: Problems, file: ApiFile) -> None:
    policy = imported.api["policy"]
    if policy is None:
        return
    expanded = imported.api["policy"] = expand_resources(policy, owner)
    try:
        parsed = iam.parse(expanded, iam.PolicyKind.RESOURCE)
    except iam.PolicyError as error:
        problems.found += (
            Problem(f"/{_POLICY}{problem.pointer}", problem.message) for problem in error.problems
        )
        return
    for statement in parsed.statements:
        for text in statement.resources:
            reason = never_matches(text, owner)
            if reason:
                pointer = f"/{_POLICY}/Statement/{statement.index}"
                file.warnings.append(f"{file.path}#{pointer}: {text} never matches: {reason}")


def _check_mappings(imported: Imported, variables: Mapping[str, str], problems: Problems) -> None:
    """Check every mapping expression and URI by compiling it."""
    for kind, response in imported.api["gatewayResponses"].items():
        place = problems.at(_RESPONSES, kind)
        if kind not in GatewayResponseType.__members__:
            place.add(f"there is no gateway response type {kind!r}")
        _check_expressions(response["responseParameters"], place.at("responseParameters"))
    for resource in imported.api["resources"]:
        for verb, method in resource["methods"].items():
            integration = method["integration"]
            if integration is None:
                continue
            pointer = imported.places[resource["path"], verb]
            place = Problems(f"{pointer}/x-amazon-apigateway-integration", problems.found)
            _check_expressions(integration["requestParameters"], place.at("requestParameters"))
            for response in integration.get("responses", ()):
                _check_expressions(response["responseParameters"], place.at("responses"))
            if integration["type"] == "HTTP_PROXY" and integration["uri"]:
                try:
                    parse_uri(fill_stage_variables(integration["uri"], variables))
                except UriError as error:
                    place.add(str(error), "uri")


def _check_expressions(parameters: Mapping[str, str], problems: Problems) -> None:
    for target, text in parameters.items():
        try:
            compile_expression(text)
        except ExpressionError as error:
            problems.add(str(error), target)
