"""OpenID Connect providers, whose tokens AssumeRoleWithWebIdentity takes.

Documents of kind iam/oidc-provider; the id is the provider's URL without `https://`, which is also
the end of its ARN.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from gatelodge.arn import Arn
from gatelodge.control.call import Call
from gatelodge.control.iam import entities, faults
from gatelodge.control.iam.tag_lists import Tag, check_tags, merged, without
from gatelodge.control.iam.tags import list_tags
from gatelodge.control.operations import Output, operation
from gatelodge.store import Document

KIND = "iam/oidc-provider"
CLIENTS, THUMBPRINTS, PROVIDERS = 100, 5, 100
_RESOURCE = "oidc-provider/"
_HOST = re.compile(r"[A-Za-z0-9.-]+(?::\d+)?", re.ASCII)


@operation("iam", "CreateOpenIDConnectProvider")
def create_open_id_connect_provider(
    call: Call,
    *,
    Url: str,
    ClientIDList: Sequence[str] = (),
    ThumbprintList: Sequence[str] = (),
    Tags: Sequence[Tag] = (),
) -> Output:
    """Register a provider."""
    provider_id = _id_of(Url)
    if call.store.document(call.account, "", KIND, provider_id) is not None:
        raise faults.exists(f"Provider with url {Url} already exists.")
    if call.store.count(KIND, call.account) >= PROVIDERS:
        raise faults.quota("OpenIdConnectProvidersPerAccount", PROVIDERS)
    body: dict[str, Any] = {
        "Url": provider_id,
        "ClientIDList": _check_clients(list(dict.fromkeys(ClientIDList))),
        "ThumbprintList": _check_thumbprints(ThumbprintList),
        "CreateDate": entities.now(call),
        "Tags": check_tags(Tags, cased=True),
    }
    arn = f"arn:{call.partition}:iam::{call.account}:{_RESOURCE}{provider_id}"
    call.store.put(
        Document(
            account=call.account,
            kind=KIND,
            id=provider_id,
            name=provider_id,
            body={"Arn": arn, **body},
            created=body["CreateDate"],
        )
    )
    return {"OpenIDConnectProviderArn": arn, **({"Tags": body["Tags"]} if Tags else {})}


@operation("iam", "GetOpenIDConnectProvider")
def get_open_id_connect_provider(call: Call, *, OpenIDConnectProviderArn: str) -> Output:
    """Show a provider."""
    body = _need(call, OpenIDConnectProviderArn).body
    return {
        "Url": body["Url"],
        "ClientIDList": body["ClientIDList"],
        "ThumbprintList": body["ThumbprintList"],
        "CreateDate": entities.date(body["CreateDate"]),
        "Tags": body["Tags"],
    }


@operation("iam", "ListOpenIDConnectProviders")
def list_open_id_connect_providers(call: Call) -> Output:
    """List the ARNs of all providers."""
    found = call.store.documents(KIND, account=call.account)
    return {"OpenIDConnectProviderList": [{"Arn": d.body["Arn"]} for d in found]}


@operation("iam", "DeleteOpenIDConnectProvider")
def delete_open_id_connect_provider(call: Call, *, OpenIDConnectProviderArn: str) -> None:
    """Delete a provider; its tokens are worth nothing at once."""
    found = _find(call, OpenIDConnectProviderArn)
    if found is None:
        raise faults.no_such(f"OpenId connect Provider {OpenIDConnectProviderArn} cannot be found.")
    call.store.remove(found)


@operation("iam", "AddClientIDToOpenIDConnectProvider")
def add_client_id(call: Call, *, OpenIDConnectProviderArn: str, ClientID: str) -> None:
    """Take tokens for one more audience; again is no error."""
    found = _need(call, OpenIDConnectProviderArn)
    clients = list(dict.fromkeys([*found.body["ClientIDList"], ClientID]))
    _change(call, found, ClientIDList=_check_clients(clients))


@operation("iam", "RemoveClientIDFromOpenIDConnectProvider")
def remove_client_id(call: Call, *, OpenIDConnectProviderArn: str, ClientID: str) -> None:
    """Take no tokens for an audience any more; one that is not there is no error."""
    found = _need(call, OpenIDConnectProviderArn)
    clients = [client for client in found.body["ClientIDList"] if client != ClientID]
    _change(call, found, ClientIDList=clients)


@operation("iam", "UpdateOpenIDConnectProviderThumbprint")
def update_thumbprint(
    call: Call, *, OpenIDConnectProviderArn: str, ThumbprintList: Sequence[str]
) -> None:
    """Set the certificates' thumbprints."""
    found = _need(call, OpenIDConnectProviderArn)
    _change(call, found, ThumbprintList=_check_thumbprints(ThumbprintList))


@operation("iam", "TagOpenIDConnectProvider")
def tag_provider(call: Call, *, OpenIDConnectProviderArn: str, Tags: Sequence[Tag]) -> None:
    """Set tags of a provider."""
    found = _need(call, OpenIDConnectProviderArn)
    _change(call, found, Tags=merged(found.body["Tags"], Tags, cased=True))


@operation("iam", "UntagOpenIDConnectProvider")
def untag_provider(call: Call, *, OpenIDConnectProviderArn: str, TagKeys: Sequence[str]) -> None:
    """Take tags of a provider away."""
    found = _need(call, OpenIDConnectProviderArn)
    _change(call, found, Tags=without(found.body["Tags"], TagKeys, cased=True))


@operation("iam", "ListOpenIDConnectProviderTags")
def list_provider_tags(call: Call, *, OpenIDConnectProviderArn: str, **paging: Any) -> Output:
    """List tags of a provider."""
    return list_tags(_need(call, OpenIDConnectProviderArn).body, **paging)


def _id_of(url: str) -> str:
    """Give a provider's id. Raises Fault when its URL is not `https://host[/path]`."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    plain = not (parts.query or parts.fragment or "@" in parts.netloc or parts.path == "/")
    if parts.scheme != "https" or not plain or not _HOST.fullmatch(parts.netloc):
        raise faults.invalid("Invalid Open ID Connect Provider URL")
    return url.removeprefix("https://").rstrip("/")


def _check_clients(clients: list[str]) -> list[str]:
    if len(clients) > CLIENTS:
        raise faults.quota("ClientIdsPerOpenIdConnectProvider", CLIENTS)
    return clients


def _check_thumbprints(thumbprints: Sequence[str]) -> list[str]:
    if len(thumbprints) > THUMBPRINTS:
        raise faults.invalid_input("Thumbprint list must contain fewer than 5 entries.")
    return list(thumbprints)


def _find(call: Call, text: str) -> Document | None:
    arn = Arn.parse(text)
    if arn is None or arn.service != "iam" or not arn.resource.startswith(_RESOURCE):
        raise faults.invalid("Invalid ARN:  Could not be parsed!")
    found = call.store.document(call.account, "", KIND, arn.resource.removeprefix(_RESOURCE))
    return found if found is not None and found.body["Arn"] == text else None


def _need(call: Call, arn: str) -> Document:
    found = _find(call, arn)
    if found is None:
        raise faults.no_such(f"OpenIDConnect Provider not found for arn {arn}")
    return found


def _change(call: Call, found: Document, **members: Any) -> None:
    body: Mapping[str, Any] = {**found.body, **members}
    call.store.put(replace(found, body=body))
