"""The services of the AWS endpoint: the written-out table."""

from collections.abc import Mapping

from gatelodge.control import apigateway, cognito_idp, iam, lambda_, sts
from gatelodge.control.operations import Service

SERVICES: Mapping[str, Service] = {
    service.name: service
    for service in (
        apigateway.SERVICE,
        cognito_idp.SERVICE,
        iam.SERVICE,
        lambda_.SERVICE,
        sts.SERVICE,
    )
}
"""By botocore's name. A package that implements a service exports SERVICE and has a line here."""
