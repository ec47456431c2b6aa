"""User pools of Amazon's, as far as an authorizer meets them: published keys, and tokens."""

import time

from joserfc.jwk import RSAKey
from tests.gateway import OWNER, REGION, Backend
from tests.signing import key_set, sign


class Pool:
    """One pool and its two keys."""

    def __init__(self, pool_id, account=OWNER):
        self.id = pool_id
        self.arn = f"arn:aws:cognito-idp:{REGION}:{account}:userpool/{pool_id}"
        self.issuer = f"https://cognito-idp.{REGION}.amazonaws.com/{pool_id}"
        self.keys = {f"{pool_id}-{use}": RSAKey.generate_key(2048) for use in ("id", "access")}
        self.client = "1example23456789"

    def claims(self, use, **changes):
        now = int(time.time())
        claims = {
            "sub": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
            "iss": self.issuer,
            "token_use": use,
            "auth_time": now,
            "iat": now,
            "exp": now + 3600,
        }
        if use == "id":
            claims |= {"aud": self.client, "cognito:username": "alice", "email_verified": True}
        else:
            claims |= {"client_id": self.client, "username": "alice"}
            claims["scope"] = "aws.cognito.signin.user.admin"
        return {**claims, **changes}

    def token(self, use="id", *, header=None, key=None, without=(), **changes):
        claims = {n: v for n, v in self.claims(use, **changes).items() if n not in without}
        kid = f"{self.id}-{use}"
        head = {"kid": kid, "alg": "RS256", **(header or {})}
        return sign(claims, head, key or self.keys[kid])


class Issuer:
    """The endpoint that publishes the keys of pools."""

    def __init__(self, *pools):
        self.backend = Backend()
        self.url = self.backend.url
        self.asked = 0
        self.status = 200
        self.pools = {pool.id: pool for pool in pools}
        for pool in pools:
            self.backend.replies[f"/{pool.id}/.well-known/jwks.json"] = self._answer(pool)

    def _answer(self, pool):
        def reply(handler):
            self.asked += 1
            body = key_set(*pool.keys.items())
            handler.send_response(self.status)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        return reply

    def close(self):
        self.backend.close()
