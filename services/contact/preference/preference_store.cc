#include "services/contact/preference/preference_store.h"

#include <algorithm>

#include "libs/events/append.h"
#include "libs/telemetry/trace.h"
#include "services/contact/merge/merge_store.h"
#include "services/contact/preference/preference_proto.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Bytes;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

#define TOPIC_COLUMNS "code, title_tr, title_en, default_subscribed, archive_time, create_time"
#define PREFERENCE_COLUMNS                                                                                              \
  "c.erase_time IS NOT NULL, c.language, c.time_zone, coalesce(p.version, 0), p.update_time, array_to_string(p.topics_on, ',')," \
  " array_to_string(p.topics_off, ','), p.messages_per_day, p.messages_per_week, p.pause_until, p.preferred_channel, p.quiet_start," \
  " p.quiet_end, c.merged_into, c.absorbed"

const Statement kTopics{"preference_topics", "SELECT " TOPIC_COLUMNS " FROM preference_topic WHERE tenant_id = $1"};
const Statement kInsertTopic{
    "preference_topic_insert",
    "INSERT INTO preference_topic (tenant_id, code, title_tr, title_en, default_subscribed, create_time)"
    " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, code) DO NOTHING RETURNING 1"};
const Statement kArchiveTopic{"preference_topic_archive",
                              "UPDATE preference_topic SET archive_time = coalesce(archive_time, $3) WHERE tenant_id = $1 AND code = $2"
                              " RETURNING " TOPIC_COLUMNS};

const Statement kPreferences{"preference_get", "SELECT " PREFERENCE_COLUMNS " FROM contact c LEFT JOIN preference p"
                                               " ON p.tenant_id = $1 AND p.contact_id = c.id WHERE c.tenant_id = $1 AND c.id = $2"};
// Whoever changes what a person prefers holds the contact, whose version it makes.
const Statement kHoldPerson{"preference_lock_contact", "SELECT 1 FROM contact WHERE tenant_id = $1 AND id = $2 FOR UPDATE"};
const Statement kWritePreferences{
    "preference_write",
    "WITH changed AS (UPDATE contact SET version = version + 1 WHERE tenant_id = $1 AND id = $2 AND erase_time IS NULL"
    "   RETURNING id, version),"
    " stored AS (INSERT INTO preference (tenant_id, contact_id, topics_on, topics_off, messages_per_day, messages_per_week, pause_until,"
    "     preferred_channel, quiet_start, quiet_end, version, update_time)"
    "   SELECT $1, id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 FROM changed"
    "   ON CONFLICT (tenant_id, contact_id) DO UPDATE SET topics_on = excluded.topics_on, topics_off = excluded.topics_off,"
    "     messages_per_day = excluded.messages_per_day, messages_per_week = excluded.messages_per_week,"
    "     pause_until = excluded.pause_until, preferred_channel = excluded.preferred_channel, quiet_start = excluded.quiet_start,"
    "     quiet_end = excluded.quiet_end, version = excluded.version, update_time = excluded.update_time),"
    " logged AS (SELECT " VEFA_APPEND_EVENTS("$1, 'contacts/' || id, version, $13, 'preferences.changed', $12, $14, NULL, $15")
    "   FROM changed)"
    " SELECT version FROM changed, logged"};
const Statement kKnowPreferences{
    "preference_know",
    "SELECT " PREFERENCE_COLUMNS ", c.id IS NOT NULL FROM unnest($2::uuid[]) WITH ORDINALITY AS q(contact_id, ord)"
    " LEFT JOIN contact c ON c.tenant_id = $1 AND c.id = q.contact_id"
    " LEFT JOIN preference p ON p.tenant_id = $1 AND p.contact_id = q.contact_id ORDER BY q.ord"};
// What those said who are a part of another.
const Statement kPartPreferences{
    "preference_parts",
    "WITH RECURSIVE " CONTACT_PARTS("ANY($2)", "$3") " SELECT " PREFERENCE_COLUMNS ", t.start, t.since FROM part t"
    " JOIN contact c ON c.tenant_id = $1 AND c.id = t.id JOIN preference p ON p.tenant_id = $1 AND p.contact_id = t.id"};
const Statement kForgetPreferences{"preference_forget", "DELETE FROM preference WHERE tenant_id = $1 AND contact_id = $2"};

