"""Functions from a file: every problem with its place, and what becomes of good ones."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.control.lambda_.desk import LambdaDesk, package

from gatelodge.control.lambda_.functions import get_function
from gatelodge.control.lambda_.permissions import add_permission, get_policy
from gatelodge.control.lambda_.settings import tag_resource
from gatelodge.control.lambda_.versions import list_versions_by_function, publish_version
from gatelodge.files.functions_file import apply_functions_file, read_functions_file
from gatelodge.files.load import FileError
from gatelodge.functions.documents import find_function
from gatelodge.functions.packages import Packages

GATEWAY = {"Principal": "apigateway.amazonaws.com"}
GOOD = {"FunctionName": "f", "Runtime": "python3.12", "Handler": "app.handler", "CodeUri": "code"}
ELSEWHERE = {"FunctionName": "f", "Remote": {"Endpoint": "http://127.0.0.1:9000"}}


class Files:
    """A directory with a package, and a desk on the store that files are applied to."""

    def __init__(self, directory):
        self.directory = directory
        (directory / "code").mkdir()
        (directory / "code" / "app.py").write_text("def handler(event, context): ...\n")
        (directory / "code.zip").write_bytes(package("x = 1\n"))
        (directory / "broken.zip").write_bytes(b"no zip")
        self.desk = LambdaDesk(directory)

    def read(self, *functions, text=None):
        path = self.directory / "functions.json"
        path.write_text(json.dumps({"functions": functions}) if text is None else text)
        return read_functions_file(path)

    def apply(self, *functions):
        file = self.read(*functions)
        assert file.problems == []
        desk = self.desk
        with desk.store.transaction():
            apply_functions_file(
                desk.store, desk.call().master, Packages(self.directory / "functions"), file,
                account=desk.account, region=desk.region,
            )  # fmt: skip

    def find(self, name="f", qualifier=None):
        call = self.desk.call()
        return find_function(
            call.store, call.master, self.desk.account, self.desk.region, name, qualifier
        )

    def configuration(self):
        return self.desk.do(get_function, FunctionName="f")["Configuration"]


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path)


@pytest.mark.parametrize("text", ["[]", "{}", '{"functions": {}}', '{"functions": 1}', "null"])
def test_what_is_no_file_of_functions(files, text):
    [problem] = files.read(text=text).problems
    assert problem.endswith("#/functions: a list of functions is expected")


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ({"FunctionName": None}, "/FunctionName", "1 to 64 letters"),
        ({"FunctionName": ["f"]}, "/FunctionName", "1 to 64 letters"),
        ({"FunctionName": 7}, "/FunctionName", "1 to 64 letters"),
        ({"FunctionName": "a/b"}, "/FunctionName", "1 to 64 letters"),
        ({"FunctionName": "f" * 65}, "/FunctionName", "1 to 64 letters"),
        ({"Runtime": "python2.7"}, "/Runtime", "for example"),
        ({"Runtime": None}, "/Runtime", "for example"),
        ({"Handler": ""}, "/Handler", "app.handler"),
        ({"Handler": 1}, "/Handler", "app.handler"),
        ({"Role": "admin"}, "/Role", "not the ARN of a role"),
        ({"Role": "arn:aws:iam::1:user/x"}, "/Role", "not the ARN of a role"),
        ({"CodeUri": "nowhere"}, "/CodeUri", "neither a directory nor a zip archive"),
        ({"CodeUri": None}, "/CodeUri", "neither a directory nor a zip archive"),
        ({"Description": 1}, "/Description", "a text"),
        ({"Timeout": 0}, "/Timeout", "from 1 to 900"),
        ({"Timeout": True}, "/Timeout", "from 1 to 900"),
        ({"Timeout": 1.5}, "/Timeout", "from 1 to 900"),
        ({"MemorySize": 10_241}, "/MemorySize", "from 128 to 10240"),
        ({"ReservedConcurrentExecutions": -1}, "/ReservedConcurrentExecutions", "from 0 to"),
        ({"OperatorCredentials": "yes"}, "/OperatorCredentials", "true or false"),
        ({"Environment": []}, "/Environment", "object of texts"),
        ({"Environment": {"Variables": {"AA": 1}}}, "/Environment", "object of texts"),
        ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "/Environment/Variables/AWS_REGION",
         "cannot be set"),
        ({"Environment": {"Variables": {"AA": "x" * 4_096}}}, "/Environment", "larger than 4096"),
        ({"Permissions": {}}, "/Permissions", "what AddPermission takes"),
        ({"Permissions": ["x"]}, "/Permissions/0", "Principal is needed"),
        ({"Permissions": [{"SourceArn": "x"}]}, "/Permissions/0", "Principal is needed"),
        ({"Permissions": [{**GATEWAY, "Action": "x"}]}, "/Permissions/0", "Principal is needed"),
        ({"Permissions": [{"Principal": "nobody"}]}, "/Permissions/0", "is no principal"),
        ({"Permissions": [GATEWAY, {**GATEWAY, "StatementId": "file-0"}]},
         "/Permissions/1/StatementId", "file-0 stands twice"),
        ({"Memory": 128}, "/Memory", "unknown member"),
        ({"Remote": {}}, "/Remote", "FunctionName is the ARN"),
        ({"Remote": "x"}, "/Remote", "Endpoint or FunctionName"),
        ({"Remote": {"FunctionName": "there"}}, "/Remote", "FunctionName is the ARN"),
        ({"Remote": {"Endpoint": "http://a", "FunctionName": 5}}, "/Remote/FunctionName", "a name"),
        *(
            ({"Remote": {"Endpoint": url}}, "/Remote/Endpoint", "is no http or https URL of a host")
            for url in (7, "", "a:1", "ftp://a", "http://", "http://a/path", "http://a:99999",
                        "http://a:0", "http://a:x", "http://u:p@a", "http://a?q", "http://[a")
        ),
    ],
)  # fmt: skip
def test_problems_have_their_place(files, changes, place, words):
    item = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    [problem] = files.read(GOOD | {"FunctionName": "other"}, item).problems
    where, _, told = problem.partition(": ")
    assert where.endswith(f"functions.json#/functions/1{place}")
    assert words in told


def test_a_function_stands_once(files):
    assert "f stands twice" in files.read(GOOD, ELSEWHERE).problems[0]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
members = st.sampled_from([*GOOD, *ELSEWHERE, "Environment", "Permissions", "Timeout", "Role"])


@given(st.lists(st.dictionaries(members, values) | values, max_size=2))
@settings(max_examples=60, deadline=None)
def test_no_file_breaks_the_reader(tmp_path_factory, functions):
    path = tmp_path_factory.getbasetemp() / "any-functions.json"
    path.write_text(json.dumps({"functions": functions}))
    file = read_functions_file(path)
    assert bool(functions) == bool(file.problems)


def test_a_good_function_is_what_the_operations_would_have_made(files):
    files.apply(
        {**GOOD, "Timeout": 7, "MemorySize": 256, "ReservedConcurrentExecutions": 2,
         "Environment": {"Variables": {"AA": "secret"}}, "Permissions": [GATEWAY]}
    )  # fmt: skip
    found = files.find()
    assert (found.timeout, found.memory, found.reserved) == (7, 256, 2)
    assert (found.runtime, found.handler) == ("python3.12", "app.handler")
    assert found.environment == {"AA": "secret"}
    assert "secret" not in str(files.desk.store.document(
        files.desk.account, files.desk.region, "lambda/function", "f").body)  # fmt: skip
    policy = json.loads(files.desk.do(get_policy, FunctionName="f")["Policy"])
    assert policy["Statement"][0]["Principal"] == {"Service": "apigateway.amazonaws.com"}


def test_the_same_file_changes_nothing(files):
    files.apply({**GOOD, "Environment": {"Variables": {"AA": "1"}}})
    before, last = files.configuration()["RevisionId"], files.desk.store.last_change()
    files.apply({**GOOD, "Environment": {"Variables": {"AA": "1"}}})
    assert files.configuration()["RevisionId"] == before
    assert files.desk.store.last_change() == last
    files.apply({**GOOD, "Environment": {"Variables": {"AA": "2"}}})
    assert files.configuration()["RevisionId"] != before
    assert files.find().environment == {"AA": "2"}


def test_what_the_lambda_api_added_stays(files):
    """Else the next version would be given a number that is taken."""
    files.apply(GOOD)
    at = {"FunctionName": "f"}
    files.desk.do(publish_version, **at)
    files.desk.do(tag_resource, Resource=files.configuration()["FunctionArn"], Tags={"a": "b"})
    files.apply({**GOOD, "CodeUri": "code.zip"})
    assert files.desk.do(publish_version, **at)["Version"] == "2"
    assert files.desk.do(get_function, **at)["Tags"] == {"a": "b"}
    listed = files.desk.do(list_versions_by_function, **at)["Versions"]
    assert [one["Version"] for one in listed] == ["$LATEST", "1", "2"]


def test_permissions_are_those_of_the_file(files):
    files.apply({**GOOD, "Permissions": [GATEWAY]})
    files.desk.do(add_permission, FunctionName="f", StatementId="mine",
                  Action="lambda:InvokeFunction", Principal="*")  # fmt: skip
    files.apply({**GOOD, "Permissions": [GATEWAY]})
    policy = json.loads(files.desk.do(get_policy, FunctionName="f")["Policy"])
    assert [one["Sid"] for one in policy["Statement"]] == ["file-0"]
    files.apply(GOOD)
    assert files.desk.refused(get_policy, FunctionName="f")[1] == 404


@pytest.mark.parametrize(
    ("remote", "endpoint", "function", "sign"),
    [
        ({"Endpoint": "http://127.0.0.1:9000/"}, "http://127.0.0.1:9000", "f", False),
        ({"Endpoint": "http://a", "FunctionName": "there"}, "http://a", "there", False),
        ({"FunctionName": "arn:aws:lambda:eu-west-1:222222222222:function:g"},
         "https://lambda.eu-west-1.amazonaws.com",
         "arn:aws:lambda:eu-west-1:222222222222:function:g", True),
        ({"FunctionName": "arn:aws-cn:lambda:cn-north-1:222222222222:function:g"},
         "https://lambda.cn-north-1.amazonaws.com.cn",
         "arn:aws-cn:lambda:cn-north-1:222222222222:function:g", True),
    ],
)  # fmt: skip
def test_where_a_remote_function_is(files, remote, endpoint, function, sign):
    files.apply({"FunctionName": "f", "Remote": remote})
    found = files.find().remote
    assert (found.endpoint, found.function, found.sign) == (endpoint, function, sign)


def test_a_version_of_a_remote_function_is_elsewhere_too(files):
    files.apply(ELSEWHERE)
    files.desk.do(publish_version, FunctionName="f")
    assert files.find(qualifier="1").remote == files.find().remote
    assert files.find(qualifier="1").version == "1"
    files.apply({**ELSEWHERE, "Remote": {"Endpoint": "http://127.0.0.1:9001"}})
    assert files.desk.do(publish_version, FunctionName="f")["Version"] == "2"
    assert files.find(qualifier="1").remote.endpoint == "http://127.0.0.1:9000"


def test_a_broken_package_is_told_by_its_name(files):
    with pytest.raises(FileError, match=r"broken\.zip: "):
        files.apply({**GOOD, "CodeUri": "broken.zip"})
