-- Acts of branches that the chain left, in the shape of `acts`, so that they are read as acts are. An act is in one of the
-- two tables and never in both: a branch that comes back takes its acts with it.
create table orphaned_acts (like acts);
alter table orphaned_acts add column orphaned_at bigint not null;
insert into orphaned_acts
  select distinct on (a.block_hash, a.log_index) a.*, o.orphaned_at
  from orphans o cross join lateral jsonb_populate_record(null::acts, o.act) a
  where not exists (select 1 from acts b where b.block_hash = a.block_hash and b.log_index = a.log_index)
  order by a.block_hash, a.log_index, o.id desc;
drop table orphans;
alter table orphaned_acts rename to orphans;
alter table orphans add primary key (block_hash, log_index);
create index orphans_place on orphans (block, log_index);

-- Who is named in an orphaned act, and may therefore see it.
create table orphan_parties (
  party text not null,
  block_hash text not null,
  log_index int not null,
  primary key (party, block_hash, log_index)
);
create index orphan_parties_act on orphan_parties (block_hash, log_index);
insert into orphan_parties
  select distinct party, block_hash, log_index
  from orphans, lateral (
    select account as party
    union
    select value from jsonb_each_text(args) where value ~ '^0x[0-9a-fA-F]{40}$'
  ) named
  where party <> '0x0000000000000000000000000000000000000000';

-- The newest block at which every head that is stored was seen equal to the contracts' own; -1: none yet.
alter table sync_state add column proven bigint not null default -1;
-- keccak256 of the contracts' code that this database was filled from.
alter table sync_state add column ledger_code text;
alter table sync_state add column provider_registry_code text;
