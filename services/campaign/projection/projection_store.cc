#include "services/campaign/projection/projection_store.h"

#include <algorithm>
#include <vector>

namespace vefa::campaign {
namespace {

using postgres::Bound;
using postgres::Call;
using postgres::Statement;

// The text of the contacts' statement, made once from kScoreColumns.
std::string ContactsSql() {
  std::string columns, values, sets;
  for (int i = 0; i < kScoreSize; ++i) {
    std::string column = kScoreColumns[i];
    columns += ", " + column;
    // NaN stands for no value.
    values += ", CASE WHEN i.scored THEN NULLIF(i." + column + ", 'NaN') END";
    sets += ", " + column + " = CASE WHEN excluded.scored THEN excluded." + column + " ELSE s." + column + " END";
  }
  std::string arrays;
  for (int i = 0; i < kScoreSize; ++i) arrays += ", $" + std::to_string(9 + i) + "::float8[]";
  return "INSERT INTO contact_state AS s (tenant_id, contact_id, known, erased, merged, language, source, order_count,"
         " scored, restricted" + columns +
         ") SELECT i.tenant_id, i.contact_id, i.known AND NOT i.erased AND NOT i.merged, i.erased, i.merged,"
         "  CASE WHEN NOT i.erased THEN NULLIF(i.language, '') END, CASE WHEN NOT i.erased THEN NULLIF(i.source, '') END,"
         "  i.orders, i.scored, CASE WHEN i.restricted >= 0 THEN i.restricted = 1 END" + values +
         " FROM unnest($1::uuid[], $2::uuid[], $3::bool[], $4::bool[], $5::text[], $6::text[], $7::bigint[], $8::bool[]" +
         arrays + ", $" + std::to_string(9 + kScoreSize) +
         "::bool[], $" + std::to_string(10 + kScoreSize) +
         "::smallint[]) AS i(tenant_id, contact_id, known, erased, language, source, orders, scored" + columns +
         ", merged, restricted) ORDER BY i.tenant_id, i.contact_id"
         " ON CONFLICT (tenant_id, contact_id) DO UPDATE SET"
         "  known = (s.known OR excluded.known) AND NOT (s.erased OR excluded.erased OR excluded.merged),"
         "  erased = s.erased OR excluded.erased,"
         "  merged = CASE WHEN excluded.known OR excluded.merged THEN excluded.merged ELSE s.merged END,"
         "  language = CASE WHEN s.erased OR excluded.erased THEN NULL WHEN excluded.known THEN excluded.language"
         "    ELSE s.language END,"
         "  source = CASE WHEN s.erased OR excluded.erased THEN NULL WHEN excluded.known THEN excluded.source"
         "    ELSE s.source END,"
         "  order_count = s.order_count + excluded.order_count, scored = s.scored OR excluded.scored,"
         "  restricted = coalesce(excluded.restricted, s.restricted)" +
         sets;
}

// The latest by the time it was said rules; of two of one time the one recorded later, as in contact.
const Statement kKeepConsents{
    "projection_consents",
    "INSERT INTO contact_consent AS c (tenant_id, contact_id, purpose, channel, state, occur_time)"
    " SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::smallint[], $6::timestamptz[])"
    "   AS i(tenant_id, contact_id, purpose, channel, state, occur_time)"
    " ORDER BY tenant_id, contact_id, purpose COLLATE \"C\", channel"
    " ON CONFLICT (tenant_id, contact_id, purpose, channel) DO UPDATE"
    "   SET state = excluded.state, occur_time = excluded.occur_time WHERE c.occur_time <= excluded.occur_time"};

// Whatever is said of another address goes before what is there.
const Statement kMoveConsents{
    "projection_consents_moved",
    "UPDATE contact_consent c SET occur_time = '-infinity' FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::smallint[])"
    "   AS i(tenant_id, contact_id, purpose, channel)"
    " WHERE c.tenant_id = i.tenant_id AND c.contact_id = i.contact_id AND c.purpose = i.purpose AND c.channel = i.channel"};

postgres::Params ContactParams(const ContactChanges& contacts) {
  std::vector<Uuid> tenants, ids;
  std::vector<bool> known, erased, scored, merged;
  std::vector<std::string> languages, sources;
  std::vector<int64_t> orders;
  std::vector<int16_t> restricted;  // -1: nothing was said.
  std::array<std::vector<double>, kScoreSize> scores;
  for (const auto& [key, change] : contacts) {
    tenants.push_back(key.first);
    ids.push_back(key.second);
    known.push_back(change.known);
    erased.push_back(change.erased);
    languages.push_back(change.language);
    sources.push_back(change.source);
    orders.push_back(change.orders);
    scored.push_back(change.scored);
    merged.push_back(change.merged);
    restricted.push_back(change.restricted ? static_cast<int16_t>(*change.restricted) : int16_t{-1});
    for (size_t i = 0; i < scores.size(); ++i) scores[i].push_back(change.score[i]);
  }
  postgres::Params params = Bound(tenants, ids, known, erased, languages, sources, orders, scored);
  for (const auto& values : scores) params.push_back(postgres::Bind(values));
  params.push_back(postgres::Bind(merged));
  params.push_back(postgres::Bind(restricted));
  return params;
}

postgres::Params ConsentParams(const ConsentChanges& consents) {
  std::vector<Uuid> tenants, ids;
  std::vector<std::string> purposes;
  std::vector<int16_t> channels, states;
  std::vector<Time> times;
  for (const auto& [key, change] : consents) {
    tenants.push_back(std::get<0>(key));
    ids.push_back(std::get<1>(key));
    purposes.push_back(std::get<2>(key));
    channels.push_back(std::get<3>(key));
    states.push_back(change.state);
    times.push_back(change.occur_time);
  }
  return Bound(tenants, ids, purposes, channels, states, times);
}

postgres::Params MovedParams(const ConsentChanges& consents) {
  std::vector<Uuid> tenants, ids;
  std::vector<std::string> purposes;
  std::vector<int16_t> channels;
  for (const auto& [key, change] : consents) {
    if (!change.moved) continue;
    tenants.push_back(std::get<0>(key));
    ids.push_back(std::get<1>(key));
    purposes.push_back(std::get<2>(key));
    channels.push_back(std::get<3>(key));
  }
  return Bound(tenants, ids, purposes, channels);
}

}  // namespace

Status WriteChanges(postgres::Transaction& transaction, const PeopleChanges& changes) {
  static const std::string kText = ContactsSql();
  static const Statement kContacts{"projection_contacts", kText.c_str(), false};
  std::vector<Call> calls;
  if (!changes.contacts.empty()) calls.push_back({&kContacts, ContactParams(changes.contacts)});
  const bool moved = std::any_of(changes.consents.begin(), changes.consents.end(), [](const auto& each) { return each.second.moved; });
  if (moved) calls.push_back({&kMoveConsents, MovedParams(changes.consents)});
  if (!changes.consents.empty()) calls.push_back({&kKeepConsents, ConsentParams(changes.consents)});
  if (calls.empty()) return Ok();
  VEFA_TRY_OK(transaction.ExecuteAll(std::move(calls)));
  return Ok();
}

}  // namespace vefa::campaign
