"""An HTTPS server that asks for a client certificate, and tells which one it was shown."""

import hashlib
import http.server
import queue
import ssl
import threading
from contextlib import suppress

from tests.certificates import self_signed


def digest(pem):
    """The fingerprint of a certificate, whatever the ends of its lines are."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem.replace("\r\n", "\n"))).hexdigest()


class CertifiedBackend:
    """Admits those who have one of some certificates; without any, it only asks for one."""

    def __init__(self, directory, *trusted):
        backend = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                shown = self.connection.getpeercert(binary_form=True)
                text = hashlib.sha256(shown).hexdigest() if shown else "nobody"
                backend.calls.append((text, self.client_address[1]))
                backend.asked.set()
                backend.answer.wait(30)
                self.send_response(200)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def finish_request(self, request, client_address):
                # In the thread of the connection: a handshake that fails or hangs stops no other.
                with suppress(OSError):
                    secured = backend.context.wrap_socket(request, server_side=True)
                    Handler(secured, client_address, self)
                backend.ended.put(client_address[1])

            def handle_error(self, *_):
                pass

        self.asked = threading.Event()
        self.answer = threading.Event()
        """Clear it to keep the clients waiting."""
        self.answer.set()
        self.ended = queue.Queue()
        """From which ports came the connections that have ended."""
        self.calls = []
        """Who was shown in each call, and from which port it came."""
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self_signed(directory))
        self.trust(*trusted)
        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        self.url = f"https://localhost:{self.port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def trust(self, *trusted):
        """Admit one more certificate."""
        for pem in trusted:
            self.context.load_verify_locations(cadata=pem.replace("\r\n", "\n"))
            self.context.verify_mode = ssl.CERT_REQUIRED

    def close(self):
        self.server.shutdown()
        self.server.server_close()