PreferenceTopic ReadTopic(const Rows& rows, int i) {
  PreferenceTopic topic{rows.String(i, 0), rows.String(i, 1), rows.String(i, 2), rows.Bool(i, 3), {}, rows.Timestamp(i, 5)};
  if (!rows.IsNull(i, 4)) topic.archive_time = rows.Timestamp(i, 4);
  return topic;
}

PreferenceTopics TopicsOf(const Rows& rows) {
  PreferenceTopics topics;
  for (int i = 0; i < rows.size(); ++i) {
    PreferenceTopic topic = ReadTopic(rows, i);
    topics.emplace(topic.code, std::move(topic));
  }
  return topics;
}

// Codes hold no comma.
void AddCodes(std::string_view codes, bool subscribed, Preferences& preferences) {
  while (!codes.empty()) {
    const size_t comma = std::min(codes.find(','), codes.size());
    preferences.topics.emplace(codes.substr(0, comma), subscribed);
    codes.remove_prefix(std::min(comma + 1, codes.size()));
  }
}

StoredPreferences ReadStored(const Rows& rows, int i) {
  StoredPreferences stored;
  stored.erased = rows.Bool(i, 0);
  stored.language = rows.IsNull(i, 1) ? "" : rows.String(i, 1);
  stored.time_zone = rows.IsNull(i, 2) ? "" : rows.String(i, 2);
  stored.version = rows.Int64(i, 3);
  if (!rows.IsNull(i, 13)) stored.merged_into = rows.Id(i, 13);
  if (stored.version == 0) return stored;
  stored.update_time = rows.Timestamp(i, 4);
  AddCodes(rows.String(i, 5), true, stored.preferences);
  AddCodes(rows.String(i, 6), false, stored.preferences);
  stored.preferences.messages_per_day = rows.Int32(i, 7);
  stored.preferences.messages_per_week = rows.Int32(i, 8);
  if (!rows.IsNull(i, 9)) stored.preferences.pause_until = rows.Timestamp(i, 9);
  stored.preferences.preferred_channel = static_cast<Channel>(rows.Int32(i, 10));
  if (!rows.IsNull(i, 11)) stored.preferences.quiet_hours = QuietHours{rows.Int32(i, 11), rows.Int32(i, 12)};
  return stored;
}

// Those of the rows into which somebody was merged.
std::vector<Uuid> SurvivorsIn(const Rows& rows, const std::vector<StoredPreferences>& all) {
  std::vector<Uuid> survivors;
  for (int i = 0; i < rows.size(); ++i)
    if (!rows.IsNull(i, 14) && rows.Int32(i, 14) > 0) survivors.push_back(all[static_cast<size_t>(i)].contact);
  return survivors;
}

void RestrictByParts(const Rows& parts, std::vector<StoredPreferences>& all) {
  for (int i = 0; i < parts.size(); ++i) {
    const Uuid survivor = parts.Id(i, 15);
    const Preferences said = ReadStored(parts, i).preferences;
    for (StoredPreferences& one : all)
      // Whoever chose since the merge has seen all of it, and decided.
      if (one.contact == survivor && !(one.update_time && *one.update_time > parts.Timestamp(i, 16))) Restrict(one.preferences, said);
  }
}

// `run` runs one statement.
template <typename Run>
Result<std::optional<StoredPreferences>> FindOne(const Uuid& tenant, const Uuid& contact, Run run) {
  VEFA_TRY(Rows rows, run(kPreferences, Bound(tenant, contact)));
  if (rows.empty()) return std::optional<StoredPreferences>();
  std::vector<StoredPreferences> one{ReadStored(rows, 0)};
  one[0].contact = contact;
  if (!SurvivorsIn(rows, one).empty()) {
    VEFA_TRY(Rows parts, run(kPartPreferences, Bound(tenant, std::vector<Uuid>{contact}, int32_t{kMergeLevelsMax})));
    RestrictByParts(parts, one);
  }
  return std::optional<StoredPreferences>(std::move(one[0]));
}

}  // namespace

Result<PreferenceTopics> ReadTopics(postgres::Database& database, const Uuid& tenant, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kTopics, Bound(tenant), deadline));
  return TopicsOf(rows);
}

Result<PreferenceTopics> ReadTopics(postgres::Transaction& transaction, const Uuid& tenant) {
  VEFA_TRY(Rows rows, transaction.Execute(kTopics, Bound(tenant)));
  return TopicsOf(rows);
}

