// The reading half of contact_store.h.
#include <map>

#include "libs/base/text.h"
#include "libs/text/fold.h"
#include "services/contact/contact_store.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Call;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

constexpr int32_t kCountMax = 10000;
constexpr int32_t kConsentLogMax = 1000;

#define CONTACT_COLUMNS \
  "c.id, c.external_id, c.display_name, c.email, c.language, c.source, c.version, c.create_time, c.update_time,"\
  " c.erase_time"

const Statement kGet{"contact_get", "SELECT " CONTACT_COLUMNS
                                    " FROM contact c WHERE c.tenant_id = $1"
                                    " AND (c.id = ANY($2) OR c.external_id = ANY($3))"};
const Statement kCount{"contact_count",
                       "SELECT count(*) FROM (SELECT 1 FROM contact WHERE tenant_id = $1"
                       " AND erase_time IS NULL LIMIT $2) x"};
const Statement kCountSearch{
    "contact_count_search",
    "SELECT count(*) FROM (SELECT 1 FROM contact WHERE tenant_id = $1 AND erase_time IS NULL"
    " AND search_text LIKE $3 LIMIT $2) x"};
const Statement kConsentStates{
    "consent_states",
    "SELECT purpose, channel, state, source, occur_time, record_time FROM consent_state"
    " WHERE tenant_id = $1 AND contact_id = $2 ORDER BY purpose, channel"};
const Statement kConsentLog{
    "consent_log",
    "SELECT purpose, channel, state, source, occur_time, record_time FROM consent_log"
    " WHERE tenant_id = $1 AND contact_id = $2 ORDER BY line LIMIT $3"};
const Statement kConsentLine{
    "consent_line",
    "SELECT purpose, channel, state, source, occur_time, record_time FROM consent_log"
    " WHERE tenant_id = $1 AND contact_id = $2 AND purpose = $3 AND channel = $4 AND state = $5 AND occur_time = $6"};
const Statement kExists{"contact_exists", "SELECT EXISTS (SELECT 1 FROM contact WHERE tenant_id = $1 AND id = $2)"};
const Statement kRecipients{
    "contact_recipients",
    "SELECT " CONTACT_COLUMNS ", coalesce(s.state, 0::smallint) FROM contact c"
    " LEFT JOIN consent_state s ON s.tenant_id = $1 AND s.contact_id = c.id AND s.purpose = $3 AND s.channel = $4"
    " WHERE c.tenant_id = $1 AND c.erase_time IS NULL AND c.id = ANY($2)"};

Contact ReadContact(const Rows& rows, int i) {
  return {rows.Id(i, 0),     rows.String(i, 1), rows.String(i, 2),    rows.String(i, 3),    rows.String(i, 4),
          rows.String(i, 5), rows.Int64(i, 6),  rows.Timestamp(i, 7), rows.Timestamp(i, 8),
          rows.IsNull(i, 9) ? std::nullopt : std::optional<Time>(rows.Timestamp(i, 9))};
}

std::vector<Consent> ReadConsents(const Rows& rows) {
  std::vector<Consent> consents;
  for (int i = 0; i < rows.size(); ++i)
    consents.push_back({rows.String(i, 0), static_cast<Channel>(rows.Int64(i, 1)),
                        static_cast<ConsentState>(rows.Int64(i, 2)), rows.String(i, 3), rows.Timestamp(i, 4),
                        rows.Timestamp(i, 5)});
  return consents;
}

// The SQL of a list, one text per order, direction, search and first page or not, made once.
class ListStatements {
 public:
  ListStatements() {
    for (const char* order : {"create_time", "display_name", "external_id"})
      for (bool descending : {false, true})
        for (bool search : {false, true})
          for (bool first : {false, true}) Make(order, descending, search, first);
  }
  const Statement& Get(const std::string& order, bool descending, bool search, bool first) const {
    return statements_.at(Key(order, descending, search, first));
  }

