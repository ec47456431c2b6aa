"""The cache of a stage: whether there is one, and what it keeps for both workers."""

import itertools
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.control.apigateway.calls import Api, refused
from tests.control.apigateway.desk import DeskApi
from tests.lambdas import wait_for

from gatelodge.control.apigateway.caches import cache_terms, published_size, read_size, settled
from gatelodge.control.apigateway.deployments import create_deployment
from gatelodge.control.apigateway.rest_apis import delete_rest_api
from gatelodge.control.apigateway.stages import delete_stage, flush_stage_cache, update_stage
from gatelodge.control.fault import Fault
from gatelodge.world.changes import FLUSHED_REPLIES, flushed_stages

ENABLED = ("/cacheClusterEnabled", "true"), ("/*/*/caching/enabled", "true")
RENEW = [("Cache-Control", "max-age=0")]
STRATEGY = "/*/*/caching/unauthorizedCacheControlHeaderStrategy"
_numbers = itertools.count()


class Counted(Api):
    """An API whose backend numbers its replies."""

    def __init__(self, client, gateway, backend):
        super().__init__(client)
        self.gateway, self.backend = gateway, backend
        self.path = f"/counted-{next(_numbers)}"
        self.count = itertools.count(1)
        self.status, self.fields, self.filling = 200, (), b""
        backend.replies[self.path] = self.reply

    def reply(self, handler):
        body = b"%d" % next(self.count) + self.filling
        handler.send_response(self.status)
        for name, value in (*self.fields, ("Content-Length", str(len(body)))):
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    def add(self, part, verb="GET", authorization="NONE", **integration):
        self.resources = getattr(self, "resources", {})
        if part not in self.resources:
            self.resources[part] = self.resource(part)
        uri = self.backend.url + self.path
        return self.method(self.resources[part], uri, verb, authorization, **integration)

    def set(self, *values, stage="prod"):
        patches = [("replace", path, value) for path, value in values]
        return self.patch("update_stage", *patches, stageName=stage)

    def call(self, path="/pets", **members):
        return self.gateway.call(self.id, path, **members)

    def got(self, path="/pets", times=1, **members):
        """The numbers of the replies to so many calls; the system spreads them over the workers."""
        return [int(self.call(path, **members).body.rstrip(b"x")) for _ in range(times)]


@pytest.fixture
def api(client, gateway, backend):
    api = Counted(client, gateway, backend)
    api.add("pets")
    api.add("pets", "POST")
    api.add("pets", "ANY")
    api.add("signed", authorization="AWS_IAM")
    api.deploy()
    return api


def test_a_stage_has_a_cache_as_soon_as_it_is_asked_for(client, api):
    deployment = client.get_deployments(restApiId=api.id)["items"][0]["id"]
    members = {"restApiId": api.id, "deploymentId": deployment}
    made = client.create_stage(
        **members, stageName="large", cacheClusterEnabled=True, cacheClusterSize="6.1"
    )
    expected = {
        "cacheClusterEnabled": True,
        "cacheClusterSize": "6.1",
        "cacheClusterStatus": "AVAILABLE",
    }
    assert made.items() >= expected.items()
    shown = client.get_stage(restApiId=api.id, stageName="large")
    assert shown.items() >= expected.items()
    off = api.set(("/cacheClusterEnabled", "false"), stage="large")
    assert (off["cacheClusterEnabled"], off["cacheClusterStatus"]) == (False, "NOT_AVAILABLE")
    api.deploy("fresh", cacheClusterEnabled=True)
    shown = client.get_stage(restApiId=api.id, stageName="fresh")
    assert (shown["cacheClusterSize"], shown["cacheClusterStatus"]) == ("0.5", "AVAILABLE")
    told = refused(client.create_deployment, restApiId=api.id, cacheClusterEnabled=True)
    assert told[0] == "BadRequestException"


