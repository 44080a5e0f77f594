#include "services/contact/interest/interest_store.h"

#include <set>

#include "services/contact/contact_change.h"
#include "services/contact/contact_facts.h"
#include "services/contact/interest/interest_proto.h"
#include "services/contact/merge/merging.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

constexpr char kInterestsType[] = "interests.changed";

const Statement kHalfLives{"interest_half_lives", "SELECT topic, kind, days FROM interest_half_life WHERE tenant_id = $1"};
// Two at the same moment may pass the limit together by one.
const Statement kSetHalfLife{
    "interest_half_life_set",
    "INSERT INTO interest_half_life (tenant_id, topic, kind, days) SELECT $1, $2, $3, $4"
    " WHERE (SELECT count(*) FROM interest_half_life WHERE tenant_id = $1 AND (topic, kind) <> ($2, $3)) < $5"
    " ON CONFLICT (tenant_id, topic, kind) DO UPDATE SET days = excluded.days RETURNING 1"};
const Statement kUnsetHalfLife{"interest_half_life_unset",
                               "DELETE FROM interest_half_life WHERE tenant_id = $1 AND topic = $2 AND kind = $3"};

// In the order of their ids, so that two batches cannot wait for each other.
const Statement kHoldInterested{
    "interest_lock_contacts",
    "SELECT id, erase_time IS NOT NULL, merged_into FROM contact WHERE tenant_id = $1 AND id = ANY($2) ORDER BY id FOR NO KEY UPDATE"};
const Statement kAddSignals{
    "interest_signal_add",
    "INSERT INTO interest_signal (tenant_id, contact_id, id, topic, kind, weight, source, occur_time, record_time)"
    " SELECT $1, contact_id, id, topic, kind, weight, source, occur_time, $9"
    " FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::smallint[], $6::float8[], $7::text[], $8::timestamptz[])"
    "  AS i(contact_id, id, topic, kind, weight, source, occur_time)"
    " ON CONFLICT (tenant_id, contact_id, id) DO NOTHING RETURNING contact_id, id"};
const Statement kKnownParts{
    "interest_known",
    "SELECT n.contact_id, n.topic, n.kind, n.sum, n.last_time, n.half_life_days, n.not_interested"
    " FROM unnest($2::uuid[], $3::text[], $4::smallint[]) AS i(contact_id, topic, kind) CROSS JOIN LATERAL (SELECT * FROM interest r"
    "  WHERE r.tenant_id = $1 AND r.contact_id = i.contact_id AND r.topic = i.topic AND r.kind = i.kind OFFSET 0) n"};
const Statement kWriteParts{
    "interest_write",
    "INSERT INTO interest (tenant_id, contact_id, topic, kind, sum, last_time, half_life_days, not_interested)"
    " SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::smallint[], $5::float8[], $6::timestamptz[], $7::float8[], $8::bool[])"
    " ON CONFLICT (tenant_id, contact_id, topic, kind) DO UPDATE SET sum = excluded.sum, last_time = excluded.last_time,"
    " half_life_days = excluded.half_life_days, not_interested = excluded.not_interested"};
const Statement kTooManyTopics{"interest_too_many",
                               "SELECT contact_id FROM interest WHERE tenant_id = $1 AND contact_id = ANY($2)"
                               " GROUP BY contact_id HAVING count(DISTINCT topic) > $3 LIMIT 1"};
// One row without a part for a contact of which nothing is known.
const Statement kInterests{
    "interest_list",
    "SELECT c.id, n.topic, n.kind, n.sum, n.last_time, n.half_life_days, n.not_interested FROM contact c"
    " LEFT JOIN interest n ON n.tenant_id = $1 AND n.contact_id = c.id WHERE c.tenant_id = $1 AND c.id = $2"};
const Statement kForgetInterests{"interest_forget", "DELETE FROM interest WHERE tenant_id = $1 AND contact_id = $2"};
const Statement kForgetSignals{"interest_signal_forget", "DELETE FROM interest_signal WHERE tenant_id = $1 AND contact_id = $2"};

using PartsOfContacts = std::map<Uuid, InterestParts>;

// Parts column by column.
struct PartColumns {
  std::vector<Uuid> contacts;
  std::vector<std::string> topics;
  std::vector<int16_t> kinds;
  std::vector<double> sums, half_lives;
  std::vector<Time> times;
  std::vector<bool> not_interested;
  explicit PartColumns(const PartsOfContacts& all) {
    for (const auto& [contact, parts] : all)
      for (const auto& [key, part] : parts) {
        contacts.push_back(contact);
        topics.push_back(key.first);
        kinds.push_back(static_cast<int16_t>(key.second));
        sums.push_back(part.decayed.sum);
        times.push_back(part.decayed.time);
        half_lives.push_back(part.half_life_days);
        not_interested.push_back(part.not_interested);
      }
  }
};

void ReadParts(const Rows& rows, PartsOfContacts& all) {
  for (int i = 0; i < rows.size(); ++i)
    if (!rows.IsNull(i, 1))
      all[rows.Id(i, 0)][{rows.String(i, 1), static_cast<InterestKind>(rows.Int64(i, 2))}] = {
          {rows.Double(i, 3), rows.Timestamp(i, 4)}, rows.Double(i, 5), rows.Bool(i, 6)};
}

HalfLives HalfLivesOf(const Rows& rows) {
  HalfLives set;
  for (int i = 0; i < rows.size(); ++i)
    set[{rows.String(i, 0), static_cast<InterestKind>(rows.Int64(i, 1))}] = rows.Double(i, 2);
  return set;
}

