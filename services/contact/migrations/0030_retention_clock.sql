-- Rules of retention that run by themselves: only those of which that is said from now on.
ALTER TABLE retention_rule
  ADD COLUMN scheduled boolean NOT NULL DEFAULT false,
  -- Not before; NULL while it is not scheduled.
  ADD COLUMN next_run_time timestamptz,
  -- One replica at a time runs it.
  ADD COLUMN lease_time timestamptz NOT NULL DEFAULT '-infinity',
  -- When the run began that is not at its end yet, and how many it erased.
  ADD COLUMN run_time timestamptz,
  ADD COLUMN run_erased int NOT NULL DEFAULT 0,
  -- The same of the last one that came to its end.
  ADD COLUMN last_run_time timestamptz,
  ADD COLUMN last_erased int NOT NULL DEFAULT 0,
  -- Why it did not run when it was time.
  ADD COLUMN trouble text NOT NULL DEFAULT '';

GRANT SELECT ON retention_rule TO ${pump};