def test_one_reply_serves_the_calls_after_it_in_every_worker(api):
    assert api.got(times=3) == [1, 2, 3]
    api.set(*ENABLED)
    assert api.got(times=10) == [4] * 10
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: api.got()[0], range(40))) == {4}


def test_a_limit_switches_no_cache_on(api):
    api.add("any", "ANY")
    api.deploy()
    api.set(*ENABLED, *((f"/~1{path}/GET/throttling/rateLimit", "999") for path in ("any", "pets")))
    assert api.got("/any", times=3) == [1, 2, 3]
    assert api.got(times=3) == [4] * 3


@pytest.mark.parametrize("setting", ENABLED)
def test_a_cluster_alone_and_a_setting_alone_keep_nothing(api, setting):
    api.set(setting)
    assert api.got(times=3) == [1, 2, 3]


def test_what_is_set_for_all_methods_is_for_get_alone(api):
    api.set(*ENABLED)
    assert api.got(method="POST", times=2) == [1, 2]
    assert api.got(method="PUT", times=2) == [3, 4]
    assert api.got(times=2) == [5, 5]
    # Other settings of a method's own do not change that.
    shown = api.set(("/~1pets/POST/metrics/enabled", "true"))["methodSettings"]["pets/POST"]
    assert not shown["cachingEnabled"]
    assert api.got(method="POST", times=2) == [6, 7]


def test_a_method_has_settings_of_its_own(api):
    api.set(*ENABLED, ("/~1pets/POST/caching/enabled", "true"))
    assert api.got(method="POST", times=3) == [1, 1, 1]
    assert api.got(times=2) == [2, 2]  # the same resource, but another verb
    api.set(("/~1pets/GET/caching/enabled", "false"))
    assert api.got(times=2) == [3, 4]
    # A method for all verbs has the settings of each.
    api.set(("/~1pets/PATCH/caching/enabled", "true"))
    assert api.got(method="PATCH", times=2) == [5, 5]
    assert api.got(method="DELETE", times=2) == [6, 7]
    api.set(("/~1pets/PATCH/caching/enabled", "false"), ("/~1pets/ANY/caching/enabled", "true"))
    assert api.got(method="PUT", times=2) == [8, 8]
    assert api.got(method="PATCH", times=2) == [9, 10]


def test_no_time_to_live_is_no_caching(api):
    api.set(*ENABLED, ("/*/*/caching/ttlInSeconds", "0"))
    assert api.got(times=2) == [1, 2]


def test_flushing_and_switching_off_forget_everything(client, api):
    api.set(*ENABLED)
    assert api.got(times=2) == [1, 1]
    client.flush_stage_cache(restApiId=api.id, stageName="prod")
    assert api.got(times=4) == [2, 2, 2, 2]
    api.set(("/cacheClusterEnabled", "false"))
    assert api.got() == [3]
    api.set(("/cacheClusterEnabled", "true"))
    assert api.got(times=2) == [4, 4]
    api.set(("/cacheClusterSize", "1.6"))
    assert api.got(times=2) == [5, 5]
    api.set(("/description", "says nothing of replies"))
    assert api.got() == [5]
    api.set(("/variables/v", "1"))
    assert api.got(times=2) == [6, 6]


def test_a_stage_made_anew_begins_with_nothing(client, api):
    api.set(*ENABLED)
    assert api.got(times=2) == [1, 1]
    shown = client.get_stage(restApiId=api.id, stageName="prod")
    client.delete_stage(restApiId=api.id, stageName="prod")
    assert api.call().status == 403
    client.create_stage(
        restApiId=api.id,
        stageName="prod",
        deploymentId=shown["deploymentId"],
        cacheClusterEnabled=True,
    )
    api.set(ENABLED[1])
    assert api.got() == [2]


def test_stages_and_deployments_have_their_own(api):
    api.set(*ENABLED)
    assert api.got(times=2) == [1, 1]
    api.deploy("other", cacheClusterEnabled=True)
    api.set(ENABLED[1], stage="other")
    assert api.got(stage="other", times=2) == [2, 2]
    assert api.got() == [1]
    api.deploy()
    assert api.got(times=2) == [3, 3]


