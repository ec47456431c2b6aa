"""A state directory with identities in it, without files and processes."""

from contextlib import contextmanager
from dataclasses import replace

from tests.gateway import OWNER, identity, policy, user

from gatelodge.authorize.questions import FindKey
from gatelodge.store import open_state
from gatelodge.world.exhibits import Exhibits
from gatelodge.world.iam_entities import USER, entity, find_entity
from gatelodge.world.issue_keys import issue_key
from gatelodge.world.keys import Keys

DAY, REGION = "20260102", "us-east-1"


class Household:
    """One state directory as one process has it open."""

    def __init__(self, directory, executor=None, call_soon=None):
        self.directory = directory
        self.store, self.master = open_state(directory, {})
        self.exhibits = Exhibits(directory / "exhibits")
        self.keys = Keys(self.store, self.master, self.exhibits, executor, call_soon)

    def put(self, kind, body, account=OWNER):
        """Make or change an IAM document."""
        document = entity(kind, account, body)
        stored = self.store.document(account, "", kind, document.id)
        return self.store.put(replace(document, version=stored.version if stored else 0))

    def take_away(self, kind, name, account=OWNER):
        self.store.remove(self.store.document(account, "", kind, name.lower()))

    def key(self, name="alice", account=OWNER):
        """A key of a user; of one that is not there, a key that stayed behind."""
        if find_entity(self.store, account, USER, name) is None:
            self.put(USER, user(name, account=account))
            issued = self.key(name, account)
            self.take_away(USER, name, account)
            return issued
        return issue_key(self.store, self.master, account, f"arn:aws:iam::{account}:user/{name}")

    def look_up(self, issued, *, token=..., date=DAY, region=REGION):
        return self.keys.look_up(question(issued, token=token, date=date, region=region))[0]


def question(issued, *, token=..., date=DAY, region=REGION):
    return FindKey(
        issued.access_key_id,
        issued.session_token if token is ... else token,
        date,
        region,
        "execute-api",
    )


def role(name="dev", path="/app/", role_id=None, account=OWNER, **members):
    return {
        "RoleName": name,
        "RoleId": role_id or f"AROA{name.upper()}",
        "Arn": f"arn:aws:iam::{account}:role{path}{name}",
        **members,
    }


def managed(name, *documents, default="v1", account=OWNER):
    """A managed policy with versions v1, v2 …"""
    return {
        "PolicyName": name,
        "Arn": f"arn:aws:iam::{account}:policy/{name}",
        "DefaultVersionId": default,
        "PolicyVersionList": [
            {"VersionId": f"v{number}", "Document": document}
            for number, document in enumerate(documents, 1)
        ],
    }


def attached(*names, account=OWNER):
    return [
        {"PolicyName": name, "PolicyArn": f"arn:aws:iam::{account}:policy/{name}"} for name in names
    ]


def inline(name, *statements):
    return {"PolicyName": name, "PolicyDocument": policy(*statements)}


ALICE = user("alice", identity())


@contextmanager
def away(store):
    """The store does not answer meanwhile."""
    moved = store.path.with_suffix(".away")
    store.close()
    store.path.rename(moved)
    store.path.mkdir()
    try:
        yield
    finally:
        store.path.rmdir()
        moved.rename(store.path)
        store.close()
