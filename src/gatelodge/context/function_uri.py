"""`arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/FUNCTION/invocations`, taken apart.

How integrations and authorizers name a Lambda function (API Gateway API reference, `uri`).
"""

import re
from collections.abc import Mapping

_URI = re.compile(
    r"arn:[a-z-]+:apigateway:[a-z0-9-]+:lambda:path/2015-03-31/functions/(\S+)/invocations",
    re.ASCII,
)
_FUNCTION = re.compile(
    r"arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9$_-]+)?",
    re.ASCII,
)
_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}", re.ASCII)


class FunctionUriError(ValueError):
    """The text names no Lambda function."""


def function_arn(uri: str, stage_variables: Mapping[str, str]) -> str:
    """Give the ARN of the function, stage variables filled in. Raises FunctionUriError."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in stage_variables:
            raise FunctionUriError(f"the stage has no variable {match[1]!r}")
        return stage_variables[match[1]]

    filled = _STAGE_VARIABLE.sub(value, uri)
    match = _URI.fullmatch(filled)
    if match is None or not _FUNCTION.fullmatch(match[1]):
        raise FunctionUriError(
            f"{filled!r} is not arn:PARTITION:apigateway:REGION:lambda:path/2015-03-31/functions/"
            "FUNCTION-ARN/invocations"
        )
    return match[1]
