-- Finds the consents that wait for a capsule when a block comes in: asked at every upload.
create index openings_wanted on openings (capsule) where state = 'missing';
