"""Where the calls of a stage are logged: AWS's destinations, and what they mean here.

A CloudWatch Logs log group is a file below the state directory (docs/reference/access-logs.md):
whoever may edit a stage chooses a name, and never a path.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote

from gatelodge.arn import Arn
from gatelodge.control.apigateway.documents import bad_request
from gatelodge.control.call import Call
from gatelodge.published import AccessLog
from gatelodge.respond.access_log import FormatError, compile_format

_MAX_NAME = 200
_GROUP = re.compile(r"log-group:([A-Za-z0-9._/#-]{1,512})(?::\*)?", re.ASCII)


def read_access_log(call: Call, settings: Mapping[str, str]) -> AccessLog:
    """Read the accessLogSettings of a stage. Raises Fault."""
    destination, text = settings.get("destinationArn"), settings.get("format")
    if not destination or not text:
        raise bad_request("Access log settings have a destinationArn and a format")
    if "\n" in text.rstrip("\n"):
        raise bad_request(
            "Access Log format must be single line, new line character is allowed only at end of "
            "the format"
        )
    arn = Arn.parse(destination)
    group = None if arn is None or arn.service != "logs" else _GROUP.fullmatch(arn.resource)
    if arn is None or group is None:
        raise bad_request(
            f"Invalid ARN specified in the request: {destination}; access logs go to a log group, "
            "arn:aws:logs:REGION:ACCOUNT:log-group:NAME"
        )
    if len(quote(group[1], safe="")) > _MAX_NAME:
        raise bad_request(f"The name of the log group {group[1]} is too long for a file")
    if (arn.region, arn.account) != (call.region, call.account):
        raise bad_request("The log group must be of the API's own account and region")
    try:
        compile_format(text.rstrip("\n"))
    except FormatError as error:
        raise bad_request(f"Invalid access log format: {error}") from error
    plain = Arn(arn.partition, "logs", arn.region, arn.account, f"log-group:{group[1]}")
    return AccessLog(text.rstrip("\n"), str(plain))
