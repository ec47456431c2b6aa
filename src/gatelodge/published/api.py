"""The nouns of a published API. Values: nothing changes once it is made.

Member names are AWS's in Python spelling (API Gateway API reference: RestApi, Authorizer, Resource,
Method, Integration, IntegrationResponse, GatewayResponse, Stage).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

ALL_METHODS = "*/*"
"""What the settings of all methods without their own are named by."""
_VERBS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


@dataclass(frozen=True, slots=True)
class IntegrationResponse:
    """What a non-proxy integration answers for the backend statuses that a pattern matches."""

    status_code: int
    selection_pattern: str | None = None
    """A regular expression over the whole backend status; None for the default response."""
    response_parameters: Mapping[str, str] = field(default_factory=dict)
    response_templates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Integration:
    """Where a method's permitted calls go."""

    type: str
    """AWS's word: AWS_PROXY, HTTP_PROXY, MOCK."""
    http_method: str = "ANY"
    """The backend's verb; ANY for the verb of the request."""
    uri: str = ""
    credentials: str | None = None
    """The role by which a function is invoked; None where the function's own policy admits."""
    request_parameters: Mapping[str, str] = field(default_factory=dict)
    request_templates: Mapping[str, str] = field(default_factory=dict)
    passthrough_behavior: str = "WHEN_NO_MATCH"
    timeout_in_millis: int = 29_000
    tls_insecure_skip_verification: bool = False
    cache_namespace: str | None = None
    """What kept replies are named by; None for the resource's id."""
    cache_key_parameters: tuple[str, ...] | None = None
    """Mapping expressions over the request whose values tell kept replies apart; None in what was
    frozen before replies could be kept, where nothing is known of them."""
    responses: tuple[IntegrationResponse, ...] = ()


@dataclass(frozen=True, slots=True)
class Authorizer:
    """Who judges the callers of the methods that name it: a Lambda function, or user pools."""

    id: str
    name: str
    type: str
    """AWS's word: TOKEN, REQUEST, COGNITO_USER_POOLS."""
    auth_type: str | None = None
    """A label without effect."""
    provider_arns: tuple[str, ...] = ()
    """Of user pools; may name stage variables."""
    authorizer_uri: str | None = None
    """Of a Lambda function, as API Gateway writes it; may name stage variables."""
    authorizer_credentials: str | None = None
    """The role by which the function is called; None where the function's own policy admits."""
    identity_source: str = ""
    """Mapping expressions with commas between; exactly one header but for REQUEST."""
    identity_validation_expression: str | None = None
    """RE2; over the header's value for TOKEN, over the claim `aud` for COGNITO_USER_POOLS."""
    authorizer_result_ttl_in_seconds: int = 300
    """0: nothing is kept. Without effect for COGNITO_USER_POOLS."""


