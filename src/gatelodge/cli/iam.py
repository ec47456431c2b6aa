"""`gatelodge iam`: ask the policy engine directly."""

import os
import select
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from typing import Annotated, Any

import orjson
from cyclopts import App, Parameter

from gatelodge.files.lint import DEFAULT_TTL, Finding, lint_policy
from gatelodge.files.load import FileError, load
from gatelodge.iam import PolicyError, PolicyKind
from gatelodge.iam.case import answer
from gatelodge.iam.document import read_text

app = App(name="iam", help="Ask the policy engine directly.")
Switch = Parameter(negative="")
Repeated = Parameter(consume_multiple=False, negative="")
_MAX_LINE = 4 * 1024 * 1024
_CHUNK = 256 * 1024


@app.command
def simulate(
    *,
    principal: str = "*",
    action: str = "execute-api:Invoke",
    resource: str | None = None,
    resource_account: str | None = None,
    context: Annotated[tuple[str, ...], Repeated] = (),
    tag: Annotated[tuple[str, ...], Repeated] = (),
    identity: Annotated[tuple[Path, ...], Repeated] = (),
    resource_policy: Path | None = None,
    boundary: Path | None = None,
    session: Annotated[tuple[Path, ...], Repeated] = (),
    service_control: Annotated[tuple[Path, ...], Repeated] = (),
    resource_control: Annotated[tuple[Path, ...], Repeated] = (),
    json_output: Annotated[bool, Parameter(name="--json", negative="")] = False,
    jsonl: Annotated[bool, Switch] = False,
) -> int:
    """Decide one request, or with --jsonl one case for each line of standard input.

    Parameters
    ----------
    principal
        ARN of a user, role, session or root; an account; * for anonymous.
    action
        service:Name
    resource
        ARN of what is acted upon.
    resource_account
        Owner of the resource, where its ARN does not tell.
    context
        A condition key, KEY=VALUE; given several times for one key, it has several values.
    tag
        A tag of the principal, KEY=VALUE.
    identity
        File with an identity policy; may be given several times.
    resource_policy
        File with the resource policy.
    boundary
        File with the permissions boundary.
    session
        File with a session policy; may be given several times.
    service_control
        File with the service control policy of one level; may be given several times.
    resource_control
        File with the resource control policy of one level; may be given several times.
    json_output
        Print JSON.
    jsonl
        Read cases from standard input, one JSON object a line; answer each with a line.

    """
    if jsonl:
        for lines in _answer_all(sys.stdin.fileno(), os.cpu_count() or 1):
            sys.stdout.buffer.write(lines)
            sys.stdout.buffer.flush()
        return 0
    if resource is None:
        return _fail("give --resource, or --jsonl")
    try:
        case = {
            "principal": principal,
            "action": action,
            "resource": resource,
            "resourceAccount": resource_account,
            "context": _pairs(context, "--context"),
            "principalTags": _pairs(tag, "--tag"),
            "identityPolicies": [load(path) for path in identity],
            "resourcePolicy": None if resource_policy is None else load(resource_policy),
            "permissionsBoundary": None if boundary is None else load(boundary),
            "sessionPolicies": [load(path) for path in session] or None,
            "serviceControlPolicies": [[load(path)] for path in service_control],
            "resourceControlPolicies": [[load(path)] for path in resource_control],
        }
    except (FileError, ValueError) as error:
        return _fail(str(error))
    answered = answer(case)
    if json_output:
        print(orjson.dumps(answered).decode())
    elif "error" in answered:
        return _fail(str(answered["error"]))
    else:
        print(answered["decision"])
        for sentence in answered["because"]:
            print(f"  {sentence}")
    return 1 if "error" in answered else 0