// Two at the same moment may pass the limit together by one.
Result<PreferenceTopic> InsertTopic(postgres::Transaction& transaction, const Uuid& tenant, PreferenceTopic topic, const Clock& clock) {
  VEFA_TRY(PreferenceTopics topics, ReadTopics(transaction, tenant));
  topic.create_time = clock.Now();
  const Error taken{Code::kAlreadyExists, "PREFERENCE_TOPIC_TAKEN",
                    "There is a topic with this code, perhaps archived; choose another code."};
  if (topics.contains(topic.code)) return taken;
  if (topics.size() >= kTopicsMax)
    return Error{Code::kResourceExhausted, "PREFERENCE_TOPICS_TOO_MANY", "A tenant has at most 200 topics."};
  VEFA_TRY(Rows rows, transaction.Execute(kInsertTopic, Bound(tenant, topic.code, topic.title_tr, topic.title_en,
                                                              topic.default_subscribed, topic.create_time)));
  if (rows.empty()) return taken;
  return topic;
}

Result<PreferenceTopic> ArchiveTopic(postgres::Database& database, const Uuid& tenant, const std::string& code, const Clock& clock,
                                     Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kArchiveTopic, Bound(tenant, code, clock.Now()), deadline));
  if (rows.empty()) return NotFound("PREFERENCE_TOPIC_NOT_FOUND", "There is no such topic; check the name.");
  return ReadTopic(rows, 0);
}

Result<std::optional<StoredPreferences>> FindPreferences(postgres::Database& database, const Uuid& tenant, const Uuid& contact,
                                                         Deadline deadline) {
  return FindOne(tenant, contact, [&](const Statement& statement, postgres::Params params) {
    return database.Run(Scope::Tenant(tenant), statement, std::move(params), deadline);
  });
}

// Two statements: the second sees what whoever held the contact before has committed.
Result<std::optional<StoredPreferences>> LockPreferences(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& contact) {
  VEFA_TRY(Rows held, transaction.Execute(kHoldPerson, Bound(tenant, contact)));
  return FindOne(tenant, contact,
                 [&](const Statement& statement, postgres::Params params) { return transaction.Execute(statement, std::move(params)); });
}

Result<int64_t> WritePreferences(postgres::Transaction& transaction, const Uuid& tenant, StoredPreferences& stored, const Clock& clock) {
  const Preferences& wanted = stored.preferences;
  std::vector<std::string> on, off;
  for (const auto& [code, subscribed] : wanted.topics) (subscribed ? on : off).push_back(code);
  std::optional<int32_t> start, end;
  if (wanted.quiet_hours) {
    start = wanted.quiet_hours->start_minute;
    end = wanted.quiet_hours->end_minute;
  }
  const Time now = clock.Now();
  const std::string payload = PreferencesPayload(wanted);
  VEFA_TRY(Rows rows, transaction.Execute(
                          kWritePreferences,
                          Bound(tenant, stored.contact, on, off, wanted.messages_per_day, wanted.messages_per_week, wanted.pause_until,
                                static_cast<int16_t>(wanted.preferred_channel), start, end, stored.version + 1, now, NewUuidV7(clock),
                                telemetry::CurrentTrace().traceparent(), Bytes{payload})));
  ++stored.version;
  stored.update_time = now;
  return rows.Int64(0, 0);
}

Result<std::vector<PreferenceKnowledge>> KnowPreferences(postgres::Database& database, const Uuid& tenant,
                                                         const std::vector<Uuid>& contacts, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kKnowPreferences, Bound(tenant, contacts), deadline));
  std::vector<PreferenceKnowledge> known;
  known.reserve(contacts.size());
  std::vector<StoredPreferences> all;
  for (int i = 0; i < rows.size(); ++i) {
    all.push_back(ReadStored(rows, i));
    all.back().contact = contacts[static_cast<size_t>(i)];
  }
  const std::vector<Uuid> survivors = SurvivorsIn(rows, all);
  if (!survivors.empty()) {
    VEFA_TRY(Rows parts, database.Run(Scope::Tenant(tenant), kPartPreferences, Bound(tenant, survivors, int32_t{kMergeLevelsMax}), deadline));
    RestrictByParts(parts, all);
  }
  for (int i = 0; i < rows.size(); ++i) {
    StoredPreferences& stored = all[static_cast<size_t>(i)];
    known.push_back({rows.Bool(i, 15), stored.erased, std::move(stored.time_zone), std::move(stored.preferences)});
  }
  return known;
}

postgres::Call ForgetPreferencesCall(const Uuid& tenant, const Uuid& contact) {
  return {&kForgetPreferences, Bound(tenant, contact)};
}

}  // namespace vefa::contact
