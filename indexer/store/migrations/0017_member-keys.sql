-- An organisation's secret keys, wrapped for one member each: nobody here can read one. `public_key` is the organisation's
-- public key that was the newest when the box was made, by the organisation's word.
create table member_keys (
  organisation text not null,
  member text not null,
  public_key text not null,
  box bytea not null,
  at bigint not null,
  primary key (organisation, member)
);
