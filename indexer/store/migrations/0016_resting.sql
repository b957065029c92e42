-- Indexes that are left away while an empty index is filled. Each row is one that is missing now, and what makes it again
-- as the migrations made it: it is written with the index's removal and goes with its return, in one transaction.
create table resting_indexes (
  name text primary key,
  of_table text not null,
  definition text not null
);
