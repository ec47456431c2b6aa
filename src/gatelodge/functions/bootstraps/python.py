"""Speaks the Lambda Runtime API for a Python handler.

Source: AWS Lambda Developer Guide, "Using the Lambda runtime API", "Define Lambda function handler
in Python", "Using the Lambda context object"; reference: control-plane.md sections 7.4 and 7.5. Its
HTTP is what our own Runtime API speaks: every answer has a Content-Length, and a result is sent in
one piece with the request for the next event.
"""

import importlib
import json
import logging
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from decimal import Decimal
from types import SimpleNamespace, TracebackType
from typing import Any, NoReturn

API = "/2018-06-01/runtime"
_HERE = __file__


class FaultError(Exception):
    """A failure to load the handler, under Lambda's name for it."""

    def __init__(self, error_type: str, message: str, trace: list[str] | None = None) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.trace = trace or []


class Context:
    """The second argument of a handler."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.invoked_function_arn = headers["lambda-runtime-invoked-function-arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.tenant_id = None
        self._deadline = int(headers["lambda-runtime-deadline-ms"])
        client = headers.get("lambda-runtime-client-context")
        self.client_context = _client_context(json.loads(client)) if client else None
        written = headers.get("lambda-runtime-cognito-identity")
        identity = json.loads(written) if written else {}
        self.identity = SimpleNamespace(
            cognito_identity_id=identity.get("cognitoIdentityId"),
            cognito_identity_pool_id=identity.get("cognitoIdentityPoolId"),
        )

    def get_remaining_time_in_millis(self) -> int:
        """Say how long the handler may still take."""
        return max(0, self._deadline - int(time.time() * 1000))

    def log(self, message: object) -> None:
        """Write to the log."""
        sys.stdout.write(str(message))


def _client_context(written: object) -> SimpleNamespace | None:
    if not isinstance(written, dict):
        return None
    client = written.get("client")
    return SimpleNamespace(
        custom=written.get("custom"),
        env=written.get("env"),
        client=SimpleNamespace(**client) if isinstance(client, dict) else None,
    )


class _Formatter(logging.Formatter):
    """The lines that Lambda's own logging handler writes."""

    request_id = ""

    def __init__(self) -> None:
        super().__init__(
            "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n",
            "%Y-%m-%dT%H:%M:%S",
        )
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        record.aws_request_id = self.request_id
        return super().format(record)


class Runtime:
    """The loop of one process: an event, the handler, its result."""

    def __init__(self) -> None:
        self._host = os.environ["AWS_LAMBDA_RUNTIME_API"]
        host, _, port = self._host.partition(":")
        self._socket = socket.create_connection((host, int(port)))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answers = self._socket.makefile("rb")
        self._ask = f"GET {API}/invocation/next HTTP/1.1\r\nHost: {self._host}\r\n\r\n".encode()
        self._formatter = _Formatter()
        handler = logging.StreamHandler(sys.stdout)
        handler.terminator = ""
        handler.setFormatter(self._formatter)
        logging.getLogger().addHandler(handler)

    def run(self) -> NoReturn:
        """Load the handler and serve events for ever."""
        try:
            handle = load_handler(os.environ.get("_HANDLER", ""))
        except BaseException as error:  # noqa: BLE001 - whatever the module did at its import
            description = describe(error, "")
            _print_error(description)
            self._socket.sendall(self._post("/init/error", description))
            self._read()
            sys.exit(1)
        self._socket.sendall(self._ask)
        while True:
            self._serve(handle)

    def _serve(self, handle: Callable[[Any, Context], Any]) -> None:
        headers, event = self._next()
        context = Context(headers)
        request_id = context.aws_request_id
        self._formatter.request_id = request_id
        os.environ["_X_AMZN_TRACE_ID"] = headers.get("lambda-runtime-trace-id", "")
        place = f"/invocation/{request_id}"
        try:
            result = marshal(handle(unmarshal(event), context))
        except SystemExit:
            raise
        except MemoryError:
            os.kill(os.getpid(), signal.SIGKILL)  # as the system would have done
        except BaseException as error:  # noqa: BLE001 - whatever a handler raises is its answer
            description = describe(error, request_id)
            _print_error(description)
            answer = self._post(f"{place}/error", description)
        else:
            answer = self._post(f"{place}/response", result)
        _flush()
        self._socket.sendall(answer + self._ask)
        self._read()  # how that was taken changes nothing

    def _next(self) -> tuple[dict[str, str], bytes]:
        status, headers, body = self._read()
        if status != 200:
            sys.exit(1)
        return headers, body

    def _post(self, place: str, body: bytes | Mapping[str, Any]) -> bytes:
        """Write a request that tells a result, or the description of a failure."""
        head = f"POST {API}{place} HTTP/1.1\r\nHost: {self._host}\r\n"
        if not isinstance(body, bytes):
            head += f"Lambda-Runtime-Function-Error-Type: {_field(body['errorType'])}\r\n"
            body = json.dumps(body, ensure_ascii=True).encode()
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body

    def _read(self) -> tuple[int, dict[str, str], bytes]:
        """Read one answer; its status is 0 when nobody is there any more."""
        status = int(self._answers.readline()[9:12] or 0)
        headers = {}
        while (line := self._answers.readline().rstrip(b"\r\n")) != b"":
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return status, headers, self._answers.read(int(headers.get("content-length", 0)))


