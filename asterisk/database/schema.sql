-- Agents of the PBX, as Asterisk reads them (PJSIP realtime). Run once, as the owner of the database:
--   createdb asterisk && psql -d asterisk -v ON_ERROR_STOP=1 -f schema.sql
-- Rows are written by ../agents. Asterisk has every column as an option of that name, so there is none beside those it knows.
BEGIN;

CREATE TABLE ps_aors (
  id              text PRIMARY KEY CHECK (id ~ '^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$'),
  max_contacts    integer NOT NULL DEFAULT 1,
  remove_existing text NOT NULL DEFAULT 'yes' -- a phone that comes back takes the place of its former self
);

-- No password is kept, and there is no column for one: only digests of USERNAME:REALM:PASSWORD.
CREATE TABLE ps_auths (
  id              text PRIMARY KEY REFERENCES ps_aors ON DELETE CASCADE,
  auth_type       text NOT NULL DEFAULT 'digest' CHECK (auth_type = 'digest'),
  username        text NOT NULL UNIQUE CHECK (username = id),
  realm           text NOT NULL DEFAULT 'asterisk',
  password_digest text NOT NULL UNIQUE CHECK (password_digest ~ '^MD5:[0-9a-f]{32},SHA-256:[0-9a-f]{64}$')
);

CREATE TABLE ps_endpoints (
  id               text PRIMARY KEY REFERENCES ps_aors ON DELETE CASCADE,
  aors             text NOT NULL CHECK (aors = id),
  auth             text NOT NULL CHECK (auth = id),
  transport        text NOT NULL DEFAULT 'udp',
  context          text NOT NULL DEFAULT 'agents',
  allow            text NOT NULL DEFAULT '!all,ulaw,alaw',
  direct_media     text NOT NULL DEFAULT 'no' CHECK (direct_media = 'no'), -- what Asterisk does not see it cannot tap
  dtmf_mode        text NOT NULL DEFAULT 'rfc4733',
  rtp_timeout      integer NOT NULL DEFAULT 120,  -- seconds
  rtp_timeout_hold integer NOT NULL DEFAULT 1800
);

-- Asterisk only reads. It logs in through the socket as the system's user of that name, without a password; where the
-- database is elsewhere, \password asterisk gives it one.
CREATE ROLE asterisk LOGIN;
GRANT SELECT ON ps_aors, ps_auths, ps_endpoints TO asterisk;

COMMIT;
