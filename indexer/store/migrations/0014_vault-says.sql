-- The time of the last message by which each patient's vault spoke to this gateway without a session: an equal or earlier
-- one is not heard again.
create table hand_ins (
  subject text primary key,
  time bigint not null
);

-- By which account a vault was fetched with a recovery kit: its owner is told until that kit opens nothing here any more, or
-- until they say that it was they. `tag` is that kit's hash among the vault's.
create table kit_fetches (
  account text not null,
  fetched_by text not null,
  tag text not null,
  at bigint not null,
  primary key (account, fetched_by, tag)
);

-- Whose guardian somebody is, newest first.
drop index guardian_shares_guardian;
create index guardian_shares_newest on guardian_shares (guardian, at, subject);
