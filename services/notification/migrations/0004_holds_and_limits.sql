-- Essential messages rest on a contract or the law, or ask for a confirmation: they count towards nobody's limit. Nothing of that was known
-- before, so what is older counts.
ALTER TABLE message ADD COLUMN essential boolean NOT NULL DEFAULT false;

-- Accepted messages that waited, or wait, for the end of their person's quiet hours: until when, by the last decision.
CREATE TABLE message_hold (
  tenant_id  uuid NOT NULL,
  message_id uuid NOT NULL,
  until_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, message_id)
);
SELECT protect_tenant_rows('message_hold');
GRANT SELECT, INSERT ON message_hold TO ${service};
-- The consumer of contact's consents records decisions by the same statement, though it holds nothing back.
GRANT SELECT, INSERT, UPDATE ON message_hold TO ${pump};
