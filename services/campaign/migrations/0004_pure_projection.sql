-- What campaign knows of people becomes a pure fold of events, to be built anew and checked at any time.
-- What becomes of messages moves recipients, which is no fold: it is another consumer's work.

-- contact.erased has arrived: the row is never of an audience again, whatever comes before or after it.
ALTER TABLE contact_state ADD COLUMN erased boolean NOT NULL DEFAULT false;

SELECT declare_projection('campaign.projection.v1', 'contact_state', 'contact_consent');

-- The new consumer goes on where the old one was with notification's events.
ALTER TABLE applied_version NO FORCE ROW LEVEL SECURITY;
ALTER TABLE parked_subject NO FORCE ROW LEVEL SECURITY;
ALTER TABLE parked_event NO FORCE ROW LEVEL SECURITY;
UPDATE consumer_position SET consumer = 'campaign.outcomes.v1'
 WHERE consumer = 'campaign.projection.v1' AND topic = 'vefa.notification.v1';
UPDATE parked_subject SET consumer = 'campaign.outcomes.v1'
 WHERE consumer = 'campaign.projection.v1' AND topic = 'vefa.notification.v1';
UPDATE parked_event SET consumer = 'campaign.outcomes.v1'
 WHERE consumer = 'campaign.projection.v1' AND topic = 'vefa.notification.v1';
UPDATE applied_version SET consumer = 'campaign.outcomes.v1'
 WHERE consumer = 'campaign.projection.v1' AND subject ~ '^(messages|suppressions)/';
ALTER TABLE applied_version FORCE ROW LEVEL SECURITY;
ALTER TABLE parked_subject FORCE ROW LEVEL SECURITY;
ALTER TABLE parked_event FORCE ROW LEVEL SECURITY;
