"""Files into the store by the AWS endpoint's own operations: idempotent, nothing else served."""

import json
from datetime import UTC, datetime

import pytest
from tests.files.test_api_file import load as read_file
from tests.gateway import OWNER, REGION, api_document, operation, policy
from tests.gateway import allow as allow_all

from gatelodge.control.apigateway import stages
from gatelodge.control.apigateway.deployments import create_deployment
from gatelodge.control.apigateway.form import read_form
from gatelodge.control.apigateway.importing import put_rest_api
from gatelodge.files.api_file import Where
from gatelodge.files.publish import PublishError, operator_call, publish_files, repeated
from gatelodge.published import AccessLog, api_from_json, stage_from_json
from gatelodge.store import MasterKey, Store
from gatelodge.world.iam_entities import USER, entity

BACKEND = "http://127.0.0.1:9"
NOW = datetime(2026, 1, 2, tzinfo=UTC)
MASTER = MasterKey(bytes(32))


class Lodge:
    def __init__(self, directory):
        self.directory = directory
        self.store = Store(directory / "store.db")

    def read(self, document, name="api.json", stage=None, **arguments):
        (self.directory / name).mkdir(exist_ok=True)
        where = Where(OWNER, stage=stage)
        return read_file(self.directory / name, document, where=where, **arguments)

    def publish(self, *files):
        return publish_files(self.store, MASTER, files, NOW)

    def call(self):
        return operator_call(self.store, MASTER, OWNER, REGION, NOW)

    def stages(self):
        return {
            (api, json.loads(body)["name"]): (deployment, stage_from_json(json.loads(body)))
            for api, deployment, body in self.store.stages()
        }

    def served(self, api, stage="prod"):
        deployment, _ = self.stages()[api, stage]
        return api_from_json(json.loads(self.store.publication(api, deployment)))

    def written(self):
        kinds = ("restapi", "resource", "authorizer", "deployment", "snapshot", "stage")
        found = [d for kind in kinds for d in self.store.documents(f"apigateway/{kind}")]
        return [(d.id, d.version) for d in found], self.store.stages()


@pytest.fixture
def lodge(tmp_path):
    return Lodge(tmp_path)


def document(api_id="abc123", paths=None, **members):
    return api_document(api_id, BACKEND, paths=paths, **members)


def one(path, uri=BACKEND):
    return {path: {"get": operation(uri)}}


def paths_of(api):
    return {resource.path for resource in api.resources if resource.methods}


def test_a_file_is_an_api_that_the_aws_endpoint_knows(lodge):
    log = AccessLog("$context.requestId", "/var/log/gate.log")
    told = lodge.publish(
        lodge.read(document(policy=policy(allow_all())), stage_variables={"a": "1"}, access_log=log)
    )
    assert told == [f"{lodge.directory}/api.json/api.json: API abc123 stage prod is new"]
    form = read_form(lodge.call(), "abc123")
    assert {r["path"] for r in form["resources"]} >= {"/", "/pets", "/pets/{id}", "/signed"}
    shown = stages.get_stage(lodge.call(), restApiId="abc123", stageName="prod")
    assert (shown["deploymentId"], shown["variables"]) == (
        lodge.stages()["abc123", "prod"][0],
        {"a": "1"},
    )
    stage = lodge.stages()["abc123", "prod"][1]
    assert (stage.variables, stage.access_log) == ({"a": "1"}, log)
    assert lodge.served("abc123").policy["Statement"][0]["Resource"].endswith(":abc123/*")


def test_the_same_file_again_writes_nothing(lodge):
    for _ in range(2):
        file = lodge.read(document(policy=policy(allow_all())), stage_variables={"a": "1"})
        lodge.publish(file)
        before = lodge.written()
    assert (
        lodge.publish(lodge.read(document(policy=policy(allow_all())), stage_variables={"a": "1"}))
        == []
    )
    assert lodge.written() == before
    assert len(lodge.store.documents("apigateway/deployment")) == 1


def test_a_changed_file_is_another_deployment(lodge):
    lodge.publish(lodge.read(document(paths=one("/a"))))
    first = lodge.stages()["abc123", "prod"][0]
    told = lodge.publish(lodge.read(document(paths=one("/b"))))
    assert told[0].endswith("API abc123 stage prod changed")
    assert lodge.stages()["abc123", "prod"][0] != first
    assert paths_of(lodge.served("abc123")) == {"/b"}
    assert len(lodge.store.documents("apigateway/deployment")) == 2


def test_other_variables_are_another_stage_of_the_same_deployment(lodge):
    lodge.publish(lodge.read(document(), stage_variables={"a": "1"}))
    first = lodge.stages()["abc123", "prod"]
    assert lodge.publish(lodge.read(document(), stage_variables={"a": "2"}))
    second = lodge.stages()["abc123", "prod"]
    assert first[0] == second[0]
    assert second[1].variables == {"a": "2"}
    lodge.publish(lodge.read(document()))
    assert lodge.stages()["abc123", "prod"][1].variables == {}


