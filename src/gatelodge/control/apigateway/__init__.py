"""API Gateway's control plane: REST APIs as documents, edited one by one, and made live together.

Nothing that is edited is served before CreateDeployment. Knows AWS's operations and shapes; how a
published API is authorized and served is for other rooms.
"""

from gatelodge.control.apigateway import (
    account,
    authorizers,
    client_certificates,
    deployments,
    exporting,
    gateway_responses,
    importing,
    integration_responses,
    integrations,
    invoke,
    invoke_authorizer,
    method_responses,
    methods,
    resources,
    rest_apis,
    stages,
    tags,
)
from gatelodge.control.apigateway.checks import checks
from gatelodge.control.operations import Service, collect

SERVICE = Service(
    "apigateway",
    collect(
        "apigateway",
        account,
        authorizers,
        client_certificates,
        deployments,
        exporting,
        gateway_responses,
        importing,
        integration_responses,
        integrations,
        invoke,
        invoke_authorizer,
        method_responses,
        methods,
        resources,
        rest_apis,
        stages,
        tags,
    ),
    checks,
    # Nothing is held on to while an authorizer's function runs, or a key is made.
    own_transactions=frozenset({"GenerateClientCertificate", "TestInvokeAuthorizer"}),
)
