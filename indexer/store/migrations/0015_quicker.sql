-- What is fetched from IPFS is found by index: consents since a block, and what may be looked for again.
create index consents_block on consents (block);
create index openings_due on openings (next_try) where state = 'missing';
create index cards_due on cards (next_try) where state = 'missing';
