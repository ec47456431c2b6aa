"""Names, paths and ARNs of IAM's entities (control-plane.md section 4.1)."""

import pytest

from gatelodge.control.fault import Fault
from gatelodge.control.iam.names import check_entity_name, check_path, check_policy_arn
from gatelodge.world.iam_entities import GROUP, POLICY, ROLE, USER


@pytest.mark.parametrize(("kind", "longest"), [(USER, 64), (ROLE, 64), (GROUP, 128), (POLICY, 128)])
def test_names(kind, longest):
    for name in ("a", "A+=,.@_-9", "x" * longest):
        assert check_entity_name(kind, name) == name
    with pytest.raises(Fault, match=f"less than or equal to {longest}"):
        check_entity_name(kind, "x" * (longest + 1))
    for name in ("", "a b", "a/b", "a\n", "é", "a*"):
        with pytest.raises(Fault) as refused:
            check_entity_name(kind, name)
        assert refused.value.code == "ValidationError"


@pytest.mark.parametrize("path", ["/", "/a/", "/a/b-c/", "/x,y@z/", f"/{'a' * 510}/"])
def test_paths(path):
    assert check_path(USER, path) == path
    assert check_path(POLICY, path) == path


@pytest.mark.parametrize("path", ["", "a", "/a", "a/", "/a /", "/é/", f"/{'a' * 511}/"])
def test_what_is_no_path(path):
    for kind in (USER, POLICY):
        with pytest.raises(Fault, match="The specified value for path is invalid"):
            check_path(kind, path)


def test_paths_of_policies_have_fewer_characters():
    assert check_path(USER, "/a!b/") == "/a!b/"
    assert check_path(USER, "//") == "//"
    for path in ("/a!b/", "//"):
        with pytest.raises(Fault):
            check_path(POLICY, path)


@pytest.mark.parametrize("text", ["x", "arn:aws:iam::1:user/p", "arn:aws:s3::1:policy/p"])
def test_what_is_no_arn_of_a_policy(text):
    with pytest.raises(Fault) as refused:
        check_policy_arn(text)
    assert refused.value.message == "Invalid ARN:  Could not be parsed!"
    assert check_policy_arn("arn:aws:iam::aws:policy/p") == "arn:aws:iam::aws:policy/p"
