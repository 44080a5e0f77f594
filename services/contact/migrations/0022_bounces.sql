-- The consumer of notification's events suppresses addresses that bounced.
GRANT SELECT, INSERT ON suppression TO ${pump};
