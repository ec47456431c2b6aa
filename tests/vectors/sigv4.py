"""Requests and signatures for execute-api, computed with independent signers (sigv4.md section 13).

The classic suite of AWS (section 12) uses the service name `service`.
"""

from datetime import UTC, datetime

KEY = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
REGION = "us-east-1"
HOST = "abcdef1234.execute-api.us-east-1.amazonaws.com"
TIMESTAMP = "20260102T030405Z"
TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

JSON_TYPE = ("content-type", "application/json")

# name, method, path, query, further signed fields, body, hash of the canonical request, signature
HEADER_FORM = [
    ("V1", "GET", "/prod/pets", "", [], b"",
     "08d1cca6cabe58df4197b973812f9fc953b69134594069e2d477322a0fced30b",
     "ae5652c168a5ee2f9de1d8d4c5492021d0eaa3a7c7ae4adf1921f20a4a7e8404"),
    ("V2", "GET", "/prod/pets", "b=2&a=1&a=0&empty=", [], b"",
     "11d4563de1dd8af0f658729db6272d4fcb7722085f18d8d811e8d4223c1e6acd",
     "1c2a120bdecf81955a8ef510fb679c9c943917b0c7119027c2661040bc71692a"),
    ("V3", "GET", "/prod/my%20file", "", [], b"",
     "fa62c61b49565461b6bf693828e206b538ffaa6040cc9ff0cf4a84d16b93c543",
     "441b697d4049ab47d6c803faffd2980e74f248ddaf799004ec6671a8b5cd5615"),
    ("V4", "POST", "/prod/pets", "", [JSON_TYPE], b'{"name":"Rex"}',
     "f25265aeaa1c6e0d0c6bd1d0d1ab6500aff06b9d1aea33991d70feca0b64a0e3",
     "8a0c26cf72ce6c1347061f3d17827412fd1a30ea6e300685900458d3386a8aff"),
    ("V5", "GET", "/prod/users/a@b.com", "", [], b"",
     "dfd75ff2ab13636904f6786913972b895af03b5ed7bbb0a3d8418fb4c29261a2",
     "e529598c0bfded7e6c7ed6bcfe490834c101b13d6c8f28935e186d96d0d90c9b"),
    ("V6", "GET", "/prod/files/a%2Fb", "", [], b"",
     "cc17fff554e8ed5e9c2fde92d9eb4e1b52872fe3ef6905737935e5a2f54f142a",
     "a8b04e2e87d673f6482fde931bdf7c3477299a56334d3a556b13f4a79c4887ec"),
    ("V7", "GET", "/prod/pets", "q=a%20b%2Ac~d%2Fe%2Bf", [], b"",
     "bf9e290b8ce23ea87fe80c9d165cd652dcb2ee095e87a6950d824342ec2d1239",
     "b501bec589837abb67e6f8c1435ee803a9990c8ac220afdad495d8aca8c68ece"),
    ("V8", "GET", "/", "", [], b"",
     "008b566f6d97e8e7cec50fd8d72b13b19bac96cacbcad8a3dd647c80a7ed2878",
     "cbe5e5ecf5f03a203b365b75feb4878abc43986c5597d307bd146a16f9d8d7c5"),
    ("V9", "GET", "/$default/x", "", [], b"",
     "dc1e50c0d5b201d9416c3c1ad48ad711c7e940c967e8099673f2376bc0f13f3d",
     "9af3d68a6842adc2a9d591c5ecdbfcad9a1e93dd46b349d89a0e348eabee72d1"),
    ("V10", "GET", "/prod/pets", "", [("x-amz-security-token", "SESSIONTOKEN+/=")], b"",
     None,
     "e169b9175d95107b41b0f5dddb26d9d7f64c770846b0c0a5a961cdbb68a7d05b"),
]  # fmt: skip

# name, further query parameters before the signature, signature
QUERY_FORM = [
    ("V12", "&X-Amz-Expires=300",
     "7e7523c6b78958ac53dc81fb9306e6096f600d29956a79faf78b9a42f1be9bec"),
    ("V13", "",
     "d6b67e947777890d77a6441bc5859ced2423c0a84a51e2c1d6f0b707634ba4aa"),
    ("V14", "&X-Amz-Expires=300&X-Amz-Security-Token=SESSIONTOKEN%2B%2F%3D",
     "4d768ca435a563fd9cace7d03d735d9f38d077fa807151c5ac04bde5ec315489"),
]  # fmt: skip
PRESIGNED_QUERY = (
    "x=1&X-Amz-Algorithm=AWS4-HMAC-SHA256"
    f"&X-Amz-Credential={KEY}%2F20260102%2F{REGION}%2Fexecute-api%2Faws4_request"
    f"&X-Amz-Date={TIMESTAMP}&X-Amz-SignedHeaders=host"
)

# AWS's suite: name, method, path, query, fields in order, signed names, signature
SUITE_TIME = datetime(2015, 8, 30, 12, 36, 0, tzinfo=UTC)
SUITE_FIELDS = [("Host", "example.amazonaws.com")]
SUITE_DATE = [("X-Amz-Date", "20150830T123600Z")]
SUITE = [
    ("get-vanilla", "GET", "/", "", SUITE_FIELDS + SUITE_DATE, "host;x-amz-date",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    ("get-vanilla-query-order-key-case", "GET", "/", "Param2=value2&Param1=value1",
     SUITE_FIELDS + SUITE_DATE, "host;x-amz-date",
     "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    ("get-utf8", "GET", "/\u1234".encode().decode("latin-1"), "", SUITE_FIELDS + SUITE_DATE,
     "host;x-amz-date", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
    ("get-slashes (normalised)", "GET", "//example//", "", SUITE_FIELDS + SUITE_DATE,
     "host;x-amz-date", "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"),
    ("get-slash-dot-slash (unnormalised)", "GET", "/./", "", SUITE_FIELDS + SUITE_DATE,
     "host;x-amz-date", "68714168e6557f8f2de0ef956fc24dc2593a4bd2961f8df51898d8a134695145"),
    ("get-header-key-duplicate", "GET", "/", "",
     [*SUITE_FIELDS, ("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1"),
      *SUITE_DATE], "host;my-header1;x-amz-date",
     "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
    ("get-header-value-trim", "GET", "/", "",
     [*SUITE_FIELDS, ("My-Header1", " value1"), ("My-Header2", ' "a   b   c"'), *SUITE_DATE],
     "host;my-header1;my-header2;x-amz-date",
     "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
    ("post-sts-header-after", "POST", "/", "", SUITE_FIELDS + SUITE_DATE, "host;x-amz-date",
     "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
]  # fmt: skip
