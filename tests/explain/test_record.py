"""What the book keeps: enough to judge again, and no secret."""

import json

import orjson
import pytest
from tests.explain.visits import visit
from tests.play import NOW, request

from gatelodge.authorize.decision import Deny
from gatelodge.explain.record import Record, make_record
from gatelodge.messages import Response
from gatelodge.published import GatewayResponseType
from gatelodge.serve import Served
from gatelodge.world.book import MAX_RECORD

FIELDS = [("User-Agent", "curl"), ("Referer", "r"), ("X-Forwarded-For", "10.0.0.1")]


def test_it_goes_through_json_and_makes_the_request_again():
    asked = request(path="/prod/open", fields=FIELDS, query="a=secret", scheme="https")
    record, _, _ = visit(asked)
    again = Record(json.dumps(list(record.as_dict().values())).encode())
    made = again.request()
    assert (made.method, made.raw_path, made.scheme) == ("GET", "/prod/open", "https")
    assert made.source_ip == asked.source_ip
    assert made.received_at == NOW
    assert made.headers.get("user-agent") == "curl"
    assert made.body is None
    assert made.raw_query == ""
    assert "secret" not in str(again.as_dict())


def test_fields_that_were_not_sent_are_not_there():
    made = visit(request(path="/prod/open"))[0].request()
    assert made.headers.get("referer") is None


@pytest.mark.parametrize(
    ("path", "denied", "verdict"),
    [("/prod/open", False, "allowed"), ("/prod/nope", True, None), ("/dev/open", True, None)],
)
def test_who_was_refused(path, denied, verdict):
    record, _, _ = visit(request(path=path))
    assert record.denied is denied
    assert record["verdict"] == verdict


SECRETS = [
    "x-amz-security-token:SECRET",
    "authorization:SECRET",
    "cookie:a=SECRET; b",
    "x-api-key:SECRET",
    "X-Amz-Security-Token:SECRET",
]


@pytest.mark.parametrize("line", SECRETS)
def test_secrets_that_a_client_signed_are_blanked(line):
    canonical = f"'GET\n/prod\nX-Amz-Security-Token=SECRET&a=1\nhost:x\n{line}\nx-b:1\n\nhost'\n"
    deny = Deny(GatewayResponseType.INVALID_SIGNATURE, "x", f"does not match\n{canonical}")
    record = Record(make_record(request(), Served(Response(403), decision=deny)))
    assert "SECRET" not in str(record.as_dict())
    assert "(not shown)" in record["message"]
    assert "host:x\n" in record["message"]
    assert "&a=1\n" in record["message"]


@pytest.mark.parametrize("octet", ['"', "\\", "\xff", "a"])
def test_whatever_a_client_sends_a_record_fits(octet):
    """The head of a request is bounded by the door; nothing else of it is kept."""
    asked = request(path="/prod/" + "a" * 8000, fields=[("User-Agent", octet * 12_000)])
    deny = Deny(GatewayResponseType.INVALID_SIGNATURE, "x", f"{octet * 20_000}\n", detail="d" * 500)
    served = Served(Response(403), decision=deny)
    assert len(make_record(asked, served)) <= MAX_RECORD


@pytest.mark.parametrize("values", [[], [0], [2], [99, *range(26)], ["2", *range(26)]])
def test_records_of_other_versions_are_not_guessed(values):
    with pytest.raises(ValueError, match="another gatelodge version"):
        Record(orjson.dumps(values))
