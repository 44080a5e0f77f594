-- What consumers know beside their positions: the life a version belongs to, what is parked and why, what
-- could not be read at all, and whether an operator or they themselves stopped them.

-- Compared in every batch: by bytes, not by the rules of a language.
ALTER TABLE applied_version
  ALTER COLUMN consumer TYPE text COLLATE "C",
  ALTER COLUMN subject TYPE text COLLATE "C",
  ADD COLUMN incarnation uuid,
  ADD COLUMN previous_version bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN applied_version.previous_version IS 'What whoever wrote the row took it to be: compared with what it is.';
COMMENT ON COLUMN applied_version.incarnation IS 'The life of the database that recorded the version; null when it is not known.';

-- A subject that stands still for one consumer while all others go on. Its watermark in
-- applied_version stays where it is; what comes later joins parked_event.
CREATE TABLE parked_subject (
  consumer          text NOT NULL COLLATE "C",
  tenant_id         uuid NOT NULL,
  subject           text NOT NULL COLLATE "C",
  topic             text NOT NULL,
  -- POISON: the handler refuses it. GAP: versions are missing. FORK: two events of one version.
  -- RESTORED: its owner's database was put back to an earlier point.
  kind              text NOT NULL CHECK (kind IN ('POISON', 'GAP', 'FORK', 'RESTORED')),
  reason            text NOT NULL,
  first_version     bigint NOT NULL,
  attempts          int NOT NULL DEFAULT 0,
  -- Null when an operator has to decide.
  next_attempt_time timestamptz,
  -- Whether what is parked goes on from the watermark; otherwise the owner's ledger is asked first.
  complete          boolean NOT NULL,
  -- An operator took the other history of a FORK or RESTORED for the true one.
  accepted          boolean NOT NULL DEFAULT false,
  park_time         timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, tenant_id, subject)
);
CREATE INDEX parked_subject_due ON parked_subject (consumer, next_attempt_time);

-- Whole records, so that an event is rebuilt exactly. Two events of one version are both kept.
ALTER TABLE parked_event DROP CONSTRAINT parked_event_pkey;
ALTER TABLE parked_event
  ALTER COLUMN consumer TYPE text COLLATE "C",
  ALTER COLUMN subject TYPE text COLLATE "C",
  ADD COLUMN event_type text NOT NULL DEFAULT '',
  -- As libs/events/parking.h packs them; null in rows of release 0.1, whose events are fetched from the ledger.
  ADD COLUMN headers bytea,
  -- Whether it is in the dead letter topic, or need not be.
  ADD COLUMN copied boolean NOT NULL DEFAULT false,
  ADD PRIMARY KEY (consumer, tenant_id, subject, version, event_id);
CREATE INDEX parked_event_uncopied ON parked_event (consumer, park_time) WHERE NOT copied;

-- Release 0.1 moved the watermark over what it parked. It goes back, so that nothing is skipped.
ALTER TABLE parked_event NO FORCE ROW LEVEL SECURITY;
ALTER TABLE applied_version NO FORCE ROW LEVEL SECURITY;
INSERT INTO parked_subject (consumer, tenant_id, subject, topic, kind, reason, first_version, next_attempt_time, complete,
                            park_time)
SELECT consumer, tenant_id, subject, min(topic), 'POISON', (array_agg(reason ORDER BY version))[1], min(version), now(),
       false, min(park_time)
  FROM parked_event GROUP BY consumer, tenant_id, subject;
UPDATE applied_version a
   SET version = p.first_version - 1, event_id = '00000000-0000-0000-0000-000000000000'
  FROM parked_subject p
 WHERE (p.consumer, p.tenant_id, p.subject) = (a.consumer, a.tenant_id, a.subject) AND a.version >= p.first_version;
DELETE FROM applied_version WHERE version = 0;
ALTER TABLE parked_event FORCE ROW LEVEL SECURITY;
ALTER TABLE applied_version FORCE ROW LEVEL SECURITY;

-- Records that are no event of ours, whoever wrote them. Of no tenant: seen by the pump and operators only.
CREATE TABLE unreadable_record (
  consumer       text NOT NULL COLLATE "C",
  topic          text NOT NULL,
  part           int NOT NULL,
  off            bigint NOT NULL,
  reason         text NOT NULL,
  detail         text NOT NULL,
  record_key     bytea,
  headers        bytea NOT NULL,
  value          bytea,
  -- Of an event whose tenant this database did not know: it is taken up once it does.
  unknown_tenant uuid,
  refuse_time    timestamptz NOT NULL DEFAULT now(),
  copied         boolean NOT NULL DEFAULT false,
  PRIMARY KEY (consumer, topic, part, off)
);
CREATE INDEX unreadable_record_by_time ON unreadable_record (consumer, refuse_time);
CREATE INDEX unreadable_record_uncopied ON unreadable_record (consumer, refuse_time) WHERE NOT copied;
CREATE INDEX unreadable_record_unknown ON unreadable_record (consumer, unknown_tenant) WHERE unknown_tenant IS NOT NULL;

-- What an operator wants of a consumer, and why it stopped itself. No row: it works.
CREATE TABLE consumer_control (
  consumer       text PRIMARY KEY COLLATE "C",
  paused         boolean NOT NULL DEFAULT false,
  stopped_reason text NOT NULL DEFAULT '',
  update_time    timestamptz NOT NULL DEFAULT now()
);

SELECT protect_tenant_rows('parked_subject');
GRANT SELECT, INSERT, UPDATE, DELETE ON parked_subject, unreadable_record, consumer_control TO ${pump};
GRANT SELECT ON parked_subject, consumer_control TO ${service};
