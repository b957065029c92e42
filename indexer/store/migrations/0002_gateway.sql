-- What no chain can rebuild (vaults, seals, receipts: a backup must hold them), and what is on its way to the chain.

-- Each person's own vault, encrypted: the copy that opens only with what the person has.
create table vaults (
  account text primary key,
  revision bigint not null,
  digest text not null,
  vault bytea not null,
  changed_at bigint not null
);

-- Wrapped DEKs, wrapped once more to this gateway: one under the compartment's key, and one under the document's own
-- where a consent names the document. The subject's seal is never replaced by an author's.
create table seals (
  subject text not null,
  document text not null,
  version bigint not null,
  keyed_by text not null check (keyed_by in ('category', 'document')),
  author text not null,
  seal bytea not null,
  at bigint not null,
  primary key (subject, document, version, keyed_by)
);

-- Signed receipts, in one chain a gateway without a gap. `receipt` is the canonical bytes; the columns only find it.
create table receipts (
  gateway text not null,
  number bigint not null,
  subject text not null,
  subject_number bigint not null,
  grantee text not null,
  scope text not null,
  reader text not null,
  kind text not null check (kind in ('released', 'refused', 'disclosure')),
  reason text,
  -- How many documents it opened: what counts against a consent's number of uses.
  released int not null,
  -- The asker has no part in any consent of this subject: their answer must not tell even how many receipts there are.
  stranger boolean not null,
  request_id text not null,
  time bigint not null,
  hash text not null,
  leaf text not null,
  receipt bytea not null,
  primary key (gateway, number),
  unique (gateway, subject, subject_number),
  unique (gateway, request_id)
);
create index receipts_subject on receipts (subject, number desc);
create index receipts_reader on receipts (reader, number desc);
create index receipts_grantee on receipts (grantee, number desc);
create index receipts_consent on receipts (subject, grantee, scope, kind);

-- Batches of receipts, written before they are sent to the ledger; `sending` says what became of that.
create table receipt_batches (
  gateway text not null,
  first bigint not null,
  count bigint not null,
  root text not null,
  made_at bigint not null,
  sending bigint,
  primary key (gateway, first)
);

-- Transactions of the service's own account, in order. A row is complete (nonce, signed bytes) before its bytes leave.
create table sendings (
  id bigint generated always as identity primary key,
  sender text not null,
  purpose text not null check (purpose in ('relay', 'receipts', 'key')),
  target text not null,
  data text not null,
  state text not null check (state in ('queued', 'sent', 'mined', 'failed')),
  nonce bigint,
  gas bigint,
  hashes text[] not null default '{}',
  signed text,
  fee text,
  tx text,
  block bigint,
  block_hash text,
  reason text,
  detail text,
  created_at bigint not null,
  sent_at bigint,
  changed_at bigint not null
);
create index sendings_open on sendings (sender, id) where state in ('queued', 'sent');
create index sendings_nonce on sendings (sender, nonce);

-- Signed acts that somebody handed in to be sent, and how far they are.
create table relays (
  id text primary key,
  -- Hash of act and signature: handing the same in twice is handing it in once.
  digest text not null unique,
  account text not null,
  actor text not null,
  name text not null,
  act jsonb not null,
  subject text,
  grantee text,
  scope text,
  ceiling bigint,
  state text not null check (state in ('queued', 'sent', 'on-the-ledger', 'indexed', 'failed')),
  sending bigint not null,
  tx text,
  block bigint,
  reason text,
  detail text,
  at bigint not null,
  changed_at bigint not null
);
create index relays_account on relays (account, at desc, id desc);
create index relays_actor on relays (actor, at desc, id desc);
create index relays_open on relays (state) where state in ('queued', 'sent', 'on-the-ledger');
create index relays_sending on relays (sending);
create index relays_revokes on relays (subject, grantee, scope) where name = 'revoke';

-- Questions that only the holder of a published encryption key can answer.
create table key_proofs (
  id text primary key,
  account text not null,
  encryption_key text not null,
  answer text not null,
  expires_at bigint not null,
  proven_at bigint
);
create index key_proofs_account on key_proofs (account, proven_at);