def load_handler(name: str) -> Callable[[Any, Context], Any]:
    """Import `module.function`. Raises FaultError, or what the module raises."""
    module_name, dot, function = name.rpartition(".")
    if not dot or not module_name:
        message = f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)"
        raise FaultError("Runtime.MalformedHandlerName", message)
    module_name = module_name.replace("/", ".")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        message = f"Unable to import module '{module_name}': {error}"
        raise FaultError("Runtime.ImportModuleError", message) from error
    except SyntaxError as error:
        message = f"Syntax error in module '{module_name}': {error}"
        trace = [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}']
        raise FaultError("Runtime.UserCodeSyntaxError", message, trace) from error
    handle = getattr(module, function, None)
    if not callable(handle):
        message = f"Handler '{function}' missing on module '{module_name}'"
        raise FaultError("Runtime.HandlerNotFound", message)
    found: Callable[[Any, Context], Any] = handle
    return found


def unmarshal(event: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Read an event. Raises FaultError."""
    try:
        return json.loads(event)
    except ValueError as error:
        raise FaultError("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from error


def marshal(result: object) -> bytes:
    """Write a handler's result. Raises FaultError."""
    try:
        return _ENCODER.encode(result).encode()
    except RecursionError:
        raise FaultError("Runtime.MarshalError", "Unable to marshal response: too deep") from None
    except (TypeError, ValueError) as error:
        raise FaultError("Runtime.MarshalError", f"Unable to marshal response: {error}") from error


def _number(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


_ENCODER = json.JSONEncoder(ensure_ascii=False, default=_number)


def describe(error: BaseException, request_id: str) -> dict[str, Any]:
    """Describe what was raised as Lambda does."""
    if isinstance(error, FaultError):
        error_type, trace = error.error_type, error.trace
    else:
        error_type = type(error).__name__
        trace = traceback.format_list(traceback.extract_tb(_of_the_handler(error.__traceback__)))
    try:
        message = str(error)
    except Exception:  # noqa: BLE001 - a handler's own exception may be unable to write itself
        message = ""
    return {
        "errorMessage": message,
        "errorType": error_type,
        "requestId": request_id,
        "stackTrace": trace,
    }


def _of_the_handler(trace: TracebackType | None) -> TracebackType | None:
    """Leave out our own frames, and those of the import machinery."""
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if (
            name != _HERE
            and not name.startswith("<frozen importlib")
            and name != importlib.__file__
        ):
            return trace
        trace = trace.tb_next
    return None


def _print_error(description: Mapping[str, Any]) -> None:
    trace = "".join(description["stackTrace"])
    sys.stdout.write(
        f"[ERROR] {description['errorType']}: {description['errorMessage']}\n"
        f"Traceback (most recent call last):\n{trace}"
    )


def _flush() -> None:
    with suppress(OSError, ValueError, AttributeError):  # a handler may have closed it
        sys.stdout.flush()
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.flush()


def _field(text: str) -> str:
    return "".join(c for c in text if " " <= c <= "~")


if __name__ == "__main__":
    sys.path[:0] = [os.environ["LAMBDA_TASK_ROOT"], *sys.argv[1:]]
    Runtime().run()
