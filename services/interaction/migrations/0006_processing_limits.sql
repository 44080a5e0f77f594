-- Contacts of whom nothing may be concluded, as contact says: restricted, or objecting to it.
CREATE TABLE contact_limit (
  tenant_id  uuid NOT NULL,
  contact_id uuid NOT NULL,
  unscored   boolean NOT NULL,
  PRIMARY KEY (tenant_id, contact_id)
);

SELECT protect_tenant_rows('contact_limit');
GRANT SELECT ON contact_limit TO ${service};
GRANT SELECT, INSERT, UPDATE ON contact_limit TO ${pump};
SELECT declare_projection('interaction.timeline.v1', 'contact_limit');
