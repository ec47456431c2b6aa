"""Lists in pages, as API Gateway gives them (reference: control-plane.md section 6.4)."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from gatelodge.control.fault import Fault

DEFAULT_LIMIT, MAX_LIMIT = 25, 500

Item = Mapping[str, Any]


def page(
    items: Sequence[tuple[str, Item]], limit: int | None, position: str | None
) -> dict[str, Any]:
    """Cut one page out of (key, item) in the order of their keys; gives `items` and `position`.

    A limit out of range is clamped, as recorded. The position is the last key shown, so that pages
    stay true when something is added or deleted between them. Raises Fault for any other text.
    """
    size = DEFAULT_LIMIT if limit is None else min(max(limit, 1), MAX_LIMIT)
    after = None if position is None else _read(position)
    left = [(key, item) for key, item in sorted(items, key=_key) if after is None or key > after]
    shown = left[:size]
    answer: dict[str, Any] = {"items": [item for _, item in shown]}
    if len(left) > size:
        answer["position"] = base64.urlsafe_b64encode(shown[-1][0].encode()).decode()
    return answer


def _key(pair: tuple[str, Item]) -> str:
    return pair[0]


def _read(position: str) -> str:
    try:
        return base64.b64decode(position, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise Fault("BadRequestException", "Invalid position parameter specified") from error
