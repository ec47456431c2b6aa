"""Functions that run elsewhere, called by Lambda's own Invoke operation over HTTP.

Source: AWS Lambda API reference, Invoke. A real function of AWS is called with the operator's own
credentials, taken from the environment of `gatelodge serve`.
"""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from gatelodge import sigv4
from gatelodge.functions.function import Event, Function, Result, Throttled
from gatelodge.integrate.questions import (
    Origin,
    SendHttp,
    Uninvoked,
    UninvokedReason,
    Unreachable,
    Unreached,
)
from gatelodge.messages import Pair, Response
from gatelodge.world.http import Upstream

_PORTS = {"http": 80, "https": 443}
_ERROR = "x-amz-function-error"


class RemoteFunctions:
    """Calls functions elsewhere."""

    __slots__ = ("_environ", "_loop", "_upstream")

    def __init__(
        self, loop: asyncio.AbstractEventLoop, upstream: Upstream, environ: Mapping[str, str]
    ) -> None:
        self._loop = loop
        self._upstream = upstream
        self._environ = environ
        """Where the operator's AWS credentials are."""

    async def run(
        self, function: Function, event: Event, seconds: float
    ) -> Result | Throttled | Uninvoked:
        """Call a function. Raises nothing for what the other side does."""
        remote = function.remote
        if remote is None:
            raise ValueError(f"{function.arn} is not remote")
        parts = urlsplit(remote.endpoint)
        path = f"/2015-03-31/functions/{quote(remote.function, safe='')}/invocations"
        url = f"{parts.scheme}://{parts.netloc}{path}"
        fields: list[Pair] = [
            ("Host", parts.netloc),
            ("Content-Type", "application/json"),
            ("X-Amz-Invocation-Type", "RequestResponse"),
        ]
        if remote.sign:
            signed = self._sign(url, fields, event.payload, remote.region)
            if isinstance(signed, Uninvoked):
                return signed
            fields += signed
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        question = SendHttp(
            "POST",
            Origin(parts.scheme, host, port),
            path,
            "".join(f"{name}: {value}\r\n" for name, value in fields),
            event.payload,
            int(seconds * 1000),
        )
        answer: asyncio.Future[Response | Unreachable] = self._loop.create_future()
        self._upstream.send(question, lambda got: None if answer.done() else answer.set_result(got))
        return _read(await answer, function)

    def _sign(
        self, url: str, fields: list[Pair], payload: bytes, region: str
    ) -> list[Pair] | Uninvoked:
        key, secret = (
            self._environ.get(name) for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        )
        if not key or not secret:
            return Uninvoked(
                UninvokedReason.UNAVAILABLE,
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set where gatelodge runs",
            )
        return list(
            sigv4.sign(
                "POST",
                url,
                fields,
                payload,
                access_key_id=key,
                secret=secret,
                session_token=self._environ.get("AWS_SESSION_TOKEN"),
                region=region,
                service="lambda",
                now=datetime.fromtimestamp(time.time(), UTC),
            )
        )


def _read(answer: Response | Unreachable, function: Function) -> Result | Throttled | Uninvoked:
    if isinstance(answer, Unreachable):
        timed_out = answer.reason is Unreached.TIMED_OUT
        reason = UninvokedReason.TIMED_OUT if timed_out else UninvokedReason.UNAVAILABLE
        return Uninvoked(reason, answer.detail or answer.reason.value)
    match answer.status:
        case 200:
            failed = any(name.lower() == _ERROR for name, _ in answer.headers)
            return Result(answer.body, failed, version=function.version)
        case 429:
            return Throttled("ConcurrentInvocationLimitExceeded")
        case 404:
            return Uninvoked(UninvokedReason.NOT_FOUND, _shown(answer))
        case 403:
            return Uninvoked(UninvokedReason.NOT_PERMITTED, _shown(answer))
        case 413:
            return Uninvoked(UninvokedReason.TOO_LARGE, _shown(answer))
        case _:
            return Uninvoked(UninvokedReason.UNAVAILABLE, _shown(answer))


def _shown(answer: Response) -> str:
    return f"{answer.status}: {answer.body[:200].decode('utf-8', 'replace')}"