@dataclass(frozen=True, slots=True)
class Method:
    """A verb of a resource and how its callers are authorized."""

    http_method: str
    authorization_type: str
    """AWS's word: NONE, AWS_IAM, CUSTOM, COGNITO_USER_POOLS."""
    authorizer_id: str | None = None
    """For CUSTOM and COGNITO_USER_POOLS: a key of the API's authorizers."""
    authorization_scopes: tuple[str, ...] = ()
    """For COGNITO_USER_POOLS: one of them must be in the access token."""
    api_key_required: bool = False
    operation_name: str | None = None
    integration: Integration | None = None
    """None: the method exists, and its calls fail."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A path template and its methods by verb; ANY stands for all that are not declared."""

    id: str
    path: str
    methods: Mapping[str, Method] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GatewayResponse:
    """A customised answer of the gateway itself; None and empty keep what is built in."""

    response_type: str
    status_code: int | None = None
    response_parameters: Mapping[str, str] = field(default_factory=dict)
    response_templates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Api:
    """A REST API as one deployment froze it."""

    id: str
    name: str
    account: str
    region: str
    deployment_id: str
    partition: str = "aws"
    description: str = ""
    policy: Mapping[str, Any] | None = None
    """The resource policy with full ARNs; None without one, which is not the same as empty."""
    policy_principals: Mapping[str, str] = field(default_factory=dict)
    """Unique ids of the users and roles that the policy names, by ARN, as it was set."""
    binary_media_types: tuple[str, ...] = ()
    endpoint_types: tuple[str, ...] = ("EDGE",)
    disable_execute_api_endpoint: bool = False
    gateway_responses: Mapping[str, GatewayResponse] = field(default_factory=dict)
    authorizers: Mapping[str, Authorizer] = field(default_factory=dict)
    """By id."""
    resources: tuple[Resource, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessLog:
    """How and where the calls of a stage are logged."""

    format: str
    """Text with `$context` variables."""
    destination: str
    """A file's path, or `-` for standard output."""


@dataclass(frozen=True, slots=True)
class CanarySettings:
    """A second deployment that takes a share of a stage's calls."""

    deployment_id: str
    percent_traffic: float
    """0 to 100."""
    stage_variable_overrides: Mapping[str, str] = field(default_factory=dict)
    use_stage_cache: bool = False
    """Whether replies to the canary's calls are kept, where the stage keeps them."""


@dataclass(frozen=True, slots=True)
class MethodSetting:
    """How fast the calls of a method may come, and how long its replies are kept."""

    throttling_burst_limit: int = 0
    """How many at once."""
    throttling_rate_limit: float | None = None
    """How many a second, for as long as one likes; None for as fast as they can."""
    caching_enabled: bool = False
    """Whether replies are kept; a stage without a cache keeps none all the same."""
    cache_ttl_in_seconds: int = 300
    """0: nothing is kept."""
    require_authorization_for_cache_control: bool = True
    """Whether a caller needs a permission to have a kept reply renewed."""
    unauthorized_cache_control_header_strategy: str = "SUCCEED_WITH_RESPONSE_HEADER"
    """AWS's word for what happens to one without it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A name under which one deployment of an API is served."""

    api_id: str
    name: str
    deployment_id: str
    variables: Mapping[str, str] = field(default_factory=dict)
    access_log: AccessLog | None = None
    canary_settings: CanarySettings | None = None
    method_settings: Mapping[str, MethodSetting] = field(default_factory=dict)
    """By `path/VERB`, the path without its first slash, or by ALL_METHODS."""
    client_certificate_id: str | None = None
    """What HTTPS backends are shown; None for nothing."""
    is_canary: bool = False
    """This is the stage as the canary's share of its calls meets it."""
    cache_cluster_size: float | None = None
    """AWS's gigabytes of the cache for replies; None without one."""

    def as_canary(self, canary: CanarySettings) -> "Stage":
        """Give the stage as the canary's share of its calls meets it."""
        return replace(
            self,
            deployment_id=canary.deployment_id,
            variables={**self.variables, **canary.stage_variable_overrides},
            is_canary=True,
            cache_cluster_size=self.cache_cluster_size if canary.use_stage_cache else None,
        )

    def verbs_with_settings(self, path: str) -> list[str]:
        """Name the verbs of a path that have settings of their own, without ANY."""
        return [
            verb for verb in _VERBS if f"{path.removeprefix('/')}/{verb}" in self.method_settings
        ]

    def caching(self, path: str, verb: str) -> MethodSetting | None:
        """Tell how the replies of a method are kept; None where none is.

        What is set for all methods is for those declared as GET alone (API Gateway Developer
        Guide, "Cache settings for REST APIs").
        """
        if self.cache_cluster_size is None:
            return None
        setting = self.method_settings.get(f"{path.removeprefix('/')}/{verb}")
        if setting is None and verb == "GET":
            setting = self.method_settings.get(ALL_METHODS)
        if setting is None or not setting.caching_enabled or not setting.cache_ttl_in_seconds:
            return None
        return setting
