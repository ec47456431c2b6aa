"""The AWS endpoint as a client of AWS meets it: REST for apigateway, queries for iam and sts."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from gatelodge.cli.sending import Answer, Credentials, SendError, send
from gatelodge.files.endpoint import EndpointError

_GLOBAL_REGION = "us-east-1"
_FORM = ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")


class SignedEndpoint:
    """A running endpoint, called with somebody's credentials."""

    def __init__(self, url: str, region: str, credentials: Credentials) -> None:
        self._url = url.rstrip("/")
        self.region = region
        self._credentials = credentials

    def rest(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Any:  # noqa: ANN401 - any JSON value
        """Call an operation of apigateway; gives its JSON. Raises EndpointError."""
        url = f"{self._url}{path}" + (f"?{urlencode(query, quote_via=quote)}" if query else "")
        fields = [("Accept", "application/json"), ("Content-Type", "application/json")]
        answer = self._send(method, url, fields, body, self.region, "apigateway")
        if not answer.body and answer.status < 300:
            return {}
        try:
            read = json.loads(answer.body)
        except ValueError as error:
            raise _unreadable(answer) from error
        if answer.status >= 300:
            kind = str(answer.headers.get("x-amzn-ErrorType") or "Error").partition(":")[0]
            told = read.get("message") or read.get("Message") or "no message"
            raise EndpointError(kind, str(told), answer.status)
        return read

    def query(
        self, action: str, members: Mapping[str, Any], service: str = "iam"
    ) -> Mapping[str, Any]:
        """Call an operation of iam or sts; gives its result, all texts. Raises EndpointError."""
        version = "2010-05-08" if service == "iam" else "2011-06-15"
        written = {"Action": action, "Version": version, **dict(_flat(members, ""))}
        body = urlencode(written).encode()
        region = _GLOBAL_REGION if service == "iam" else self.region
        answer = self._send("POST", f"{self._url}/", [_FORM], body, region, service)
        try:
            # What is read is the answer of the endpoint that the operator chose.
            root = ET.fromstring(answer.body)  # noqa: S314
        except ET.ParseError as error:
            raise _unreadable(answer) from error
        if answer.status >= 300:
            code = root.findtext(".//{*}Code") or "Error"
            raise EndpointError(code, root.findtext(".//{*}Message") or "", answer.status)
        result = next((child for child in root if child.tag.endswith("Result")), None)
        read = {} if result is None else _value(result)
        return read if isinstance(read, Mapping) else {}

    def _send(
        self,
        method: str,
        url: str,
        fields: list[tuple[str, str]],
        body: bytes,
        region: str,
        service: str,
    ) -> Answer:
        try:
            return send(
                method,
                url,
                fields,
                body,
                credentials=self._credentials,
                region=region,
                service=service,
            )
        except SendError as error:
            raise EndpointError("NoAnswer", str(error)) from error


def _unreadable(answer: Answer) -> EndpointError:
    return EndpointError("Unreadable", "this is no AWS endpoint", answer.status)


def _flat(value: object, name: str) -> Iterator[tuple[str, str]]:
    """Write members as query parameters: `Tags.member.1.Key` and so on."""
    if isinstance(value, Mapping):
        for member, part in value.items():
            yield from _flat(part, f"{name}.{member}" if name else str(member))
    elif isinstance(value, list):
        for position, part in enumerate(value, 1):
            yield from _flat(part, f"{name}.member.{position}")
    elif isinstance(value, bool):
        yield name, str(value).lower()
    else:
        yield name, str(value)


def _value(element: ET.Element) -> Any:  # noqa: ANN401 - texts, lists and mappings
    """Read an element: a list of members, a structure, or a text."""
    children = list(element)
    if not children:
        return element.text or ""
    names = [child.tag.rpartition("}")[2] for child in children]
    if set(names) == {"member"}:
        return [_value(child) for child in children]
    return {name: _value(child) for name, child in zip(names, children, strict=True)}
