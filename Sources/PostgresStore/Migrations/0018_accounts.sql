-- Staff, their sessions, programs' tokens, and the audit of every change (docs/explain/accounts.md).
CREATE SCHEMA accounts;

CREATE TABLE accounts.staff (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9._@+-]{0,99}$'),
  -- argon2id with its salt and cost.
  password_hash text NOT NULL CHECK (length(password_hash) <= 300),
  roles text[] NOT NULL CHECK (cardinality(roles) BETWEEN 1 AND 20),
  disabled_at timestamptz,
  created_at timestamptz NOT NULL
);

-- The browser alone has the token; here is its SHA-256.
CREATE TABLE accounts.session (
  digest text PRIMARY KEY CHECK (length(digest) = 64),
  staff_id bigint NOT NULL REFERENCES accounts.staff ON DELETE CASCADE,
  began_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX session_staff ON accounts.session (staff_id);
CREATE INDEX session_expiry ON accounts.session (expires_at);

-- Tries to sign in, by account and by address; a success forgets the account's.
CREATE TABLE accounts.sign_in_attempt (
  subject text PRIMARY KEY CHECK (length(subject) <= 200),
  failures int NOT NULL,
  last_at timestamptz NOT NULL,
  locked_until timestamptz NOT NULL
);
CREATE INDEX sign_in_attempt_last ON accounts.sign_in_attempt (last_at);

CREATE TABLE accounts.api_token (
  name text PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 100),
  digest text NOT NULL UNIQUE CHECK (length(digest) = 64),
  roles text[] NOT NULL CHECK (cardinality(roles) BETWEEN 1 AND 20),
  created_by text NOT NULL CHECK (length(created_by) <= 100),
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz
);

-- The audit: actor, time, change and reason. Rows are only added.
CREATE TABLE accounts.audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL,
  actor text NOT NULL CHECK (length(actor) <= 100),
  action text NOT NULL CHECK (length(action) <= 100),
  subject text NOT NULL CHECK (length(subject) <= 200),
  detail text NOT NULL CHECK (length(detail) <= 2000)
);

CREATE FUNCTION accounts.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an entry of the audit is never changed or deleted';
END $$;
CREATE TRIGGER audit_immutable BEFORE UPDATE OR DELETE ON accounts.audit
  FOR EACH ROW EXECUTE FUNCTION accounts.refuse_change();
