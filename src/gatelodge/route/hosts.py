"""From a host name and the first segments to an API and its stage.

An API answers at `{api-id}.execute-api.{region}.{any domain}/{stage}/…` and, where names are
awkward, at `/_aws/execute-api/{api-id}/{stage}/…` of any host.
"""

_KNOWN_HOSTS = 1024
_UNSEEN = ""


Address = tuple[str, str, list[str], bool]
"""Where a request points before the API is known to exist: API id, stage, the segments below the
stage (`[""]` and `[]` are the root resource), and whether the host name says so, which is the
default endpoint that an API can disable."""


class HostNames:
    """Reads API ids from host names, remembering the last ones it saw (bounded)."""

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        self._seen: dict[str, str | None] = {}

    def address(self, host: str, segments: list[str]) -> Address | None:
        """Find API id and stage; None when neither host nor path names an API."""
        api_id = self._seen.get(host, _UNSEEN)
        if api_id is _UNSEEN:
            api_id = self._read(host)
        if api_id is not None:
            return api_id, segments[0], segments[1:], True
        if len(segments) > 3:
            first, second, api_id, stage, *rest = segments
        elif len(segments) == 3:
            first, second, api_id = segments
            stage, rest = "", []
        else:
            return None
        if first != "_aws" or second != "execute-api" or not api_id:
            return None
        return api_id, stage, rest, False

    def _read(self, host: str) -> str | None:
        labels = host.lower().rsplit(":", 1)[0].split(".") if host else []
        named = len(labels) > 3 and labels[1] == "execute-api"
        if len(self._seen) >= _KNOWN_HOSTS:
            self._seen.clear()
        api_id = self._seen[host] = labels[0] if named and labels[0] else None
        return api_id
