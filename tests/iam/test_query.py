"""A query holds what is asked."""

from gatelodge.iam import ANONYMOUS, Query


def test_what_it_holds():
    keys = {"k": "v"}
    query = Query("a:b", "arn", ANONYMOUS, keys, "1")
    assert (query.action, query.resource, query.principal) == ("a:b", "arn", ANONYMOUS)
    assert (query.keys, query.resource_account) == (keys, "1")
