"""OpenID Connect providers, as recorded from AWS."""

import pytest
from tests.control.iam.calls import arn, refusal

THUMBPRINT = "b" * 40


@pytest.fixture
def provider(root, name):
    made = root.create_open_id_connect_provider(
        Url=f"https://{name}.example.com/pool",
        ClientIDList=["one"],
        ThumbprintList=[THUMBPRINT],
    )
    return {"OpenIDConnectProviderArn": made["OpenIDConnectProviderArn"]}


def test_from_creation_to_deletion(root, name, provider):
    named = provider["OpenIDConnectProviderArn"]
    assert named == arn("oidc-provider", f"{name}.example.com/pool")
    told = root.get_open_id_connect_provider(**provider)
    assert told["Url"] == f"{name}.example.com/pool"
    assert (told["ClientIDList"], told["ThumbprintList"], told["Tags"]) == (
        ["one"], [THUMBPRINT], []
    )  # fmt: skip
    listed = root.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    assert {"Arn": named} in listed
    url = f"https://{name}.example.com/pool"
    taken = ("EntityAlreadyExists", 409, f"Provider with url {url} already exists.")
    assert refusal(root.create_open_id_connect_provider, Url=url) == taken
    root.delete_open_id_connect_provider(**provider)
    told = refusal(root.get_open_id_connect_provider, **provider)
    assert told == ("NoSuchEntity", 404, f"OpenIDConnect Provider not found for arn {named}")
    told = refusal(root.delete_open_id_connect_provider, **provider)
    assert told == ("NoSuchEntity", 404, f"OpenId connect Provider {named} cannot be found.")


def test_audiences_and_thumbprints(root, provider):
    for client in ("two", "two"):  # again is no error
        root.add_client_id_to_open_id_connect_provider(**provider, ClientID=client)
    root.remove_client_id_from_open_id_connect_provider(**provider, ClientID="one")
    root.remove_client_id_from_open_id_connect_provider(**provider, ClientID="absent")
    root.update_open_id_connect_provider_thumbprint(**provider, ThumbprintList=["c" * 40])
    told = root.get_open_id_connect_provider(**provider)
    assert (told["ClientIDList"], told["ThumbprintList"]) == (["two"], ["c" * 40])


def test_tags(root, provider):
    tags = [{"Key": "k1", "Value": "v1"}, {"Key": "k2", "Value": "v2"}]
    root.tag_open_id_connect_provider(**provider, Tags=tags)
    assert root.list_open_id_connect_provider_tags(**provider)["Tags"] == tags
    root.untag_open_id_connect_provider(**provider, TagKeys=["k2"])
    assert root.get_open_id_connect_provider(**provider)["Tags"] == tags[:1]


@pytest.mark.parametrize(
    ("members", "refused"),
    [
        ({"Url": "http://example.com"},
         ("ValidationError", 400, "Invalid Open ID Connect Provider URL")),
        ({"Url": "https://example.com/?x=1"},
         ("ValidationError", 400, "Invalid Open ID Connect Provider URL")),
        ({"Url": "https://user@example.com"},
         ("ValidationError", 400, "Invalid Open ID Connect Provider URL")),
        ({"Url": "https://a.example.com", "ThumbprintList": [f"{n:040}" for n in range(6)]},
         ("InvalidInput", 400, "Thumbprint list must contain fewer than 5 entries.")),
        ({"Url": "https://a.example.com", "ClientIDList": [str(n) for n in range(101)]},
         ("LimitExceeded", 409, "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100")),
    ],
)  # fmt: skip
def test_what_is_no_provider(root, members, refused):
    assert refusal(root.create_open_id_connect_provider, **members) == refused
