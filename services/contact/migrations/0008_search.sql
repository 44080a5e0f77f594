-- Search by word: a projection of the record, off the path of writes (ADR 0032). Everything is a btree over text in the
-- collation "C", whose comparisons are leakproof, so that row-level security lets them near the index.

-- What is known of each contact here: the key its hits are sorted by, and its words, one a line.
CREATE TABLE search_contact (
  tenant_id  uuid NOT NULL,
  contact_id uuid NOT NULL,
  name_key   text NOT NULL COLLATE "C",
  words      text NOT NULL,
  PRIMARY KEY (tenant_id, contact_id)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_vacuum_scale_factor = 0.02);

-- Who has a word, by name. A word that begins with a space is a pair of words of one name, in either order.
CREATE TABLE search_word (
  tenant_id  uuid NOT NULL,
  word       text NOT NULL COLLATE "C",
  name_key   text NOT NULL COLLATE "C",
  contact_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, word, name_key, contact_id)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_vacuum_scale_factor = 0.02);

-- Which words there are, and of how many contacts; words with digits are not counted, they are hardly ever those of two.
-- A word of nobody is deleted: it may be somebody's name.
CREATE TABLE search_vocabulary (
  tenant_id uuid NOT NULL,
  word      text NOT NULL COLLATE "C",
  contacts  bigint NOT NULL,
  PRIMARY KEY (tenant_id, word)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

-- What is left of a word without one or two of its letters: two words that are a typo apart meet in such a key.
CREATE TABLE search_typo (
  tenant_id uuid NOT NULL,
  key       text NOT NULL COLLATE "C",
  word      text NOT NULL COLLATE "C",
  PRIMARY KEY (tenant_id, key, word)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX search_typo_by_word ON search_typo (tenant_id, word);

SELECT protect_tenant_rows('search_contact', 'search_word', 'search_vocabulary', 'search_typo');
GRANT SELECT, INSERT, UPDATE, DELETE ON search_contact, search_word, search_vocabulary, search_typo TO ${pump};
-- Whoever erases a contact takes its words along.
GRANT SELECT, DELETE ON search_contact, search_word, search_vocabulary, search_typo TO ${service};
GRANT UPDATE ON search_vocabulary TO ${service};

-- contract: an address that was just written is found in the record itself; a million rows take two seconds to be indexed.
CREATE INDEX contact_by_email ON contact (tenant_id, email) WHERE email <> '';

-- contract: few are erased, so it takes no time; a list counts everybody less these.
CREATE INDEX contact_erased ON contact (tenant_id, id) WHERE erase_time IS NOT NULL;
