"""Ids have API Gateway's lengths and letters, and none comes twice."""

import re

from gatelodge.control.apigateway.ids import long_id, short_id


def test_ids():
    for draw, length in ((long_id, 10), (short_id, 6)):
        drawn = {draw() for _ in range(200)}
        assert len(drawn) == 200
        assert all(re.fullmatch(rf"[a-z0-9]{{{length}}}", one) for one in drawn)
