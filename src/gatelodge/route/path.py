"""Read the raw path once, into segments that policies, routes and backends all share.

One spelling for one resource: escapes are decoded, so that `/pets` and `/%70ets` are the same
segment, except `%2F` and `%25`, which stay escaped (upper case), since decoding them would make one
segment look like two, or an escape out of plain text. Spellings that a backend could read in
another way than we did are refused: dot segments, backslashes, control characters, broken escapes
and octets that are not UTF-8, escaped or not.

What is refused here is never routed, authorized or sent on.
"""

import re

# The everyday path: nothing escaped, nothing to decode. `/.` is looked for apart.
_PLAIN = re.compile(r"/[A-Za-z0-9\-._~!$&'()*+,;=:@/]*")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")
_FORBIDDEN = re.compile("[\x00-\x20\x7f\\\\#]")
# pchar of RFC 3986, 3.3, with the escapes that segments keep.
_TO_ESCAPE = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+,;=:@%]")
_WRITTEN = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*")
_KEPT_ESCAPED = {0x2F: "%2F", 0x25: "%25"}


class PathRefused:
    """Why a path is not read; `reason` is for people."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason


def read_path(raw_path: str) -> list[str] | PathRefused:
    """Split a raw path (ISO-8859-1 text of its octets) into segments in their one spelling.

    `/prod/pets/7` gives `["prod", "pets", "7"]`; a final slash gives a last, empty segment.
    """
    if _PLAIN.fullmatch(raw_path) and "/." not in raw_path:
        return raw_path[1:].split("/")
    if not raw_path.startswith("/"):
        return PathRefused("the path does not start with a slash")
    if _FORBIDDEN.search(raw_path):
        return PathRefused("the path holds a backslash, a number sign or a control character")
    segments = []
    for raw in raw_path[1:].split("/"):
        segment = _decode(raw)
        if isinstance(segment, PathRefused):
            return segment
        segments.append(segment)
    return segments


def escape_segments(joined: str) -> str:
    """Write segments joined by slashes as they go on a request line."""
    if _WRITTEN.fullmatch(joined):
        return joined
    return "/".join(map(escape, joined.split("/")))


def escape(segment: str) -> str:
    """Write a segment as it goes on a request line; the inverse of reading it."""
    if _TO_ESCAPE.search(segment) is None:
        return segment
    return _TO_ESCAPE.sub(
        lambda match: "".join(f"%{octet:02X}" for octet in match[0].encode()), segment
    )


def _decode(raw: str) -> str | PathRefused:
    """Bring one raw segment into its one spelling, or say what is wrong with it."""
    octets = bytearray()
    position = 0
    for match in _ESCAPE.finditer(raw):
        if match[1] is None:
            return PathRefused("the path holds a percent sign that starts no escape")
        octets += raw[position : match.start()].encode("latin-1")
        octet = int(match[1], 16)
        octets += _KEPT_ESCAPED.get(octet, chr(octet)).encode("latin-1")
        position = match.end()
    octets += raw[position:].encode("latin-1")
    try:
        segment = octets.decode()
    except UnicodeDecodeError:
        return PathRefused("the path is not UTF-8")
    # A space is fine once it was escaped; the other forbidden characters are not.
    if _FORBIDDEN.search(segment.replace(" ", "").replace("#", "")):
        return PathRefused("the path holds an escaped backslash or control character")
    if any(part in {".", ".."} for part in segment.split("%2F")):
        return PathRefused("the path holds a dot segment")
    return segment
