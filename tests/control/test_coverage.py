"""The table of operations is what the code has, and the code is what the models know."""

import inspect
from pathlib import Path

import pytest

from gatelodge.control.coverage import NAMED, table
from gatelodge.control.models import service_model
from gatelodge.control.services import SERVICES

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "operations.md"
HANDLERS = [
    (service, name, handler)
    for service in SERVICES.values()
    for name, handler in service.operations.items()
]


def test_the_page_is_up_to_date():
    assert PAGE.read_text("utf-8") == table(), "run `make docs`"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_a_service_of_aws(name):
    assert name in NAMED
    model = service_model(name)
    assert model.signing_name == name
    assert set(SERVICES[name].operations) | SERVICES[name].unsigned <= set(model.operation_names)


@pytest.mark.parametrize(
    ("service", "name", "handler"), HANDLERS, ids=[f"{s.name}-{n}" for s, n, _ in HANDLERS]
)
def test_every_member_is_looked_at(service, name, handler):
    """What a function has no parameter for would be ignored in silence."""
    shape = service_model(service.name).operation_model(name).input_shape
    members = set(shape.members) if shape is not None else set()
    parameters = inspect.signature(handler).parameters.values()
    own = [p for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY]
    named = {parameter.name for parameter in own}
    for parameter in own:
        # What no client can set is for callers in the house.
        assert parameter.name in members or parameter.default is not inspect.Parameter.empty
    if members - named:
        kinds = {parameter.kind for parameter in parameters}
        assert inspect.Parameter.VAR_KEYWORD in kinds, f"{members - named} cannot be passed"
