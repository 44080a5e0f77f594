#include "services/contact/iys/iys_store.h"

#include "services/contact/due.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::BindBytes;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

const Statement kTakeIysDue{"iys_due_take", VEFA_TAKE_DUE("iys_due")};
const Statement kTakeIysSweep{
    "iys_sweep_take",
    "WITH held AS (SELECT sweep_after FROM iys_account WHERE tenant_id = $1 AND sweep_after IS NOT NULL FOR UPDATE),"
    " page AS (SELECT c.id FROM held h, contact c WHERE c.tenant_id = $1 AND c.id > h.sweep_after ORDER BY c.id LIMIT $2),"
    " moved AS (UPDATE iys_account SET sweep_after = CASE WHEN (SELECT count(*) FROM page) < $2 THEN NULL"
    "   ELSE (SELECT id FROM page ORDER BY id DESC LIMIT 1) END WHERE tenant_id = $1 AND EXISTS (SELECT 1 FROM held))"
    " SELECT id FROM page ORDER BY id"};
// 1 is granted, 2 to 4 withdrawn, refused and expired; 1 and 2 are e-mail and SMS, as channels and as kinds of points. What IYS is told is told of
// the address in use. A merchant (2) is made known without a word of theirs where a commercial purpose rests on a legitimate interest (6).
const Statement kReadWords{
    "iys_words",
    "SELECT c.id, k.channel, CASE WHEN m.recipient_type > 0 THEN m.recipient_type ELSE x.recipient END, k.hash, y.granted, x.denied, coalesce(x.granted_source, ''), coalesce(x.denied_source, '')"
    " FROM unnest($2::uuid[]) AS i(id)"
    " JOIN contact c ON c.tenant_id = $1 AND c.id = i.id AND c.erase_time IS NULL AND c.merged_into IS NULL"
    " CROSS JOIN LATERAL (VALUES (1::smallint, c.email_hash), (2::smallint, c.phone_hash)) AS k(channel, hash)"
    " CROSS JOIN LATERAL (SELECT max(w.occur) FILTER (WHERE w.state = 1) AS granted, max(w.occur) FILTER (WHERE w.state IN (2, 3, 4)) AS denied,"
    "   (array_agg(w.source ORDER BY w.occur DESC) FILTER (WHERE w.state = 1))[1] AS granted_source,"
    "   (array_agg(w.source ORDER BY w.occur DESC) FILTER (WHERE w.state IN (2, 3, 4)))[1] AS denied_source,"
    "   coalesce((array_agg(w.recipient ORDER BY w.occur DESC) FILTER (WHERE w.recipient > 0))[1], 1::smallint) AS recipient"
    "  FROM (SELECT coalesce(s.merge_state, s.state) AS state, coalesce(s.merge_time, s.occur_time) AS occur,"
    "    coalesce(l.capture_source, '') AS source, coalesce(l.recipient_type, 0::smallint) AS recipient"
    "   FROM consent_state s JOIN purpose p ON p.tenant_id = $1 AND p.code = s.purpose AND p.is_commercial"
    "   LEFT JOIN consent_log l ON l.tenant_id = $1 AND l.contact_id = s.contact_id AND l.line = s.line"
    "   WHERE s.tenant_id = $1 AND s.contact_id = c.id AND s.channel = k.channel) w) x"
    " LEFT JOIN contact_point m ON m.tenant_id = $1 AND m.contact_id = c.id AND m.kind = k.channel AND m.is_primary"
    " CROSS JOIN LATERAL (SELECT coalesce(x.granted, CASE WHEN m.recipient_type = 2 AND x.denied IS NULL AND EXISTS (SELECT 1 FROM purpose p"
    "   WHERE p.tenant_id = $1 AND p.is_commercial AND p.lawful_basis = 6) THEN m.create_time END) AS granted) y"
    " WHERE k.hash IS NOT NULL AND (y.granted IS NOT NULL OR x.denied IS NOT NULL)"
    "  AND (c.country = 'TR' OR (k.channel = 2 AND c.phone LIKE '+90%') OR (c.country = '' AND (c.phone LIKE '+90%' OR $3::boolean)))"};

