"""The tokens of a sign-in, as texts."""

from gatelodge.userpools.tokens import new_refresh_token


def test_no_refresh_token_looks_like_an_option():
    drawn = {new_refresh_token() for _ in range(500)}
    assert len(drawn) == 500
    assert {token[0] for token in drawn} == {"r"}
