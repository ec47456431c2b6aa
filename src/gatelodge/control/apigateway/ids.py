"""New ids, of the lengths and the alphabet that API Gateway uses (control-plane.md section 6.1)."""

import secrets
import string

_ALPHABET = string.ascii_lowercase + string.digits


def long_id() -> str:
    """Give an id for an API or its root resource."""
    return _draw(10)


def short_id() -> str:
    """Give an id for anything inside an API."""
    return _draw(6)


def _draw(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
