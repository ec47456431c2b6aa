"""Generated APIs in the reader's form, each of a shape that the control plane lets come about."""

import json
import string

from hypothesis import strategies as st
from tests.gateway import OWNER, REGION

PROXIES = ("AWS_PROXY", "HTTP_PROXY")
FUNCTION = (
    f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
    f"arn:aws:lambda:{REGION}:{OWNER}:function:f/invocations"
)
POOL = f"arn:aws:cognito-idp:{REGION}:{OWNER}:userpool/{REGION}_AbCdEf123"
ROLE = f"arn:aws:iam::{OWNER}:role/r"
NAMES = st.text(string.ascii_letters + string.digits, min_size=1, max_size=4)
HEADERS = st.text(string.ascii_letters + "-", min_size=1, max_size=5)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=6)
MEDIA_TYPES = st.sampled_from(["application/json", "application/xml", "text/plain"])
VERBS = st.sampled_from(["GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "ANY"])
FLAGS = st.booleans()
PATHS = st.sampled_from(
    ["/", "/pets", "/pets/{id}", "/pets/{id}/toys", "/a.b-c_d", "/files/{proxy+}", "/NONE", "/x"]
)
SCHEMAS = st.recursive(
    st.fixed_dictionaries({"type": st.sampled_from(["string", "object", "integer"])})
    | st.builds(lambda name: {"$ref": f"#/definitions/{name}"}, NAMES),
    lambda inner: st.fixed_dictionaries(
        {"type": st.just("object"), "properties": st.dictionaries(TEXTS, inner, max_size=2)}
    ),
    max_leaves=4,
)


def optional(members):
    return st.fixed_dictionaries({}, optional=members)


def by_name(items):
    return st.lists(items, max_size=3, unique_by=lambda item: item["name"])


SOURCES = st.builds("method.request.header.{}".format, HEADERS | st.just("Unused"))
MANY_SOURCES = st.lists(
    SOURCES | st.sampled_from(["method.request.querystring.q", "stageVariables.v", "context.path"]),
    min_size=1,
    max_size=3,
).map(",".join)
LABELS = optional({"authType": st.sampled_from(["custom", "a label"])})
SCHEME_NAMES = NAMES | st.sampled_from(["sigv4", "api_key", "NONE", "sigv4_"])


def authorizer(kind, source, **members):
    fixed = {
        "name": SCHEME_NAMES,
        "type": st.just(kind),
        "identitySource": source,
        "authorizerResultTtlInSeconds": st.integers(1, 3600),
        "identityValidationExpression": st.none() | st.just("^x-[a-z]+$"),
        **members,
    }
    return st.builds(dict.__or__, st.fixed_dictionaries(fixed), LABELS)


FUNCTIONS = {
    "authorizerUri": st.just(FUNCTION),
    "authorizerCredentials": st.none() | st.just(ROLE),
}
AUTHORIZERS = st.one_of(
    authorizer("TOKEN", SOURCES, **FUNCTIONS),
    authorizer("REQUEST", MANY_SOURCES, **FUNCTIONS).map(
        lambda made: made | {"identityValidationExpression": None}
    ),
    authorizer("COGNITO_USER_POOLS", SOURCES, providerARNs=st.just([POOL])),
)
RESPONSE_MEMBERS = {
    "responseParameters": st.dictionaries(
        st.builds("method.response.header.{}".format, st.sampled_from(["A", "X-B"])),
        st.sampled_from(["'*'", "integration.response.header.C"]),
        max_size=2,
    ),
    "responseTemplates": st.dictionaries(MEDIA_TYPES, TEXTS, max_size=2),
}


def responses_of(patterns, statuses, members):
    return [
        {"statusCode": status, "selectionPattern": pattern, **member}
        for pattern, status, member in zip(patterns, statuses, members, strict=False)
    ]


INTEGRATION_RESPONSES = st.builds(
    responses_of,
    st.lists(st.sampled_from([None, "2\\d{2}", "404", ".*boom.*"]), max_size=3, unique=True),
    st.lists(st.integers(200, 599), min_size=3, max_size=3, unique=True),
    st.lists(
        st.builds(
            dict.__or__,
            st.fixed_dictionaries(RESPONSE_MEMBERS),
            optional({"contentHandling": st.sampled_from(["CONVERT_TO_TEXT"])}),
        ),
        min_size=3,
        max_size=3,
    ),
)
INTEGRATIONS = st.builds(
    lambda kind, uri, members, more, mode: {
        "type": kind,
        **({} if kind == "MOCK" else {"httpMethod": "POST", "uri": uri[kind]}),
        **members,
        **more,
        **({"responseTransferMode": mode} if kind in PROXIES else {}),
    },
    st.sampled_from(["AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"]),
    st.just(
        {
            "AWS": f"arn:aws:apigateway:{REGION}:sqs:path/1/q",
            "AWS_PROXY": FUNCTION,
            "HTTP": "http://h.example/${stageVariables.v}?a=b",
            "HTTP_PROXY": "https://h.example/x",
        }
    ),
    st.fixed_dictionaries(
        {
            "timeoutInMillis": st.integers(50, 29_000),
            "passthroughBehavior": st.sampled_from(["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"]),
            "requestParameters": st.dictionaries(
                st.builds(
                    "integration.request.{}.n".format, st.sampled_from(["header", "querystring"])
                ),
                st.sampled_from(["method.request.header.A", "context.identity.sourceIp", "'x'"]),
                max_size=2,
            ),
            "requestTemplates": st.dictionaries(MEDIA_TYPES, TEXTS, max_size=2),
            "responses": INTEGRATION_RESPONSES,
            "tlsInsecureSkipVerification": FLAGS,
        }
    ),
    optional(
        {
            "credentials": st.just(ROLE),
            "connectionType": st.sampled_from(["INTERNET", "VPC_LINK"]),
            "connectionId": st.just("abc123"),
            "integrationTarget": st.just("arn:aws:elasticloadbalancing:us-east-1:1:listener/x"),
            "contentHandling": st.sampled_from(["CONVERT_TO_TEXT", "CONVERT_TO_BINARY"]),
            "cacheNamespace": NAMES,
            "cacheKeyParameters": st.just(["method.request.header.id"]),
        }
    ),
    st.sampled_from(["BUFFERED", "STREAM"]),
)


@st.composite
def methods(draw, verb, authorizers, models, validators, *, swagger):
    kind = draw(st.sampled_from(["NONE", "AWS_IAM", *(["authorizer"] if authorizers else [])]))
    chosen = draw(st.sampled_from(authorizers)) if kind == "authorizer" else None
    pool = chosen is not None and chosen["type"] == "COGNITO_USER_POOLS"
    if chosen is not None:
        kind = "COGNITO_USER_POOLS" if pool else "CUSTOM"
    names = [model["name"] for model in models]
    types = draw(st.lists(MEDIA_TYPES, min_size=1, max_size=2, unique=True))

    def some_models():
        if not names or draw(FLAGS):
            return {}
        if swagger:
            return dict.fromkeys(types, draw(st.sampled_from(names)))
        return draw(st.dictionaries(MEDIA_TYPES, st.sampled_from(names), max_size=2))

    position = st.sampled_from(["path", "querystring", "header"])
    parameters = draw(
        st.dictionaries(st.builds("method.request.{}.{}".format, position, HEADERS), FLAGS,
                        max_size=2)
    )  # fmt: skip
    statuses = draw(st.lists(st.sampled_from(["200", "404", "500"]), max_size=2, unique=True))
    method = {
        "httpMethod": verb,
        "authorizationType": kind,
        "authorizerId": chosen and chosen["name"],
        "authorizationScopes": draw(st.sampled_from([[], ["email", "openid"]])) if pool else [],
        "apiKeyRequired": draw(FLAGS),
        "operationName": draw(st.none() | NAMES),
        "requestParameters": {
            name: required or ".path." in name for name, required in parameters.items()
        },
        "requestModels": some_models(),
        "methodResponses": {
            status: {
                "statusCode": status,
                "responseParameters": {
                    f"method.response.header.{name}": required and not swagger
                    for name, required in draw(st.dictionaries(HEADERS, FLAGS, max_size=2)).items()
                },
                "responseModels": some_models(),
            }
            for status in statuses
        },
        "integration": draw(st.none() | INTEGRATIONS),
    }
    if validators and draw(FLAGS):
        method["requestValidatorId"] = draw(st.sampled_from(validators))["name"]
    return method


@st.composite
def apis(draw, *, swagger=False):
    """An API in the form that `openapi.read` gives."""
    authorizers = draw(by_name(AUTHORIZERS))
    models = draw(
        by_name(
            st.fixed_dictionaries(
                {
                    "name": NAMES,
                    "contentType": st.just("application/json"),
                    "schema": SCHEMAS.map(lambda s: json.dumps(s, separators=(",", ":"))),
                }
            )
        )
    )
    validators = draw(
        by_name(
            st.fixed_dictionaries(
                {
                    "name": NAMES,
                    "validateRequestBody": FLAGS,
                    "validateRequestParameters": FLAGS,
                }
            )
        )
    )
    resources = []
    for path in draw(st.lists(PATHS, max_size=4, unique=True)):
        verbs = draw(st.lists(VERBS, min_size=1, max_size=3, unique=True))
        made = {
            verb: draw(methods(verb, authorizers, models, validators, swagger=swagger))
            for verb in verbs
        }
        resources.append({"path": path, "methods": made})
    named = {
        "gatewayResponses": draw(GATEWAY_RESPONSES),
        "authorizers": authorizers,
        "requestValidators": validators,
        "models": models,
        "resources": resources,
    }
    return named | draw(ROOTS)


ROOTS = st.fixed_dictionaries(
    {"name": NAMES, "version": st.sampled_from(["1", "2026-01-02T03:04:05Z"])},
    optional={
        "description": TEXTS.filter(bool),
        "apiKeySource": st.just("AUTHORIZER"),
        "securityPolicy": st.sampled_from(["TLS_1_0", "SecurityPolicy_TLS13_1_3_2025_09"]),
        "endpointAccessMode": st.sampled_from(["BASIC", "STRICT"]),
        "minimumCompressionSize": st.integers(0, 10_485_760),
        "policy": st.just({"Version": "2012-10-17", "Statement": []}),
        "binaryMediaTypes": st.lists(
            MEDIA_TYPES | st.just("*/*"), min_size=1, max_size=2, unique=True
        ),
        "endpointTypes": st.just(["REGIONAL"]),
        "disableExecuteApiEndpoint": st.just(True),
    },
)
GATEWAY_RESPONSES = st.dictionaries(
    st.sampled_from(["ACCESS_DENIED", "DEFAULT_4XX"]),
    st.fixed_dictionaries(
        {
            "statusCode": st.none() | st.integers(200, 599),
            "responseParameters": st.dictionaries(
                st.builds("gatewayresponse.header.{}".format, st.sampled_from(["A", "B"])),
                st.just("'x'"),
                max_size=1,
            ),
            "responseTemplates": st.dictionaries(MEDIA_TYPES, TEXTS, max_size=1),
        }
    ),
    max_size=2,
).map(lambda made: {kind: {"responseType": kind, **response} for kind, response in made.items()})
