"""Versions of managed policies: numbered once, five at most, one that counts."""

from urllib.parse import unquote

import pytest
from tests.control.iam.calls import ADMINISTRATOR, allowing, arn
from tests.control.iam.desk import IamDesk

from gatelodge.control.iam import policy_versions as versions
from gatelodge.control.iam.managed_policies import create_policy, get_policy

P = arn("policy", "p")


class Versioned(IamDesk):
    """An account with a policy."""

    def __init__(self, directory):
        super().__init__(directory)
        self.do(create_policy, PolicyName="p", PolicyDocument=allowing("s3:v1"))

    def add(self, action, **members):
        made = self.do(
            versions.create_policy_version,
            PolicyArn=P,
            PolicyDocument=allowing(action),
            **members,
        )
        return made["PolicyVersion"]["VersionId"]

    def listed(self):
        listed = self.do(versions.list_policy_versions, PolicyArn=P)["Versions"]
        return [(one["VersionId"], one["IsDefaultVersion"]) for one in listed]


@pytest.fixture
def desk(tmp_path):
    return Versioned(tmp_path)


def test_the_newest_first_and_one_that_counts(desk):
    assert desk.add("s3:v2") == "v2"
    assert desk.listed() == [("v2", False), ("v1", True)]
    assert desk.add("s3:v3", SetAsDefault=True) == "v3"
    assert desk.listed() == [("v3", True), ("v2", False), ("v1", False)]
    desk.do(versions.set_default_policy_version, PolicyArn=P, VersionId="v2")
    assert desk.do(get_policy, PolicyArn=P)["Policy"]["DefaultVersionId"] == "v2"


def test_a_number_is_never_used_again(desk):
    assert desk.add("s3:v2") == "v2"
    desk.do(versions.delete_policy_version, PolicyArn=P, VersionId="v2")
    assert desk.add("s3:v3") == "v3"


def test_five_at_most(desk):
    for number in range(2, 6):
        desk.add(f"s3:v{number}")
    members = {"PolicyArn": P, "PolicyDocument": allowing()}
    assert desk.refused(versions.create_policy_version, **members)[:2] == ("LimitExceeded", 409)
    desk.do(versions.delete_policy_version, PolicyArn=P, VersionId="v2")
    assert desk.add("s3:v6") == "v6"


def test_the_one_that_counts_stays(desk):
    desk.add("s3:v2")
    assert desk.refused(versions.delete_policy_version, PolicyArn=P, VersionId="v1") == (
        "DeleteConflict",
        409,
        "Cannot delete the default version of a policy.",
    )


def test_documents_are_percent_encoded(desk):
    found = desk.do(versions.get_policy_version, PolicyArn=P, VersionId="v1")["PolicyVersion"]
    assert " " not in found["Document"]
    assert unquote(found["Document"]) == allowing("s3:v1")


@pytest.mark.parametrize("named", [(P, "v9"), (arn("policy", "none"), "v1")])
@pytest.mark.parametrize(
    "operation", [versions.get_policy_version, versions.set_default_policy_version]
)
def test_what_is_not_there(desk, operation, named):
    policy, version = named
    assert desk.refused(operation, PolicyArn=policy, VersionId=version) == (
        "NoSuchEntity",
        404,
        f"Policy {policy} version {version} does not exist or is not attachable.",
    )


def test_policies_of_aws_have_versions_that_nobody_changes(desk):
    found = desk.do(versions.list_policy_versions, PolicyArn=ADMINISTRATOR)["Versions"]
    assert found
    for operation, members in (
        (versions.create_policy_version, {"PolicyDocument": allowing()}),
        (versions.delete_policy_version, {"VersionId": "v1"}),
    ):
        assert desk.refused(operation, PolicyArn=ADMINISTRATOR, **members)[1] in {400, 403, 404}
