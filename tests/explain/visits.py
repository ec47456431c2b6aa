"""Calls served without a network, as the visitors' book notes them."""

from tests.play import API, OWNER, STAGE, drive

from gatelodge.explain.record import Record, make_record
from gatelodge.explain.replay import explain
from gatelodge.published import Api, Authorizer, Integration, IntegrationResponse, Method, Resource
from gatelodge.serve import Gate, StagePlan, serve

POOL = f"arn:aws:cognito-idp:us-east-1:{OWNER}:userpool/us-east-1_Abc"


def plan(fence=None, stage=STAGE):
    """An API: GET /open, GET /signed, GET /token."""
    document = None if fence is None else {"Version": "2012-10-17", "Statement": fence}
    mock = Integration(
        "MOCK",
        request_templates={"application/json": '{"statusCode": 200}'},
        responses=(IntegrationResponse(200),),
        cache_key_parameters=(),
    )
    methods = {
        "/open": Method("GET", "NONE", integration=mock),
        "/signed": Method("GET", "AWS_IAM", integration=mock),
        "/token": Method("GET", "COGNITO_USER_POOLS", "z1", integration=mock),
    }
    pools = Authorizer(
        "z1",
        "pools",
        "COGNITO_USER_POOLS",
        provider_arns=(POOL,),
        identity_source="method.request.header.Authorization",
    )
    api = Api(
        API.id,
        "pets",
        OWNER,
        API.region,
        "d1",
        policy=document,
        authorizers={"z1": pools},
        resources=tuple(
            Resource(f"r{number}", path, {"GET": method})
            for number, (path, method) in enumerate(methods.items())
        ),
    )
    return StagePlan(api, stage)


def visit(asked, *answers, fence=None, stage=STAGE):
    """Serve one call; gives its record and the plan that served it."""
    compiled = plan(fence, stage)
    _, served = drive(serve(asked, Gate([compiled])), *answers)
    return Record(make_record(asked, served)), compiled, served


def explained(asked, *answers, fence=None, stage=STAGE):
    record, compiled, served = visit(asked, *answers, fence=fence, stage=stage)
    caller = served.decision.caller if served.decision else None
    return explain(record, compiled, caller)