#define IYS_ENTRY_COLUMNS                                                                                                    \
  "e.contact_id, e.channel, e.recipient_type, e.address_hash, e.wanted, e.registered, e.sent, e.state, e.say_time, e.capture_source," \
  " e.due_time, e.next_time, e.attempts, e.request_id, e.request_index, e.register_time, e.transaction_id, e.error_code, e.error_message"
constexpr int kIysEntryColumns = 19;
#define IYS_ADDRESS                                                                                                  \
  ", CASE WHEN e.channel = 1 AND c.email_hash = e.address_hash THEN c.email WHEN e.channel = 2 AND c.phone_hash = e.address_hash" \
  " THEN c.phone ELSE '' END"
#define IYS_WITH_CONTACT " FROM iys_entry e JOIN contact c ON c.tenant_id = $1 AND c.id = e.contact_id WHERE e.tenant_id = $1"

const Statement kLockEntries{"iys_entries_lock", "SELECT " IYS_ENTRY_COLUMNS " FROM iys_entry e WHERE e.tenant_id = $1 AND e.contact_id = ANY($2)"
                                                 " ORDER BY e.contact_id, e.channel FOR UPDATE OF e"};
const Statement kLockRequest{"iys_request_lock", "SELECT " IYS_ENTRY_COLUMNS " FROM iys_entry e WHERE e.tenant_id = $1 AND e.state = 2"
                                                 " AND e.request_id = $2 ORDER BY e.contact_id, e.channel FOR UPDATE OF e"};
const Statement kLockWaiting{"iys_waiting_lock", "SELECT " IYS_ENTRY_COLUMNS IYS_ADDRESS IYS_WITH_CONTACT
                                                 " AND e.state = 1 AND e.next_time <= $2 ORDER BY e.due_time, e.contact_id, e.channel LIMIT $3"
                                                 " FOR UPDATE OF e SKIP LOCKED"};
const Statement kWriteEntries{
    "iys_entries_write",
    "INSERT INTO iys_entry (tenant_id, contact_id, channel, recipient_type, address_hash, wanted, registered, sent, state, say_time,"
    "  capture_source, due_time, attempts, request_id, request_index, register_time, transaction_id, error_code, error_message, next_time)"
    " SELECT $1, contact_id, channel, recipient, hash, wanted, registered, sent, state, said, source, due, attempts, request, request_index,"
    "  nullif(registered_at, 'epoch'::timestamptz), transaction, error_code, error_message, next FROM unnest($2::uuid[], $3::smallint[], $4::smallint[], $5::bytea[], $6::smallint[], $7::smallint[],"
    "  $8::smallint[], $9::smallint[], $10::timestamptz[], $11::text[], $12::timestamptz[], $13::int[], $14::text[], $15::int[],"
    "  $16::timestamptz[], $17::text[], $18::text[], $19::text[], $20::timestamptz[]) AS i(contact_id, channel, recipient,"
    "  hash, wanted, registered, sent, state, said, source, due, attempts, request, request_index, registered_at, transaction, error_code,"
    "  error_message, next)"
    " ON CONFLICT (tenant_id, contact_id, channel) DO UPDATE SET recipient_type = excluded.recipient_type, address_hash = excluded.address_hash,"
    "  wanted = excluded.wanted, registered = excluded.registered, sent = excluded.sent, state = excluded.state, say_time = excluded.say_time,"
    "  capture_source = excluded.capture_source, due_time = excluded.due_time, next_time = excluded.next_time, attempts = excluded.attempts,"
    "  request_id = excluded.request_id, request_index = excluded.request_index,"
    "  register_time = excluded.register_time, transaction_id = excluded.transaction_id,"
    "  error_code = excluded.error_code, error_message = excluded.error_message"};
