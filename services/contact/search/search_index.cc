#include "services/contact/search/search_index.h"

#include <algorithm>
#include <map>

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Call;
using postgres::Rows;
using postgres::Statement;

// A batch asks for hundreds of rows by their keys, of tables that had no statistics when its plan was made: joined in
// another way than by index, each batch would read them whole.
const Statement kByIndex{"search_by_index",
                         "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),"
                         " set_config('enable_mergejoin', 'off', true), set_config('enable_material', 'off', true)"};
// Held against who erases (FOR UPDATE) and nobody else: other writes of a contact leave its keys alone.
#define SEARCH_RECORDS(lock)                                                                             \
  "SELECT c.tenant_id, c.id, c.display_name, c.email, c.external_id"                                     \
  " FROM unnest($1::uuid[], $2::uuid[]) AS i(tenant_id, id) CROSS JOIN LATERAL (SELECT * FROM contact r" \
  "  WHERE r.tenant_id = i.tenant_id AND r.id = i.id AND r.erase_time IS NULL AND r.merged_into IS NULL " lock ") c"
const Statement kRecords{"search_records", SEARCH_RECORDS("FOR KEY SHARE")};
const Statement kRecordsAlone{"search_records_alone", SEARCH_RECORDS("FOR UPDATE")};
const Statement kEntries{"search_entries",
                         "SELECT s.tenant_id, s.contact_id, s.name_key, s.words FROM unnest($1::uuid[], $2::uuid[])"
                         " AS i(tenant_id, id) JOIN search_contact s ON s.tenant_id = i.tenant_id AND s.contact_id = i.id"};

const Statement kStoreEntries{
    "search_store_entries",
    "INSERT INTO search_contact (tenant_id, contact_id, name_key, words)"
    " SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])"
    " ON CONFLICT (tenant_id, contact_id) DO UPDATE SET name_key = excluded.name_key, words = excluded.words"};
const Statement kDropEntries{"search_drop_entries",
                             "DELETE FROM search_contact s USING unnest($1::uuid[], $2::uuid[]) AS i(tenant_id, id)"
                             " WHERE s.tenant_id = i.tenant_id AND s.contact_id = i.id"};
const Statement kAddWords{"search_add_words",
                          "INSERT INTO search_word (tenant_id, word, name_key, contact_id)"
                          " SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[]) ON CONFLICT DO NOTHING"};
const Statement kDropWords{
    "search_drop_words",
    "DELETE FROM search_word w USING unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[])"
    "  AS i(tenant_id, word, name_key, id)"
    " WHERE w.tenant_id = i.tenant_id AND w.word = i.word AND w.name_key = i.name_key AND w.contact_id = i.id"};
// Answers the words that nobody had before, and those that nobody has any more. A row without xmax is a new one.
const Statement kCountWords{
    "search_count_words",
    "WITH counted AS (INSERT INTO search_vocabulary AS v (tenant_id, word, contacts)"
    "  SELECT tenant_id, word, more FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS i(tenant_id, word, more)"
    "  ORDER BY tenant_id, word COLLATE \"C\""
    "  ON CONFLICT (tenant_id, word) DO UPDATE SET contacts = v.contacts + excluded.contacts"
    "  RETURNING v.tenant_id, v.word, v.contacts, v.xmax = 0 AS is_new)"
    " SELECT tenant_id, word, is_new FROM counted WHERE is_new OR contacts <= 0"};
const Statement kAddTypos{"search_add_typos",
                          "INSERT INTO search_typo (tenant_id, key, word)"
                          " SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING"};
const Statement kForgetWords{
    "search_forget_words",
    "WITH gone AS (DELETE FROM search_vocabulary v USING unnest($1::uuid[], $2::text[]) AS i(tenant_id, word)"
    "  WHERE v.tenant_id = i.tenant_id AND v.word = i.word AND v.contacts <= 0 RETURNING v.tenant_id, v.word)"
    " DELETE FROM search_typo t USING gone g WHERE t.tenant_id = g.tenant_id AND t.word = g.word"};

struct Keys {
  std::vector<Uuid> tenants, ids;
  explicit Keys(const std::vector<ContactKey>& contacts) {
    for (const auto& [tenant, id] : contacts) {
      tenants.push_back(tenant);
      ids.push_back(id);
    }
  }
  Keys() = default;
};

// What of the hits changes, row by row.
struct Hits {
  std::vector<Uuid> tenants, contacts;
  std::vector<std::string> words, name_keys;
  void Add(const ContactKey& contact, const std::string& name_key, const std::string& word) {
    tenants.push_back(contact.first);
    contacts.push_back(contact.second);
    words.push_back(word);
    name_keys.push_back(name_key);
  }
};

struct Change {
  Hits added, dropped;
  Keys stored, gone;
  std::vector<std::string> name_keys, words;
  std::map<std::pair<Uuid, std::string>, int64_t> counts;
};

bool Has(const SearchEntry& entry, const std::string& word) {
  return std::binary_search(entry.words.begin(), entry.words.end(), word);
}

