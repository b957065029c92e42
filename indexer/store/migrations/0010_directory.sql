-- The directory is searched and sorted without case and accents: what a card says, folded as the program folds it.
alter table cards add column name_folded text;
alter table cards add column place_folded text;
update cards set
  name_folded = lower(regexp_replace(normalize(name, NFKD), '[\u0300-\u036f]', '', 'g')),
  place_folded = lower(regexp_replace(normalize(place, NFKD), '[\u0300-\u036f]', '', 'g')),
  search = to_tsvector('simple', lower(regexp_replace(
    normalize(name || ' ' || specialty || ' ' || place, NFKD), '[\u0300-\u036f]', '', 'g')))
where state = 'held';
