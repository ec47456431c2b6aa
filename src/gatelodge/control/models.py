"""AWS's service models, as botocore ships them: operations, shapes, paths, constraints, errors.

Loaded when first asked for, newest version, and without their prose, which is most of their size.
"""

import functools
import gzip
from pathlib import Path
from typing import Any

import botocore
import orjson
from botocore.model import ServiceModel

_DATA = Path(botocore.__file__).parent / "data"


@functools.cache
def service_model(name: str) -> ServiceModel:
    """Load the model of a service by botocore's name. Raises LookupError for an unknown one."""
    path = max(_DATA.glob(f"{name}/*/service-2.json*"), default=None)
    if path is None:
        raise LookupError(f"botocore knows no service {name!r}")
    octets = path.read_bytes()
    written = orjson.loads(gzip.decompress(octets) if path.suffix == ".gz" else octets)
    _drop_prose(written)
    return ServiceModel(written, name)


@functools.cache
def protocol(name: str) -> str:
    """Tell which protocol a service speaks: `query`, `rest-json` or `json`."""
    return str(service_model(name).metadata["protocol"])


def error_status(service: str, code: str) -> int | None:
    """Tell which HTTP status a service's model gives one of its errors, by its wire code."""
    return _error_statuses(service).get(code)


@functools.cache
def _error_statuses(service: str) -> dict[str, int]:
    statuses = {}
    model = service_model(service)
    for shape in model.error_shapes:
        error = shape.metadata.get("error", {})
        if "httpStatusCode" in error:
            statuses[str(error.get("code", shape.name))] = int(error["httpStatusCode"])
    return statuses


def _drop_prose(value: Any) -> None:
    if isinstance(value, dict):
        # A member that is called so has an object there.
        if isinstance(value.get("documentation"), str):
            del value["documentation"]
        for part in value.values():
            _drop_prose(part)
    elif isinstance(value, list):
        for part in value:
            _drop_prose(part)
