// The reading half of contact_store.h.
#include "libs/base/text.h"
#include "services/contact/confirmation/confirmation.h"
#include "services/contact/consent/consent_point.h"
#include "services/contact/contact_rows.h"
#include "services/contact/contact_store.h"
#include "services/contact/purpose/purpose_store.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Call;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

constexpr int32_t kCountMax = 10000;
constexpr int32_t kConsentLogMax = 1000;

const Statement kGet{"contact_get", "SELECT " CONTACT_COLUMNS
                                    " FROM contact c WHERE c.tenant_id = $1"
                                    " AND (c.id = ANY($2) OR c.external_id = ANY($3))"};
// Of everybody, those who were erased or merged taken off: both are counted in an index alone, where looking at ten thousand records
// takes ten milliseconds. In the order of an index, so that a plan kept for all tenants goes along the tenant's own: for a
// limit that is not known, reading the table from its beginning seems cheaper, and is not for a small tenant among large ones.
const Statement kCount{
    "contact_count",
    "WITH gone AS (SELECT count(*) AS n FROM (SELECT 1 FROM contact WHERE tenant_id = $1"
    "   AND (erase_time IS NOT NULL OR merged_into IS NOT NULL) ORDER BY id) e)"
    " SELECT least((SELECT count(*) FROM (SELECT 1 FROM contact WHERE tenant_id = $1 ORDER BY create_time, id"
    "  LIMIT $2 + (SELECT n FROM gone)) x) - (SELECT n FROM gone), $2)::int"};
#define CONSENT_LOG_COLUMNS                                                                               \
  "SELECT purpose, channel, state, source, occur_time, record_time, line, text_version, form_hash,"       \
  " recipient_type, capture_source, actor, point_id FROM consent_log"

const Statement kConsentStates{
    "consent_states",
    // As Decide of consent_check.h: 4 is what 1 becomes when it is too old.
    "SELECT s.purpose, s.channel, CASE WHEN coalesce(s.merge_state, s.state) = 1 AND p.consent_days > 0"
    "   AND coalesce(s.merge_time, s.occur_time) + make_interval(days => p.consent_days) <= now() THEN 4 ELSE coalesce(s.merge_state, s.state) END,"
    "  s.source, s.occur_time, s.record_time, coalesce(s.line, 0) FROM consent_state s"
    " LEFT JOIN purpose p ON p.tenant_id = $1 AND p.code = s.purpose"
    " WHERE s.tenant_id = $1 AND s.contact_id = $2 ORDER BY s.purpose, s.channel"};
const Statement kConsentLog{
    "consent_log",
    CONSENT_LOG_COLUMNS " WHERE tenant_id = $1 AND contact_id = $2 ORDER BY line LIMIT $3"};
const Statement kConsentLine{
    "consent_line",
    CONSENT_LOG_COLUMNS " WHERE tenant_id = $1 AND contact_id = $2 AND purpose = $3 AND channel = $4 AND state = $5 AND occur_time = $6"
                        " AND point_id = $7"};
const Statement kExists{"contact_exists", "SELECT EXISTS (SELECT 1 FROM contact WHERE tenant_id = $1 AND id = $2)"};
const Statement kRecipients{
    "contact_recipients",
    "SELECT " CONTACT_COLUMNS ", CASE WHEN s.state = $5 AND s.record_time >= $6 THEN s.line END,"
    "  coalesce((SELECT " PURPOSE_TITLE("u", "c.language") " FROM purpose u WHERE u.tenant_id = $1 AND u.code = $3), ''),"
    "  p.pause_until, p.messages_per_day, p.messages_per_week, p.quiet_start, p.quiet_end FROM contact c"
    " LEFT JOIN consent_state s ON s.tenant_id = $1 AND s.contact_id = c.id AND s.purpose = $3 AND s.channel = $4"
    " LEFT JOIN preference p ON p.tenant_id = $1 AND p.contact_id = c.id"
    " WHERE c.tenant_id = $1 AND c.erase_time IS NULL AND c.merged_into IS NULL AND c.id = ANY($2)"};

std::vector<Consent> ReadConsents(const Rows& rows) {
  std::vector<Consent> consents;
  for (int i = 0; i < rows.size(); ++i) {
    Consent& consent = consents.emplace_back();
    consent.purpose = rows.String(i, 0);
    consent.channel = static_cast<Channel>(rows.Int64(i, 1));
    consent.state = static_cast<ConsentState>(rows.Int64(i, 2));
    consent.source = rows.String(i, 3);
    consent.occur_time = rows.Timestamp(i, 4);
    consent.record_time = rows.Timestamp(i, 5);
    consent.line = rows.Int64(i, 6);
  }
  return consents;
}

std::vector<Consent> ReadConsentLog(const Rows& rows) {
  std::vector<Consent> consents = ReadConsents(rows);
  for (int i = 0; i < rows.size(); ++i) {
    Consent& consent = consents[static_cast<size_t>(i)];
    consent.text_version = rows.Int32(i, 7);
    consent.form_hash = rows.String(i, 8);
    consent.recipient_type = static_cast<int16_t>(rows.Int32(i, 9));
    consent.capture_source = rows.String(i, 10);
    consent.actor = rows.String(i, 11);
    consent.point = rows.Id(i, 12);
  }
  return consents;
}

