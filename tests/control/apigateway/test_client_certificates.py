"""Client certificates: made, listed, described, deleted, and shown to HTTPS backends."""

import datetime as dt
import json
import sqlite3

import pytest
from cryptography import x509
from tests.certified_backend import CertifiedBackend, digest
from tests.control.apigateway.calls import NOW, REGION, Api, Desk, refused
from tests.gateway import OWNER

from gatelodge.control.apigateway import client_certificates
from gatelodge.control.apigateway.client_certificates import (
    MAX_CERTIFICATES,
    delete_client_certificate,
    generate_client_certificate,
    get_client_certificate,
    get_client_certificates,
    update_client_certificate,
)
from gatelodge.control.apigateway.tags import get_tags, tag_resource
from gatelodge.control.fault import Fault
from gatelodge.store import Document
from gatelodge.world.client_certificates import KEY_KIND

UNKNOWN = ("NotFoundException", "Invalid Client Certificate identifier specified")
LAX = {"tlsConfig": {"insecureSkipVerification": True}}


def generate(client, **members):
    made = client.generate_client_certificate(**members)
    assert made.pop("ResponseMetadata")["HTTPStatusCode"] == 201
    return made


@pytest.fixture(scope="module")
def one(client):
    return generate(client, description="the first", tags={"a": "1"})


@pytest.fixture(scope="module")
def two(client):
    return generate(client)


def test_what_is_made_is_shown_again(client, one, two):
    assert one.keys() == {
        "clientCertificateId",
        "description",
        "pemEncodedCertificate",
        "createdDate",
        "expirationDate",
        "tags",
    }
    assert (one["description"], one["tags"]) == ("the first", {"a": "1"})
    assert len(one["clientCertificateId"]) == 6
    assert one["expirationDate"] - one["createdDate"] == dt.timedelta(days=365)
    pem = one["pemEncodedCertificate"]
    assert pem.startswith("-----BEGIN CERTIFICATE-----\r\n")
    assert pem.endswith("\r\n-----END CERTIFICATE-----")
    found = x509.load_pem_x509_certificate(pem.encode())
    assert found.not_valid_after_utc == one["expirationDate"].replace(microsecond=0)
    assert two.keys() == one.keys() - {"description", "tags"}
    for made in (one, two):
        shown = client.get_client_certificate(clientCertificateId=made["clientCertificateId"])
        del shown["ResponseMetadata"]
        assert shown == made


def test_they_are_listed_in_pages(client, one, two):
    listed, position = [], {}
    while True:
        page = client.get_client_certificates(limit=1, **position)
        assert len(page["items"]) == 1
        listed += page["items"]
        if "position" not in page:
            break
        position = {"position": page["position"]}
    assert one in listed
    assert two in listed
    pages = client.get_paginator("get_client_certificates").paginate()
    assert [item for page in pages for item in page["items"]] == listed


def patch(client, certificate_id, *operations):
    written = [dict(zip(("op", "path", "value"), one, strict=False)) for one in operations]
    return client.update_client_certificate(
        clientCertificateId=certificate_id, patchOperations=written
    )


def test_only_its_description_can_change(client, two):
    name = two["clientCertificateId"]
    assert patch(client, name, ("replace", "/description", "new"))["description"] == "new"
    shown = client.get_client_certificate(clientCertificateId=name)
    assert shown["description"] == "new"
    assert shown["pemEncodedCertificate"] == two["pemEncodedCertificate"]
    for operation, message in [
        (("add", "/description", "x"), "Invalid patch operation specified. Must be one of: "),
        (("remove", "/description"), "Invalid patch operation specified. Must be one of: "),
        (
            ("replace", "/pemEncodedCertificate", "x"),
            "Invalid patch path  '/pemEncodedCertificate'",
        ),
        (("replace", "/tags/a", "x"), "Invalid patch path  '/tags/a' specified for op 'replace'"),
    ]:
        code, told = refused(patch, client, name, operation)
        assert code == "BadRequestException"
        assert told.startswith(message)
    assert "description" not in patch(client, name, ("replace", "/description", ""))


def test_its_tags_go_by_its_arn(client, one):
    arn = f"arn:aws:apigateway:{REGION}::/clientcertificates/{one['clientCertificateId']}"
    client.tag_resource(resourceArn=arn, tags={"b": "2"})
    assert client.get_tags(resourceArn=arn)["tags"] == {"a": "1", "b": "2"}
    client.untag_resource(resourceArn=arn, tagKeys=["b"])
    name = one["clientCertificateId"]
    assert client.get_client_certificate(clientCertificateId=name)["tags"] == {"a": "1"}
    assert refused(client.get_tags, resourceArn=arn[:-1]) == UNKNOWN


