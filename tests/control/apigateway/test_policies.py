"""Resource policies: the users and roles that they name stay who they were (row P5)."""

import json

import pytest
from tests.control.apigateway.calls import Desk
from tests.gateway import OWNER, REGION, allow, api_document, deny, operation, policy

from gatelodge.control.apigateway.deployments import create_deployment
from gatelodge.control.apigateway.documents import API, PRINCIPALS, SNAPSHOT
from gatelodge.control.apigateway.exporting import get_export
from gatelodge.control.apigateway.form import read_form
from gatelodge.control.apigateway.importing import import_rest_api, put_rest_api
from gatelodge.control.apigateway.rest_apis import create_rest_api, get_rest_api, update_rest_api
from gatelodge.published import api_from_json
from gatelodge.world.iam_entities import ROLE, USER, entity, find_entity

X = f"arn:aws:iam::{OWNER}:user/x"
DEV = f"arn:aws:iam::{OWNER}:role/dev"
NAMING = policy(allow(principal={"AWS": [X, DEV]}))
IDENTITY = json.dumps(policy({"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}))


def arn(name):
    return f"arn:aws:iam::{OWNER}:user/{name}"


class People:
    """Users of the gateway, made and made anew."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.iam = gateway.client("iam")

    def make(self, name, text=None):
        made = self.iam.create_user(UserName=name)["User"]["UserId"]
        if text is not None:
            self.iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=text)
        key = self.iam.create_access_key(UserName=name)["AccessKey"]
        self.gateway.keys[(name,)] = key
        return made

    def delete(self, name):
        key = self.gateway.keys.pop((name,))
        self.iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        for inline in self.iam.list_user_policies(UserName=name)["PolicyNames"]:
            self.iam.delete_user_policy(UserName=name, PolicyName=inline)
        self.iam.delete_user(UserName=name)


@pytest.fixture(scope="module")
def people(gateway):
    return People(gateway)


def deployed(client, backend, *statements):
    document = api_document("anything00", backend.url, policy=policy(*statements))
    api_id = client.import_rest_api(body=json.dumps(document).encode())["id"]
    client.create_deployment(restApiId=api_id, stageName="prod")
    return api_id


def signed(gateway, api_id, name):
    return gateway.call(api_id, "/signed", who=[name])


def test_a_user_made_anew_is_another(gateway, client, backend, people):
    """P5"""
    old = people.make("p5")
    api_id = deployed(client, backend, allow(principal={"AWS": arn("p5")}))
    assert signed(gateway, api_id, "p5").status == 200
    shown = client.get_rest_api(restApiId=api_id)
    people.delete("p5")
    new = people.make("p5")
    answer = signed(gateway, api_id, "p5")
    assert (answer.status, answer.error) == (403, "AccessDeniedException")
    # The record and its replay agree (`why` asserts it), and it is told who was meant.
    told = json.dumps(gateway.why(answer))
    assert f"another had that name when the policy was set, {old}; the caller is {new}" in told
    # Nobody is shown more than before, and deploying what was set lets nobody in.
    assert client.get_rest_api(restApiId=api_id) | {"ResponseMetadata": None} == shown | {
        "ResponseMetadata": None
    }
    client.create_deployment(restApiId=api_id, stageName="prod")
    assert signed(gateway, api_id, "p5").status == 403
    # Who sets the policy again means the one who is there now.
    text = json.dumps(policy(allow(principal={"AWS": arn("p5")})))
    patch = [{"op": "replace", "path": "/policy", "value": text}]
    client.update_rest_api(restApiId=api_id, patchOperations=patch)
    client.create_deployment(restApiId=api_id, stageName="prod")
    assert signed(gateway, api_id, "p5").status == 200


def test_a_user_with_another_name_is_the_same(gateway, client, backend, people):
    people.make("p5before")
    api_id = deployed(client, backend, allow(principal={"AWS": arn("p5before")}))
    people.iam.update_user(UserName="p5before", NewUserName="p5after")
    gateway.keys[("p5after",)] = gateway.keys.pop(("p5before",))
    people.make("p5before")
    assert signed(gateway, api_id, "p5after").status == 200
    assert signed(gateway, api_id, "p5before").status == 403


def test_denials_mean_the_old_one_too(gateway, client, backend, people):
    people.make("p5bad", IDENTITY)
    denying = deployed(client, backend, allow(), deny(principal={"AWS": arn("p5bad")}))
    sparing = {"NotPrincipal": {"AWS": arn("p5bad")}}
    only = deployed(client, backend, allow(), deny(**sparing))
    assert signed(gateway, denying, "p5bad").status == 403
    assert signed(gateway, only, "p5bad").status == 200
    people.delete("p5bad")
    people.make("p5bad", IDENTITY)
    assert signed(gateway, denying, "p5bad").status == 200
    answer = signed(gateway, only, "p5bad")
    assert answer.status == 403
    assert "another had that name" in json.dumps(gateway.why(answer))


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    keep(desk, USER, "x", "AIDAXOLD")
    keep(desk, ROLE, "dev", "AROADEVOLD")
    return desk


def keep(desk, kind, name, unique_id):
    word = "User" if kind == USER else "Role"
    body = {f"{word}Name": name, f"{word}Id": unique_id}
    body["Arn"] = X if kind == USER else DEV
    desk.store.put(entity(kind, OWNER, body))


def forget(desk, kind, name):
    desk.store.remove(find_entity(desk.store, OWNER, kind, name))


def body_of(written=NAMING):
    paths = {"/p": {"get": operation("http://127.0.0.1:9")}}
    return json.dumps(api_document("ignored123", "", paths=paths, policy=written)).encode()


def ids_of(desk, api_id):
    return desk.store.document(OWNER, REGION, API, api_id).body.get(PRINCIPALS)


BOTH = {X: "AIDAXOLD", DEV: "AROADEVOLD"}


def test_they_are_looked_up_however_a_policy_is_set(desk):
    text = json.dumps(NAMING)
    created = desk.do(create_rest_api, name="a", policy=text)
    cloned = desk.do(create_rest_api, name="b", cloneFrom=created["id"])
    imported = desk.do(import_rest_api, body=body_of())
    patched = desk.do(create_rest_api, name="c")
    assert not ids_of(desk, patched["id"])
    patches = [{"op": "replace", "path": "/policy", "value": text}]
    desk.do(update_rest_api, restApiId=patched["id"], patchOperations=patches)
    for api in (created, cloned, imported, patched):
        assert ids_of(desk, api["id"]) == BOTH
        assert PRINCIPALS not in desk.do(get_rest_api, restApiId=api["id"])
    # What does not set the policy leaves them as they are; so does a clone.
    forget(desk, USER, "x")
    keep(desk, USER, "x", "AIDAXNEW")
    named = [{"op": "replace", "path": "/name", "value": "d"}]
    desk.do(update_rest_api, restApiId=created["id"], patchOperations=named)
    again = desk.do(create_rest_api, name="e", cloneFrom=created["id"])
    assert ids_of(desk, created["id"]) == ids_of(desk, again["id"]) == BOTH
    desk.do(put_rest_api, restApiId=imported["id"], body=body_of(None), mode="merge")
    assert ids_of(desk, imported["id"]) == BOTH
    desk.do(put_rest_api, restApiId=imported["id"], body=body_of(), mode="merge")
    assert ids_of(desk, imported["id"]) == BOTH | {X: "AIDAXNEW"}
    desk.do(update_rest_api, restApiId=patched["id"], patchOperations=[
        {"op": "replace", "path": "/policy", "value": ""}])  # fmt: skip
    assert not ids_of(desk, patched["id"])


def test_the_same_file_again_means_the_same_ones(desk):
    local = {"body": body_of(), "mode": "overwrite", "local": True}
    desk.do(import_rest_api, body=body_of(), local_id="abc123")
    forget(desk, USER, "x")
    desk.do(put_rest_api, restApiId="abc123", **local)
    assert ids_of(desk, "abc123") == BOTH
    keep(desk, USER, "x", "AIDAXNEW")
    desk.do(put_rest_api, restApiId="abc123", **local)
    assert ids_of(desk, "abc123") == BOTH
    changed = body_of(policy(allow(principal={"AWS": [X, DEV]}, Sid="again")))
    forget(desk, ROLE, "dev")
    desk.do(put_rest_api, restApiId="abc123", **local | {"body": changed})
    # Nobody has the role's name now: it still means who had it.
    assert ids_of(desk, "abc123") == {X: "AIDAXNEW", DEV: "AROADEVOLD"}


def test_who_comes_after_a_file_is_held_from_the_next_time(desk):
    forget(desk, USER, "x")
    desk.do(import_rest_api, body=body_of(), local_id="abc123")
    assert ids_of(desk, "abc123") == {DEV: "AROADEVOLD"}
    keep(desk, USER, "x", "AIDAXNEW")
    local = {"body": body_of(), "mode": "overwrite", "local": True}
    desk.do(put_rest_api, restApiId="abc123", **local)
    assert ids_of(desk, "abc123") == BOTH | {X: "AIDAXNEW"}


def test_they_are_published_and_never_exported(desk):
    api_id = desk.do(import_rest_api, body=body_of())["id"]
    made = desk.do(create_deployment, restApiId=api_id, stageName="prod")
    published = api_from_json(json.loads(desk.store.publication(api_id, made["id"])))
    assert published.policy_principals == BOTH
    snapshot = desk.store.document(OWNER, REGION, SNAPSHOT, f"{api_id}/{made['id']}")
    assert snapshot.body[PRINCIPALS] == read_form(desk.call(), api_id)[PRINCIPALS] == BOTH
    exported = desk.do(
        get_export, restApiId=api_id, stageName="prod", exportType="oas30",
        parameters={"extensions": "apigateway"},
    )  # fmt: skip
    assert X in str(exported)
    assert "AIDAXOLD" not in str(exported)
