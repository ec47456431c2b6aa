"""What belongs to a function as a whole: reserved concurrency and tags."""

from collections.abc import Mapping, Sequence
from typing import Any

from gatelodge.control.call import Call
from gatelodge.control.lambda_.names import Named, function, invalid, read_name, without_qualifier
from gatelodge.control.operations import Output, operation
from gatelodge.store import Document

MAX_TAGS = 50
CONCURRENT_EXECUTIONS = 1000
_UNRESERVED = 100
_RESERVED = "ReservedConcurrentExecutions"


@operation("lambda", "PutFunctionConcurrency")
def put_function_concurrency(
    call: Call, *, FunctionName: str, ReservedConcurrentExecutions: int
) -> Output:
    """Bound how many calls of a function run at once."""
    named = read_name(call, FunctionName)
    if ReservedConcurrentExecutions > CONCURRENT_EXECUTIONS - _UNRESERVED:
        raise invalid(
            "Specified ReservedConcurrentExecutions for function decreases account's "
            f"UnreservedConcurrentExecution below its minimum value of [{_UNRESERVED}]."
        )
    _change(call, named, {_RESERVED: ReservedConcurrentExecutions})
    return {_RESERVED: ReservedConcurrentExecutions}


@operation("lambda", "GetFunctionConcurrency")
def get_function_concurrency(call: Call, *, FunctionName: str) -> Output:
    """Show that bound; nothing when there is none."""
    body = function(call, read_name(call, FunctionName)).body
    return {_RESERVED: body[_RESERVED]} if _RESERVED in body else {}


@operation("lambda", "DeleteFunctionConcurrency")
def delete_function_concurrency(call: Call, *, FunctionName: str) -> Output:
    """Take that bound away."""
    _change(call, read_name(call, FunctionName), {_RESERVED: None})
    return None


@operation("lambda", "TagResource")
def tag_resource(call: Call, *, Resource: str, Tags: Mapping[str, str]) -> Output:
    """Add tags to a function, or change them."""
    named = read_name(call, Resource)
    tags = {**function(call, named).body.get("Tags", {}), **Tags}
    check_tags(tags)
    _change(call, named, {"Tags": tags})
    return None


def check_tags(tags: Mapping[str, str]) -> None:
    """Refuse tags that no function can have. Raises Fault."""
    if len(tags) > MAX_TAGS:
        raise invalid(f"A function has at most {MAX_TAGS} tags")
    if any(key.lower().startswith("aws:") for key in tags):
        raise invalid("aws: prefixed tag key names are not allowed for external use.")


@operation("lambda", "UntagResource")
def untag_resource(call: Call, *, Resource: str, TagKeys: Sequence[str]) -> Output:
    """Take tags away."""
    named = read_name(call, Resource)
    tags = function(call, named).body.get("Tags", {})
    _change(call, named, {"Tags": {k: v for k, v in tags.items() if k not in TagKeys}})
    return None


@operation("lambda", "ListTags")
def list_tags(call: Call, *, Resource: str) -> Output:
    """List a function's tags."""
    return {"Tags": dict(function(call, read_name(call, Resource)).body.get("Tags", {}))}


@operation("lambda", "GetAccountSettings")
def get_account_settings(call: Call) -> Output:
    """Show the limits of an account and what it uses."""
    count = call.store.count("lambda/function", call.account)
    return {
        "AccountLimit": {
            "TotalCodeSize": 80_530_636_800,
            "CodeSizeUnzipped": 262_144_000,
            "CodeSizeZipped": 52_428_800,
            "ConcurrentExecutions": CONCURRENT_EXECUTIONS,
            "UnreservedConcurrentExecutions": CONCURRENT_EXECUTIONS,
        },
        "AccountUsage": {"FunctionCount": count},
    }


def _change(call: Call, named: Named, members: Mapping[str, Any]) -> None:
    without_qualifier(named)
    document = function(call, named)
    body = {**document.body, **members}
    call.store.put(
        Document(
            account=document.account,
            region=document.region,
            kind=document.kind,
            id=document.id,
            parent=document.parent,
            name=document.name,
            body={name: value for name, value in body.items() if value is not None},
            version=document.version,
            created=document.created,
        )
    )
