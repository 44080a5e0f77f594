-- A service that is newer than its schema says so in its readiness (libs/postgres/schema.h).
GRANT SELECT ON schema_migration TO ${service}, ${pump};
