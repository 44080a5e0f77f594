-- For how long an agreement holds, and whether a legitimate interest is one in customers alone (soft opt-in).
ALTER TABLE purpose
  ADD COLUMN consent_days int NOT NULL DEFAULT 0,
  ADD COLUMN customers_only boolean NOT NULL DEFAULT false;
