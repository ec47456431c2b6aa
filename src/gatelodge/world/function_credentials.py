"""Short-lived credentials of a function's execution role, for its environment."""

import time
from collections.abc import Mapping

import structlog

from gatelodge.functions.function import Function
from gatelodge.store import MasterKey, Store, StoreError
from gatelodge.world.issue_keys import issue_session
from gatelodge.world.service_roles import LAMBDA, service_keys, trusting_role

_SECONDS = 12 * 3600
_log = structlog.get_logger()


def function_credentials(store: Store, master: MasterKey, function: Function) -> Mapping[str, str]:
    """Give the AWS variables of a function; none when its role does not trust Lambda.

    Nor when it is a role of another account. Blocks.
    """
    try:
        keys = service_keys(LAMBDA, int(time.time()))
        role = trusting_role(store, function.role, LAMBDA, keys)
    except StoreError as error:
        _log.warning("no credentials for a function", function=function.arn, error=str(error))
        return {}
    if role is None or role.account != function.account:
        return {}
    issued = issue_session(master, role.body, function.name, _SECONDS)
    return {
        "AWS_ACCESS_KEY_ID": issued.access_key_id,
        "AWS_SECRET_ACCESS_KEY": issued.secret,
        "AWS_SESSION_TOKEN": issued.session_token or "",
    }