@app.command
def lint(
    *files: Path,
    kind: PolicyKind = PolicyKind.RESOURCE,
    account: str | None = None,
    region: str | None = None,
    api_id: str | None = None,
    ttl: int = DEFAULT_TTL,
) -> int:
    """Look for what a policy will probably not do as it was meant; status 1 when it is invalid.

    Parameters
    ----------
    files
        Policy documents, JSON or YAML.
    kind
        What the policies are attached to.
    account
        Account of the API, to find ARNs of another.
    region
        Region of the API.
    api_id
        Id of the API.
    ttl
        Of a policy that an authorizer returns: for how many seconds the answer is kept.

    """
    if not files:
        return _fail("name at least one file")
    invalid = False
    for path in files:
        try:
            findings = lint_policy(
                load(path), kind, account=account, region=region, api_id=api_id, ttl=ttl
            )
        except FileError as error:
            return _fail(str(error))
        for finding in findings:
            print(_shown(path, finding))
        invalid = invalid or any(finding.invalid for finding in findings)
    return 1 if invalid else 0


def answers(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Answer cases, one JSON object a line, in their order."""
    for line in lines:
        if not line.strip():
            continue
        yield orjson.dumps(_answer(line)) + b"\n"


def _answer(line: bytes) -> dict[str, Any]:
    if len(line) > _MAX_LINE:
        return {"error": f"a case has at most {_MAX_LINE} bytes"}
    try:
        case: Any = orjson.loads(line)
        if not _members_are_plain(line, case):
            case = read_text(line.decode())
    except orjson.JSONDecodeError as error:
        return {"error": f"not JSON: {error}"}
    except PolicyError as error:
        return {"error": error.problems[0].message}
    return answer(case) if isinstance(case, dict) else {"error": "a case is a JSON object"}


def _members_are_plain(line: bytes, case: object) -> bool:
    """Tell quickly that no member stands twice: the fast reader keeps the last without a word.

    False where counting cannot tell: then the strict reader looks at the line.
    """
    spelled_otherwise = b" :" in line or b"\t" in line or b"\r" in line
    return not spelled_otherwise and line.count(b'":') == orjson.dumps(case).count(b'":')


def _answer_all(descriptor: int, processes: int) -> Iterator[bytes]:
    """Answer every line of a file or pipe, in order; large input is shared among processes."""
    waiting: deque[Future[bytes]] = deque()
    with ProcessPoolExecutor(processes) as pool:  # which begins none before the first is needed
        for block in _blocks(descriptor):
            if not waiting and (processes == 1 or not _has_more(descriptor)):
                yield _answer_block(block)
                continue
            waiting.append(pool.submit(_answer_block, block))
            while waiting and (len(waiting) > 2 * processes or not _has_more(descriptor)):
                yield waiting.popleft().result()
        for last in waiting:
            yield last.result()


def _answer_block(lines: list[bytes]) -> bytes:
    return b"".join(answers(lines))


def _has_more(descriptor: int) -> bool:
    """Tell whether reading would not wait: nobody who waits for an answer is kept waiting."""
    return bool(select.select([descriptor], [], [], 0)[0])


def _blocks(descriptor: int) -> Iterator[list[bytes]]:
    """Read whole lines as they come: who waits for an answer before writing on gets it."""
    begun = b""
    while chunk := os.read(descriptor, _CHUNK):
        complete, newline, rest = chunk.rpartition(b"\n")
        if not newline:
            begun = (begun + chunk)[: _MAX_LINE + 1]  # longer is refused whatever follows
            continue
        yield (begun + complete).split(b"\n")
        begun = rest
    yield [begun]


def _pairs(texts: tuple[str, ...], option: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise ValueError(f"{option} {text!r}: write KEY=VALUE")
        if key in found:
            before = found[key]
            found[key] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            found[key] = value
    return found


def _shown(path: Path, finding: Finding) -> str:
    word = "error" if finding.invalid else "warning"
    return f"{word}: {path}#{finding.pointer}: {finding.message}; {finding.fix}"


def _fail(message: str) -> int:
    print(f"error: {message}", file=sys.stderr)
    return 1
