"""Hypertext: for whom, and what stands where."""

import pytest
from tests.play import request

from gatelodge.control.models import service_model
from gatelodge.control.wire import hal


@pytest.mark.parametrize(
    ("service", "accepts", "wanted"),
    [
        ("apigateway", [], True),
        ("apigateway", ["*/*"], True),
        ("apigateway", ["application/hal+json"], True),
        ("apigateway", ["application/json"], False),
        ("apigateway", ["text/html", "Application/JSON; q=0.5"], False),
        ("lambda", [], False),
    ],
)
def test_who_gets_hypertext(service, accepts, wanted):
    asked = request(fields=[("Accept", accept) for accept in accepts])
    assert hal.wanted(service_model(service), asked) is wanted


def test_items_are_embedded():
    asked = request(path="/restapis")
    links = {"self": {"href": "/restapis"}}
    assert hal.document({"id": "a"}, asked) == {"_links": links, "id": "a"}
    assert hal.document({"item": [1], "position": "p"}, asked) == {
        "_links": links,
        "_embedded": {"item": [1]},
        "position": "p",
    }
