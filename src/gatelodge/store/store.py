"""The store: all tables behind one interface."""

from gatelodge.store.access_keys import AccessKeys
from gatelodge.store.documents import Documents
from gatelodge.store.last_uses import LastUses
from gatelodge.store.publications import Publications


class Store(Documents, Publications, AccessKeys, LastUses):
    """Everything that lasts."""
