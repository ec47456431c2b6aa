"""Lists in pages, as Lambda gives them: the marker is the last key shown."""

import base64
import binascii
from collections.abc import Sequence

from gatelodge.control.lambda_.names import invalid
from gatelodge.store import Document

DEFAULT, MOST = 50, 10_000


def cut(
    documents: Sequence[Document], size: int | None, marker: str | None
) -> tuple[list[Document], str | None]:
    """Cut one page; gives it with the marker of the next. Raises Fault."""
    after = _read(marker) if marker else None
    left = [d for d in sorted(documents, key=_key) if after is None or _key(d) > after]
    count = min(max(size or DEFAULT, 1), MOST)
    shown = left[:count]
    if len(left) <= count:
        return shown, None
    return shown, base64.urlsafe_b64encode(_key(shown[-1]).encode()).decode()


def _key(document: Document) -> str:
    """Order versions by number, behind what they are versions of."""
    name, _, number = document.id.partition(":")
    return f"{name}:{number:0>12}" if number.isdigit() else f"{name}:{number}"


def _read(marker: str) -> str:
    try:
        return base64.b64decode(marker, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise invalid("The marker is not one that this list gave") from error
