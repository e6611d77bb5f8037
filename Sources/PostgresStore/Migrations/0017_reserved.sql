-- The number of another change; its file takes this one's place when the branches are merged.
SELECT 1;