def test_what_is_not_there(client, gateway, one):
    for function in ("get", "delete", "update"):
        call = getattr(client, f"{function}_client_certificate")
        assert refused(call, clientCertificateId="abc123") == UNKNOWN
    elsewhere = gateway.client("apigateway", region="eu-west-1")
    name = one["clientCertificateId"]
    assert refused(elsewhere.get_client_certificate, clientCertificateId=name) == UNKNOWN


def test_what_a_caller_must_be_allowed(gateway, client, one):
    nobody = gateway.client("apigateway", gateway.key("nobody"))
    arn = f"arn:aws:apigateway:{REGION}::/clientcertificates"
    name = one["clientCertificateId"]
    for call, verb, resource in [
        (nobody.generate_client_certificate, "POST", arn),
        (nobody.get_client_certificates, "GET", arn),
        (
            lambda: nobody.get_client_certificate(clientCertificateId=name),
            "GET",
            f"{arn}/{name}",
        ),
        (
            lambda: nobody.update_client_certificate(clientCertificateId=name),
            "PATCH",
            f"{arn}/{name}",
        ),
        (
            lambda: nobody.delete_client_certificate(clientCertificateId=name),
            "DELETE",
            f"{arn}/{name}",
        ),
    ]:
        code, message = refused(call)
        assert code == "AccessDeniedException"
        assert f"to perform: apigateway:{verb} on resource: {resource} because" in message
    # Tagging is one more permission.
    editor = gateway.client("apigateway", gateway.key("editor"))
    code, message = refused(editor.generate_client_certificate, tags={"a": "1"})
    assert code == "AccessDeniedException"
    assert "apigateway:PUT" in message


def test_the_key_is_nowhere_to_be_read(gateway, one):
    with sqlite3.connect(f"file:{gateway.state / 'store.db'}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT kind, body FROM document").fetchall()
    keys = [json.loads(body) for kind, body in rows if kind == KEY_KIND]
    assert keys
    assert all(key.keys() == {"certificate", "sealed"} for key in keys)
    assert not any("PRIVATE" in body for _, body in rows)


class Shown:
    """An API whose backend asks for a certificate, and stages of it."""

    def __init__(self, client, gateway, backend):
        self.client = client
        self.gateway = gateway
        self.api = Api(client)
        self.at = self.api.method(self.api.root, backend.url, **LAX)
        self.api.deploy("one")
        self.api.deploy("two")
        self.api.deploy("none")

    def show(self, stage, certificate_id):
        return self.api.patch(
            "update_stage", ("replace", "/clientCertificateId", certificate_id), stageName=stage
        )

    def call(self, stage):
        return self.gateway.call(self.api.id, "/", stage=stage)


@pytest.fixture(scope="module")
def tls_backend(tmp_path_factory, one, two):
    trusted = [made["pemEncodedCertificate"] for made in (one, two)]
    backend = CertifiedBackend(tmp_path_factory.mktemp("backend"), *trusted)
    yield backend
    backend.close()


@pytest.fixture
def shown(client, gateway, tls_backend):
    return Shown(client, gateway, tls_backend)


def test_two_stages_show_two_certificates_and_a_third_none(client, shown, one, two):
    for stage, made in (("one", one), ("two", two)):
        name = made["clientCertificateId"]
        assert shown.show(stage, name)["clientCertificateId"] == name
        told = client.get_stage(restApiId=shown.api.id, stageName=stage)
        assert told["clientCertificateId"] == name
    for _ in range(3):
        for stage, made in (("one", one), ("two", two)):
            answer = shown.call(stage)
            assert answer.status == 200
            assert answer.body.decode() == digest(made["pemEncodedCertificate"])
        answer = shown.call("none")
        assert answer.status == 504
        assert answer.message == "Network error communicating with endpoint"


def test_another_certificate_is_shown_from_the_next_call_on(shown, one, two):
    for made in (one, two, one):
        shown.show("one", made["clientCertificateId"])
        assert shown.call("one").body.decode() == digest(made["pemEncodedCertificate"])
    assert "clientCertificateId" not in shown.show("one", "")
    assert shown.call("one").status == 504
    # What else changes keeps it.
    shown.show("one", one["clientCertificateId"])
    shown.api.deploy("one")
    assert shown.call("one").status == 200


def test_canaries_show_the_same(client, shown, one):
    shown.show("one", one["clientCertificateId"])
    shown.api.deploy("one", canarySettings={"percentTraffic": 100.0})
    assert shown.call("one").body.decode() == digest(one["pemEncodedCertificate"])


def test_a_test_shows_what_it_is_told(client, shown, one):
    answer = client.test_invoke_method(**shown.at, clientCertificateId=one["clientCertificateId"])
    assert (answer["status"], answer["body"]) == (200, digest(one["pemEncodedCertificate"]))
    assert client.test_invoke_method(**shown.at)["status"] == 504
    told = refused(client.test_invoke_method, **shown.at, clientCertificateId="abc123")
    assert told == UNKNOWN


