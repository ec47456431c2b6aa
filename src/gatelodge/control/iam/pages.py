"""Long lists in pages: MaxItems and Marker (reference: control-plane.md section 4.4).

A marker names the last item that was given, so that items made or deleted between two pages neither
hide others nor show them twice.
"""

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from gatelodge.control.iam import faults

DEFAULT = 100
T = TypeVar("T")


def page(
    name: str,
    items: Iterable[T],
    key: Callable[[T], str],
    show: Callable[[T], Any],
    *,
    MaxItems: int | None = None,
    Marker: str | None = None,
) -> dict[str, Any]:
    """Give one page as an operation's output.

    name: the output's member; key: a text that orders the items and is another for each of them;
    show: turns an item into what is given.
    """
    count = DEFAULT if MaxItems is None else MaxItems
    after = None if Marker is None else _read(Marker)
    waiting = sorted(
        ((key(item), item) for item in items if after is None or key(item) > after),
        key=lambda pair: pair[0],
    )
    given = waiting[:count]
    output: dict[str, Any] = {
        name: [show(item) for _, item in given],
        "IsTruncated": len(waiting) > count,
    }
    if output["IsTruncated"]:
        output["Marker"] = base64.urlsafe_b64encode(given[-1][0].encode()).decode()
    return output


def _read(marker: str) -> str:
    try:
        return base64.b64decode(marker, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise faults.invalid("Invalid Marker.") from error
