-- Contacts that are a part of another since they were merged, as contact says: NULL for one that is of its own again.
CREATE TABLE contact_part (
  tenant_id   uuid NOT NULL,
  contact_id  uuid NOT NULL,
  survivor_id uuid,
  PRIMARY KEY (tenant_id, contact_id)
);
CREATE INDEX contact_part_by_survivor ON contact_part (tenant_id, survivor_id) WHERE survivor_id IS NOT NULL;

SELECT protect_tenant_rows('contact_part');
GRANT SELECT ON contact_part TO ${service};
GRANT SELECT, INSERT, UPDATE ON contact_part TO ${pump};
SELECT declare_projection('interaction.timeline.v1', 'contact_part');
