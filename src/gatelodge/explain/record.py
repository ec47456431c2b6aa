"""What the visitors' book keeps of one call: a flat list that JSON can hold, less its last Nones.

No secret gets in: the query is not kept, of the header fields only those that policies can ask
about are, and secrets that a client signed are blanked in a canonical request.
"""

import re
from datetime import UTC, datetime
from typing import Any

import orjson

from gatelodge.authorize.decision import Allow, Deny
from gatelodge.iam import Verdict
from gatelodge.messages import Headers, Request
from gatelodge.serve import Served

FORM = 3
_MAX_TEXT = 8_192
# Looking a member of an enumeration up costs as much as the rest of a field.
_ALLOWED = Verdict.ALLOWED.value
_SECRET_PARAMETERS = re.compile(r"(?i)\b(X-Amz-Security-Token)=[^&\n]*")
_SECRET_LINES = re.compile(r"(?im)^(x-amz-security-token|authorization|cookie|x-api-key):.*$")

_FIELDS = (
    "form",
    "time",
    "request_id",
    "method",
    "path",
    "host",
    "user_agent",
    "referer",
    "forwarded_for",
    "source_ip",
    "peer_ip",
    "scheme",
    "protocol",
    "api_id",
    "stage",
    "deployment",
    "status",
    "authorization_type",
    "verdict",
    "exhibit",
    "access_key_id",
    "kind",
    "error_type",
    "message",
    "detail",
    "failure",
    "evidence",
)
_NOWHERE = (None, None, None)
_NOT_REFUSED = (None, None, None, None, None, "", None)
"""From exhibit to failure, of somebody admitted who is no IAM caller."""
_INDEX = {name: position for position, name in enumerate(_FIELDS)}


def make_record(request: Request, served: Served) -> bytes:
    """Note one finished call; Record reads it back."""
    plan, method, decision = served.plan, served.method, served.decision
    field = request.headers.index.get
    values: list[Any] = [
        FORM,
        request.received_at.timestamp(),
        request.id,
        request.method,
        request.raw_path[:_MAX_TEXT],
        field("host"),
        field("user-agent"),
        field("referer"),
        field("x-forwarded-for"),
        request.source_ip,
        request.peer_ip,
        request.scheme,
        request.protocol,
        *(plan.names if plan is not None else _NOWHERE),
        served.response.status,
        method.authorization_type if method is not None else None,
    ]
    if isinstance(decision, Allow):
        caller = decision.caller
        values.append(_ALLOWED)
        if caller is not None:
            values += (caller.exhibit, caller.access_key_id)
        if served.failure is None:
            if decision.evidence is None:
                return orjson.dumps(values)  # the everyday record; what is not there is None
            if caller is None:
                values += (*_NOT_REFUSED, decision.evidence.written)
                return orjson.dumps(values)
    return orjson.dumps(_fill_in(values, served))


def _fill_in(values: list[Any], served: Served) -> list[Any]:
    """Add what only some records have: who was refused and why, what failed, what was found."""
    record = values + [None] * (len(_FIELDS) - len(values))
    decision, failure = served.decision, served.failure
    record[_INDEX["detail"]] = served.refusal
    if isinstance(decision, Deny):
        if decision.verdicts:
            record[_INDEX["verdict"]] = decision.verdicts.verdict.value
        if decision.caller:
            record[_INDEX["exhibit"]] = decision.caller.exhibit
            record[_INDEX["access_key_id"]] = decision.caller.access_key_id
        record[_INDEX["kind"]] = decision.kind.value
        record[_INDEX["error_type"]] = decision.error_type
        record[_INDEX["message"]] = _without_secrets(decision.message or "")
        record[_INDEX["detail"]] = decision.detail
    if failure is not None:
        record[_INDEX["failure"]] = f"{failure.kind.value}: {failure.detail}"
    if decision is not None and decision.evidence is not None:
        record[_INDEX["evidence"]] = decision.evidence.written
    return record


def _without_secrets(message: str) -> str:
    """Blank what is secret in a canonical request, which signature errors show."""
    if "\n" in message:
        message = _SECRET_LINES.sub(r"\1:(not shown)", message)
        message = _SECRET_PARAMETERS.sub(r"\1=(not shown)", message)
    return message[:_MAX_TEXT]


class Record:
    """A record read back."""

    __slots__ = ("_values",)

    def __init__(self, octets: bytes) -> None:
        """Read a record. Raises ValueError for what is none, or another version's."""
        values = orjson.loads(octets)
        if (
            not isinstance(values, list)
            or not values
            or values[0] != FORM
            or len(values) > len(_FIELDS)
        ):
            raise ValueError("a record of another gatelodge version")
        self._values = values + [None] * (len(_FIELDS) - len(values))

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - each field has a type of its own
        return self._values[_INDEX[name]]

    @property
    def denied(self) -> bool:
        """Whether the gateway refused the call."""
        return bool(self["verdict"] != _ALLOWED)

    @property
    def time(self) -> datetime:
        """When the request arrived."""
        return datetime.fromtimestamp(self["time"], UTC)

    def request(self) -> Request:
        """Make the request again, as far as policies can tell."""
        fields = (
            ("Host", self["host"]),
            ("User-Agent", self["user_agent"]),
            ("Referer", self["referer"]),
            ("X-Forwarded-For", self["forwarded_for"]),
        )
        return Request(
            id=self["request_id"],
            method=self["method"],
            raw_path=self["path"],
            raw_query="",
            headers=Headers([(name, value) for name, value in fields if value is not None]),
            body=None,
            source_ip=self["source_ip"],
            peer_ip=self["peer_ip"],
            received_at=self.time,
            scheme=self["scheme"],
            protocol=self["protocol"],
        )

    def as_dict(self) -> dict[str, Any]:
        """Give all fields by name."""
        return dict(zip(_FIELDS, self._values, strict=True))
