-- Documents of the control plane, AWS-shaped JSON in body. version: for optimistic concurrency.
CREATE TABLE document (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    parent TEXT NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    version INTEGER NOT NULL,
    created TEXT NOT NULL,
    PRIMARY KEY (account, region, kind, id)
);
CREATE INDEX document_by_parent ON document (account, region, kind, parent);
CREATE INDEX document_by_name ON document (kind, name);

-- An API as a deployment froze it; never updated.
CREATE TABLE publication (
    api TEXT NOT NULL,
    deployment TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (api, deployment)
);

CREATE TABLE stage (
    api TEXT NOT NULL,
    name TEXT NOT NULL,
    deployment TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (api, name)
);

-- secret: sealed; principal: the ARN of a user or of an account's root.
CREATE TABLE access_key (
    id TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    principal TEXT NOT NULL,
    secret BLOB NOT NULL,
    active INTEGER NOT NULL,
    created TEXT NOT NULL
);
CREATE INDEX access_key_by_principal ON access_key (principal);

-- What changed, in order; append-only. Workers follow it.
CREATE TABLE change (
    seq INTEGER PRIMARY KEY,
    what TEXT NOT NULL
);
