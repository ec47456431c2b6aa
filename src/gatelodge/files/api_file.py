"""An API as Amazon API Gateway exports it, read from a file and made ready to publish."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gatelodge import iam
from gatelodge.arn import Arn, partition_of
from gatelodge.files.load import FileError, parse, read_octets
from gatelodge.files.mappings import check_mappings
from gatelodge.openapi import Imported, Problem, Problems, read, read_server
from gatelodge.openapi.pseudo_variables import fill_pseudo_variables
from gatelodge.published import AccessLog, Api, Stage
from gatelodge.published.freeze import freeze
from gatelodge.route.policy_arns import expand_resources, never_matches

_POLICY = "x-amazon-apigateway-policy"
_OF_HTTP_APIS = "x-amazon-apigateway-importexport-version"
_NAME = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


class Where:
    """Where an API belongs; None for what its server URL should tell."""

    __slots__ = ("account", "api_id", "region", "stage")

    def __init__(
        self,
        account: str,
        *,
        api_id: str | None = None,
        region: str | None = None,
        stage: str | None = None,
    ) -> None:
        self.account = account
        self.api_id = api_id
        self.region = region
        self.stage = stage


class ApiFile:
    """One file, read: what to publish, or why not, and what people should know."""

    __slots__ = (
        "api",
        "content",
        "form",
        "left_out",
        "notes",
        "path",
        "problems",
        "stage",
        "tolerate",
        "warnings",
    )

    def __init__(self, path: Path, tolerate: frozenset[str]) -> None:
        self.path = path
        self.tolerate = tolerate
        """Names of what the operator agreed to have left out."""
        self.content = b""
        """The document as it came."""
        self.api: Api | None = None
        """None when there are problems."""
        self.form: Mapping[str, Any] | None = None
        """The whole API in the reader's form, which `api` is a part of; None with problems."""
        self.stage: Stage | None = None
        self.problems: list[str] = []
        """Why it is refused: file, JSON pointer, reason."""
        self.warnings: list[str] = []
        """What will probably not do what was meant."""
        self.left_out: list[str] = []
        """What an API cannot hold and calls do not feel: odd schemas, cookies, documentation."""
        self.notes: list[str] = []
        """What was left out because the operator tolerates it."""

    def warn(self, pointer: str, message: str) -> None:
        """Note something that will probably not do what was meant."""
        self.warnings.append(f"{self.path}#{pointer}: {message}")


def read_api_file(
    path: Path,
    where: Where,
    *,
    tolerate: frozenset[str] = frozenset(),
    stage_variables: Mapping[str, str] | None = None,
    access_log: AccessLog | None = None,
) -> ApiFile:
    """Read one export. Every problem is told at once; nothing is skipped in silence."""
    file = ApiFile(path, tolerate)
    try:
        file.content = read_octets(path)
        document = parse(path, file.content)
    except FileError as error:
        file.problems.append(str(error))
        return file
    if not isinstance(document, dict):
        file.problems.append(f"{path}: an API is a JSON object")
        return file
    problems = Problems()
    api_id, region, stage_name = _settle(where, document, problems)
    variables = stage_variables or {}
    partition = partition_of(region or "")
    imported = read(fill_pseudo_variables(document, where.account, region or ""), problems)
    imported.check_served(problems)
    file.left_out = [f"{path}#{each.pointer}: {each.message}" for each in imported.left_out]
    owner = Arn(partition, "execute-api", region or "", where.account, api_id or "")
    _check_policy(imported, owner, problems, file)
    check_mappings(imported, variables, problems, file.warn)
    if _OF_HTTP_APIS in document:
        file.warn(
            f"/{_OF_HTTP_APIS}",
            "this looks like the export of an HTTP API; it is served as a REST API, which answers "
            "errors and unknown routes in another way",
        )
    for problem in problems.found:
        told = f"{path}#{problem.pointer}: {problem.message}{problem.tolerable}"
        (file.notes if problem.name in tolerate and problem.name else file.problems).append(told)
    if file.problems or api_id is None or region is None or stage_name is None:
        return file
    file.form = imported.api
    file.api = freeze(
        imported.api,
        api_id=api_id,
        account=where.account,
        region=region,
        partition=partition,
    )
    file.stage = Stage(api_id, stage_name, file.api.deployment_id, dict(variables), access_log)
    return file


def _settle(
    where: Where, document: Mapping[str, Any], problems: Problems
) -> tuple[str | None, str | None, str | None]:
    """Settle API id, region and stage; what nobody tells is a problem, never guessed."""
    server = read_server(document)
    api_id, region = where.api_id or server.api_id, where.region or server.region
    stage = where.stage or server.stage
    for value, flag in ((api_id, "--api-id"), (region, "--region"), (stage, "--stage")):
        if value is None:
            problems.add(f"the server URL does not tell; give {flag}")
        elif not _NAME.fullmatch(value):
            problems.add(f"{flag} {value!r}: letters, digits, hyphens and underscores only")
    return api_id, region, stage


def _check_policy(imported: Imported, owner: Arn, problems: Problems, file: ApiFile) -> None:
    policy = imported.api.get("policy")
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
            pointer = f"/{_POLICY}/Statement/{statement.index}"
            if reason and statement.not_resource:
                file.warn(pointer, f"{text} in NotResource excepts nothing: {reason}")
            elif reason:
                file.warn(pointer, f"{text} never matches: {reason}")