const Statement kDropEntries{"iys_entries_drop", "DELETE FROM iys_entry e WHERE e.tenant_id = $1 AND e.contact_id = ANY($2)"
                                                 " AND NOT EXISTS (SELECT 1 FROM unnest($3::uuid[], $4::smallint[]) AS k(contact_id, channel)"
                                                 "  WHERE k.contact_id = e.contact_id AND k.channel = e.channel)"};
const Statement kFindRequests{"iys_requests", "SELECT DISTINCT e.request_id FROM iys_entry e WHERE e.tenant_id = $1 AND e.state = 2"
                                              " AND e.next_time <= $2 LIMIT $3"};
// By state and then by when it is due: those that wait come first. One state's part of the index, or all of it.
const Statement kListEntries{
    "iys_entries", "SELECT " IYS_ENTRY_COLUMNS " FROM iys_entry e WHERE e.tenant_id = $1 AND ($2::smallint = 0 OR e.state = $2)"
                   " AND (e.state, e.due_time, e.contact_id, e.channel) > ($3::smallint, $4::timestamptz, $5::uuid, $6::smallint)"
                   " ORDER BY e.state, e.due_time, e.contact_id, e.channel LIMIT $7"};
const Statement kListEntriesOf{
    "iys_entries_of", "SELECT " IYS_ENTRY_COLUMNS " FROM iys_entry e WHERE e.tenant_id = $1 AND ($2::smallint = 0 OR e.state = $2)"
                      " AND (e.state, e.due_time, e.contact_id, e.channel) > ($3::smallint, $4::timestamptz, $5::uuid, $6::smallint)"
                      " AND e.contact_id = $8 ORDER BY e.state, e.due_time, e.contact_id, e.channel LIMIT $7"};
const Statement kPageEntries{"iys_entries_page", "SELECT " IYS_ENTRY_COLUMNS IYS_ADDRESS IYS_WITH_CONTACT
                                                 " AND (e.contact_id, e.channel) > ($2::uuid, $3::smallint) ORDER BY e.contact_id, e.channel LIMIT $4"};
const Statement kRetryRefused{
    "iys_retry", "UPDATE iys_entry e SET state = 1, next_time = $3, attempts = 0, error_code = '', error_message = ''"
                 " FROM (SELECT r.contact_id, r.channel FROM iys_entry r WHERE r.tenant_id = $1 AND r.state = 4"
                 "  AND ($2::uuid IS NULL OR r.contact_id = $2) ORDER BY r.due_time LIMIT $4 FOR UPDATE) x"
                 " WHERE e.tenant_id = $1 AND e.contact_id = x.contact_id AND e.channel = x.channel"};
const Statement kCountIys{
    "iys_counts",
    "SELECT (SELECT count(*)::int FROM (SELECT 1 FROM iys_entry WHERE tenant_id = $1 AND state IN (1, 2) LIMIT 10000) w),"
    " (SELECT count(*)::int FROM (SELECT 1 FROM iys_entry WHERE tenant_id = $1 AND state IN (1, 2) AND due_time <= $2 LIMIT 10000) o),"
    " (SELECT count(*)::int FROM (SELECT 1 FROM iys_entry WHERE tenant_id = $1 AND state IN (1, 2) AND due_time <= $3 LIMIT 10000) d),"
    " (SELECT count(*)::int FROM (SELECT 1 FROM iys_entry WHERE tenant_id = $1 AND state = 4 LIMIT 10000) r),"
    " (SELECT min(due_time) FROM (SELECT (SELECT due_time FROM iys_entry WHERE tenant_id = $1 AND state = s ORDER BY due_time LIMIT 1)"
    "   FROM unnest(ARRAY[1, 2]::smallint[]) AS u(s)) AS first(due_time))"};