def test_keys_and_namespaces_of_integrations(client, api):
    query, header = "method.request.querystring.a", "method.request.header.B"
    for part in ("one", "two"):
        at = api.add(part)
        patches = [("add", f"/requestParameters/{key}", "false") for key in (query, header)]
        where = {"resourceId": at["resourceId"], "httpMethod": "GET"}
        api.patch("update_method", *patches, **where)
        shared = ("replace", "/cacheNamespace", "shared")
        api.patch("update_integration", shared, ("add", f"/cacheKeyParameters/{query}"), **where)
    api.set(*ENABLED)
    api.deploy()
    assert api.got("/one?a=1", times=2) == [1, 1]
    assert api.got("/two?a=1&b=2", headers=[("B", "x")]) == [1]
    assert api.got("/two?a=2", times=2) == [2, 2]
    assert api.got("/one?a=2") == [2]
    exported = client.get_export(
        restApiId=api.id,
        stageName="prod",
        exportType="oas30",
        parameters={"extensions": "apigateway"},
    )
    document = json.loads(exported["body"].read())
    integration = document["paths"]["/one"]["get"]["x-amazon-apigateway-integration"]
    assert (integration["cacheNamespace"], integration["cacheKeyParameters"]) == ("shared", [query])
    again = client.import_rest_api(body=json.dumps(document).encode())["id"]
    found = {r["path"]: r["id"] for r in client.get_resources(restApiId=again)["items"]}
    kept = client.get_integration(restApiId=again, resourceId=found["/one"], httpMethod="GET")
    assert (kept["cacheNamespace"], kept["cacheKeyParameters"]) == ("shared", [query])
    # What is changed is live with the next deployment.
    api.patch("update_integration", ("add", f"/cacheKeyParameters/{header}"), **where)
    assert api.got("/two?a=1", headers=[("B", "y")]) == [1]
    api.deploy()
    assert api.got("/two?a=1", headers=[("B", "y")]) == [3]
    assert api.got("/two?a=1", headers=[("B", "z")]) == [4]


@pytest.mark.parametrize(
    ("function", "members"),
    [
        (delete_rest_api, {}),
        (delete_stage, {"stageName": "prod"}),
        (flush_stage_cache, {"stageName": "prod"}),
    ],
)
def test_what_is_gone_takes_its_replies_along(tmp_path, function, members):
    desk = DeskApi(tmp_path)
    desk.mock(desk.method())
    desk.do(create_deployment, **desk.api, stageName="prod", cacheClusterEnabled=True)
    before = desk.store.last_change()
    desk.do(function, **desk.api, **members)
    changes = [what for _, what in desk.store.changes_since(before)]
    assert flushed_stages(changes, FLUSHED_REPLIES) == [(desk.api["restApiId"], "prod")]


def test_a_refused_caller_gets_no_kept_reply(api):
    api.set(*ENABLED)
    assert api.got("/signed", who=("caller",), times=2) == [1, 1]
    assert api.call("/signed", who=("nobody",)).status == 403
    assert api.call("/signed").status == 403
    assert api.got("/signed", who=("renewer",)) == [1]  # as on AWS: the caller tells nothing apart


def test_the_explanation_tells_that_a_reply_was_kept(api):
    api.set(*ENABLED)
    first, second = api.call(), api.call()
    assert "cache" not in api.gateway.why(first)["reason"]
    assert "; the reply was served from the stage's cache, " in api.gateway.why(second)["reason"]
    assert first.headers["x-amzn-RequestId"] != second.headers["x-amzn-RequestId"]
    assert len(second.headers.get_all("x-amzn-RequestId")) == 1
    api.call("/signed", who=("caller",))
    signed = api.gateway.why(api.call("/signed", who=("caller",)))["reason"]
    assert signed.startswith("allowed by identity policy inline statement 1; the reply was served")


