"""What must last: documents, publications, stages, access keys and the feed of changes.

Plain SQL behind one interface; SQLite in WAL mode. A write that returned has reached the disk.
Secrets are sealed before they get here (sealing.py). Knows no IAM, no HTTP and no processes.
"""

from gatelodge.store.database import ConflictError, StoreError
from gatelodge.store.records import AccessKey, Document, LastUse, PoolUser, SignIn
from gatelodge.store.sealing import MasterKey, SealError
from gatelodge.store.state import StateError, open_state, read_master_key
from gatelodge.store.store import Store

__all__ = [
    "AccessKey",
    "ConflictError",
    "Document",
    "LastUse",
    "MasterKey",
    "PoolUser",
    "SealError",
    "SignIn",
    "StateError",
    "Store",
    "StoreError",
    "open_state",
    "read_master_key",
]
