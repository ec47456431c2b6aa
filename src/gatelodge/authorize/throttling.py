"""Throttling by a stage's method settings: who comes too fast is refused before anything else.

Where API Gateway throttles is UNCERTAIN (reference: authorization-workflow.md section 2); first of
all, so that an authorizer is not asked about calls that go nowhere. Knows no clock: how fast calls
come is counted outside.
"""

from gatelodge.asking import Asking, ask
from gatelodge.authorize.decision import Decision, Deny, Mechanism
from gatelodge.authorize.questions import AskTurn
from gatelodge.context.call import Call
from gatelodge.published import ALL_METHODS, GatewayResponseType, MethodSetting, Stage


def throttle(mechanism: Mechanism, stage: Stage, path: str, verb: str) -> Mechanism:
    """Put a method's limits before its mechanism; gives the mechanism itself where it has none."""
    setting = _setting(stage, path, verb)
    if setting is None or setting.throttling_rate_limit is None:
        return mechanism
    turn = AskTurn(
        (stage.api_id, stage.name, path, verb),
        setting.throttling_burst_limit,
        setting.throttling_rate_limit,
    )
    refused = Deny(
        GatewayResponseType.THROTTLED,
        "TooManyRequestsException",
        "Too Many Requests",
        detail=f"{verb} {path} is limited to {turn.rate_limit:g} calls a second, "
        f"{turn.burst_limit} at once",
    )

    def decide(call: Call) -> Asking[Decision]:
        if not (yield from ask(turn)):
            return refused
        decision = mechanism(call)
        return decision if isinstance(decision, Decision) else (yield from decision)

    return decide


def _setting(stage: Stage, path: str, verb: str) -> MethodSetting | None:
    """Find the method's own limits, else those of the stage."""
    own = stage.method_settings.get(f"{path.removeprefix('/')}/{verb}")
    return own or stage.method_settings.get(ALL_METHODS)