 private:
  static std::string Key(const std::string& order, bool descending, bool search, bool first) {
    return "contact_list_" + order + (descending ? "_desc" : "") + (search ? "_search" : "") + (first ? "_first" : "");
  }
  void Make(const std::string& order, bool descending, bool search, bool first) {
    std::string column = "c." + order + (order == "display_name" ? " COLLATE \"tr-x-icu\"" : "");
    std::string key = order == "create_time" ? "$3::text::timestamptz" : "$3::text";
    std::string direction = descending ? " DESC" : "";
    std::string sql = "SELECT " CONTACT_COLUMNS " FROM contact c WHERE c.tenant_id = $1 AND c.erase_time IS NULL";
    if (!first) sql += " AND (" + column + ", c.id) " + (descending ? "<" : ">") + " (" + key + ", $4::text::uuid)";
    if (search) sql += std::string(" AND c.search_text LIKE ") + (first ? "$3" : "$5");
    sql += " ORDER BY " + column + direction + ", c.id" + direction + " LIMIT $2";
    auto [at, inserted] = texts_.emplace(Key(order, descending, search, first), sql);
    statements_.emplace(at->first, Statement{at->first.c_str(), at->second.c_str()});
  }
  std::map<std::string, std::string> texts_;  // Nodes of a map stay where they are.
  std::map<std::string, Statement> statements_;
};

}  // namespace

Result<std::vector<Contact>> ListContacts(postgres::Database& database, const Uuid& tenant, const ContactPage& page,
                                          Deadline deadline) {
  static const ListStatements kStatements;
  bool first = page.after.empty();
  bool search = !page.query.empty();
  postgres::Params params = Bound(tenant, static_cast<int32_t>(page.size));
  for (const std::string& key : page.after) params.push_back(postgres::Bind(key));
  if (search) params.push_back(postgres::Bind("%" + text::FoldForLike(page.query) + "%"));
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant),
                                   kStatements.Get(page.order_by, page.descending, search, first), std::move(params),
                                   deadline));
  std::vector<Contact> contacts;
  for (int i = 0; i < rows.size(); ++i) contacts.push_back(ReadContact(rows, i));
  return contacts;
}

Result<int32_t> CountContacts(postgres::Database& database, const Uuid& tenant, const std::string& query,
                              Deadline deadline) {
  postgres::Params params = Bound(tenant, kCountMax);
  if (!query.empty()) params.push_back(postgres::Bind("%" + text::FoldForLike(query) + "%"));
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), query.empty() ? kCount : kCountSearch, std::move(params),
                                   deadline));
  return rows.Int32(0, 0);
}

std::vector<std::string> PageKeys(const Contact& contact, const std::string& order_by) {
  std::string id = contact.id.ToString();
  if (order_by == "display_name") return {contact.display_name.Reveal(), id};
  if (order_by == "external_id") return {contact.external_id, id};
  return {ToRfc3339(contact.create_time), id};
}

Result<std::vector<Contact>> GetContacts(postgres::Database& database, const Uuid& tenant,
                                         const std::vector<Uuid>& ids, const std::vector<std::string>& external_ids,
                                         Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kGet, Bound(tenant, ids, external_ids), deadline));
  std::vector<Contact> contacts;
  for (int i = 0; i < rows.size(); ++i) contacts.push_back(ReadContact(rows, i));
  return contacts;
}

Result<ConsentHistory> GetConsents(postgres::Database& database, const Uuid& tenant, const Uuid& contact,
                                   Deadline deadline) {
  std::vector<Call> calls;
  calls.push_back({&kExists, Bound(tenant, contact)});
  calls.push_back({&kConsentStates, Bound(tenant, contact)});
  calls.push_back({&kConsentLog, Bound(tenant, contact, kConsentLogMax)});
  VEFA_TRY(std::vector<Rows> rows, database.Run(Scope::Tenant(tenant), std::move(calls), deadline));
  return ConsentHistory{rows[0].Bool(0, 0), ReadConsents(rows[1]), ReadConsents(rows[2])};
}

Result<std::optional<Consent>> FindConsent(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& contact,
                                           const Consent& consent) {
  VEFA_TRY(Rows rows, transaction.Execute(
                          kConsentLine, Bound(tenant, contact, consent.purpose, static_cast<int16_t>(consent.channel),
                                              static_cast<int16_t>(consent.state), consent.occur_time)));
  if (rows.empty()) return std::optional<Consent>();
  return std::optional<Consent>(ReadConsents(rows).front());
}

Result<std::vector<RecipientRow>> GetRecipients(postgres::Database& database, const Uuid& tenant,
                                                const std::vector<Uuid>& ids, const std::string& purpose,
                                                Channel channel, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kRecipients,
                                   Bound(tenant, ids, purpose, static_cast<int16_t>(channel)), deadline));
  std::vector<RecipientRow> recipients;
  for (int i = 0; i < rows.size(); ++i)
    recipients.push_back({ReadContact(rows, i), static_cast<ConsentState>(rows.Int64(i, 10))});
  return recipients;
}

}  // namespace vefa::contact
