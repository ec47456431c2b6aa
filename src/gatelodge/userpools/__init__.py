"""Cognito user pools: users, passwords, sign-in flows, tokens, OAuth 2 endpoints.

Knows what pools and their users are (reference: cognito.md parts B and C) and keeps them in the
store; knows no AWS wire format and no IAM. Passwords are kept only as sealed SRP verifiers, refresh
tokens and codes only hashed, signing keys sealed.
"""

from gatelodge.userpools.house import UserPools
from gatelodge.userpools.refusal import Refused

__all__ = ["Refused", "UserPools"]
