"""examples/bookshop against moto's DynamoDB: authorizer, function, rows of each caller's own."""

import json
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer
from tests.gateway import OWNER, Gateway

HERE = Path(__file__).parents[2] / "examples" / "bookshop"


@pytest.fixture(scope="module")
def dynamodb():
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client = boto3.client(
        "dynamodb", region_name="us-east-1", endpoint_url=url,
        aws_access_key_id="x", aws_secret_access_key="x",
    )  # fmt: skip
    client.create_table(
        TableName="books",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("owner", "id")
        ],
        KeySchema=[
            {"AttributeName": "owner", "KeyType": "HASH"},
            {"AttributeName": "id", "KeyType": "RANGE"},
        ],
    )
    yield url
    server.stop()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, dynamodb):
    directory = tmp_path_factory.mktemp("bookshop")
    functions = (HERE / "functions.yaml").read_text()
    functions = functions.replace("http://127.0.0.1:8000", dynamodb)
    for name in ("authorizer", "books"):
        (directory / name).symlink_to(HERE / name)
    (directory / "functions.yaml").write_text(functions)
    files = [str(HERE / "api.yaml"), "--functions", str(directory / "functions.yaml")]
    made = Gateway(directory, options=[*files, "--iam", str(HERE / "account.json")])
    assert OWNER == "111111111111"
    yield made
    assert made.stop() == 0


def token(user):
    command = [sys.executable, str(HERE / "authorizer" / "app.py"), user]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def call(gateway, user, method="GET", path="/books", book=None):
    headers = [("Authorization", user if "." in user else token(user))]
    body = b"" if book is None else json.dumps(book).encode()
    return gateway.call("bookshop1", path, method, headers=headers, body=body)


def test_books_are_made_read_listed_and_deleted(gateway):
    made = call(gateway, "alice", "POST", book={"title": "The Tempest"})
    assert made.status == 201
    book = made.json
    assert (book["owner"], book["title"]) == ("alice", "The Tempest")
    path = f"/books/{book['id']}"
    assert call(gateway, "alice", path=path).json == book
    assert call(gateway, "alice").json == [book]
    # Rows belong to whom the authorizer names, whatever a body says.
    call(gateway, "bob", "POST", book={"title": "Emma", "owner": "alice"})
    assert [one["title"] for one in call(gateway, "bob").json] == ["Emma"]
    assert call(gateway, "bob", path=path).status == 404
    assert call(gateway, "bob", "DELETE", path).status == 204
    assert call(gateway, "alice").json == [book]
    assert call(gateway, "alice", "DELETE", path).status == 204
    assert call(gateway, "alice").json == []


def test_a_reader_may_read_and_not_write(gateway):
    assert call(gateway, "reader-carol").status == 200
    refused = call(gateway, "reader-carol", "POST", book={"title": "x"})
    assert refused.status == 403
    assert "explicit deny" in refused.message


@pytest.mark.parametrize("forged", ["alice.", "alice.0000", f"bob.{'0' * 64}", ".x"])
def test_forged_tokens_are_refused(gateway, forged):
    assert call(gateway, forged).status == 401