// From what is stored of one contact to what should be; empty entries stand for nothing.
void AddChange(const ContactKey& contact, const SearchEntry& stored, const SearchEntry& wanted, Change& change) {
  // By another name every hit sorts elsewhere.
  const bool renamed = stored.name_key != wanted.name_key;
  for (const std::string& word : stored.words) {
    if (renamed || !Has(wanted, word)) change.dropped.Add(contact, stored.name_key, word);
    if (IsCounted(word) && !Has(wanted, word)) --change.counts[{contact.first, word}];
  }
  for (const std::string& word : wanted.words) {
    if (renamed || !Has(stored, word)) change.added.Add(contact, wanted.name_key, word);
    if (IsCounted(word) && !Has(stored, word)) ++change.counts[{contact.first, word}];
  }
  Keys& keys = wanted.words.empty() ? change.gone : change.stored;
  keys.tenants.push_back(contact.first);
  keys.ids.push_back(contact.second);
  if (wanted.words.empty()) return;
  change.name_keys.push_back(wanted.name_key);
  change.words.push_back(JoinWords(wanted.words));
}

// Counts first: they say which words are new, or gone.
Status WriteChange(postgres::Transaction& transaction, const Change& change) {
  std::vector<Uuid> tenants;
  std::vector<std::string> words;
  std::vector<int64_t> more;
  for (const auto& [word, count] : change.counts) {
    if (count == 0) continue;
    tenants.push_back(word.first);
    words.push_back(word.second);
    more.push_back(count);
  }
  std::vector<Call> calls;
  calls.push_back({&kCountWords, Bound(tenants, words, more)});
  const Hits& dropped = change.dropped;
  const Hits& added = change.added;
  if (!dropped.words.empty())
    calls.push_back({&kDropWords, Bound(dropped.tenants, dropped.words, dropped.name_keys, dropped.contacts)});
  if (!added.words.empty())
    calls.push_back({&kAddWords, Bound(added.tenants, added.words, added.name_keys, added.contacts)});
  if (!change.stored.ids.empty())
    calls.push_back({&kStoreEntries, Bound(change.stored.tenants, change.stored.ids, change.name_keys, change.words)});
  if (!change.gone.ids.empty()) calls.push_back({&kDropEntries, Bound(change.gone.tenants, change.gone.ids)});
  VEFA_TRY(std::vector<Rows> rows, transaction.ExecuteAll(std::move(calls)));

  std::vector<Uuid> typo_tenants, gone_tenants;
  std::vector<std::string> typo_keys, typo_words, gone_words;
  for (int i = 0; i < rows[0].size(); ++i) {
    if (!rows[0].Bool(i, 2)) {
      gone_tenants.push_back(rows[0].Id(i, 0));
      gone_words.push_back(rows[0].String(i, 1));
      continue;
    }
    const std::string word = rows[0].String(i, 1);
    for (std::string& key : TypoKeys(word)) {
      typo_tenants.push_back(rows[0].Id(i, 0));
      typo_keys.push_back(std::move(key));
      typo_words.push_back(word);
    }
  }
  std::vector<Call> after;
  if (!typo_keys.empty()) after.push_back({&kAddTypos, Bound(typo_tenants, typo_keys, typo_words)});
  if (!gone_words.empty()) after.push_back({&kForgetWords, Bound(gone_tenants, gone_words)});
  if (!after.empty()) VEFA_TRY_OK(transaction.ExecuteAll(std::move(after)));
  return Ok();
}

}  // namespace

Result<int> IndexContacts(postgres::Transaction& transaction, std::vector<ContactKey> contacts, IndexedBy by) {
  std::sort(contacts.begin(), contacts.end());
  contacts.erase(std::unique(contacts.begin(), contacts.end()), contacts.end());
  if (contacts.empty()) return 0;
  const Keys keys(contacts);
  std::vector<Call> calls;
  calls.push_back({&kByIndex, {}});
  calls.push_back({by == IndexedBy::kSweep ? &kRecordsAlone : &kRecords, Bound(keys.tenants, keys.ids)});
  calls.push_back({&kEntries, Bound(keys.tenants, keys.ids)});
  VEFA_TRY(std::vector<Rows> rows, transaction.ExecuteAll(std::move(calls)));

  std::map<ContactKey, SearchEntry> wanted, stored;
  for (int i = 0; i < rows[1].size(); ++i) {
    Contact contact;
    contact.display_name = rows[1].String(i, 2);
    contact.email = rows[1].String(i, 3);
    contact.external_id = rows[1].String(i, 4);
    wanted[{rows[1].Id(i, 0), rows[1].Id(i, 1)}] = EntryOf(contact);
  }
  for (int i = 0; i < rows[2].size(); ++i)
    stored[{rows[2].Id(i, 0), rows[2].Id(i, 1)}] = {rows[2].String(i, 2), SplitWords(rows[2].Text(i, 3))};
  Change change;
  int changed = 0;
  for (const ContactKey& contact : contacts) {
    if (wanted[contact] == stored[contact]) continue;
    AddChange(contact, stored[contact], wanted[contact], change);
    ++changed;
  }
  if (changed > 0) VEFA_TRY_OK(WriteChange(transaction, change));
  return changed;
}

}  // namespace vefa::contact
