"""The services of the AWS endpoint: the written-out table."""

from collections.abc import Iterator, Mapping
from importlib import import_module

from gatelodge.control.operations import Service

_PACKAGES = {
    "apigateway": "apigateway",
    "cognito-idp": "cognito_idp",
    "iam": "iam",
    "lambda": "lambda_",
    "sts": "sts",
}
"""botocore's name → the package of control/ that exports SERVICE."""


class _Services(Mapping[str, Service]):
    """Loads a service when it is first asked for: a start does not wait for all of them."""

    def __getitem__(self, name: str) -> Service:
        module = import_module(f"gatelodge.control.{_PACKAGES[name]}")
        service: Service = module.SERVICE
        return service

    def __iter__(self) -> Iterator[str]:
        return iter(_PACKAGES)

    def __len__(self) -> int:
        return len(_PACKAGES)

    def __contains__(self, name: object) -> bool:
        return name in _PACKAGES


SERVICES: Mapping[str, Service] = _Services()
"""By botocore's name."""
