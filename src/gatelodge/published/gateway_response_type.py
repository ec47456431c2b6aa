"""The types of gateway responses and their built-in statuses.

Source: API Gateway Developer Guide, "Gateway response types"; reference: gateway-responses.md.
"""

from enum import StrEnum


class GatewayResponseType(StrEnum):
    """What kind of answer the gateway gives itself."""

    ACCESS_DENIED = "ACCESS_DENIED"
    API_CONFIGURATION_ERROR = "API_CONFIGURATION_ERROR"
    AUTHORIZER_CONFIGURATION_ERROR = "AUTHORIZER_CONFIGURATION_ERROR"
    AUTHORIZER_FAILURE = "AUTHORIZER_FAILURE"
    BAD_REQUEST_BODY = "BAD_REQUEST_BODY"
    BAD_REQUEST_PARAMETERS = "BAD_REQUEST_PARAMETERS"
    DEFAULT_4XX = "DEFAULT_4XX"
    DEFAULT_5XX = "DEFAULT_5XX"
    EXPIRED_TOKEN = "EXPIRED_TOKEN"  # noqa: S105 - a type's name
    INTEGRATION_FAILURE = "INTEGRATION_FAILURE"
    INTEGRATION_TIMEOUT = "INTEGRATION_TIMEOUT"
    INVALID_API_KEY = "INVALID_API_KEY"
    INVALID_SIGNATURE = "INVALID_SIGNATURE"
    MISSING_AUTHENTICATION_TOKEN = "MISSING_AUTHENTICATION_TOKEN"  # noqa: S105 - a type's name
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
    REQUEST_TOO_LARGE = "REQUEST_TOO_LARGE"
    RESOURCE_NOT_FOUND = "RESOURCE_NOT_FOUND"
    THROTTLED = "THROTTLED"
    UNAUTHORIZED = "UNAUTHORIZED"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    WAF_FILTERED = "WAF_FILTERED"

    @property
    def default_status(self) -> int:
        """The status of the built-in answer; DEFAULT_4XX and DEFAULT_5XX stand for 400 and 500."""
        return _STATUSES[self]


_STATUSES = {
    GatewayResponseType.ACCESS_DENIED: 403,
    GatewayResponseType.API_CONFIGURATION_ERROR: 500,
    GatewayResponseType.AUTHORIZER_CONFIGURATION_ERROR: 500,
    GatewayResponseType.AUTHORIZER_FAILURE: 500,
    GatewayResponseType.BAD_REQUEST_BODY: 400,
    GatewayResponseType.BAD_REQUEST_PARAMETERS: 400,
    GatewayResponseType.DEFAULT_4XX: 400,
    GatewayResponseType.DEFAULT_5XX: 500,
    GatewayResponseType.EXPIRED_TOKEN: 403,
    GatewayResponseType.INTEGRATION_FAILURE: 504,
    GatewayResponseType.INTEGRATION_TIMEOUT: 504,
    GatewayResponseType.INVALID_API_KEY: 403,
    GatewayResponseType.INVALID_SIGNATURE: 403,
    GatewayResponseType.MISSING_AUTHENTICATION_TOKEN: 403,
    GatewayResponseType.QUOTA_EXCEEDED: 429,
    GatewayResponseType.REQUEST_TOO_LARGE: 413,
    GatewayResponseType.RESOURCE_NOT_FOUND: 404,
    GatewayResponseType.THROTTLED: 429,
    GatewayResponseType.UNAUTHORIZED: 401,
    GatewayResponseType.UNSUPPORTED_MEDIA_TYPE: 415,
    GatewayResponseType.WAF_FILTERED: 403,
}
