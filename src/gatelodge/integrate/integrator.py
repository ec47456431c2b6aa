"""The shape that all integration types share: a function made when an API is loaded."""

from collections.abc import Callable

from gatelodge.asking import Asking
from gatelodge.authorize.decision import Allow
from gatelodge.context.call import Call
from gatelodge.integrate.failure import Failure
from gatelodge.messages import Response

Integrator = Callable[[Call, Allow], Asking[Response | Failure]]
"""Obtains the reply for one permitted call."""
