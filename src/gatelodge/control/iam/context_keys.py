"""Which condition keys policies ask for."""

import re
from collections.abc import Iterable, Iterator, Sequence

from gatelodge import iam
from gatelodge.control.call import Call
from gatelodge.control.iam.simulated_policies import Source, find_source, given, policies_of
from gatelodge.control.operations import Output, operation

_VARIABLE = re.compile(r"\$\{\s*([^\s,'{}*?$]+)\s*(?:,[^{}]*)?\}")


@operation("iam", "GetContextKeysForCustomPolicy")
def get_context_keys_for_custom_policy(call: Call, *, PolicyInputList: Sequence[str]) -> Output:
    """List the keys that the policies given ask for."""
    sources = given("PolicyInputList", PolicyInputList, iam.PolicyKind.IDENTITY)
    return {"ContextKeyNames": context_keys(sources)}


@operation("iam", "GetContextKeysForPrincipalPolicy")
def get_context_keys_for_principal_policy(
    call: Call, *, PolicySourceArn: str, PolicyInputList: Sequence[str] = ()
) -> Output:
    """List the keys that the policies of a user, group or role ask for, and more given ones."""
    entity = find_source(call, PolicySourceArn)
    sources = [
        *policies_of(call, entity),
        *given("PolicyInputList", PolicyInputList, iam.PolicyKind.IDENTITY),
    ]
    return {"ContextKeyNames": context_keys(sources)}


def context_keys(sources: Iterable[Source]) -> list[str]:
    """Give the keys as they are first written, in order; their case does not tell them apart."""
    found: dict[str, str] = {}
    for source in sources:
        for key in _keys(source.policy):
            found.setdefault(key.lower(), key)
    return sorted(found.values(), key=str.lower)


def _keys(policy: iam.Policy) -> Iterator[str]:
    for statement in policy.statements:
        for condition in statement.conditions:
            yield condition.key_written
            if policy.variables:
                yield from _variables(condition.values)
        if policy.variables:
            yield from _variables(statement.resources)


def _variables(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from _VARIABLE.findall(text)
