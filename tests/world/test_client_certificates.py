"""Client certificates: what they say, how they are kept, and what backends see of them."""

import asyncio
import datetime as dt
import json
import ssl
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.certified_backend import CertifiedBackend, digest

from gatelodge.integrate.questions import (
    ClientCertificate,
    Origin,
    SendHttp,
    Unreachable,
    Unreached,
)
from gatelodge.store import Document, MasterKey, Store
from gatelodge.world.answers import PENDING
from gatelodge.world.client_certificates import (
    KEY_KIND,
    CertificateError,
    ClientCertificates,
    certificates_changed,
    make,
)
from gatelodge.world.http import Upstream
from gatelodge.world.outbox import Outbox

MASTER = MasterKey(bytes(32))
NOW = dt.datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=dt.UTC)
ONE, TWO = (ClientCertificate("1", "eu-west-1", name) for name in ("one", "two"))


@pytest.fixture(scope="module")
def made():
    """Two certificates: keys take time."""
    return {name: make(name, NOW, MASTER) for name in (ONE, TWO)}


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store.db")


def keep(store, name, body):
    account, region, certificate_id = name
    document = Document(account=account, region=region, kind=KEY_KIND, id=certificate_id, body=body)
    return store.put(document)


def test_a_certificate_says_what_those_of_amazon_say(made):
    found = x509.load_pem_x509_certificate(made[ONE]["certificate"].encode())
    assert found.subject.rfc4514_string() == "CN=ApiGateway,L=Seattle,C=US"
    assert found.issuer == found.subject
    assert found.version is x509.Version.v3
    # Only what tells them apart for a backend that trusts two.
    assert [e.oid._name for e in found.extensions] == [
        "subjectKeyIdentifier",
        "authorityKeyIdentifier",
    ]
    assert found.not_valid_before_utc == NOW.replace(microsecond=0)
    assert found.not_valid_after_utc - found.not_valid_before_utc == dt.timedelta(days=365)
    assert found.signature_hash_algorithm.name == "sha256"
    key = found.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert (key.key_size, key.public_numbers().e) == (2048, 65_537)
    found.verify_directly_issued_by(found)


def test_no_two_are_alike(made):
    read = [x509.load_pem_x509_certificate(made[name]["certificate"].encode()) for name in made]
    assert read[0].serial_number != read[1].serial_number
    assert read[0].public_key() != read[1].public_key()


def test_the_key_is_sealed(made):
    assert made[ONE].keys() == {"certificate", "sealed"}
    assert "PRIVATE" not in json.dumps(made[ONE])


class Client:
    """The connections of one process, with the certificates of a store."""

    def __init__(self, store, backend, executor):
        loop = asyncio.get_running_loop()
        self.backend = backend
        certificates = None if store is None else ClientCertificates(store, MASTER, executor)
        self.upstream = Upstream(loop, Outbox(loop), certificates)

    async def send(self, certificate, *, verify_tls=False, timeout_ms=10_000):
        origin = Origin("https", "localhost", self.backend.port, verify_tls, certificate)
        given = asyncio.get_running_loop().create_future()
        question = SendHttp("GET", origin, "/", "Host: h\r\n", b"", timeout_ms)
        assert self.upstream.send(question, given.set_result) is PENDING
        return await given


def play(scenario, store, backend):
    async def run():
        with ThreadPoolExecutor(2) as executor:
            client = Client(store, backend, executor)
            try:
                async with asyncio.timeout(30):
                    return await scenario(client)
            finally:
                client.upstream.close()

    return asyncio.run(run())


@pytest.fixture
def backend(tmp_path, made):
    backend = CertifiedBackend(tmp_path, *(made[name]["certificate"] for name in made))
    yield backend
    backend.close()


def test_each_origin_is_shown_its_own(store, backend, made):
    for name in made:
        keep(store, name, made[name])

    async def scenario(client):
        for _ in range(2):
            for name in made:
                reply = await client.send(name)
                assert reply.body.decode() == digest(made[name]["certificate"])

    play(scenario, store, backend)
    # Kept connections, and none of them for both.
    assert len(set(backend.calls)) == 2
    assert len({port for _, port in backend.calls}) == 2


def test_many_at_once_are_all_shown_it(store, backend, made):
    keep(store, ONE, made[ONE])

    async def scenario(client):
        replies = await asyncio.gather(*(client.send(ONE) for _ in range(10)))
        assert {reply.body.decode() for reply in replies} == {digest(made[ONE]["certificate"])}

    play(scenario, store, backend)


def test_without_a_certificate_the_backend_refuses(store, backend):
    async def scenario(client):
        reply = await client.send(None)
        assert isinstance(reply, Unreachable)
        assert reply.reason in {Unreached.BROKEN, Unreached.TLS}

    play(scenario, store, backend)
    assert backend.calls == []