const Statement kFindByAddress{
    "iys_contacts", "SELECT p.contact_id FROM contact_point p JOIN contact c ON c.tenant_id = $1 AND c.id = p.contact_id"
                    " WHERE p.tenant_id = $1 AND p.kind = $2 AND p.value = $3 AND p.is_primary AND c.erase_time IS NULL AND c.merged_into IS NULL"
                    " ORDER BY p.contact_id LIMIT 100"};
// 6 is a legitimate interest; 1 and 5 are granted and pending.
const Statement kFindPurposes{
    "iys_purposes", "SELECT p.code, s.state IS NOT NULL FROM purpose p LEFT JOIN consent_state s ON s.tenant_id = $1 AND s.contact_id = $2 AND s.channel = $3"
                    "  AND s.purpose = p.code WHERE p.tenant_id = $1 AND p.is_commercial AND (coalesce(s.merge_state, s.state) IN (1, 5)"
                    "  OR (p.lawful_basis = 6 AND s.state IS NULL)) ORDER BY p.code"};

const Statement kForgetEntries{"iys_forget", "DELETE FROM iys_entry WHERE tenant_id = $1 AND contact_id = $2"};
const Statement kForgetDue{"iys_forget_due", "DELETE FROM iys_due WHERE tenant_id = $1 AND contact_id = $2"};

IysEntry ReadEntry(const Rows& rows, int i) {
  IysEntry entry{rows.Id(i, 0), static_cast<Channel>(rows.Int32(i, 1)), static_cast<IysRecipient>(rows.Int32(i, 2)), rows.String(i, 3)};
  entry.wanted = static_cast<IysStatus>(rows.Int32(i, 4));
  entry.registered = static_cast<IysStatus>(rows.Int32(i, 5));
  entry.sent = static_cast<IysStatus>(rows.Int32(i, 6));
  entry.state = static_cast<IysState>(rows.Int32(i, 7));
  entry.say_time = rows.Timestamp(i, 8);
  entry.capture_source = rows.String(i, 9);
  entry.due_time = rows.Timestamp(i, 10);
  entry.next_time = rows.Timestamp(i, 11);
  entry.attempts = rows.Int32(i, 12);
  entry.request_id = rows.String(i, 13);
  entry.request_index = rows.Int32(i, 14);
  if (!rows.IsNull(i, 15)) entry.register_time = rows.Timestamp(i, 15);
  entry.transaction_id = rows.String(i, 16);
  entry.error_code = rows.String(i, 17);
  entry.error_message = rows.String(i, 18);
  return entry;
}

std::vector<IysEntry> ReadEntries(const Rows& rows) {
  std::vector<IysEntry> entries;
  for (int i = 0; i < rows.size(); ++i) entries.push_back(ReadEntry(rows, i));
  return entries;
}

std::vector<IysAddressed> ReadAddressed(const Rows& rows) {
  std::vector<IysAddressed> entries;
  for (int i = 0; i < rows.size(); ++i) entries.push_back({ReadEntry(rows, i), rows.String(i, kIysEntryColumns)});
  return entries;
}

std::vector<Uuid> ReadContactIds(const Rows& rows) {
  std::vector<Uuid> ids;
  for (int i = 0; i < rows.size(); ++i) ids.push_back(rows.Id(i, 0));
  return ids;
}

}  // namespace

Result<std::vector<Uuid>> TakeIysDue(postgres::Transaction& transaction, const Uuid& tenant, int32_t limit) {
  return TakeDue(transaction, kTakeIysDue, tenant, limit);
}

Result<std::vector<Uuid>> TakeIysSweep(postgres::Transaction& transaction, const Uuid& tenant, int32_t limit) {
  VEFA_TRY(Rows rows, transaction.Execute(kTakeIysSweep, Bound(tenant, limit)));
  return ReadContactIds(rows);
}

