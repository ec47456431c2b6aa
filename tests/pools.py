"""A gateway with user pools, and clients of them."""

import configparser
import http.client
import json
from urllib.parse import urlencode, urlsplit

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.gateway import REGION

PASSWORD = "Passw0rd!"
FLOWS = [
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
]
NO_RETRIES = Config(retries={"max_attempts": 0})


def admin_client(gateway):
    """boto3 as root of the gateway's account."""
    profiles = configparser.ConfigParser()
    profiles.read(gateway.state / "credentials")
    keys = profiles["gatelodge"]
    return boto3.client(
        "cognito-idp",
        endpoint_url=gateway.endpoints["aws"],
        region_name=REGION,
        aws_access_key_id=keys["aws_access_key_id"],
        aws_secret_access_key=keys["aws_secret_access_key"],
        config=NO_RETRIES,
    )


def public_client(gateway):
    """boto3 without credentials."""
    config = NO_RETRIES.merge(Config(signature_version=UNSIGNED))
    return boto3.client(
        "cognito-idp",
        endpoint_url=gateway.endpoints["aws"],
        region_name=REGION,
        config=config,
    )


class Town:
    """One gateway; pools are made as tests need them."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.idp = admin_client(gateway)
        self.public = public_client(gateway)

    def pool(self, **members):
        members.setdefault("PoolName", "people")
        return self.idp.create_user_pool(**members)["UserPool"]["Id"]

    def client(self, pool, **members):
        members.setdefault("ExplicitAuthFlows", FLOWS)
        made = self.idp.create_user_pool_client(UserPoolId=pool, ClientName="app", **members)
        return made["UserPoolClient"]

    def user(self, pool, name, password=PASSWORD, /, **attributes):
        """A confirmed user."""
        pairs = [{"Name": key, "Value": value} for key, value in attributes.items()]
        self.idp.admin_create_user(
            UserPoolId=pool, Username=name, UserAttributes=pairs, MessageAction="SUPPRESS"
        )
        self.idp.admin_set_user_password(
            UserPoolId=pool, Username=name, Password=password, Permanent=True
        )

    def sign_in(self, client, name, password=PASSWORD, **parameters):
        return self.public.initiate_auth(
            ClientId=client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": password, **parameters},
        )

    def tokens(self, client, name, password=PASSWORD):
        return self.sign_in(client, name, password)["AuthenticationResult"]

    def messages(self):
        path = self.gateway.state / "messages.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def code(self):
        """The code that was sent last."""
        return self.messages()[-1]["code"]

    def http(self, path, method="GET", fields=None, headers=()):
        """One request to the AWS endpoint; fields: a form."""
        parts = urlsplit(self.gateway.endpoints["aws"])
        connection = http.client.HTTPConnection(parts.netloc, timeout=30)
        sent = dict(headers)
        body = None
        if fields is not None:
            method, body = "POST", urlencode(fields)
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, answer.headers, json.loads(text) if text else None
        finally:
            connection.close()


def refused(call, **parameters):
    """Call an operation that is refused: its code and message."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]
