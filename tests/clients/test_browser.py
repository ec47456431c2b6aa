"""A page of another origin signs in with amazon-cognito-identity-js, in a real browser."""

import http.server
import json
import queue
import shutil
import subprocess
import threading
from pathlib import Path
from urllib.parse import urlencode

import pytest
from tests.gateway import Gateway
from tests.pools import Town

CHROMIUM = shutil.which("chromium")
PAGE = Path(__file__).with_name("browser.html")
BUNDLE = "node_modules/amazon-cognito-identity-js/dist/amazon-cognito-identity.min.js"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]


@pytest.fixture
def town(tmp_path):
    gateway = Gateway(tmp_path / "gateway")
    yield Town(gateway)
    assert gateway.stop() == 0


class Application:
    """Serves the page, and hears what came of it."""

    def __init__(self, node):
        files = {
            "/": PAGE.read_bytes(),
            "/amazon-cognito-identity.js": (node / BUNDLE).read_bytes(),
        }
        self.told = told = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = files.get(self.path.partition("?")[0])
                self.send_response(404 if body is None else 200)
                kind = "text/javascript" if self.path.endswith(".js") else "text/html"
                self.send_header("Content-Type", kind)
                self.end_headers()
                self.wfile.write(body or b"")

            def do_POST(self):
                told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_a_page_signs_in(town, node, tmp_path):
    pool = town.pool()
    client = town.client(pool)["ClientId"]
    town.user(pool, "beth", email="beth@example.com", email_verified="true")
    application = Application(node)
    query = {"pool": pool, "client": client, "endpoint": town.gateway.endpoints["aws"]}
    browser = subprocess.Popen(
        [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path}/browser",
         f"{application.url}/?{urlencode(query)}"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        told = application.told.get(timeout=60)
    finally:
        browser.terminate()
        browser.wait(30)
        application.close()
    assert told == {
        "origin": application.url,
        "wrong": "NotAuthorizedException",
        "id": "beth",
        "email": "beth@example.com",
        "refreshed": True,
        "granted": ["access_token", "expires_in", "id_token", "token_type"],
        "userInfo": [401, "invalid_token"],
        "keys": 2,
        "revoked": 200,
    }