def test_what_no_stage_can_show(client, shown, one):
    assert refused(shown.show, "one", "abc123") == UNKNOWN
    code, message = refused(shown.show, "one", f"arn:aws:acm:{REGION}:{OWNER}:certificate/12345678")
    assert code == "BadRequestException"
    assert message.startswith("Certificates of ACM are not supported")
    assert "clientCertificateId" not in client.get_stage(restApiId=shown.api.id, stageName="one")


def test_one_that_is_in_use_stays(client, shown, tls_backend):
    made = generate(client)
    tls_backend.trust(made["pemEncodedCertificate"])
    name = made["clientCertificateId"]
    shown.show("one", name)
    code, message = refused(client.delete_client_certificate, clientCertificateId=name)
    assert code == "BadRequestException"
    assert f"is used by the stages {shown.api.id}/one:" in message
    assert shown.call("one").status == 200
    shown.show("one", "")
    answer = client.delete_client_certificate(clientCertificateId=name)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert refused(client.get_client_certificate, clientCertificateId=name) == UNKNOWN


def test_a_stage_that_is_gone_uses_nothing(client, shown):
    made = generate(client)
    shown.show("one", made["clientCertificateId"])
    client.delete_stage(restApiId=shown.api.id, stageName="one")
    client.delete_client_certificate(clientCertificateId=made["clientCertificateId"])


# On a desk: what would take long through a socket.


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.fixture
def quick(monkeypatch):
    """Keys take time, and what they are does not matter here."""
    made = {"certificate": "-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n"}
    monkeypatch.setattr(client_certificates, "make", lambda *_: made)


@pytest.mark.usefixtures("quick")
def test_there_are_sixty_at_most_in_a_region(desk):
    for _ in range(MAX_CERTIFICATES):
        desk.do(generate_client_certificate)
    with pytest.raises(Fault) as told:
        desk.do(generate_client_certificate)
    assert told.value.code == "LimitExceededException"
    assert len(desk.do(get_client_certificates, limit=500)["items"]) == MAX_CERTIFICATES
    elsewhere = Desk(desk.directory, region="eu-west-1", store=desk.store)
    assert elsewhere.do(get_client_certificates)["items"] == []
    elsewhere.do(generate_client_certificate)
    desk.other("222222222222").do(generate_client_certificate)


@pytest.mark.usefixtures("quick")
def test_accounts_do_not_see_each_others(desk):
    name = desk.do(generate_client_certificate)["clientCertificateId"]
    other = desk.other("222222222222")
    for call in (
        lambda: other.do(get_client_certificate, clientCertificateId=name),
        lambda: other.do(delete_client_certificate, clientCertificateId=name),
        lambda: other.do(update_client_certificate, clientCertificateId=name),
        lambda: other.do(
            get_tags, resourceArn=f"arn:aws:apigateway:{REGION}::/clientcertificates/{name}"
        ),
    ):
        with pytest.raises(Fault, match="Invalid Client Certificate identifier"):
            call()


@pytest.mark.usefixtures("quick")
def test_its_key_goes_with_it(desk):
    name = desk.do(generate_client_certificate)["clientCertificateId"]
    assert [key.id for key in desk.store.documents(KEY_KIND)] == [name]
    desk.do(delete_client_certificate, clientCertificateId=name)
    assert desk.store.documents(KEY_KIND) == []


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("tags", [{"aws:x": "1"}, {"": "1"}, {f"k{n}": "" for n in range(51)}])
def test_what_no_tag_can_be(desk, tags):
    with pytest.raises(Fault) as told:
        desk.do(generate_client_certificate, tags=tags)
    assert told.value.code == "BadRequestException"
    assert desk.do(get_client_certificates)["items"] == []
    name = desk.do(generate_client_certificate, tags={"a": "b"})["clientCertificateId"]
    arn = f"arn:aws:apigateway:{REGION}::/clientcertificates/{name}"
    with pytest.raises(Fault):
        desk.do(tag_resource, resourceArn=arn, tags=tags)


@pytest.mark.usefixtures("quick")
def test_a_stage_of_another_account_or_region_does_not_use_it(desk):
    name = desk.do(generate_client_certificate)["clientCertificateId"]
    for account, region in (("222222222222", REGION), (desk.account, "eu-west-1")):
        desk.store.put(
            Document(
                account=account,
                region=region,
                kind="apigateway/stage",
                id="a/s",
                parent="a",
                body={"stageName": "s", "clientCertificateId": name},
                created=NOW.isoformat(),
            )
        )
    desk.do(delete_client_certificate, clientCertificateId=name)
