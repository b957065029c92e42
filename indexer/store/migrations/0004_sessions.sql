-- Sessions that are renewed: one row for each sign-in (what a person sees in their list), and the tokens that came of it.
-- Nothing of the old table is kept: whoever was signed in signs in again.
drop table sessions;
create table sessions (
  -- Names the session in its person's list; opens nothing.
  id text primary key,
  account text not null,
  session_key text,
  organisation text,
  message text not null,
  signature text not null,
  -- What the browser says it is, in two words; no address, no whole user agent.
  device text not null,
  created_at bigint not null,
  seen_at bigint not null,
  expires_at bigint not null,
  ended_at bigint,
  ended_why text check (ended_why in ('signed-out', 'ended-elsewhere', 'token-reused'))
);
create index sessions_account on sessions (account, created_at desc);

-- Only hashes of tokens are kept. A refresh token is good once: `salt` is what its successors were made with, kept for the
-- seconds in which an answer that was lost may be asked for again.
create table session_tokens (
  hash text primary key,
  session text not null references sessions (id) on delete cascade,
  kind text not null check (kind in ('access', 'refresh')),
  issued_at bigint not null,
  expires_at bigint not null,
  used_at bigint,
  salt text
);
create index session_tokens_session on session_tokens (session);

-- Refusals of strangers beyond those that are recorded one by one: how many there were, by patient and UTC day.
create table unrecorded_refusals (
  subject text not null,
  day bigint not null,
  count bigint not null,
  primary key (subject, day)
);
create index receipts_strangers on receipts (subject, time) where stranger;
create index receipts_disclosures on receipts (reader, time) where kind = 'disclosure';
