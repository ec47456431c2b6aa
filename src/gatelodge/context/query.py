"""The query string, read: names and values decoded, for whatever looks at single parameters.

Signatures and HTTP proxies use the raw text instead.
"""

from urllib.parse import parse_qsl, quote


def read_query(raw_query: str) -> list[tuple[str, str]]:
    """Decode a raw query (ISO-8859-1 text of its octets) into pairs in their order.

    Octets that are not UTF-8 become U+FFFD; a name without `=` has an empty value.
    """
    if not raw_query:
        return []
    octets = raw_query.encode("latin-1").decode("utf-8", "replace")
    return parse_qsl(octets, keep_blank_values=True)


def write_pair(name: str, value: str) -> str:
    """Write one pair as it goes into a query string."""
    return f"{quote(name, safe='')}={quote(value, safe='')}"
