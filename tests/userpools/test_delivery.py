"""Messages: into a file that only its owner reads, or to a mail server."""

import json
import socketserver
import threading

import pytest

from gatelodge.userpools.delivery import DeliveryError, Message, delivery

MESSAGE = Message("p", "ann", "EMAIL", "ann@example.com", "Code", "It is 123456", "123456")


def test_into_a_file(tmp_path, capsys):
    deliver = delivery(tmp_path, None)
    deliver(MESSAGE)
    deliver(MESSAGE._replace(to="bob@example.com"))
    path = tmp_path / "messages.jsonl"
    assert path.stat().st_mode & 0o777 == 0o600
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["to"] for line in lines] == ["ann@example.com", "bob@example.com"]
    told = capsys.readouterr()
    assert "123456" not in told.out + told.err


class MailServer(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as one message needs."""

    def handle(self):
        self.say("220 here")
        data = False
        for line in self.rfile:
            text = line.decode().rstrip("\r\n")
            if data:
                data = text != "."
                if not data:
                    self.say("250 taken")
                self.server.received.append(text)
                continue
            word = text[:4].upper()
            self.server.received.append(text)
            if word == "DATA":
                data = True
                self.say("354 go on")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 good")

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def server():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), MailServer) as server:
        server.received = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_by_mail(tmp_path, server):
    url = f"smtp://127.0.0.1:{server.server_address[1]}?from=lodge%40example.com"
    deliver = delivery(tmp_path, url)
    deliver(MESSAGE)
    text = "\n".join(server.received)
    assert "mail FROM:<lodge@example.com>" in text
    assert "rcpt TO:<ann@example.com>" in text
    assert "It is 123456" in text
    # There is no way to send a text message: it stays in the file.
    deliver(MESSAGE._replace(medium="SMS"))
    assert (tmp_path / "messages.jsonl").exists()


def test_a_server_that_is_away(tmp_path, server):
    port = server.server_address[1]
    server.shutdown()
    server.server_close()
    with pytest.raises(DeliveryError):
        delivery(tmp_path, f"smtp://127.0.0.1:{port}")(MESSAGE)