def wrong_owner(body):
    return make(TWO, NOW, MASTER) | {"certificate": body["certificate"]}


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda body: None, "no such client certificate"),
        (lambda body: body | {"sealed": "AAAA"}, "another master key"),
        (wrong_owner, "damaged, or belongs to something else"),
        (lambda body: body | {"certificate": "x"}, "could not be loaded"),
        (lambda body: {}, "could not be loaded"),
    ],
    ids=["gone", "other key", "other owner", "no certificate", "nothing"],
)
def test_a_certificate_that_cannot_be_had_is_never_left_out(tmp_path, store, made, spoil, why):
    spoilt = spoil(made[ONE])
    if spoilt is not None:
        keep(store, ONE, spoilt)
    backend = CertifiedBackend(tmp_path)  # which would admit anybody

    async def scenario(client):
        for _ in range(2):
            reply = await client.send(ONE)
            assert isinstance(reply, Unreachable)
            assert reply.reason is Unreached.CERTIFICATE
            assert reply.detail.startswith("one: ")
            assert why in reply.detail

    play(scenario, store, backend)
    assert backend.calls == []
    backend.close()


def test_where_there_is_no_store_nothing_is_sent(backend):
    async def scenario(client):
        assert (await client.send(ONE)).reason is Unreached.CERTIFICATE

    play(scenario, None, backend)
    assert backend.calls == []


def test_a_key_that_is_deleted_bites_at_once(store, backend, made):
    document = keep(store, ONE, made[ONE])

    async def scenario(client):
        assert (await client.send(ONE)).status == 200
        store.remove(document)
        changes = [what for _, what in store.changes_since(0)]
        assert certificates_changed(changes)
        client.upstream.forget_certificates()
        assert (await client.send(ONE)).reason is Unreached.CERTIFICATE

    play(scenario, store, backend)


def test_a_key_that_is_another_one_is_shown_from_then_on(store, backend, made):
    document = keep(store, ONE, made[ONE])

    async def scenario(client):
        await client.send(ONE)
        other = make(ONE, NOW, MASTER)
        backend.trust(other["certificate"])
        store.put(replace(document, body=other))
        client.upstream.forget_certificates()
        assert (await client.send(ONE)).body.decode() == digest(other["certificate"])

    play(scenario, store, backend)


async def ended(backend):
    """The port of a connection that has ended on the backend's side."""
    return await asyncio.get_running_loop().run_in_executor(None, backend.ended.get, True, 20)


def test_kept_connections_end_at_once(store, backend, made):
    keep(store, ONE, made[ONE])

    async def scenario(client):
        await client.send(ONE)
        client.upstream.forget_certificates()
        assert await ended(backend) == backend.calls[0][1]

    play(scenario, store, backend)


def test_what_is_under_way_ends_and_its_connection_with_it(store, backend, made):
    keep(store, ONE, made[ONE])

    async def scenario(client):
        backend.answer.clear()
        under_way = asyncio.ensure_future(client.send(ONE))
        assert await asyncio.get_running_loop().run_in_executor(None, backend.asked.wait, 20)
        client.upstream.forget_certificates()
        backend.answer.set()
        assert (await under_way).status == 200
        assert await ended(backend) == backend.calls[0][1]

    play(scenario, store, backend)


def test_the_connections_of_others_stay(store, backend, made):
    keep(store, ONE, made[ONE])
    backend.context.verify_mode = ssl.CERT_OPTIONAL

    async def scenario(client):
        for _ in range(2):
            assert (await client.send(None)).body == b"nobody"
            client.upstream.forget_certificates()

    play(scenario, store, backend)
    assert len({port for _, port in backend.calls}) == 1


def test_other_changes_are_not_about_certificates():
    assert not certificates_changed(["document apigateway/clientcertificate 1 one", "stage a b"])


def test_backends_are_verified_all_the_same(store, backend, made):
    keep(store, ONE, made[ONE])

    async def scenario(client):
        assert (await client.send(ONE, verify_tls=True)).reason is Unreached.TLS

    play(scenario, store, backend)


def test_nothing_of_a_key_stays_on_the_disk(store, tmp_path, made, monkeypatch):
    keep(store, ONE, made[ONE])
    there = tmp_path / "temporary"
    there.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(there))
    seen = []

    class Context(ssl.SSLContext):
        def load_cert_chain(self, certfile, keyfile=None, password=None):
            seen.append(Path(certfile).read_text())
            super().load_cert_chain(certfile, keyfile, password)

    monkeypatch.setattr(
        "gatelodge.world.client_certificates.tls_context",
        lambda verify: Context(ssl.PROTOCOL_TLS_CLIENT),
    )

    async def load():
        with ThreadPoolExecutor(1) as executor:
            certificates = ClientCertificates(store, MASTER, executor)
            await certificates.context(ONE, verify_tls=True)
            with pytest.raises(CertificateError):
                await certificates.context(TWO, verify_tls=True)

    asyncio.run(load())
    assert len(seen) == 1
    assert "BEGIN ENCRYPTED PRIVATE KEY" in seen[0]
    assert "BEGIN PRIVATE KEY" not in seen[0]
    assert list(there.iterdir()) == []
