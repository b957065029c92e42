-- Everything here is a projection: chain and IPFS rebuild it. Addresses are checksummed text, digests lower-case 0x text,
-- times Unix seconds. A projection's `key` is its identifying columns joined by "|".

-- Where the index stands: one row.
create table sync_state (
  id int primary key check (id = 1),
  chain_id bigint not null,
  genesis_hash text not null,
  ledger text not null,
  provider_registry text not null,
  number bigint not null,
  hash text not null,
  time bigint not null,
  finalized bigint not null
);

-- The newest blocks, to find the common ancestor after a reorganisation.
create table blocks (
  number bigint primary key,
  hash text not null,
  parent_hash text not null,
  time bigint not null
);

-- The audit trail: every act, as it was logged (topics, data) and as it was decoded.
create table acts (
  contract text not null,
  address text not null,
  block bigint not null,
  block_hash text not null,
  time bigint not null,
  tx text not null,
  log_index int not null,
  account text not null,
  "index" bigint not null,
  act text not null,
  args jsonb not null,
  head_before text not null,
  head_after text not null,
  topics text[] not null,
  data text not null,
  primary key (block, log_index),
  unique (block_hash, log_index)
);
create index acts_account on acts (account, block, log_index);
create index acts_act on acts (act, block, log_index);

-- Who is named in an act, and may therefore see it.
create table act_parties (
  party text not null,
  block bigint not null,
  log_index int not null,
  primary key (party, block, log_index)
);
create index act_parties_block on act_parties (block);

-- Acts of branches that the chain left.
create table orphans (
  id bigint generated always as identity primary key,
  orphaned_at bigint not null,
  act jsonb not null
);

-- Logs of our contracts that are not acts: kept, counted, never guessed at.
create table raw_logs (
  address text not null,
  block bigint not null,
  block_hash text not null,
  tx text not null,
  log_index int not null,
  topics text[] not null,
  data text not null,
  primary key (block, log_index)
);

-- What a projection's row was before an act touched it, for the blocks that may still be reorganised away.
create table undo (
  block bigint not null,
  log_index int not null,
  step int not null,
  projection text not null,
  key text not null,
  before jsonb,
  primary key (block, log_index, step)
);

create table heads (
  key text primary key,
  contract text not null,
  account text not null,
  head text not null,
  acts bigint not null,
  place bigint not null,
  roll text not null,
  unique (contract, place)
);

create table accounts (
  key text primary key,
  encryption_key text,
  vault_account text,
  published_at bigint,
  generation bigint not null,
  epoch bigint not null,
  bundle text
);
create index accounts_vault on accounts (vault_account);

create table consents (
  key text primary key,
  subject text not null,
  grantee text not null,
  scope text not null,
  status int not null,
  version bigint not null,
  ops bigint not null,
  not_before bigint not null,
  expires_at bigint not null,
  granted_at bigint not null,
  changed_at bigint not null,
  capsule text,
  replaces text,
  replaced_by text,
  ended_by text,
  block bigint not null,
  log_index int not null,
  tx text not null
);
create index consents_subject on consents (subject, changed_at desc, key desc);
create index consents_grantee on consents (grantee, changed_at desc, key desc);

create table requests (
  key text primary key,
  grantee text not null,
  subject text not null,
  note text not null,
  at bigint not null,
  declined_at bigint,
  declined_note text,
  block bigint not null,
  log_index int not null,
  tx text not null
);
create index requests_subject on requests (subject, at desc, key desc);
create index requests_grantee on requests (grantee, at desc, key desc);

create table mutes (
  key text primary key,
  subject text not null,
  grantee text not null,
  muted boolean not null
);

create table documents (
  key text primary key,
  subject text not null,
  document text not null,
  author text not null,
  status int not null,
  version bigint not null,
  manifest text not null,
  added_at bigint not null,
  changed_at bigint not null,
  grantee text,
  scope text,
  ended_by text,
  tx text not null
);
create index documents_subject on documents (subject, changed_at desc, key desc);
create index documents_author on documents (author, changed_at desc, key desc);

create table document_versions (
  key text primary key,
  subject text not null,
  document text not null,
  version bigint not null,
  manifest text not null,
  author text not null,
  at bigint not null,
  tx text not null
);
create index document_versions_manifest on document_versions (manifest);

create table appointments (
  key text primary key,
  patient text not null,
  provider text not null,
  id text not null,
  status int not null,
  asked_by int not null,
  day bigint not null,
  slot int not null,
  length int not null,
  version bigint not null,
  changed_at bigint not null,
  details text,
  tx text not null
);
create index appointments_patient on appointments (patient, day, slot);
create index appointments_provider on appointments (provider, day, slot);

create table availability (
  key text primary key,
  provider text not null,
  day bigint not null,
  open text not null
);
create index availability_day on availability (provider, day);

create table anchors (
  key text primary key,
  gateway text not null,
  first bigint not null,
  count bigint not null,
  root text not null,
  previous text not null,
  at bigint not null,
  block bigint not null,
  tx text not null
);

create table credentials (
  key text primary key,
  status int not null,
  kind int not null,
  licence text,
  card text,
  valid_until bigint not null,
  changed_at bigint not null,
  applied_at bigint,
  registrar text
);

create table members (
  key text primary key,
  organisation text not null,
  member text not null,
  role int not null,
  changed_at bigint not null
);
create index members_organisation on members (organisation, member);
create index members_member on members (member);

create table auditors (
  key text primary key,
  valid_until bigint not null,
  appointed boolean not null,
  changed_at bigint not null,
  registrar text not null
);

create table registrars (
  key text primary key,
  state text not null check (state in ('proposed', 'accepted', 'dismissed')),
  changed_at bigint not null,
  by text
);

-- What was fetched from IPFS for the acts above. An opening that hashes to its scope is true for ever, whatever block
-- told of it; it stays wrapped to the gateway here.
create table openings (
  key text primary key,
  subject text not null,
  grantee text not null,
  scope text not null,
  capsule text not null,
  state text not null check (state in ('held', 'missing', 'refused')),
  reason text,
  box bytea,
  tries int not null,
  next_try bigint not null
);

-- Providers' public cards, by digest.
create table cards (
  digest text primary key,
  state text not null check (state in ('held', 'missing', 'refused')),
  name text,
  specialty text,
  place text,
  body jsonb,
  search tsvector,
  tries int not null,
  next_try bigint not null
);
create index cards_search on cards using gin (search);

-- What live clients are told, durably: the id is the Last-Event-ID of the stream.
create table stream (
  id bigint generated always as identity primary key,
  type text not null,
  audience text[] not null,
  payload jsonb not null,
  at bigint not null
);

-- Sign-in: only hashes of tokens are kept.
create table nonces (
  nonce text primary key,
  expires_at bigint not null
);
create table sessions (
  id text primary key,
  account text not null,
  session_key text,
  organisation text,
  message text not null,
  signature text not null,
  created_at bigint not null,
  expires_at bigint not null
);
create index sessions_account on sessions (account);
create table sign_in_failures (
  key text primary key,
  failures int not null,
  locked_until bigint not null,
  forget_at bigint not null
);
