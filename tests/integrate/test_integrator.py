"""The shape that all integration types share."""

import pytest
from tests.one_call import OPEN, decided, run

from gatelodge.integrate.failure import Failure
from gatelodge.integrate.questions import SendHttp, Unreachable, Unreached
from gatelodge.integrate.table import INTEGRATIONS
from gatelodge.messages import Response
from gatelodge.published import Integration, IntegrationResponse

ANSWERS = (IntegrationResponse(200),)
MOCK = {"application/json": '{"statusCode": 200}'}


@pytest.mark.parametrize(
    ("integration", "answers", "asked"),
    [
        (
            Integration("MOCK", request_templates=MOCK, responses=(IntegrationResponse(200),)),
            [],
            [],
        ),
        (Integration("HTTP_PROXY", uri="http://h/"), [Response(200)], [SendHttp]),
        (Integration("HTTP_PROXY", uri="http://h/"), [Unreachable(Unreached.REFUSED)], [SendHttp]),
    ],
)
def test_an_integrator_asks_and_gives_a_reply_or_a_failure(integration, answers, asked):
    integrator = INTEGRATIONS[integration.type](integration, {}, None)
    questions, result = run(integrator(decided(), OPEN), *answers)
    assert [type(question) for question in questions] == asked
    assert isinstance(result, Response | Failure)
