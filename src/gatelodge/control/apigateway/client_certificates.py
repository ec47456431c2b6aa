"""Client certificates: by what backends know the gateway (API reference, ClientCertificate).

A stage names the one that its HTTPS backends are shown; several stages may name the same. The key
is never shown; who loads it for the TLS handshake is world's.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from gatelodge.control import patching
from gatelodge.control.apigateway import documents
from gatelodge.control.apigateway.documents import bad_request, client_certificate
from gatelodge.control.apigateway.ids import short_id
from gatelodge.control.apigateway.tags import check_tags
from gatelodge.control.call import Call
from gatelodge.control.fault import Fault
from gatelodge.control.operations import Output, operation
from gatelodge.control.paging import page
from gatelodge.control.patching import Table
from gatelodge.integrate.questions import ClientCertificate
from gatelodge.store import Document
from gatelodge.world.client_certificates import KEY_KIND, VALID, make

MAX_CERTIFICATES = 60
"""Of an account in a region (Developer Guide, "Quotas for configuring … a REST API")."""
MEMBER = "clientCertificateId"
_ACM = "arn:"
PATCHES = Table({"/description": patching.replace_only()})


@operation("apigateway", "GenerateClientCertificate")
def generate_client_certificate(
    call: Call, *, description: str | None = None, tags: Mapping[str, str] | None = None
) -> Output:
    """Make a key and a certificate of it, valid for a year."""
    checked = check_tags(call, dict(tags)) if tags else None
    _check_number(call)
    name = ClientCertificate(call.account, call.region, short_id())
    # Out of any transaction: the key takes time, and all writers would wait for it.
    made = make(name, call.now, call.master)
    body = {
        MEMBER: name.id,
        # As AWS writes it: lines that end with CR LF, and none at the end.
        "pemEncodedCertificate": "\r\n".join(made["certificate"].splitlines()),
        **({"description": description} if description else {}),
        **({"tags": checked} if checked else {}),
    }
    with call.store.transaction():
        _check_number(call)
        _put(call, KEY_KIND, name.id, made)
        return _shown(_put(call, documents.CLIENT_CERTIFICATE, name.id, body))


@operation("apigateway", "GetClientCertificate")
def get_client_certificate(call: Call, *, clientCertificateId: str) -> Output:
    """Read a certificate."""
    return _shown(client_certificate(call, clientCertificateId))


@operation("apigateway", "GetClientCertificates")
def get_client_certificates(
    call: Call, *, position: str | None = None, limit: int | None = None
) -> Output:
    """List the certificates of the account in the region."""
    return page([(one.id, _shown(one)) for one in _all(call)], limit, position)


@operation("apigateway", "UpdateClientCertificate")
def update_client_certificate(
    call: Call, *, clientCertificateId: str, patchOperations: Sequence[patching.Operation] = ()
) -> Output:
    """Describe a certificate; nothing else of it can change."""
    found = client_certificate(call, clientCertificateId)
    body = patching.patch(found.body, patchOperations, PATCHES)
    return _shown(documents.change(call, found, body))


@operation("apigateway", "DeleteClientCertificate")
def delete_client_certificate(call: Call, *, clientCertificateId: str) -> Output:
    """Delete a certificate that no stage names, and its key with it."""
    found = client_certificate(call, clientCertificateId)
    used = [
        f"{stage.parent}/{stage.body['stageName']}"
        for stage in call.store.documents(documents.STAGE, account=call.account)
        if stage.region == call.region and stage.body.get(MEMBER) == found.id
    ]
    if used:
        raise bad_request(
            f"Client certificate {found.id} is used by the stages {', '.join(used)}: give them "
            "another one first"
        )
    key = call.store.document(call.account, call.region, KEY_KIND, found.id)
    if key is not None:
        call.store.remove(key)
    call.store.remove(found)
    return None


def check_certificate(call: Call, certificate_id: str | None) -> str | None:
    """Check the certificate that a stage shall show; None for none. Raises Fault."""
    if not certificate_id:
        return None
    if certificate_id.startswith(_ACM):
        raise bad_request(
            "Certificates of ACM are not supported: name one that GenerateClientCertificate made"
        )
    return str(client_certificate(call, certificate_id).body[MEMBER])


def _all(call: Call) -> list[Document]:
    return call.store.children(call.account, call.region, documents.CLIENT_CERTIFICATE, "")


def _check_number(call: Call) -> None:
    if len(_all(call)) >= MAX_CERTIFICATES:
        raise Fault(
            "LimitExceededException",
            f"An account has at most {MAX_CERTIFICATES} client certificates in a region",
        )


def _put(call: Call, kind: str, name: str, body: Mapping[str, Any]) -> Document:
    return call.store.put(
        Document(
            account=call.account,
            region=call.region,
            kind=kind,
            id=name,
            body=body,
            created=call.now.isoformat(),
        )
    )


def _shown(found: Document) -> dict[str, Any]:
    created = datetime.fromisoformat(found.created)
    return {**found.body, "createdDate": created, "expirationDate": created + VALID}
