"""How functions become operations, and which of them only read."""

from types import ModuleType

import pytest

from gatelodge.control.models import error_status, protocol, service_model
from gatelodge.control.operations import collect, only_reads, operation
from gatelodge.control.services import SERVICES


@operation("iam", "GetUser")
def get_user(call):
    return None


@operation("sts", "GetCallerIdentity")
def elsewhere(call):
    return None


def module(name, **members):
    made = ModuleType(name)
    vars(made).update(members)
    return made


def test_operations_are_gathered_by_their_service():
    first = module("first", get_user=get_user, elsewhere=elsewhere, plain=len)
    again = module("again", imported=get_user)
    assert collect("iam", first, again) == {"GetUser": get_user}
    assert collect("sts", first) == {"GetCallerIdentity": elsewhere}


def test_two_functions_for_one_operation_are_a_mistake():
    @operation("iam", "GetUser")
    def other(call):
        return None

    with pytest.raises(ValueError, match="two functions for GetUser"):
        collect("iam", module("a", get_user=get_user), module("b", other=other))


@pytest.mark.parametrize(
    ("service", "name", "reads"),
    [
        ("iam", "GetUser", True),
        ("iam", "ListUsers", True),
        ("iam", "SimulateCustomPolicy", True),
        ("apigateway", "TestInvokeMethod", True),
        ("lambda", "Invoke", True),
        ("sts", "AssumeRole", True),
        ("iam", "CreateUser", False),
        ("apigateway", "PutRestApi", False),
        ("apigateway", "FlushStageCache", False),
    ],
)
def test_who_gets_a_snapshot_that_cannot_be_written_to(service, name, reads):
    assert only_reads(service, name) is reads


def test_every_service_has_its_operations_and_its_model():
    for name in SERVICES:
        assert SERVICES[name].name == name
        assert set(SERVICES[name].operations) <= set(service_model(name).operation_names)
        assert SERVICES[name].unsigned <= set(service_model(name).operation_names)
    assert "s3" not in SERVICES


def test_models():
    assert (protocol("iam"), protocol("lambda"), protocol("cognito-idp")) == (
        "query",
        "rest-json",
        "json",
    )
    assert error_status("iam", "NoSuchEntity") == 404
    assert error_status("iam", "NoSuchCode") is None
    with pytest.raises(LookupError):
        service_model("no-such-service")
    # Half of a model is prose, which nobody reads here.
    assert service_model("iam").documentation == ""
