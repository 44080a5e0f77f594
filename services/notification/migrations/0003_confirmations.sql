-- The consumer of contact's events records the messages that ask for a confirmation.
GRANT INSERT ON content, message, tenant_ordinal TO ${pump};
