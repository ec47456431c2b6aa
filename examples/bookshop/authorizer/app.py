"""Checks a token `USER.SIGNATURE` and answers what its user may do."""

import hashlib
import hmac
import os
import sys


def sign(user, secret):
    return hmac.new(secret.encode(), user.encode(), hashlib.sha256).hexdigest()


def handler(event, context):
    user, _, signature = event["authorizationToken"].rpartition(".")
    if not user or not hmac.compare_digest(signature, sign(user, os.environ["TOKEN_SECRET"])):
        raise Exception("Unauthorized")
    stage = "/".join(event["methodArn"].split("/")[:2])
    statements = [allow("Allow", f"{stage}/*/books*")]
    if user.startswith("reader-"):
        statements.append(allow("Deny", f"{stage}/POST/*", f"{stage}/DELETE/*"))
    return {
        "principalId": user,
        "policyDocument": {"Version": "2012-10-17", "Statement": statements},
        "context": {"shelf": "reading" if user.startswith("reader-") else "all"},
    }


def allow(effect, *resources):
    return {"Effect": effect, "Action": "execute-api:Invoke", "Resource": list(resources)}


if __name__ == "__main__":
    print(f"{sys.argv[1]}.{sign(sys.argv[1], os.environ.get('TOKEN_SECRET', 'bookshop'))}")
