-- Purchases as the shop reported them: never updated, never deleted.
CREATE TABLE placed_order (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  external_id text NOT NULL COLLATE "C",
  contact_id  uuid NOT NULL,
  occur_time  timestamptz NOT NULL,
  currency    text NOT NULL,
  -- Hundredths of the currency's unit.
  total       bigint NOT NULL CHECK (total >= 0),
  item_count  int NOT NULL CHECK (item_count > 0),
  record_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT placed_order_external_id_key UNIQUE (tenant_id, external_id)
);

-- What happened between us and a contact, from the events of every service. The id carries the
-- business time and a keyed hash of the source, so one key is order, page and deduplication.
CREATE TABLE timeline_entry (
  tenant_id   uuid NOT NULL,
  contact_id  uuid NOT NULL,
  id          uuid NOT NULL,
  kind        smallint NOT NULL,
  occur_time  timestamptz NOT NULL,
  record_time timestamptz NOT NULL,
  -- The resource it is about, for example `orders/{uuid}`.
  subject     text NOT NULL,
  -- Small words of the kind, for example {"reason": "NO_CONSENT"}; nothing personal.
  facts       jsonb NOT NULL,
  PRIMARY KEY (tenant_id, contact_id, id)
);

SELECT protect_tenant_rows('placed_order', 'timeline_entry');
GRANT SELECT, INSERT ON placed_order TO ${service};
GRANT SELECT ON placed_order TO ${pump};
GRANT SELECT ON timeline_entry TO ${service};
GRANT SELECT, INSERT ON timeline_entry TO ${pump};
