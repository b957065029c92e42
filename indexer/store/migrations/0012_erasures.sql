-- Documents that a patient had erased: never opened again, whatever comes in later. `certificate` is there once all is done.
create table erasures (
  subject text not null,
  document text not null,
  seals bigint not null,
  requested_at bigint not null,
  erased_at bigint,
  certificate bytea,
  primary key (subject, document)
);

-- Who put which block: an erasure may take away only what nobody else put there, too.
create table block_holders (
  cid text not null,
  account text not null,
  primary key (cid, account)
);
