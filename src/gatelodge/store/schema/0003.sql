-- Users of user pools; there can be millions. name_key: the username as it is compared, in lower
-- case where the pool ignores case. verifier: sealed. state: codes (hashed), failures, lock.
CREATE TABLE pool_user (
    pool TEXT NOT NULL,
    sub TEXT NOT NULL,
    username TEXT NOT NULL,
    name_key TEXT NOT NULL,
    status TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    attributes TEXT NOT NULL,
    verifier BLOB,
    state TEXT NOT NULL,
    created REAL NOT NULL,
    modified REAL NOT NULL,
    PRIMARY KEY (pool, sub)
) WITHOUT ROWID;
CREATE UNIQUE INDEX pool_user_by_name ON pool_user (pool, name_key);

-- The attributes by which users are found; value: as it is compared.
CREATE TABLE pool_user_attribute (
    pool TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    sub TEXT NOT NULL,
    PRIMARY KEY (pool, name, value, sub)
) WITHOUT ROWID;
CREATE INDEX pool_user_attribute_by_user ON pool_user_attribute (pool, sub);

CREATE TABLE pool_group_member (
    pool TEXT NOT NULL,
    group_name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    sub TEXT NOT NULL,
    PRIMARY KEY (pool, group_name, name_key)
) WITHOUT ROWID;
CREATE INDEX pool_group_member_by_user ON pool_group_member (pool, sub);

-- One sign-in of one user, and all tokens that come of it. token: SHA-256 of the refresh token.
CREATE TABLE pool_sign_in (
    origin_jti TEXT NOT NULL PRIMARY KEY,
    pool TEXT NOT NULL,
    sub TEXT NOT NULL,
    client TEXT NOT NULL,
    token BLOB NOT NULL,
    scope TEXT NOT NULL,
    created REAL NOT NULL,
    expires REAL NOT NULL,
    revoked INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX pool_sign_in_by_token ON pool_sign_in (token);
CREATE INDEX pool_sign_in_by_user ON pool_sign_in (pool, sub);
CREATE INDEX pool_sign_in_by_expiry ON pool_sign_in (expires);

-- Failed attempts to sign in, of names that exist and names that do not alike.
CREATE TABLE pool_failure (
    pool TEXT NOT NULL,
    name_key TEXT NOT NULL,
    failures INTEGER NOT NULL,
    locked_until REAL NOT NULL,
    expires REAL NOT NULL,
    PRIMARY KEY (pool, name_key)
) WITHOUT ROWID;
CREATE INDEX pool_failure_by_expiry ON pool_failure (expires);

-- What counts once only, such as the answer to a challenge; kept until it would be void anyway.
CREATE TABLE pool_used (
    id TEXT NOT NULL PRIMARY KEY,
    expires REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX pool_used_by_expiry ON pool_used (expires);