Result<std::vector<IysWord>> ReadIysWords(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Uuid>& contacts,
                                          bool unknown_country) {
  VEFA_TRY(Rows rows, transaction.Execute(kReadWords, Bound(tenant, contacts, unknown_country)));
  std::vector<IysWord> words;
  for (int i = 0; i < rows.size(); ++i) {
    IysWord word{rows.Id(i, 0), static_cast<Channel>(rows.Int32(i, 1)), static_cast<IysRecipient>(rows.Int32(i, 2)), rows.String(i, 3)};
    if (!rows.IsNull(i, 4)) word.granted_time = rows.Timestamp(i, 4);
    if (!rows.IsNull(i, 5)) word.denied_time = rows.Timestamp(i, 5);
    word.granted_source = rows.String(i, 6);
    word.denied_source = rows.String(i, 7);
    words.push_back(std::move(word));
  }
  return words;
}

Result<std::vector<IysEntry>> LockIysEntries(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Uuid>& contacts) {
  VEFA_TRY(Rows rows, transaction.Execute(kLockEntries, Bound(tenant, contacts)));
  return ReadEntries(rows);
}

Result<std::vector<IysEntry>> LockIysRequest(postgres::Transaction& transaction, const Uuid& tenant, const std::string& request_id) {
  VEFA_TRY(Rows rows, transaction.Execute(kLockRequest, Bound(tenant, request_id)));
  return ReadEntries(rows);
}

Status WriteIysEntries(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<IysEntry>& entries) {
  if (entries.empty()) return Ok();
  std::vector<Uuid> contacts;
  std::vector<int16_t> channels, recipients, wanted, registered, sent, states;
  std::vector<std::string> hashes, sources, requests, transactions, codes, messages;
  std::vector<Time> said, due, registered_at, next;
  std::vector<int32_t> attempts, indexes;
  for (const IysEntry& entry : entries) {
    contacts.push_back(entry.contact);
    channels.push_back(static_cast<int16_t>(entry.channel));
    recipients.push_back(static_cast<int16_t>(entry.recipient));
    hashes.push_back(entry.address_hash);
    wanted.push_back(static_cast<int16_t>(entry.wanted));
    registered.push_back(static_cast<int16_t>(entry.registered));
    sent.push_back(static_cast<int16_t>(entry.sent));
    states.push_back(static_cast<int16_t>(entry.state));
    said.push_back(entry.say_time);
    sources.push_back(entry.capture_source);
    due.push_back(entry.due_time);
    attempts.push_back(entry.attempts);
    requests.push_back(entry.request_id);
    indexes.push_back(entry.request_index);
    registered_at.push_back(entry.register_time.value_or(Time{}));
    transactions.push_back(entry.transaction_id);
    codes.push_back(entry.error_code);
    messages.push_back(entry.error_message);
    next.push_back(entry.next_time);
  }
  VEFA_TRY_OK(transaction.Execute(kWriteEntries, Bound(tenant, contacts, channels, recipients, BindBytes(hashes), wanted, registered, sent, states,
                                                       said, sources, due, attempts, requests, indexes, registered_at, transactions, codes,
                                                       messages, next)));
  return Ok();
}

Status DropIysEntries(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Uuid>& contacts,
                      const std::vector<IysWord>& words) {
  std::vector<Uuid> kept;
  std::vector<int16_t> channels;
  for (const IysWord& word : words) {
    kept.push_back(word.contact);
    channels.push_back(static_cast<int16_t>(word.channel));
  }
  VEFA_TRY_OK(transaction.Execute(kDropEntries, Bound(tenant, contacts, kept, channels)));
  return Ok();
}

Result<std::vector<IysAddressed>> LockIysWaiting(postgres::Transaction& transaction, const Uuid& tenant, Time now, int32_t limit) {
  VEFA_TRY(Rows rows, transaction.Execute(kLockWaiting, Bound(tenant, now, limit)));
  return ReadAddressed(rows);
}

