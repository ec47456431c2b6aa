"""Passwords: what a pool's policy demands, and how they are kept and compared.

Kept is the SRP verifier with its salt, sealed for one user: what a thief of the store would need to
guess passwords against is the master key.
"""

import hashlib
import hmac
import json
import secrets
import string

from gatelodge import srp
from gatelodge.store import MasterKey
from gatelodge.userpools.pool import Pool
from gatelodge.userpools.powers import Powers, new_salt
from gatelodge.userpools.refusal import Refused

MAX_LENGTH = 256
_SYMBOLS = frozenset("^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- ")
_RULES = (
    ("RequireUppercase", "uppercase", str.isupper),
    ("RequireLowercase", "lowercase", str.islower),
    ("RequireNumbers", "numeric", str.isdecimal),
    ("RequireSymbols", "symbol", _SYMBOLS.__contains__),
)


class Kept:
    """What is kept of one password."""

    __slots__ = ("salt", "verifier")

    def __init__(self, salt: int, verifier: int) -> None:
        self.salt = salt
        self.verifier = verifier


def check_policy(pool: Pool, password: str) -> None:
    """Check a new password; the first rule that it breaks is told. Raises Refused."""
    policy = pool.password_policy
    broken = None
    if len(password) < policy["MinimumLength"] or len(password) > MAX_LENGTH:
        broken = "Password not long enough"
        if len(password) > MAX_LENGTH:
            broken = "Password too long"
    else:
        for member, kind, fits in _RULES:
            if policy[member] and not any(map(fits, password)):
                broken = f"Password must have {kind} characters"
                break
    if broken is None and password != password.strip():
        broken = "Password must not begin or end with a space"
    if broken is not None:
        raise Refused("InvalidPasswordException", f"Password did not conform with policy: {broken}")


def keep(
    pool: Pool, username: str, sub: str, password: str, powers: Powers, master: MasterKey
) -> bytes:
    """Derive what is kept of a password, sealed. Blocks for a power."""
    salt = new_salt()
    verifier = powers.verifier(pool.name_part, username, password, salt)
    text = json.dumps({"salt": f"{salt:x}", "verifier": f"{verifier:x}"})
    return master.seal(text.encode(), _owner(pool.id, sub))


def open_kept(pool: Pool, sub: str, sealed: bytes, master: MasterKey) -> Kept:
    """Open what is kept of a password. Raises SealError."""
    kept = json.loads(master.open(sealed, _owner(pool.id, sub)))
    return Kept(int(kept["salt"], 16), int(kept["verifier"], 16))


def made_up(pool: Pool, name: str, master: MasterKey) -> Kept:
    """Make up what would be kept of a password of somebody who does not exist."""
    secret = master.derive(f"user pool {pool.id} disguise")
    return Kept(*srp.disguise(secret, name))


def matches(pool: Pool, user_id: str, password: str, kept: Kept, powers: Powers) -> bool:
    """Compare a password with what is kept, in the same time for all. Blocks for a power."""
    given = powers.verifier(pool.name_part, user_id, password[:MAX_LENGTH], kept.salt)
    return hmac.compare_digest(_digest(given), _digest(kept.verifier))


def temporary() -> str:
    """Draw a temporary password that fits every policy of usual length."""
    classes = (string.ascii_uppercase, string.ascii_lowercase, string.digits, "!#%+=-_.")
    drawn = [secrets.choice(letters) for letters in classes for _ in range(4)]
    secrets.SystemRandom().shuffle(drawn)
    return "".join(drawn)


def _digest(number: int) -> bytes:
    return hashlib.sha256(f"{number:x}".encode()).digest()


def _owner(pool_id: str, sub: str) -> str:
    return f"password of {sub} in {pool_id}"
