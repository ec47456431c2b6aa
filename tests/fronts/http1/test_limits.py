"""The bounds of the door, where AWS has one (reference: gateway-responses.md section 5)."""

from gatelodge.fronts.http1.limits import Limits


def test_quotas_of_aws():
    limits = Limits()
    assert limits.head == 20_480
    assert limits.body == 10_485_760
    assert limits.idle_time == 310


def test_everything_is_bounded():
    limits = Limits()
    for name in Limits.__slots__:
        assert 0 < getattr(limits, name) < float("inf"), name
