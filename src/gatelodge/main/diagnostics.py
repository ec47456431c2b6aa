"""What the processes tell whoever runs them: lines on standard error, and no secret among them."""

import sys

import structlog
from structlog.dev import ConsoleRenderer, plain_traceback


def tell_on_standard_error() -> None:
    """Set structlog up for this process.

    Tracebacks are plain: structlog's own choice shows the values of variables, and among those are
    secret keys and session tokens.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.StackInfoRenderer(),
            structlog.dev.set_exc_info,
            structlog.processors.TimeStamper(fmt="%Y-%m-%dT%H:%M:%SZ", utc=True),
            ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain_traceback),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
