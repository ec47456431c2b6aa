"""What the AWS endpoint acknowledged is there: after kill -9, and however many write at once."""

import http.client
import json
import os
import signal
import threading
import time
from datetime import UTC, datetime

import pytest
from tests.doors.test_processes import children
from tests.gateway import REGION, Gateway

from gatelodge import sigv4

WRITES = int(os.environ.get("GATELODGE_TEST_WRITES", "1000"))
"""10,000 in `make prove`: each waits for the disk, and they come one after the other."""
WRITERS = 8


@pytest.fixture
def gateway(tmp_path):
    gateway = Gateway(tmp_path)
    yield gateway
    gateway.stop()


class Writer:
    """One client with a connection of its own, which sends signed changes of one API."""

    def __init__(self, gateway, api):
        self.root = gateway.root()
        self.url = f"{gateway.endpoints['aws']}/restapis/{api}"
        self.host = self.url.split("/")[2]
        self.connection = http.client.HTTPConnection(self.host, timeout=60)

    def change(self, *operations):
        """Send patch operations; returns when they are acknowledged."""
        written = [{"op": op, "path": path} for op, path in operations]
        body = json.dumps({"patchOperations": written}).encode()
        fields = [("Host", self.host), ("Accept", "application/json")]
        fields += sigv4.sign(
            "PATCH",
            self.url,
            fields,
            body,
            access_key_id=self.root["AccessKeyId"],
            secret=self.root["SecretAccessKey"],
            region=REGION,
            service="apigateway",
            now=datetime.fromtimestamp(time.time(), UTC),
        )
        path = self.url.partition(self.host)[2]
        self.connection.request("PATCH", path, body, dict(fields))
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status == 200, text


def type_of(writer, number):
    return f"a/{writer}-{number}"


def path_of(writer, number):
    return f"/binaryMediaTypes/a~1{writer}-{number}"


def test_no_update_is_lost_and_none_waits_for_ever(gateway):
    """Eight writers change one document: each puts its next entry in place of its last."""
    client = gateway.client("apigateway")
    api = client.create_rest_api(name="busy")["id"]
    each, failures = WRITES // WRITERS, []

    def write(name):
        try:
            writer = Writer(gateway, api)
            writer.change(("add", path_of(name, 0)))
            for number in range(1, each):
                writer.change(("add", path_of(name, number)), ("remove", path_of(name, number - 1)))
        except BaseException as error:  # noqa: BLE001 - told below
            failures.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    found = client.get_rest_api(restApiId=api)["binaryMediaTypes"]
    assert sorted(found) == sorted(type_of(name, each - 1) for name in range(WRITERS))
    assert gateway.errors == []


def test_what_was_acknowledged_survives_kill_9(gateway):
    client = gateway.client("apigateway")
    apis = [client.create_rest_api(name=str(number))["id"] for number in range(WRITERS)]
    acknowledged, enough = [0] * WRITERS, threading.Event()
    wanted = min(WRITES, 1000) // WRITERS

    def write(number):
        writer = Writer(gateway, apis[number])
        try:
            while True:
                writer.change(("add", path_of(number, acknowledged[number])))
                acknowledged[number] += 1
                if min(acknowledged) >= wanted:
                    enough.set()
        except (OSError, http.client.HTTPException):
            pass  # killed in the middle of it

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    assert enough.wait(60)
    for pid in [gateway.process.pid, *children(gateway.process.pid)]:
        os.kill(pid, signal.SIGKILL)
    gateway.process.wait()
    for thread in threads:
        thread.join()
    assert sum(acknowledged) >= wanted * WRITERS
    gateway.start()
    client = gateway.client("apigateway")
    for number, api in enumerate(apis):
        found = set(client.get_rest_api(restApiId=api).get("binaryMediaTypes", ()))
        kept = {type_of(number, count) for count in range(acknowledged[number])}
        assert kept <= found
        # Of what was not acknowledged, the one that was under way may be there.
        assert len(found) <= len(kept) + 1
