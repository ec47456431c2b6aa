"""Backends behind TLS: verified, unless the API says otherwise."""

import http.server
import ssl
import threading

import pytest
from tests.certificates import self_signed
from tests.gateway import Gateway, api_document, operation


@pytest.fixture
def backend(tmp_path):
    """An HTTPS server whose certificate nobody has signed."""
    pem = self_signed(tmp_path)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_an_unknown_certificate_is_refused_unless_the_api_skips_that(tmp_path, backend):
    paths = {
        "/strict": {"get": operation(backend)},
        "/lax": {"get": operation(backend, tlsConfig={"insecureSkipVerification": True})},
    }
    gateway = Gateway(tmp_path, [api_document("tls", "", paths=paths)])
    strict = gateway.call("tls", "/strict")
    assert strict.status == 504
    assert "INTEGRATION_FAILURE" in gateway.why(strict)["reason"]
    lax = gateway.call("tls", "/lax")
    assert (lax.status, lax.body) == (200, b"ok")
    assert gateway.stop() == 0
