-- Armed consents (how often their glass may be broken, and was), consents that a proxy granted (under whose mandate), where
-- somebody moved to; acts that are many, and what signed revokes end, several of them perhaps by one signature.

alter table consents add column times int not null default 0;
alter table consents add column used int not null default 0;
alter table consents add column proxy text;
alter table consents add column mandate text;
alter table accounts add column moved_to text;

alter table relays add column parts int not null default 1;
alter table sendings add column parts int not null default 1;

create table revokes_received (
  subject text not null,
  grantee text not null,
  scope text not null,
  ceiling bigint not null,
  primary key (subject, grantee, scope)
);
insert into revokes_received (subject, grantee, scope, ceiling)
  select subject, grantee, scope, max(ceiling) from relays
  where name = 'revoke' and subject is not null and grantee is not null and scope is not null and ceiling is not null
  group by subject, grantee, scope;
