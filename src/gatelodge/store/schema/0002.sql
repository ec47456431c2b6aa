-- Names of IAM are unique ignoring case: documents are found by them in lower case, AWS's own
-- policies by ARN. parent: an IAM entity's unique id (AIDA…), which outlives its name.
UPDATE OR IGNORE document SET id = lower(name)
    WHERE kind IN ('iam/user', 'iam/group', 'iam/role');
UPDATE document SET name = json_extract(body, '$.PolicyName') WHERE kind = 'iam/policy';
UPDATE OR IGNORE document SET id = lower(name)
    WHERE kind = 'iam/policy' AND id NOT LIKE 'arn:%:iam::aws:policy/%';
UPDATE document SET parent = coalesce(json_extract(body, '$.UserId'), '') WHERE kind = 'iam/user';
UPDATE document SET parent = coalesce(json_extract(body, '$.GroupId'), '') WHERE kind = 'iam/group';
UPDATE document SET parent = coalesce(json_extract(body, '$.RoleId'), '') WHERE kind = 'iam/role';
UPDATE document SET parent = coalesce(json_extract(body, '$.PolicyId'), '') WHERE kind = 'iam/policy';
-- Until now every identity came from files; what files describe no more is deleted with them.
INSERT INTO document
    SELECT account, '', 'iam/applied', 'files', '', '',
        json_object('entities', json_group_array(json_array(kind, id))), 1, ''
    FROM document WHERE kind IN ('iam/user', 'iam/group', 'iam/role', 'iam/policy')
    GROUP BY account;
CREATE INDEX document_by_kind_and_parent ON document (kind, parent);

-- principal_id: the unique id of the user, or the account of root. A key belongs to it and not to the
-- ARN, so that a user made anew under an old name does not find old keys alive.
ALTER TABLE access_key ADD COLUMN principal_id TEXT NOT NULL DEFAULT '';
UPDATE access_key SET principal_id = account WHERE principal LIKE 'arn:%:iam::%:root';
UPDATE access_key SET principal_id = coalesce((
    SELECT parent FROM document WHERE kind = 'iam/user' AND document.account = access_key.account
        AND json_extract(body, '$.Arn') = access_key.principal), '')
    WHERE principal_id = '';
CREATE INDEX access_key_by_principal_id ON access_key (principal_id);

-- When access keys (AKIA…) and roles (AROA…) were last used. Not part of the feed of changes.
CREATE TABLE last_use (
    id TEXT NOT NULL PRIMARY KEY,
    used TEXT NOT NULL,
    region TEXT NOT NULL,
    service TEXT NOT NULL
);
