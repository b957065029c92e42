-- Several processes serve from one database; one of them at a time writes the projections and sends transactions.

-- The writer's term: it rises with each change of writer, and every transaction of a writer holds the row. Whoever still
-- works under an older number commits nothing more.
create table writer_term (
  id int primary key check (id = 1),
  term bigint not null
);
insert into writer_term (id, term) values (1, 0);

-- What the processes tell each other: `gateway` whose seals and receipts these are, `sync` how the index stands.
create table service_notes (
  name text primary key,
  value jsonb not null
);
