"""The store: all tables behind one interface."""

from gatelodge.store.access_keys import AccessKeys
from gatelodge.store.documents import Documents
from gatelodge.store.publications import Publications


class Store(Documents, Publications, AccessKeys):
    """Everything that lasts."""
