"""How documents write HTTP statuses."""

import re

# AWS's reader takes names without quotation marks, and the AWS CDK writes them so.
_TEMPLATE = re.compile(r"""\s*\{\s*(["']?)statusCode\1\s*:\s*(["']?)([2-5]\d\d)\2\s*,?\s*\}\s*""")
_HTTP_STATUS = re.compile(r"[2-5]\d\d", re.ASCII)


def read_status(template: str) -> int | None:
    """Read the status that a mock's request template names; None when it is something else."""
    match = _TEMPLATE.fullmatch(template)
    return None if match is None else int(match[3])


def read_http_status(value: object) -> int | None:
    """Read a final HTTP status, as a number or as text; None when it is none."""
    if isinstance(value, int | str) and _HTTP_STATUS.fullmatch(str(value)):
        return int(value)
    return None
