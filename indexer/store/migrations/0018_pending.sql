-- Each row that is shown says whether it is final: whether anything is remembered of what it was before.
create index undo_row on undo (projection, key);
