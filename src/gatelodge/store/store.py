"""The store: all tables behind one interface."""

from gatelodge.store.access_keys import AccessKeys
from gatelodge.store.documents import Documents
from gatelodge.store.last_uses import LastUses
from gatelodge.store.pool_sign_ins import PoolSignIns
from gatelodge.store.pool_users import PoolUsers
from gatelodge.store.publications import Publications


class Store(Documents, Publications, AccessKeys, LastUses, PoolUsers, PoolSignIns):
    """Everything that lasts."""