Result<std::vector<std::string>> FindIysRequests(postgres::Database& database, const Uuid& tenant, Time now, int32_t limit, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kFindRequests, Bound(tenant, now, limit), deadline));
  std::vector<std::string> requests;
  for (int i = 0; i < rows.size(); ++i) requests.push_back(rows.String(i, 0));
  return requests;
}

Result<std::vector<IysEntry>> ListIysEntries(postgres::Database& database, const Uuid& tenant, const IysPage& page, Deadline deadline) {
  int16_t state = 0, channel = 0;
  Time due{};
  Uuid contact;
  if (page.after.size() == 4) {
    state = static_cast<int16_t>(std::stoi(page.after[0]));
    due = Time(std::chrono::microseconds(std::stoll(page.after[1])));
    VEFA_TRY(contact, Uuid::Parse(page.after[2]));
    channel = static_cast<int16_t>(std::stoi(page.after[3]));
  }
  postgres::Params params = Bound(tenant, page.state, state, due, contact, channel, page.size);
  if (page.contact) params.push_back(postgres::Bind(*page.contact));
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), page.contact ? kListEntriesOf : kListEntries, std::move(params), deadline));
  return ReadEntries(rows);
}

std::vector<std::string> IysPageKeys(const IysEntry& entry) {
  return {std::to_string(static_cast<int16_t>(entry.state)), std::to_string(entry.due_time.time_since_epoch().count()), entry.contact.ToString(),
          std::to_string(static_cast<int16_t>(entry.channel))};
}

Result<std::vector<IysAddressed>> PageIysEntries(postgres::Database& database, const Uuid& tenant, const Uuid& after_contact,
                                                 int16_t after_channel, int32_t limit, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kPageEntries, Bound(tenant, after_contact, after_channel, limit), deadline));
  return ReadAddressed(rows);
}

Result<int32_t> RetryIysRefused(postgres::Transaction& transaction, const Uuid& tenant, const std::optional<Uuid>& contact, Time now,
                                int32_t limit) {
  VEFA_TRY(Rows rows, transaction.Execute(kRetryRefused, Bound(tenant, contact, now, limit)));
  return static_cast<int32_t>(rows.affected());
}

Result<IysCounts> CountIys(postgres::Database& database, const Uuid& tenant, Time now, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kCountIys, Bound(tenant, now, now + std::chrono::hours(24)), deadline));
  IysCounts counts{rows.Int32(0, 0), rows.Int32(0, 1), rows.Int32(0, 2), rows.Int32(0, 3)};
  if (!rows.IsNull(0, 4)) counts.first_due_time = rows.Timestamp(0, 4);
  return counts;
}

Result<std::vector<Uuid>> FindIysContacts(postgres::Transaction& transaction, const Uuid& tenant, Channel channel, const std::string& address) {
  // A contact point's kinds 1 and 2 are e-mail and telephone, as the channels are numbered.
  VEFA_TRY(Rows rows, transaction.Execute(kFindByAddress, Bound(tenant, static_cast<int16_t>(channel), address)));
  return ReadContactIds(rows);
}

Result<std::vector<IysPurpose>> FindIysPurposes(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& contact, Channel channel) {
  VEFA_TRY(Rows rows, transaction.Execute(kFindPurposes, Bound(tenant, contact, static_cast<int16_t>(channel))));
  std::vector<IysPurpose> purposes;
  for (int i = 0; i < rows.size(); ++i) purposes.push_back({rows.String(i, 0), rows.Bool(i, 1)});
  return purposes;
}

std::vector<postgres::Call> ForgetIysCalls(const Uuid& tenant, const Uuid& contact) {
  std::vector<postgres::Call> calls;
  calls.push_back({&kForgetEntries, Bound(tenant, contact)});
  calls.push_back({&kForgetDue, Bound(tenant, contact)});
  return calls;
}

}  // namespace vefa::contact
