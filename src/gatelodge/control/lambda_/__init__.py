"""AWS Lambda's control plane: functions as documents, their packages, versions, policies, layers.

Knows AWS's operations and shapes; how a function runs is for functions/ and world/.
"""

from gatelodge.control.lambda_ import (
    functions,
    invoke,
    layers,
    permissions,
    settings,
    versions,
)
from gatelodge.control.lambda_.checks import checks
from gatelodge.control.operations import Service, collect

SERVICE = Service(
    "lambda",
    collect("lambda", functions, invoke, layers, permissions, settings, versions),
    checks,
    # What is read is not held on to while the function runs.
    own_transactions=frozenset({"Invoke"}),
)
