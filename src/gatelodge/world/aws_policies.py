"""Managed policies that AWS publishes, as far as people attach them to callers of APIs.

Their texts are AWS's (AWS Managed Policy Reference Guide); their unique ids are made from the name,
since AWS does not publish them. A policy that is not here comes with an account's details.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_suffix(".json")
PREFIX = "arn:aws:iam::aws:policy"


@cache
def aws_policies() -> Mapping[str, Mapping[str, Any]]:
    """Give the bodies by ARN, in the form of get-account-authorization-details."""
    bodies = (_body(written) for written in json.loads(_FILE.read_text("utf-8")))
    return {body["Arn"]: body for body in bodies}


def _body(written: Mapping[str, Any]) -> dict[str, Any]:
    name, version = written["PolicyName"], written["DefaultVersionId"]
    digest = base64.b32encode(hashlib.sha256(name.encode()).digest()).decode()
    return {
        "PolicyName": name,
        "PolicyId": f"ANPA{digest[:17]}",
        "Arn": f"{PREFIX}{written['Path']}{name}",
        "Path": written["Path"],
        "DefaultVersionId": version,
        "IsAttachable": True,
        "CreateDate": written["CreateDate"],
        "UpdateDate": written["UpdateDate"],
        "PolicyVersionList": [
            {
                # The layout in which AWS shows its policies.
                "Document": json.dumps(written["Document"], indent=2),
                "VersionId": version,
                "IsDefaultVersion": True,
                "CreateDate": written["UpdateDate"],
            }
        ],
    }
