"""Operations called as dispatch calls them: a real store, one transaction for each call."""

from datetime import UTC, datetime

from gatelodge.control.call import Call
from gatelodge.store import MasterKey, Store

ACCOUNT, REGION = "111111111111", "us-east-1"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Desk:
    """One store, and calls of one account and region on it."""

    def __init__(self, directory, account=ACCOUNT, region=REGION, store=None):
        self.directory = directory
        self.store = store or Store(directory / "store.db")
        self.account = account
        self.region = region
        self.required = []

    def call(self, operation="", method="GET", path="/"):
        return Call(
            service="apigateway",
            operation=operation,
            account=self.account,
            region=self.region,
            caller=None,
            now=NOW,
            request_id="req-1",
            method=method,
            path=path,
            source_ip="127.0.0.1",
            url="http://127.0.0.1:4566",
            store=self.store,
            master=MasterKey(bytes(32)),
            require=self.required.append,
        )

    def other(self, account):
        return Desk(self.directory, account, self.region, self.store)

    def do(self, function, **members):
        with self.store.transaction():
            return function(self.call(), **members)
