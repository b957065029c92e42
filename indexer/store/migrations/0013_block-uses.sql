-- When an account first put this block, in microseconds (0: before this was noted); null where it only named it as the body
-- of a manifest, and when it last did so, in seconds. Who put it first is whose it is; others may put it as often as they like.
alter table block_holders add column put_at bigint default 0;
alter table block_holders add column named_at bigint;

-- What was read of manifests that the ledger names: the body, null while the manifest is not here; complete once nothing of
-- it can be missing below. All of it comes from the blocks, and can be read from them again.
create table manifest_readings (
  manifest text primary key,
  body text,
  complete boolean not null,
  looked_at bigint not null
);
create index manifest_readings_body on manifest_readings (body);
create index manifest_readings_incomplete on manifest_readings (looked_at) where not complete;
create table body_leaves (
  leaf text not null,
  body text not null,
  primary key (leaf, body)
);

-- What became of each version of a document that is being erased.
create table erased_versions (
  subject text not null,
  document text not null,
  version bigint not null,
  manifest text not null,
  destroyed bigint not null,
  absent bigint not null,
  kept bigint not null,
  primary key (subject, document, version)
);

-- Of which documents seals left their table since its file was last written anew: their bytes may still be in it.
create table seals_gone (
  number bigint generated always as identity,
  subject text not null,
  document text not null,
  primary key (subject, document)
);

create index accounts_moved_to on accounts (moved_to) where moved_to is not null;
