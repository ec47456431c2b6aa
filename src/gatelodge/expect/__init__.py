"""Expectations of who may call what, tried on an API and an account without a network.

Knows how people name callers, calls and circumstances, and runs the gateway's own story of a call
(`serve`) on them; decides nothing itself. Permitted calls go no further: no backend is needed.
"""

from gatelodge.expect.callers import Caller, CallerError
from gatelodge.expect.document import Expectations, ExpectationsError, read_expectations
from gatelodge.expect.junit import Suite, junit
from gatelodge.expect.matrix import access_matrix
from gatelodge.expect.rehearsal import Answer, Circumstances, Rehearsal, RehearsalError
from gatelodge.expect.run import Result, Status, run

__all__ = [
    "Answer",
    "Caller",
    "CallerError",
    "Circumstances",
    "Expectations",
    "ExpectationsError",
    "Rehearsal",
    "RehearsalError",
    "Result",
    "Status",
    "Suite",
    "access_matrix",
    "junit",
    "read_expectations",
    "run",
]
