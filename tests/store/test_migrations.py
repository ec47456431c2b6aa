"""A store that an earlier schema wrote is as good as a new one."""

import shutil
import sqlite3

import pytest

from gatelodge.store import Store, database


@pytest.fixture
def earlier(tmp_path, monkeypatch):
    """A store's path, written by the first `number` schema files and some SQL."""

    def make(number, sql):
        schema = tmp_path / f"schema-{number}"
        schema.mkdir()
        for file in sorted(database._SCHEMA.glob("*.sql"))[:number]:
            shutil.copy(file, schema)
        path = tmp_path / "store.db"
        with monkeypatch.context() as patched:
            patched.setattr(database, "_SCHEMA", schema)
            Store(path).close()
        with sqlite3.connect(path) as connection:
            connection.executescript(sql)
        connection.close()
        return path

    return make


FIRST = """
INSERT INTO document VALUES
  ('1', '', 'iam/user', 'Alice', '', 'Alice',
   '{"UserName":"Alice","UserId":"AIDA1","Arn":"arn:aws:iam::1:user/Alice"}', 1, ''),
  ('1', '', 'iam/role', 'Dev', '', 'Dev', '{"RoleName":"Dev","RoleId":"AROA1"}', 1, ''),
  ('1', '', 'iam/policy', 'arn:aws:iam::1:policy/p/Own', '', 'x',
   '{"PolicyName":"Own","PolicyId":"ANPA1","Arn":"arn:aws:iam::1:policy/p/Own"}', 1, ''),
  ('1', '', 'iam/policy', 'arn:aws:iam::aws:policy/Theirs', '', 'x',
   '{"PolicyName":"Theirs","Arn":"arn:aws:iam::aws:policy/Theirs"}', 1, '');
INSERT INTO access_key VALUES
  ('AKIAALICE', '1', 'arn:aws:iam::1:user/Alice', x'00', 1, ''),
  ('AKIAROOT', '1', 'arn:aws:iam::1:root', x'00', 1, ''),
  ('AKIAGONE', '1', 'arn:aws:iam::1:user/gone', x'00', 1, '');
"""


def test_entities_and_keys_of_the_first_schema(earlier):
    """Found by the name in lower case; a key belongs to the unique id, and to nobody without."""
    store = Store(earlier(1, FIRST))
    assert store.document("1", "", "iam/user", "alice").parent == "AIDA1"
    assert store.document("1", "", "iam/role", "dev").name == "Dev"
    own = store.document("1", "", "iam/policy", "own")
    assert (own.name, own.parent) == ("Own", "ANPA1")
    assert store.document("1", "", "iam/policy", "arn:aws:iam::aws:policy/Theirs") is not None
    applied = store.document("1", "", "iam/applied", "files").body["entities"]
    assert ["iam/user", "alice"] in applied
    assert len(applied) == 4
    owners = {key.id: key.principal_id for key in store.access_keys()}
    assert owners == {"AKIAALICE": "AIDA1", "AKIAROOT": "1", "AKIAGONE": ""}
