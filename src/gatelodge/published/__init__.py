"""An API as a deployment froze it, and its JSON form.

Knows the shapes; knows nothing of how an API is edited, authorized or served. The JSON form has
AWS's member names, so that a publication can be read beside the API it was made from.
"""

from gatelodge.published.api import (
    ALL_METHODS,
    AccessLog,
    Api,
    Authorizer,
    CanarySettings,
    GatewayResponse,
    Integration,
    IntegrationResponse,
    Method,
    MethodSetting,
    Resource,
    Stage,
)
from gatelodge.published.form import FormError, api_from_json, stage_from_json, to_json
from gatelodge.published.gateway_response_type import GatewayResponseType

__all__ = [
    "ALL_METHODS",
    "AccessLog",
    "Api",
    "Authorizer",
    "CanarySettings",
    "FormError",
    "GatewayResponse",
    "GatewayResponseType",
    "Integration",
    "IntegrationResponse",
    "Method",
    "MethodSetting",
    "Resource",
    "Stage",
    "api_from_json",
    "stage_from_json",
    "to_json",
]