Status HoldContacts(postgres::Transaction& transaction, const Uuid& tenant, const std::set<Uuid>& contacts) {
  VEFA_TRY(Rows held, transaction.Execute(kHoldInterested, Bound(tenant, std::vector<Uuid>(contacts.begin(), contacts.end()))));
  if (static_cast<size_t>(held.size()) < contacts.size()) return NoSuchContact();
  for (int i = 0; i < held.size(); ++i) {
    if (held.Bool(i, 1)) return ContactErased();
    if (!held.IsNull(i, 2)) return ContactMerged(held.Id(i, 2));
  }
  return Ok();
}

// Those that were not there before, each once.
Result<std::vector<const InterestSignal*>> AddSignals(postgres::Transaction& transaction, const Uuid& tenant,
                                                      const std::vector<InterestSignal>& signals, const Clock& clock) {
  std::vector<Uuid> contacts, ids;
  std::vector<std::string> topics, sources;
  std::vector<int16_t> kinds;
  std::vector<double> weights;
  std::vector<Time> times;
  for (const InterestSignal& signal : signals) {
    contacts.push_back(signal.contact);
    ids.push_back(signal.id);
    topics.push_back(signal.topic);
    kinds.push_back(static_cast<int16_t>(signal.kind));
    weights.push_back(signal.weight);
    sources.push_back(signal.source);
    times.push_back(signal.occur_time);
  }
  VEFA_TRY(Rows added, transaction.Execute(kAddSignals, Bound(tenant, contacts, ids, topics, kinds, weights, sources, times, clock.Now())));
  std::set<std::pair<Uuid, Uuid>> fresh;
  for (int i = 0; i < added.size(); ++i) fresh.emplace(added.Id(i, 0), added.Id(i, 1));
  std::vector<const InterestSignal*> taken;
  for (const InterestSignal& signal : signals)
    if (fresh.erase({signal.contact, signal.id}) > 0) taken.push_back(&signal);
  return taken;
}

}  // namespace

Result<HalfLives> ReadHalfLives(postgres::Database& database, const Uuid& tenant, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kHalfLives, Bound(tenant), deadline));
  return HalfLivesOf(rows);
}

Status SetHalfLife(postgres::Database& database, const Uuid& tenant, const InterestKey& key, std::optional<double> days,
                   Deadline deadline) {
  const auto kind = static_cast<int16_t>(key.second);
  if (!days) {
    VEFA_TRY_OK(database.Run(Scope::Tenant(tenant), kUnsetHalfLife, Bound(tenant, key.first, kind), deadline));
    return Ok();
  }
  VEFA_TRY(Rows set, database.Run(Scope::Tenant(tenant), kSetHalfLife,
                                  Bound(tenant, key.first, kind, *days, static_cast<int64_t>(kHalfLivesMax)), deadline));
  if (set.empty())
    return Error{Code::kResourceExhausted, "HALF_LIVES_TOO_MANY", "A tenant sets at most 500 half-lives; unset some with 0 days."};
  return Ok();
}

Result<RecordedSignals> RecordSignals(postgres::Transaction& transaction, const Uuid& tenant,
                                      const std::vector<InterestSignal>& signals, const Clock& clock) {
  std::set<Uuid> contacts;
  for (const InterestSignal& signal : signals) contacts.insert(signal.contact);
  VEFA_TRY_OK(HoldContacts(transaction, tenant, contacts));
  VEFA_TRY(auto taken, AddSignals(transaction, tenant, signals, clock));
  RecordedSignals done{static_cast<int>(taken.size()), {}};
  if (taken.empty()) return done;
  VEFA_TRY(Rows set, transaction.Execute(kHalfLives, Bound(tenant)));
  const HalfLives half_lives = HalfLivesOf(set);
  PartsOfContacts parts;
  for (const InterestSignal* signal : taken) parts[signal->contact][{signal->topic, signal->kind}];
  const PartColumns asked(parts);
  VEFA_TRY(Rows known, transaction.Execute(kKnownParts, Bound(tenant, asked.contacts, asked.topics, asked.kinds)));
  ReadParts(known, parts);
  for (const InterestSignal* signal : taken)
    Learn(*signal, HalfLifeOf(half_lives, signal->topic, signal->kind), parts[signal->contact][{signal->topic, signal->kind}]);
  const PartColumns learned(parts);
  VEFA_TRY_OK(transaction.Execute(kWriteParts, Bound(tenant, learned.contacts, learned.topics, learned.kinds, learned.sums, learned.times,
                                                     learned.half_lives, learned.not_interested)));
  VEFA_TRY(Rows over, transaction.Execute(kTooManyTopics, Bound(tenant, std::vector<Uuid>(contacts.begin(), contacts.end()),
                                                                kInterestTopicsMax)));
  if (!over.empty())
    return Error{Code::kResourceExhausted, "INTERESTS_TOO_MANY", "A contact has interests in at most 200 topics; group them."};
  std::vector<ContactFact> facts;
  for (const auto& [contact, own] : parts) facts.push_back({contact, InterestsPayload(own)});
  VEFA_TRY(done.changed, AppendFacts(transaction, tenant, kInterestsType, facts, clock));
  return done;
}

Result<std::optional<InterestParts>> ReadInterests(postgres::Database& database, const Uuid& tenant, const Uuid& contact,
                                                   Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kInterests, Bound(tenant, contact), deadline));
  if (rows.empty()) return std::optional<InterestParts>();
  PartsOfContacts all;
  ReadParts(rows, all);
  return std::optional(std::move(all[contact]));
}

std::vector<postgres::Call> ForgetInterestsCalls(const Uuid& tenant, const Uuid& contact) {
  std::vector<postgres::Call> calls;
  calls.push_back({&kForgetInterests, Bound(tenant, contact)});
  calls.push_back({&kForgetSignals, Bound(tenant, contact)});
  return calls;
}

}  // namespace vefa::contact
