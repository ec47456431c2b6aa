"""What Signature Version 4 costs for each request, in microseconds, beside botocore's signer.

    python bench/sigv4_bench.py [--rounds 7]

Each mode has 2,000 different requests (paths, queries, seconds, signatures) that are made before
the clock starts; the key is derived once, as the gateway keeps it. Medians of the rounds, in turn.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from gatelodge import sigv4
from gatelodge.messages import Headers, Request

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
REGION, SERVICE = "us-east-1", "execute-api"
HOST = "abcdef1234.execute-api.us-east-1.amazonaws.com"
TIME = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
COUNT = 2_000
BODY = b'{"id": 7, "name": "Rex"}'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    works: dict[str, Callable[[], None]] = {}
    for name, requests in MODES.items():
        signed = [requests(n) for n in range(COUNT)]
        works[f"{name}: read"] = lambda signed=signed: read_all(signed)
        works[f"{name}: read + verify"] = lambda signed=signed: verify_all(signed)
    works["tampered: read + verify"] = lambda signed=[tampered(n) for n in range(COUNT)]: (
        refuse_all(signed)
    )
    works["derive a signing key"] = derive_all
    works["botocore signs the usual GET"] = botocore_all
    figures: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            before = time.perf_counter()
            work()
            figures[name].append((time.perf_counter() - before) / COUNT * 1e6)
    for name, found in figures.items():
        print(f"{name:36} {statistics.median(found):8.2f} µs   best {min(found):8.2f}")


def usual(n: int) -> Request:
    return with_header("GET", f"/prod/pets/{n}", f"limit={n}&type=dog", [], b"", n)


def escaped(n: int) -> Request:
    return with_header("GET", f"/prod/pets/a%20{n}", f"q=a+{n}&t=x%2fy", [], b"", n)


def many_headers(n: int) -> Request:
    fields = [("X-Amz-Security-Token", "T" * 600)]
    fields += [(f"X-Amz-Meta-{k}", f"value {k}") for k in range(6)]
    return with_header("GET", f"/prod/pets/{n}", f"limit={n}&type=dog", fields, b"", n)


def with_body(n: int) -> Request:
    fields = [("Content-Type", "application/json")]
    return with_header("POST", f"/prod/pets/{n}", "", fields, BODY, n)


def presigned(n: int) -> Request:
    moment = TIME - timedelta(seconds=n % 200)
    url = sigv4.presign(
        "GET",
        f"https://{HOST}/prod/pets/{n}?limit={n}",
        access_key_id=KEY,
        secret=SECRET,
        region=REGION,
        service=SERVICE,
        now=moment,
    )
    path, _, query = url.removeprefix(f"https://{HOST}").partition("?")
    return request("GET", path, query, [("Host", HOST)], b"")


def tampered(n: int) -> Request:
    found = usual(n)
    found.method = "PUT"
    return found


MODES = {
    "usual GET": usual,
    "escaped path and query": escaped,
    "9 signed headers": many_headers,
    "POST, 24 octets": with_body,
    "presigned": presigned,
}


def with_header(
    method: str, path: str, query: str, fields: list[tuple[str, str]], body: bytes, n: int
) -> Request:
    fields = [("Host", HOST), *fields]
    added = sigv4.sign(
        method,
        f"https://{HOST}{path}?{query}",
        fields,
        body,
        access_key_id=KEY,
        secret=SECRET,
        region=REGION,
        service=SERVICE,
        now=TIME - timedelta(seconds=n % 200),
    )
    sent = [*fields, ("User-Agent", "bench"), ("Accept", "*/*"), *added]
    return request(method, path, query, sent, body)


def request(
    method: str, path: str, query: str, fields: list[tuple[str, str]], body: bytes
) -> Request:
    return Request(
        id="b",
        method=method,
        raw_path=path,
        raw_query=query,
        headers=Headers(fields),
        body=body,
        source_ip="192.0.2.1",
        received_at=TIME,
    )


def read_all(requests: list[Request]) -> None:
    for one in requests:
        assert isinstance(sigv4.read(one, region=REGION, service=SERVICE), sigv4.Claim)


def verify_all(requests: list[Request]) -> None:
    key = sigv4.derive(SECRET, "20260102", REGION, SERVICE)
    for one in requests:
        claim = sigv4.read(one, region=REGION, service=SERVICE)
        assert isinstance(claim, sigv4.Claim)
        assert sigv4.verify(one, claim, key) is None


def refuse_all(requests: list[Request]) -> None:
    key = sigv4.derive(SECRET, "20260102", REGION, SERVICE)
    for one in requests:
        claim = sigv4.read(one, region=REGION, service=SERVICE)
        assert isinstance(claim, sigv4.Claim)
        assert sigv4.verify(one, claim, key) is not None


def derive_all() -> None:
    for n in range(COUNT):
        sigv4.derive(f"{SECRET}{n}", "20260102", REGION, SERVICE)


def botocore_all() -> None:
    signer = SigV4Auth(Credentials(KEY, SECRET), SERVICE, REGION)
    for n in range(COUNT):
        signer.add_auth(AWSRequest("GET", f"https://{HOST}/prod/pets/{n}?limit={n}&type=dog"))


if __name__ == "__main__":
    main()
