"""Questions about backends, as people read them."""

from gatelodge.integrate.questions import (
    KeepReply,
    LookUpReply,
    Origin,
    ReplyKey,
    SendHttp,
    Unreachable,
    Unreached,
)
from gatelodge.messages import Response


def test_where_a_request_goes():
    question = SendHttp("GET", Origin("http", "h", 80), "/p?q=1", "Host: h\r\n", b"", 100)
    assert question.uri == "http://h:80/p?q=1"
    assert repr(question) == "SendHttp(GET http://h:80/p?q=1)"


def test_why_there_is_no_reply():
    assert repr(Unreachable(Unreached.DNS, "no such host")) == "Unreachable(DNS, 'no such host')"


def test_origins_differ_by_what_they_verify():
    assert Origin("https", "h", 443) != Origin("https", "h", 443, verify_tls=False)


def test_questions_about_kept_replies_show_no_values():
    key = ReplyKey(("abc123", "prod"), "d1", "5f")
    assert repr(LookUpReply(key, 60, renew=False)) == ("LookUpReply(ReplyKey(abc123/prod, d1, 5f))")
    kept = KeepReply(key, 1, Response(200, body=b"secret"), 60, 0.5)
    assert repr(kept) == "KeepReply(ReplyKey(abc123/prod, d1, 5f))"