def test_who_is_permitted_renews_a_kept_reply_for_all(api):
    api.set(*ENABLED)
    assert api.got("/signed", who=("caller",), times=2) == [1, 1]
    answer = api.call("/signed", who=("renewer",), headers=RENEW)
    assert (answer.body, answer.headers["Warning"]) == (b"2", None)
    told = "; the integration was to answer anew, as Cache-Control: max-age=0 asked"
    assert told in api.gateway.why(answer)["reason"]
    assert api.got("/signed", who=("caller",), times=4) == [2] * 4


WARNING = "199 Cache-control headers were ignored because the caller was unauthorized."


@pytest.mark.parametrize(
    ("strategy", "status", "warning"),
    [
        ("SUCCEED_WITH_RESPONSE_HEADER", 200, WARNING),
        ("SUCCEED_WITHOUT_RESPONSE_HEADER", 200, None),
        ("FAIL_WITH_403", 403, None),
    ],
)
def test_who_is_not_permitted(api, strategy, status, warning):
    api.set(*ENABLED, (STRATEGY, strategy))
    assert api.got("/signed", who=("caller",)) == [1]
    assert api.got() == [2]
    for path, members in (("/signed", {"who": ("caller",)}), ("/pets", {})):
        answer = api.call(path, headers=RENEW, **members)
        assert (answer.status, answer.headers["Warning"]) == (status, warning)
        api.gateway.why(answer)
    assert api.call("/signed", who=("nobody",), headers=RENEW).status == 403
    assert api.got("/signed", who=("caller",)) == [1]
    assert api.got() == [2]


def test_a_refused_renewal_is_told_and_explained(api):
    api.set(*ENABLED, (STRATEGY, "FAIL_WITH_403"))
    refusal = (
        "User: {} is not authorized to perform: execute-api:InvalidateCache on resource: "
        f"arn:aws:execute-api:us-east-1:********1111:{api.id}/prod/GET{{}} because no "
        "identity-based policy allows the execute-api:InvalidateCache action"
    )
    answer = api.call("/signed", who=("caller",), headers=RENEW)
    assert answer.error == "AccessDeniedException"
    assert answer.message == refusal.format("arn:aws:iam::111111111111:user/caller", "/signed")
    reason = api.gateway.why(answer)["reason"]
    assert reason.startswith(
        "Cache-Control: max-age=0 asks for what needs execute-api:InvalidateCache: "
        "no identity policy allows this; nearest is identity policy inline statement 1"
    )
    answer = api.call(headers=RENEW)
    assert answer.message == refusal.format("anonymous", "/pets")
    assert "only a caller who signs requests (AWS_IAM)" in api.gateway.why(answer)["reason"]


def test_an_ignored_renewal_names_the_statements(api):
    api.set(*ENABLED)
    explained = api.gateway.why(api.call("/signed", who=("caller",), headers=RENEW))
    (part,) = [part for part in explained["stages"] if part["stage"] == "cache"]
    assert part["verdict"] == "silent"
    assert (
        "action execute-api:InvalidateCache does not match execute-api:Invoke" in part["lines"][1]
    )


def test_without_required_authorization_anybody_renews(api):
    api.set(*ENABLED, ("/*/*/caching/requireAuthorizationForCacheControl", "false"))
    assert api.got(times=2) == [1, 1]
    assert api.got(headers=RENEW) == [2]
    assert api.got(times=2) == [2, 2]


@pytest.mark.parametrize("status", [201, 206, 302, 404, 429, 500, 503])
def test_which_replies_are_kept(api, status):
    api.set(*ENABLED)
    api.status = status
    assert api.got(times=2) == ([1, 1] if status == 201 else [1, 2])


def test_a_cookie_is_for_one_client(api):
    api.set(*ENABLED)
    api.fields = [("Set-Cookie", "session=1")]
    assert api.got(times=2) == [1, 2]


