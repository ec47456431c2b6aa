"""What every door does with a finished call: the book, the decision's id, the logs."""

import time
from collections import deque
from typing import TextIO

import structlog

from gatelodge.authorize.cache_control import KeepingAllow
from gatelodge.authorize.decision import Allow
from gatelodge.explain.record import Record, make_record
from gatelodge.explain.replay import explain
from gatelodge.explain.text import one_line
from gatelodge.fronts.access_logs import AccessLogs
from gatelodge.messages import Request
from gatelodge.respond.access_log import Delivered
from gatelodge.respond.phases import read_phases
from gatelodge.serve import Served
from gatelodge.world.book import MAX_RECORD, Book

LINES_A_SECOND = 50
DECISION_HEADER = "x-gatelodge-decision"
_log = structlog.get_logger()


class Reception:
    """Notes finished calls. One for each worker."""

    __slots__ = ("_access_logs", "_book", "_header", "_lines")

    def __init__(
        self,
        book: Book,
        *,
        header: bool,
        lines: "DecisionLines | None",
        access_logs: AccessLogs,
    ) -> None:
        self._book = book
        self._header = header
        self._lines = lines
        self._access_logs = access_logs

    def note(self, request: Request, served: Served) -> None:
        """Write the call into the book, and its id into the answer."""
        record = make_record(request, served)
        if len(record) > MAX_RECORD:
            raise ValueError(f"a record of {len(record)} octets: a field is not bounded")
        try:
            decision_id = self._book.write(record)
        except OSError as error:
            # The decision stands; that it cannot be explained later is the operator's concern.
            _log.error("the book cannot be written", error=str(error), request=request.id)
        else:
            if self._header:
                served.response.lines.append(f"{DECISION_HEADER}: {decision_id}")
        if self._lines is not None:
            self._lines.add(record, served)
        plan = served.plan
        if plan is not None and plan.access_log is not None:
            self._log_access(request, served)

    def _log_access(self, request: Request, served: Served) -> None:
        plan, call = served.plan, served.call
        if plan is None or call is None or plan.access_log is None:
            return
        log = plan.stage.access_log
        if log is None:  # what is compiled was compiled from it
            return
        latency = int((time.time() - request.received_at.timestamp()) * 1000)
        decision = served.decision
        kept = isinstance(decision, KeepingAllow) and decision.since is not None
        delivered = Delivered(
            served.response.status,
            len(served.response.body),
            latency,
            None if kept else served.integration_status,
            None if kept else served.integration_latency_ms,
            read_phases(served.authorization_type, decision),
            call.invocation,
        )
        self._access_logs.write(log.destination, plan.access_log(call, delivered))


class DecisionLines:
    """One line for each decision on a terminal: at most fifty a second, denials first."""

    __slots__ = ("_allowed", "_denied", "_out", "_skipped")

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._denied: deque[tuple[bytes, Served]] = deque()
        self._allowed: deque[tuple[bytes, Served]] = deque()
        self._skipped = 0

    def add(self, record: bytes, served: Served) -> None:
        """Keep a decision for the next round; the rest of a flood is only counted."""
        admitted = isinstance(served.decision, Allow)
        line = self._allowed if admitted else self._denied
        if len(line) < LINES_A_SECOND:
            line.append((record, served))
        else:
            self._skipped += 1

    def flush(self, count: int) -> None:
        """Write up to `count` lines; called several times a second."""
        for _ in range(count):
            waiting = self._denied or self._allowed
            if not waiting:
                break
            record, served = waiting.popleft()
            caller = served.decision.caller if served.decision else None
            explanation = explain(Record(record), served.plan, caller)
            self._out.write(one_line(explanation) + "\n")
        if self._skipped and not self._denied and not self._allowed:
            self._out.write(f"… and {self._skipped} more decisions (gatelodge why --last)\n")
            self._skipped = 0
        self._out.flush()
