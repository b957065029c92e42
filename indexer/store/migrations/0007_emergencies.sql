-- Armed consents (how often their glass may be broken, and was) and consents that a proxy granted: under whose mandate.

alter table consents add column times int not null default 0;
alter table consents add column used int not null default 0;
alter table consents add column proxy text;
alter table consents add column mandate text;
alter table accounts add column moved_to text;
