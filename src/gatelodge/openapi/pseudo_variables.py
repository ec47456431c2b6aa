"""The variables that an import replaces in every string: account, region and partition.

Reference: openapi-extensions.md section 1 (API Gateway Developer Guide, "AWS variables for OpenAPI
import").
"""

from collections.abc import Mapping
from typing import Any

from gatelodge.arn import partition_of


def fill_pseudo_variables(document: dict[str, Any], account: str, region: str) -> dict[str, Any]:
    """Replace `${AWS::AccountId}`, `${AWS::Region}` and `${AWS::Partition}` in every string."""
    names = {"AccountId": account, "Region": region, "Partition": partition_of(region)}
    filled: dict[str, Any] = _fill(document, names)
    return filled


def _fill(value: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        if "${AWS::" in value:
            for name, text in names.items():
                value = value.replace(f"${{AWS::{name}}}", text)
        return value
    if isinstance(value, list):
        return [_fill(item, names) for item in value]
    if isinstance(value, dict):
        return {key: _fill(item, names) for key, item in value.items()}
    return value