@pytest.mark.parametrize("deployed", [False, True])
def test_what_was_edited_otherwise_is_overwritten(lodge, deployed):
    file = lodge.read(document(paths=one("/a")))
    lodge.publish(file)
    other = json.dumps(document(paths=one("/edited"))).encode()
    put_rest_api(lodge.call(), restApiId="abc123", body=other, mode="overwrite")
    if deployed:
        create_deployment(lodge.call(), restApiId="abc123", stageName="prod")
        assert paths_of(lodge.served("abc123")) == {"/edited"}
    lodge.publish(lodge.read(document(paths=one("/a"))))
    assert paths_of(lodge.served("abc123")) == {"/a"}
    paths = {r["path"] for r in read_form(lodge.call(), "abc123")["resources"]}
    assert paths == {"/", "/a"}
    assert len(lodge.store.documents("apigateway/deployment")) == 1 + 2 * deployed


def test_stages_that_no_file_names_any_more_are_not_served(lodge):
    first = lodge.read(document("first1"), "one.json")
    second = lodge.read(document("second2"), "two.json")
    lodge.publish(first, second)
    told = lodge.publish(second)
    assert told == ["API first1 stage prod is not served any more: no file names it"]
    assert set(lodge.stages()) == {("second2", "prod")}
    assert lodge.publish(second) == []
    # Without files everything stays; and so does what files never brought.
    assert lodge.publish() == []
    create_deployment(lodge.call(), restApiId="first1", stageName="byhand")
    lodge.publish(second)
    assert set(lodge.stages()) == {("second2", "prod"), ("first1", "byhand")}


def test_two_stages_of_one_api(lodge):
    def publish():
        return lodge.publish(
            lodge.read(document(paths=one("/a")), "one.json"),
            lodge.read(document(paths=one("/b")), "two.json", stage="test"),
        )

    assert len(publish()) == 2
    assert paths_of(lodge.served("abc123", "prod")) == {"/a"}
    assert paths_of(lodge.served("abc123", "test")) == {"/b"}
    before = lodge.stages()
    assert publish() == []
    assert lodge.stages().keys() == before.keys()
    assert len(lodge.store.documents("apigateway/deployment")) == 2


def test_two_files_of_one_stage_are_refused_with_both_names(lodge):
    files = [lodge.read(document(), name) for name in ("one.json", "two.json")]
    (told,) = repeated(files)
    assert "one.json" in told
    assert "two.json" in told
    assert "API abc123, stage prod" in told
    other = lodge.read(document(), "three.json", stage="test")
    assert repeated([files[0], other]) == []


def test_all_or_nothing(lodge):
    good = lodge.read(document("good12"), "one.json")
    bad = lodge.read(document("bad123"), "two.json", stage_variables={"a": "{}"})
    with pytest.raises(PublishError, match=r"two.json.*Invalid stage variable a"):
        lodge.publish(good, bad)
    assert lodge.stages() == {}
    assert lodge.store.documents("apigateway/restapi") == []


def test_an_id_belongs_to_one_account(lodge):
    lodge.publish(lodge.read(document()))
    other = read_file(lodge.directory / "api.json", document(), where=Where("222222222222"))
    with pytest.raises(PublishError, match=f"belongs to account {OWNER} in {REGION}"):
        lodge.publish(other)


def test_tolerated_integrations_are_served_as_failures(lodge):
    integration = {"type": "aws", "httpMethod": "POST", "uri": "arn:aws:apigateway:r:sqs:path/q"}
    paths = {"/q": {"get": {"x-amazon-apigateway-integration": integration}}, **one("/a")}
    lodge.publish(lodge.read(document(paths=paths), tolerate=frozenset({"aws"})))
    methods = {r.path: r.methods for r in lodge.served("abc123").resources}
    assert methods["/q"]["GET"].integration is None
    assert methods["/a"]["GET"].integration is not None


def test_the_same_file_again_lets_in_nobody_made_anew(lodge):
    """P5: and makes no deployment either."""
    arn = f"arn:aws:iam::{OWNER}:user/x"

    def published():
        return lodge.publish(lodge.read(document(policy=policy(allow_all(principal={"AWS": arn})))))

    def keep(unique_id):
        return lodge.store.put(
            entity(USER, OWNER, {"UserName": "x", "UserId": unique_id, "Arn": arn})
        )

    old = keep("AIDAXOLD")
    assert published() != []
    lodge.store.remove(old)
    assert published() == []
    keep("AIDAXNEW")
    before = lodge.written()
    assert published() == []
    assert lodge.written() == before
    assert lodge.served("abc123").policy_principals == {arn: "AIDAXOLD"}
