-- Indexes for what is asked often, and cheaper ones for what is written often.

-- The directory starts from the cards that match.
create index credentials_card on credentials (card);

-- Only going back after a reorganisation looks parties up by block. A block range index costs next to nothing when a
-- million rows are stored, and blocks come in order.
drop index act_parties_block;
create index act_parties_block on act_parties using brin (block) with (pages_per_range = 16);

-- Heads are rewritten with every act: room on each page lets a row move without touching an index.
alter table heads set (fillfactor = 70);