// The SQL of a list: one text per order and direction, and of each, among what a search found or all, the first page and another.
#define CONTACT_LIST_FROM "SELECT " CONTACT_COLUMNS " FROM contact c WHERE c.tenant_id = $1 AND c.erase_time IS NULL AND c.merged_into IS NULL"
#define CONTACT_LIST(name, column, key, compare, direction)                                                           \
  {"contact_list_" name, CONTACT_LIST_FROM " AND (" column ", c.id) " compare " (" key ", $4::text::uuid)"            \
                         " ORDER BY " column direction ", c.id" direction " LIMIT $2"},                               \
  {"contact_list_" name "_first", CONTACT_LIST_FROM " ORDER BY " column direction ", c.id" direction " LIMIT $2"},    \
  {"contact_list_" name "_found", CONTACT_LIST_FROM " AND (" column ", c.id) " compare " (" key ", $4::text::uuid)"  \
                         " AND c.id = ANY($5::uuid[]) ORDER BY " column direction ", c.id" direction " LIMIT $2"},     \
  {"contact_list_" name "_found_first", CONTACT_LIST_FROM " AND c.id = ANY($3::uuid[])"                               \
                         " ORDER BY " column direction ", c.id" direction " LIMIT $2"}
#define CONTACT_LISTS(order, column, key)                      \
  CONTACT_LIST(order, column, key, ">", ""),                   \
  CONTACT_LIST(order "_desc", column, key, "<", " DESC")

const Statement kLists[] = {CONTACT_LISTS("create_time", "c.create_time", "$3::text::timestamptz"),
                            CONTACT_LISTS("display_name", "c.display_name COLLATE \"tr-x-icu\"", "$3::text"),
                            CONTACT_LISTS("external_id", "c.external_id", "$3::text")};

const Statement& ListStatement(const std::string& order, bool descending, bool found, bool first) {
  size_t by = order == "create_time" ? 0 : order == "display_name" ? 1 : 2;
  return kLists[8 * by + (descending ? 4 : 0) + (found ? 2 : 0) + (first ? 1 : 0)];
}

}  // namespace

Result<std::vector<Contact>> ListContacts(postgres::Database& database, const Uuid& tenant, const ContactPage& page,
                                          Deadline deadline) {
  postgres::Params params = Bound(tenant, static_cast<int32_t>(page.size));
  for (const std::string& key : page.after) params.push_back(postgres::Bind(key));
  if (page.among) params.push_back(postgres::Bind(*page.among));
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant),
                                   ListStatement(page.order_by, page.descending, page.among.has_value(), page.after.empty()), std::move(params),
                                   deadline));
  std::vector<Contact> contacts;
  for (int i = 0; i < rows.size(); ++i) contacts.push_back(ReadContact(rows, i));
  return contacts;
}

Result<int32_t> CountContacts(postgres::Database& database, const Uuid& tenant, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kCount, Bound(tenant, kCountMax), deadline));
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
  calls.push_back(PointStatesCall(tenant, contact));
  VEFA_TRY(std::vector<Rows> rows, database.Run(Scope::Tenant(tenant), std::move(calls), deadline));
  ConsentHistory history{rows[0].Bool(0, 0), ReadConsents(rows[1]), ReadConsentLog(rows[2]), ReadConsents(rows[3])};
  for (int i = 0; i < rows[3].size(); ++i) history.point_states[static_cast<size_t>(i)].point = rows[3].Id(i, 7);
  return history;
}

Result<std::optional<Consent>> FindConsent(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& contact,
                                           const Consent& consent) {
  VEFA_TRY(Rows rows, transaction.Execute(
                          kConsentLine, Bound(tenant, contact, consent.purpose, static_cast<int16_t>(consent.channel),
                                              static_cast<int16_t>(consent.state), consent.occur_time, consent.point)));
  if (rows.empty()) return std::optional<Consent>();
  return std::optional<Consent>(ReadConsentLog(rows).front());
}

Result<std::vector<RecipientRow>> GetRecipients(postgres::Database& database, const Uuid& tenant,
                                                const std::vector<Uuid>& ids, const std::string& purpose,
                                                Channel channel, Time now, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kRecipients,
                                   Bound(tenant, ids, purpose, static_cast<int16_t>(channel),
                                         static_cast<int16_t>(ConsentState::kPending), now - kConfirmationLife), deadline));
  std::vector<RecipientRow> recipients;
  for (int i = 0; i < rows.size(); ++i) {
    RecipientRow& row = recipients.emplace_back();
    row.contact = ReadContact(rows, i);
    if (!rows.IsNull(i, kContactColumns)) row.confirmable_line = rows.Int64(i, kContactColumns);
    row.purpose_title = rows.String(i, kContactColumns + 1);
    Preferences& preferences = row.preferences;
    if (!rows.IsNull(i, kContactColumns + 2)) preferences.pause_until = rows.Timestamp(i, kContactColumns + 2);
    if (!rows.IsNull(i, kContactColumns + 3)) preferences.messages_per_day = rows.Int32(i, kContactColumns + 3);
    if (!rows.IsNull(i, kContactColumns + 4)) preferences.messages_per_week = rows.Int32(i, kContactColumns + 4);
    if (!rows.IsNull(i, kContactColumns + 5))
      preferences.quiet_hours = QuietHours{rows.Int32(i, kContactColumns + 5), rows.Int32(i, kContactColumns + 6)};
  }
  return recipients;
}

}  // namespace vefa::contact
