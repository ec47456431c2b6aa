"""The environment of a function's process (reference: control-plane.md section 7.4).

Made from nothing: no variable of gatelodge's own gets in.
"""

from collections.abc import Mapping
from pathlib import Path

from gatelodge.functions.function import Function

# What AWS sets itself and functions cannot change (AWS Lambda Developer Guide, "Defined runtime
# environment variables").
RESERVED = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    }
)
MAX_ENVIRONMENT = 4096


class Places:
    """Where a process finds what belongs to its function."""

    __slots__ = ("layers", "runtime", "scratch", "task")

    def __init__(self, task: Path, layers: Path | None, scratch: Path, runtime: Path) -> None:
        self.task = task
        """The unpacked package: LAMBDA_TASK_ROOT."""
        self.layers = layers
        """The unpacked layers, which AWS shows as /opt; None without any."""
        self.scratch = scratch
        """What AWS shows as /tmp."""
        self.runtime = runtime
        """Our bootstraps."""


def environment(
    function: Function,
    places: Places,
    runtime_api: str,
    log_stream: str,
    credentials: Mapping[str, str],
    endpoint: str | None,
) -> dict[str, str]:
    """Write the environment of one process; endpoint: AWS_ENDPOINT_URL, None for Amazon's own."""
    layers = str(places.layers) if places.layers else "/opt"
    variables = {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": f"{places.task}/bin:{layers}/bin:/usr/local/bin:/usr/bin:/bin",
        "LD_LIBRARY_PATH": f"{places.task}:{places.task}/lib:{layers}/lib",
        "NODE_PATH": f"{layers}/nodejs/node_modules:{places.task}/node_modules",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "HOME": str(places.scratch),
        "TMPDIR": str(places.scratch),
    }
    if endpoint is not None:
        variables["AWS_ENDPOINT_URL"] = endpoint
    variables |= {k: v for k, v in function.environment.items() if k not in RESERVED}
    variables |= {
        "_HANDLER": function.handler,
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "LAMBDA_TASK_ROOT": str(places.task),
        "LAMBDA_RUNTIME_DIR": str(places.runtime),
        **credentials,
    }
    return variables
