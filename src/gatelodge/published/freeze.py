"""From AWS-shaped documents to a published Api: what CreateDeployment does.

Ids that a document lacks are derived from what it describes, so that the same file always gives
the same publication.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from gatelodge.published.api import Api
from gatelodge.published.form import api_from_json


def freeze(
    api: Mapping[str, Any], *, api_id: str, account: str, region: str, partition: str = "aws"
) -> Api:
    """Freeze the documents of one API. Raises FormError when they are not of the right shape.

    The deployment id is a digest of the content: a changed API is another deployment.
    """
    resources = [
        {"id": resource.get("id") or _short_id(resource["path"]), **resource}
        for resource in api["resources"]
    ]
    form = {
        **api,
        "id": api_id,
        "account": account,
        "region": region,
        "partition": partition,
        "resources": resources,
    }
    content = json.dumps(form, sort_keys=True)
    return api_from_json({**form, "deploymentId": _short_id(content)})


def _short_id(text: str) -> str:
    """Derive an id of the length and alphabet that AWS uses."""
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    digits = ""
    while len(digits) < 6:
        number, digit = divmod(number, 36)
        digits += "0123456789abcdefghijklmnopqrstuvwxyz"[digit]
    return digits
