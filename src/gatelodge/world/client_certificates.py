"""Client certificates towards backends: made, sealed, and loaded for the TLS handshake.

The key never leaves its document but into OpenSSL's memory. Expiry is not looked at: a certificate
is presented as long as it is there, and the backend judges it, as with AWS.
Source: API Gateway Developer Guide, "Generate and configure an SSL certificate for backend
authentication in API Gateway"; what a certificate says is as recorded from AWS.
"""

import asyncio
import secrets
import ssl
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Sequence
from concurrent.futures import Executor
from datetime import datetime, timedelta
from typing import Any

import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from cryptography.x509.oid import NameOID

from gatelodge.integrate.questions import ClientCertificate
from gatelodge.store import MasterKey, SealError, Store, StoreError

KEY_KIND = "apigateway/clientcertificate-key"
"""Of the document with a certificate's key, sealed; its id is the certificate's."""
VALID = timedelta(days=365)
_BITS = 2048
_SERIAL_BITS = 64
_SUBJECT = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
        x509.NameAttribute(NameOID.LOCALITY_NAME, "Seattle"),
        x509.NameAttribute(NameOID.COMMON_NAME, "ApiGateway"),
    ]
)
_log = structlog.get_logger()


class CertificateError(Exception):
    """A client certificate that cannot be presented."""


def make(certificate: ClientCertificate, now: datetime, master: MasterKey) -> dict[str, Any]:
    """Make a key and its self-signed certificate: the body of their document. Takes a while."""
    key = rsa.generate_private_key(65_537, _BITS)
    # AWS's have no extensions. All have one name: where a backend trusts two of them, while they
    # are exchanged, it takes the one for the other without these.
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    issuer = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
    signed = (
        x509.CertificateBuilder()
        .subject_name(_SUBJECT)
        .issuer_name(_SUBJECT)
        .public_key(key.public_key())
        .serial_number(secrets.randbits(_SERIAL_BITS) or 1)
        .not_valid_before(now)
        .not_valid_after(now + VALID)
        .add_extension(identifier, critical=False)
        .add_extension(issuer, critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return {
        "certificate": signed.public_bytes(Encoding.PEM).decode(),
        "sealed": b64encode(master.seal(plain, _owner(certificate))).decode(),
    }


def certificates_changed(what: Sequence[str]) -> bool:
    """Tell whether changes of the store are about client certificates."""
    return any(change.startswith(f"document {KEY_KIND} ") for change in what)


def tls_context(*, verify: bool) -> ssl.SSLContext:
    """Make the context of connections to HTTPS backends."""
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class ClientCertificates:
    """The client certificates of the store, for the connections of one process."""

    __slots__ = ("_executor", "_master", "_store")

    def __init__(self, store: Store, master: MasterKey, executor: Executor) -> None:
        self._store = store
        self._master = master
        self._executor = executor

    async def context(self, certificate: ClientCertificate, *, verify_tls: bool) -> ssl.SSLContext:
        """Make a context that presents a certificate. Raises CertificateError."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._load, certificate, verify_tls)

    def _load(self, certificate: ClientCertificate, verify_tls: bool) -> ssl.SSLContext:
        try:
            return self._read(certificate, verify_tls)
        except CertificateError:
            raise
        except (StoreError, SealError) as error:
            _log.error("client certificate unavailable", id=certificate.id, error=str(error))
            raise CertificateError(str(error)) from error
        except Exception as error:
            # Whoever waits must be told, whatever it was.
            _log.exception("loading a client certificate failed", id=certificate.id)
            raise CertificateError("it could not be loaded") from error

    def _read(self, certificate: ClientCertificate, verify_tls: bool) -> ssl.SSLContext:
        account, region, certificate_id = certificate
        found = self._store.document(account, region, KEY_KIND, certificate_id)
        if found is None:
            raise CertificateError("there is no such client certificate any more")
        sealed = b64decode(found.body["sealed"])
        key = load_der_private_key(self._master.open(sealed, _owner(certificate)), None)
        # OpenSSL reads files only: what lies there for a moment is sealed once more.
        passphrase = secrets.token_hex(32).encode()
        pem = key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase)
        )
        context = tls_context(verify=verify_tls)
        with tempfile.NamedTemporaryFile(prefix="gatelodge-") as file:
            file.write(pem + found.body["certificate"].encode())
            file.flush()
            context.load_cert_chain(file.name, password=passphrase)
        return context


def _owner(certificate: ClientCertificate) -> str:
    account, region, certificate_id = certificate
    return f"client certificate {certificate_id} of {account} in {region}"
