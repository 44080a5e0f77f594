CREATE TABLE campaign (
  tenant_id    uuid NOT NULL,
  id           uuid NOT NULL,
  slug         text NOT NULL COLLATE "C",
  display_name text NOT NULL,
  segment_id   uuid NOT NULL,
  template_id  uuid NOT NULL,
  purpose      text NOT NULL,
  channel      smallint NOT NULL,
  -- As vefa.campaign.v1.Campaign.State: 1 draft, 2 running, 3 paused, 4 completed.
  state        smallint NOT NULL,
  version      bigint NOT NULL,
  create_time  timestamptz NOT NULL,
  start_time   timestamptz,
  finish_time  timestamptz,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT campaign_slug_key UNIQUE (tenant_id, slug),
  FOREIGN KEY (tenant_id, segment_id) REFERENCES segment (tenant_id, id),
  FOREIGN KEY (tenant_id, template_id) REFERENCES template (tenant_id, id)
);
CREATE INDEX campaign_by_create_time ON campaign (tenant_id, create_time, id);

-- The audience snapshot, and what became of each. A state only ever moves forward:
-- 0 waiting, then 1 refused or 2 accepted, then (of accepted) 3 delivered, 4 bounced, 5 failed, 6 unknown.
CREATE TABLE campaign_recipient (
  tenant_id   uuid NOT NULL,
  campaign_id uuid NOT NULL,
  contact_id  uuid NOT NULL,
  state       smallint NOT NULL,
  reason      text NOT NULL,
  message_id  uuid,
  -- No foreign key: only StartCampaign adds rows, and a check per row would double its time.
  PRIMARY KEY (tenant_id, campaign_id, contact_id)
) WITH (fillfactor = 80);
CREATE INDEX campaign_recipient_waiting ON campaign_recipient (tenant_id, campaign_id, contact_id) WHERE state = 0;

-- How many recipients are in each state now, for each reason; moved by the statement that moves
-- the recipients, so that the numbers add up at every moment.
CREATE TABLE campaign_tally (
  tenant_id   uuid NOT NULL,
  campaign_id uuid NOT NULL,
  state       smallint NOT NULL,
  reason      text NOT NULL COLLATE "C",
  n           bigint NOT NULL,
  PRIMARY KEY (tenant_id, campaign_id, state, reason)
) WITH (fillfactor = 50);

-- Started campaigns that are not over: when to work on each next, and who does at present.
CREATE TABLE campaign_run (
  tenant_id   uuid NOT NULL,
  campaign_id uuid NOT NULL,
  next_time   timestamptz NOT NULL,
  attempts    int NOT NULL,
  lease_owner uuid,
  lease_until timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, campaign_id),
  FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign (tenant_id, id)
) WITH (fillfactor = 50);

SELECT protect_tenant_rows('campaign', 'campaign_recipient', 'campaign_tally', 'campaign_run');
GRANT SELECT, INSERT, UPDATE ON campaign, campaign_run, campaign_tally TO ${service};
GRANT SELECT, INSERT ON campaign_recipient TO ${service};
GRANT SELECT, UPDATE ON campaign, campaign_recipient TO ${pump};
GRANT SELECT, INSERT, UPDATE ON campaign_tally TO ${pump};
GRANT SELECT, UPDATE, DELETE ON campaign_run TO ${pump};
