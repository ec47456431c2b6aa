"""Questions about backends, as people read them."""

from gatelodge.integrate.questions import Origin, SendHttp, Unreachable, Unreached


def test_where_a_request_goes():
    question = SendHttp("GET", Origin("http", "h", 80), "/p?q=1", "Host: h\r\n", b"", 100)
    assert question.uri == "http://h:80/p?q=1"
    assert repr(question) == "SendHttp(GET http://h:80/p?q=1)"


def test_why_there_is_no_reply():
    assert repr(Unreachable(Unreached.DNS, "no such host")) == "Unreachable(DNS, 'no such host')"


def test_origins_differ_by_what_they_verify():
    assert Origin("https", "h", 443) != Origin("https", "h", 443, verify_tls=False)
