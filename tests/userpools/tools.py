"""User pools without processes and sockets: powers computed here, a clock that is given."""

from gatelodge import srp
from gatelodge.store import Document, open_state
from gatelodge.userpools import UserPools, signing
from gatelodge.userpools.attributes import schema_attributes
from gatelodge.userpools.pool import CLIENT_KIND, POOL_KIND, Client, Pool

ACCOUNT, REGION, URL = "111111111111", "us-east-1", "http://127.0.0.1:4566"
PASSWORD = "Passw0rd!"
NOW = 1_800_000_000.0


class HerePowers:
    """Powers computed in the test's own process."""

    def __init__(self):
        self.computed = 0

    def verifier(self, *arguments):
        self.computed += 1
        return srp.verifier(*arguments)

    def answer_client(self, public, verifier):
        self.computed += 1
        challenge = srp.answer_client(public, verifier, 2**200 + 1)
        return challenge.public, challenge.key


class Now:
    """A messenger that does everything at once."""

    full = False

    def submit(self, send):
        send()


def tools(directory):
    """UserPools whose messages are in the list `sent`."""
    store, master = open_state(directory, {})
    sent = []
    pools = UserPools(store, master, HerePowers(), sent.append, Now(), URL)
    return pools, sent


def make_pool(pools, pool_id=f"{REGION}_AbCdEf123", keys=True, **members):
    body = {
        "Id": pool_id,
        "Arn": f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{pool_id}",
        "SchemaAttributes": schema_attributes(members.pop("Schema", ())),
        **members,
    }
    document = Document(
        account=ACCOUNT, region=REGION, kind=POOL_KIND, id=pool_id, name=pool_id, body=body
    )
    if keys:
        signing.put_keys(
            pools.store, ACCOUNT, REGION, pool_id, signing.new_keys(pool_id, pools.master)
        )
    return Pool(pools.store.put(document))


def make_client(pools, pool, client_id="1example23456789", **members):
    body = {
        "ClientId": client_id,
        "ExplicitAuthFlows": [
            "ALLOW_USER_PASSWORD_AUTH",
            "ALLOW_USER_SRP_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH",
        ],
        **members,
    }
    document = Document(
        account=ACCOUNT, region=REGION, kind=CLIENT_KIND, id=client_id, name=client_id,
        parent=pool.id, body=body,
    )  # fmt: skip
    return Client(pools.store.put(document))
