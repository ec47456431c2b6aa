"""AWS's unique ids and access key ids: a prefix that tells the kind, and random letters and digits.

Source: IAM User Guide, "IAM identifiers".
"""

import base64
import os

_LETTERS = {"AKIA": 16, "ASIA": 16}


def unique_id(prefix: str) -> str:
    """Make an id: 21 characters for entities (`AIDA…`), 20 for access keys (`AKIA…`)."""
    text = base64.b32encode(os.urandom(15)).decode()
    return prefix + text[: _LETTERS.get(prefix, 17)]
