"""The same questions in Python: run `pytest examples/access`."""

INSIDE = "123.4.5.9"


def test_pets_are_open_inside(assert_allows, assert_denies):
    assert_allows("anonymous", "GET /pets", source_ip=INSIDE)
    assert_denies("anonymous", "GET /pets", source_ip="10.1.2.3")


def test_one_pet_takes_a_signature(assert_allows, assert_denies):
    assert_allows("alice", "GET /pets/7", source_ip=INSIDE)
    assert_denies("mallory", "GET /pets/7", source_ip=INSIDE)
    assert_denies("anonymous", "GET /pets/7", source_ip=INSIDE)


def test_nobody_gained_or_lost_access(assert_access_matrix):
    assert_access_matrix("pets", who=["anonymous", "alice", "mallory"], source_ip=INSIDE)
