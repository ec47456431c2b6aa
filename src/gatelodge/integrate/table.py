"""The integration types, in one place; a type that is not here is refused when an API is loaded."""

from collections.abc import Callable, Mapping

from gatelodge.integrate import aws_proxy, http_proxy, mock
from gatelodge.integrate.integrator import Integrator
from gatelodge.integrate.questions import ClientCertificate
from gatelodge.published import Integration

Prepare = Callable[[Integration, Mapping[str, str], ClientCertificate | None], Integrator]
INTEGRATIONS: Mapping[str, Prepare] = {
    "AWS_PROXY": aws_proxy.prepare,
    "HTTP_PROXY": http_proxy.prepare,
    "MOCK": mock.prepare,
}
"""By the integration's type: prepare(integration, stage variables, client certificate)."""
