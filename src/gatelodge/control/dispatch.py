"""From a request to an operation and back: recognise, authenticate, check, run, answer.

Every operation runs in one transaction of the store; what it wrote is in every local worker before
it is acknowledged. Blocks: the door calls it off its event loop.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import structlog
from botocore.model import ServiceModel

from gatelodge.asking import Question
from gatelodge.control import constraints
from gatelodge.control.call import Ask, Call, Check, nobody_answers
from gatelodge.control.denial import Denied
from gatelodge.control.fault import Fault
from gatelodge.control.guard import Guard, Signer
from gatelodge.control.models import error_status, protocol, service_model
from gatelodge.control.operations import Service, only_reads
from gatelodge.control.recognise import Scope, scope_of, service_of
from gatelodge.control.services import SERVICES
from gatelodge.control.wire import WIRES, Wire, aws_json, query, values
from gatelodge.control.wire.paths import one_spelling
from gatelodge.messages import Request, Response
from gatelodge.settings import DEFAULT_REGION
from gatelodge.store import ConflictError, MasterKey, Store
from gatelodge.userpools import UserPools
from gatelodge.world.changes import wait_until_followed

A = TypeVar("A")
_TRIES = 3
_AUTHORIZATION_MESSAGE = "x-gatelodge-authorization-message"
_INTERNAL = "The request processing has failed because of an unknown error, exception or failure."
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """The AWS endpoint without its door."""

    store: Store
    master: MasterKey
    guard: Guard
    workers: Path
    """Where the data workers note what they have taken over."""
    url: str
    """The endpoint's own address."""
    ask: Ask = nobody_answers
    userpools: UserPools | None = None

    def answer(self, request: Request) -> Response:
        """Answer one request, whatever it is."""
        scope = scope_of(request)
        try:
            name = service_of(request, scope)
        except Fault:
            name = None
        if name is None:
            return _no_such_service(request, scope)
        model, wire = service_model(name), WIRES[protocol(name)]
        try:
            return self._run(request, scope, SERVICES[name], wire)
        except Fault as fault:
            if fault.status == 400:
                fault.status = error_status(name, fault.code) or 400
            response = wire.refuse(model, fault, request)
            if isinstance(fault, Denied) and fault.encoded:
                response.add(_AUTHORIZATION_MESSAGE, fault.encoded)
            return response
        except Exception:  # noqa: BLE001 - a bug is told to nobody but the log
            _log.exception("an operation failed", service=name, request=request.id)
            return wire.refuse(model, Fault("InternalFailure", _INTERNAL, 500), request)

    def _run(self, request: Request, scope: Scope | None, service: Service, wire: Wire) -> Response:
        """Authenticate first: who cannot prove who it is learns nothing more. Raises Fault."""
        model = service_model(service.name)
        name, unknown = _operation_named(wire, model, request)
        signer = None
        if name is None or name not in service.unsigned:
            signer = self.guard.authenticate(
                request, service.name, scope.region if scope else "", protocol(service.name)
            )
        if name is None:
            raise unknown
        handler = service.operations.get(name)
        if handler is None:
            raise _not_implemented(service.name, name)
        operation = model.operation_model(name)
        parameters = wire.parse(operation, request)
        constraints.check(operation, protocol(service.name), parameters)
        call = self._call(request, service, name, signer)

        def run() -> Response:
            for check in service.checks(call, parameters):
                call.require(check)
            # What cannot be written as a response is not kept either.
            return wire.answer(operation, handler(call, **parameters), request)

        if name in service.own_transactions:
            response = run()
            wait_until_followed(self.store, self.workers)
            return response
        if only_reads(service.name, name):
            with self.store.snapshot():
                return run()
        return self._write(service.name, run)

    def _write(self, service: str, run: Callable[[], Response]) -> Response:
        for tried in range(1, _TRIES + 1):
            try:
                with self.store.transaction():
                    response = run()
                break
            except ConflictError as error:
                if tried == _TRIES:
                    raise _conflict(service) from error
        wait_until_followed(self.store, self.workers)
        return response

    def _ask(self, question: Question[A], /) -> A:
        # A backend may take long, and nobody else must wait or pay for that.
        self.store.end_snapshot()
        return self.ask(question)

    def _call(
        self,
        request: Request,
        service: Service,
        name: str,
        signer: Signer | None,
    ) -> Call:
        # What is only claimed must not lead policies astray.
        region = signer.region if signer else DEFAULT_REGION
        caller = signer.caller if signer else None

        def require(check: Check) -> None:
            if caller is None:
                raise RuntimeError(f"{name} is not signed: nobody can be required to be allowed")
            self.guard.require(request, region, protocol(service.name), caller, check)

        return Call(
            service=service.name,
            operation=name,
            account=(caller.principal.account or "") if caller else "",
            region="" if service.name == "iam" else region,
            caller=caller,
            now=request.received_at,
            request_id=request.id,
            method=request.method,
            path=one_spelling(request.raw_path),
            source_ip=request.source_ip,
            url=self.url,
            store=self.store,
            master=self.master,
            require=require,
            session=signer.session if signer else None,
            ask=self._ask,
            userpools=self.userpools,
        )


def _operation_named(wire: Wire, model: ServiceModel, request: Request) -> tuple[str | None, Fault]:
    """Tell which operation is called, or the error for whoever signed."""
    try:
        name = wire.operation_named(model, request)
    except Fault as fault:
        return None, fault
    if protocol(model.service_name) == "query":
        return name, Fault("MissingAction", "Missing Action")
    return name, Fault(
        "AccessDeniedException",
        "Unable to determine service/operation name to be authorized",
        403,
    )


def _not_implemented(service: str, what: str) -> Fault:
    code = "NotImplemented" if protocol(service) == "query" else "NotImplementedException"
    return Fault(code, f"{what} of {service} is not implemented", 501)


def _conflict(service: str) -> Fault:
    message = "Unable to complete operation due to concurrent modification. Please try again later."
    code = "ConcurrentModification" if protocol(service) == "query" else "ConflictException"
    return Fault(code, message, 409)


def _no_such_service(request: Request, scope: Scope | None) -> Response:
    """Answer what is for none of our services, in a form that most clients can read."""
    if scope is None and request.headers.get(aws_json.TARGET) is None:
        return _json_error(
            request, 403, "MissingAuthenticationTokenException", "Missing Authentication Token"
        )
    service = f" of {scope.service}" if scope else ""
    target = request.headers.get(aws_json.TARGET)
    action = None if target else _action(request)
    called = target or action or f"{request.method} {request.raw_path}"
    message = f"{called}{service} is not implemented"
    if action:
        return query.refuse_unknown(Fault("NotImplemented", message, 501), request)
    return _json_error(request, 501, "NotImplementedException", message)


def _action(request: Request) -> str | None:
    try:
        return query.fields(request).get("Action")
    except Fault:
        return None


def _json_error(request: Request, status: int, code: str, message: str) -> Response:
    fields = [
        ("x-amzn-RequestId", request.id),
        ("x-amzn-ErrorType", code),
        ("Content-Type", "application/json"),
    ]
    return Response(status, fields, values.dump({"__type": code, "message": message}))
