-- Shares of a person's vault, each wrapped for one guardian: nobody here can read one. `set_name` tells which vault and
-- unlocker they belong to.
create table guardian_shares (
  subject text not null,
  guardian text not null,
  set_name text not null,
  box bytea not null,
  at bigint not null,
  primary key (subject, guardian)
);
create index guardian_shares_guardian on guardian_shares (guardian, subject);

-- A person who asks their guardians from a device that has nothing: one request at a time.
create table recoveries (
  subject text primary key,
  id text not null,
  set_name text not null,
  public_key text not null,
  created_at bigint not null,
  expires_at bigint not null
);

-- What each guardian is asked, and (once they did) what they handed over, wrapped for the device that asked.
create table recovery_answers (
  subject text not null references recoveries (subject) on delete cascade,
  guardian text not null,
  tag text not null,
  box bytea,
  answered_at bigint,
  primary key (subject, guardian)
);
