-- Copies of a person's vault that were replaced, so that one that was overwritten by mistake or malice can be fetched back.
-- Few are kept; those that stood long enough to be somebody's go last.
create table former_vaults (
  account text not null,
  digest text not null,
  revision bigint not null,
  vault bytea not null,
  changed_at bigint not null,
  replaced_at bigint not null,
  primary key (account, digest)
);

-- Nonces of calls that a session signed: each is good once. They are forgotten when their time is over.
create table call_nonces (
  account text not null,
  nonce text not null,
  expires_at bigint not null,
  primary key (account, nonce)
);
create index call_nonces_expires on call_nonces (expires_at);

-- Who gave a share back (or never wanted it): kept until the person names guardians anew, who is told so.
create table declined_guardians (
  subject text not null,
  guardian text not null,
  set_name text not null,
  at bigint not null,
  primary key (subject, guardian)
);

-- Hashes by which who holds a recovery kit fetches the vault without its wallet: made from the kit's code, 128 random bits.
alter table vaults add column kit_tags text not null default '';
