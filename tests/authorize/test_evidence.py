"""What a mechanism found out, for the visitors' book."""

import orjson

from gatelodge.authorize.evidence import Evidence


def test_it_stands_in_a_record_as_it_is():
    evidence = Evidence({"sub": "s", "exp": 1.5})
    assert orjson.loads(orjson.dumps([1, evidence.written])) == [1, evidence.found]
