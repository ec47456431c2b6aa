"""The signature of a token. One algorithm: what a header asks for is compared, never obeyed."""

from joserfc.jws import JWSRegistry

from gatelodge.jwt.keys import PublicKey
from gatelodge.jwt.parse import Token
from gatelodge.jwt.refusal import Fault, Refusal

ALGORITHM = "RS256"
_RS256 = JWSRegistry.algorithms[ALGORITHM]


def verify(token: Token, key: PublicKey) -> Refusal | None:
    """Check a token's signature (RFC 7515 section 5.2); None when it is good."""
    if token.algorithm != ALGORITHM:
        return Refusal(Fault.ALGORITHM, f"its header says {token.algorithm[:20]!r}")
    if not _RS256.verify(token.signing_input, token.signature, key):
        return Refusal(Fault.SIGNATURE)
    return None
