-- The consumer of contact's consents records the messages that ask for a confirmation, and lifts what a person's own leaving suppressed.
GRANT INSERT ON content, message, tenant_ordinal TO ${pump};
GRANT SELECT, DELETE ON suppression TO ${pump};