def test_a_reply_that_is_too_large_is_not_kept(api):
    api.set(*ENABLED)
    api.filling = b"x" * 1_048_576
    assert api.got(times=2) == [1, 2]
    api.filling = b"x" * 1_000_000
    assert api.got(times=3) == [3, 3, 3]


def test_a_canary_uses_the_cache_when_it_may(api):
    api.set(*ENABLED)
    assert api.got(times=2) == [1, 1]
    api.set(("/canarySettings/percentTraffic", "100"))
    assert api.got(times=2) == [2, 3]
    api.set(("/canarySettings/useStageCache", "true"))
    assert api.got(times=2) == [1, 1]  # of the same deployment: the stage's own replies
    api.deploy(canarySettings={"percentTraffic": 100.0, "useStageCache": True})
    assert api.got(times=2) == [4, 4]  # of another: its own
    api.set(("/canarySettings/percentTraffic", "0"))
    assert api.got() == [1]


def test_the_access_log_tells_no_integration_of_a_kept_reply(api):
    group = "arn:aws:logs:us-east-1:111111111111:log-group:caching"
    format_ = "$context.requestId $context.status $context.integrationStatus"
    patches = [("add", "/accessLogSettings/destinationArn", group)]
    patches += [("add", "/accessLogSettings/format", f"{format_} $context.integrationLatency")]
    api.set(*ENABLED)
    api.patch("update_stage", *patches, stageName="prod")
    ids = [api.call().headers["x-amzn-RequestId"] for _ in range(2)]
    lines = logged(api.gateway, ids)
    assert lines[ids[0]][:2] == ["200", "200"]
    assert lines[ids[1]] == ["200", "-", "-"]


def logged(gateway, ids):
    """The access log's lines by request id, once they are there."""
    log = gateway.state / "logs" / "111111111111_us-east-1_caching.log"

    def read():
        lines = log.read_text().splitlines() if log.exists() else []
        return {line.split()[0]: line.split()[1:] for line in lines}

    wait_for(lambda: set(ids) <= set(read()))
    return read()


def test_a_deployment_of_before_there_were_caches_must_be_made_anew(tmp_path):
    desk = DeskApi(tmp_path)
    desk.mock(desk.method())
    made = desk.do(create_deployment, **desk.api, stageName="prod")["id"]
    api = desk.api["restApiId"]
    written = json.loads(desk.store.publication(api, made))
    for resource in written["resources"]:
        for method in resource["methods"].values():
            del method["integration"]["cacheKeyParameters"]
    with desk.store.transaction() as connection:
        connection.execute(
            "UPDATE publication SET body = ? WHERE deployment = ?", (json.dumps(written), made)
        )
    stage = {**desk.api, "stageName": "prod"}
    patches = [{"op": "replace", "path": path, "value": value} for path, value in ENABLED]
    code, message = desk.refused(update_stage, **stage, patchOperations=patches)
    assert code == "BadRequestException"
    assert "Stage prod cannot serve GET /pets: this deployment was made before" in message
    desk.do(create_deployment, **desk.api, stageName="prod")
    shown = desk.do(update_stage, **stage, patchOperations=patches)
    assert shown["cacheClusterStatus"] == "AVAILABLE"


@pytest.mark.parametrize("value", ["0.6", "1", "large"])
def test_sizes_are_awss(value):
    with pytest.raises(Fault) as caught:
        read_size(value)
    assert caught.value.message.startswith("Invalid cacheClusterSize specified")


def test_a_size_may_be_taken_back():
    assert read_size("") is None
    assert read_size("237") == "237"


def test_the_status_follows():
    on = settled({"cacheClusterEnabled": True, "methodSettings": {}})
    assert (on["cacheClusterSize"], on["cacheClusterStatus"]) == ("0.5", "AVAILABLE")
    assert published_size(on) == 0.5
    off = settled({**on, "cacheClusterEnabled": False})
    assert (off["cacheClusterSize"], off["cacheClusterStatus"]) == ("0.5", "NOT_AVAILABLE")
    assert published_size(off) is None
    assert cache_terms(on) != cache_terms(off)
