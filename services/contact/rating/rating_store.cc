#include "services/contact/rating/rating_store.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

constexpr double kHalfLifeDays = 30;  // Of signals whose rule says nothing else.
constexpr double kHalfLivesCounted = 30;  // What is older is worth less than a millionth.

// One by one along the index, in the order of their ids, so that two pages cannot wait for each other.
const Statement kHoldRated{
    "rating_hold",
    "SELECT x.id, x.lifecycle_stage FROM unnest($2::uuid[]) AS i(id) CROSS JOIN LATERAL (SELECT c.id, c.lifecycle_stage FROM contact c"
    " WHERE c.tenant_id = $1 AND c.id = i.id AND c.erase_time IS NULL AND c.merged_into IS NULL OFFSET 0 FOR UPDATE) x"};
const Statement kSetByHand{
    "rating_set_by_hand",
    "SELECT i.id FROM unnest($2::uuid[]) AS i(id) CROSS JOIN LATERAL (SELECT l.rule, l.change_time FROM lifecycle_change l"
    " WHERE l.tenant_id = $1 AND l.contact_id = i.id ORDER BY l.contact_version DESC LIMIT 1) x WHERE x.rule = '' AND x.change_time > $3"};
const Statement kWeights{
    "rating_weights",
    "SELECT c.id, a.ord, x.weight FROM unnest($2::uuid[]) AS c(id)"
    " CROSS JOIN unnest($3::text[], $4::smallint[], $5::float8[]) WITH ORDINALITY AS a(topic, kind, half_life, ord)"
    " CROSS JOIN LATERAL (SELECT sum(s.weight * power(2::float8, greatest(-1000, -extract(epoch FROM $6 - s.occur_time)::float8 / 86400 / a.half_life)))"
    "  AS weight FROM interest_signal s WHERE s.tenant_id = $1 AND s.contact_id = c.id AND (a.topic = '' OR s.topic = a.topic)"
    "   AND (a.kind = 0 OR s.kind = a.kind) AND s.weight > 0 AND s.occur_time > $6 - make_interval(secs => 86400 * least(a.half_life * $7, 36500))"
    "   AND NOT EXISTS (SELECT 1 FROM interest n WHERE n.tenant_id = $1 AND n.contact_id = c.id AND n.topic = s.topic AND n.kind = 1"
    "    AND n.not_interested)) x WHERE x.weight IS NOT NULL"};

const Statement kScores{"rating_scores",
                        "SELECT s.contact_id, s.definition, s.definition_version, s.score, s.grade, s.shares::text, s.count_time"
                        " FROM unnest($2::uuid[]) AS i(id) CROSS JOIN LATERAL"
                        " (SELECT * FROM contact_score r WHERE r.tenant_id = $1 AND r.contact_id = i.id OFFSET 0) s"};
const Statement kWriteScores{
    "rating_score_write",
    "INSERT INTO contact_score (tenant_id, contact_id, definition, definition_version, score, grade, shares, count_time)"
    " SELECT $1, contact_id, definition, version, score, grade, shares::jsonb, $8"
    " FROM unnest($2::uuid[], $3::text[], $4::int[], $5::float8[], $6::text[], $7::text[]) AS i(contact_id, definition, version, score, grade, shares)"
    " ON CONFLICT (tenant_id, contact_id, definition) DO UPDATE SET definition_version = excluded.definition_version, score = excluded.score,"
    " grade = excluded.grade, shares = excluded.shares, count_time = excluded.count_time"};
const Statement kDropScores{"rating_score_drop",
                            "DELETE FROM contact_score s USING unnest($2::uuid[], $3::text[]) AS i(contact_id, definition)"
                            " WHERE s.tenant_id = $1 AND s.contact_id = i.contact_id AND s.definition = i.definition"};

const Statement kPersonas{"rating_personas",
                          "SELECT p.contact_id, p.persona, p.is_primary, p.match_time FROM unnest($2::uuid[]) AS i(id) CROSS JOIN LATERAL"
                          " (SELECT * FROM contact_persona r WHERE r.tenant_id = $1 AND r.contact_id = i.id OFFSET 0) p"};
const Statement kDropPersonas{"rating_persona_drop", "DELETE FROM contact_persona WHERE tenant_id = $1 AND contact_id = ANY($2)"};
const Statement kWritePersonas{"rating_persona_write",
                               "INSERT INTO contact_persona (tenant_id, contact_id, persona, is_primary, match_time)"
                               " SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::bool[], $5::timestamptz[])"};

// One row without a score for a contact that has none; those by what is defined no more are not shown.
const Statement kScoresOf{
    "score_of_contact",
    "SELECT c.id, s.definition, s.definition_version, s.score, s.grade, s.shares::text, s.count_time FROM contact c LEFT JOIN (contact_score s"
    " JOIN rating_definition d ON d.tenant_id = $1 AND d.kind = 1 AND d.code = s.definition)"
    " ON s.tenant_id = $1 AND s.contact_id = c.id WHERE c.tenant_id = $1 AND c.id = $2 ORDER BY s.definition"};
const Statement kPersonasOf{
    "persona_of_contact",
    "SELECT c.id, p.persona, p.is_primary, p.match_time FROM contact c LEFT JOIN (contact_persona p"
    " JOIN rating_definition d ON d.tenant_id = $1 AND d.kind = 2 AND d.code = p.persona)"
    " ON p.tenant_id = $1 AND p.contact_id = c.id WHERE c.tenant_id = $1 AND c.id = $2 ORDER BY p.is_primary DESC, p.persona"};
const Statement kListScored{
    "contact_score_list",
    "SELECT contact_id, definition, definition_version, score, grade, '[]', count_time FROM contact_score"
    " WHERE tenant_id = $1 AND definition = $2 AND (score, contact_id) < ($4, $5) AND ($3 = '' OR grade = $3)"
    " ORDER BY score DESC, contact_id DESC LIMIT $6"};

const Statement kForgetScores{"rating_score_forget", "DELETE FROM contact_score WHERE tenant_id = $1 AND contact_id = $2"};
const Statement kForgetPersonas{"rating_persona_forget", "DELETE FROM contact_persona WHERE tenant_id = $1 AND contact_id = $2"};
const Statement kForgetTenure{"tenure_forget", "DELETE FROM customer_tenure WHERE tenant_id = $1 AND contact_id = $2"};

std::string SharesJson(const std::vector<ScoreShares>& shares) {
  nlohmann::json json = nlohmann::json::array();
  for (const ScoreShares& share : shares) json.push_back({{"rule", share.rule}, {"points", share.points}});
  return json.dump();
}

// What the table holds was written by SharesJson.
std::vector<ScoreShares> ReadShares(std::string_view text) {
  std::vector<ScoreShares> shares;
  const nlohmann::json all = nlohmann::json::parse(text, nullptr, false);
  for (const auto& one : all) shares.push_back({one.value("rule", ""), one.value("points", 0.0)});
  return shares;
}

std::vector<ShownScore> ReadShown(const Rows& rows) {
  std::vector<ShownScore> scores;
  for (int i = 0; i < rows.size(); ++i)
    if (!rows.IsNull(i, 1))
      scores.push_back({rows.Id(i, 0), rows.String(i, 1),
                        {rows.Int32(i, 2), rows.Double(i, 3), rows.String(i, 4), ReadShares(rows.Text(i, 5))}, rows.Timestamp(i, 6)});
  return scores;
}

}  // namespace

Result<std::map<Uuid, LifecycleStage>> HoldRated(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Uuid>& contacts) {
  VEFA_TRY(Rows rows, transaction.Execute(kHoldRated, Bound(tenant, contacts)));
  std::map<Uuid, LifecycleStage> stages;
  for (int i = 0; i < rows.size(); ++i) stages[rows.Id(i, 0)] = static_cast<LifecycleStage>(rows.Int64(i, 1));
  return stages;
}

Result<std::vector<Uuid>> SetByHand(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Uuid>& contacts, Time since) {
  VEFA_TRY(Rows rows, transaction.Execute(kSetByHand, Bound(tenant, contacts, since)));
  std::vector<Uuid> held;
  for (int i = 0; i < rows.size(); ++i) held.push_back(rows.Id(i, 0));
  return held;
}

Result<Weights> WeighSignals(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<v1::ScoreSignals>& asked,
                             const std::vector<Uuid>& contacts, Time now) {
  Weights weights;
  if (asked.empty()) return weights;
  std::vector<std::string> topics;
  std::vector<int16_t> kinds;
  std::vector<double> half_lives;
  for (const v1::ScoreSignals& signals : asked) {
    topics.push_back(signals.topic());
    kinds.push_back(static_cast<int16_t>(signals.kind()));
    half_lives.push_back(signals.half_life_days() > 0 ? signals.half_life_days() : kHalfLifeDays);
  }
  VEFA_TRY(Rows rows, transaction.Execute(kWeights, Bound(tenant, contacts, topics, kinds, half_lives, now, kHalfLivesCounted)));
  for (int i = 0; i < rows.size(); ++i) weights[{rows.Id(i, 0), static_cast<size_t>(rows.Int64(i, 1) - 1)}] = rows.Double(i, 2);
  return weights;
}

Result<Scores> ReadScores(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Uuid>& contacts) {
  VEFA_TRY(Rows rows, transaction.Execute(kScores, Bound(tenant, contacts)));
  std::vector<ShownScore> shown = ReadShown(rows);
  Scores scores;
  for (ShownScore& score : shown) scores[{score.contact, score.definition}] = std::move(score.counted);
  return scores;
}

Status WriteScores(postgres::Transaction& transaction, const Uuid& tenant, const Scores& scores, Time now) {
  if (scores.empty()) return Ok();
  std::vector<Uuid> contacts;
  std::vector<std::string> definitions, grades, shares;
  std::vector<int32_t> versions;
  std::vector<double> values;
  for (const auto& [key, counted] : scores) {
    contacts.push_back(key.first);
    definitions.push_back(key.second);
    versions.push_back(counted.definition_version);
    values.push_back(counted.score);
    grades.push_back(counted.grade);
    shares.push_back(SharesJson(counted.shares));
  }
  VEFA_TRY_OK(transaction.Execute(kWriteScores, Bound(tenant, contacts, definitions, versions, values, grades, shares, now)));
  return Ok();
}

Status DropScores(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<std::pair<Uuid, std::string>>& keys) {
  if (keys.empty()) return Ok();
  std::vector<Uuid> contacts;
  std::vector<std::string> definitions;
  for (const auto& [contact, definition] : keys) {
    contacts.push_back(contact);
    definitions.push_back(definition);
  }
  VEFA_TRY_OK(transaction.Execute(kDropScores, Bound(tenant, contacts, definitions)));
  return Ok();
}

Result<Personas> ReadPersonas(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Uuid>& contacts) {
  VEFA_TRY(Rows rows, transaction.Execute(kPersonas, Bound(tenant, contacts)));
  Personas personas;
  for (int i = 0; i < rows.size(); ++i) {
    auto& own = personas[rows.Id(i, 0)];
    StoredPersona persona{rows.String(i, 1), rows.Bool(i, 2), rows.Timestamp(i, 3)};
    own.insert(persona.is_primary ? own.begin() : own.end(), std::move(persona));
  }
  return personas;
}

Status WritePersonas(postgres::Transaction& transaction, const Uuid& tenant, const Personas& personas) {
  if (personas.empty()) return Ok();
  std::vector<Uuid> all, contacts;
  std::vector<std::string> codes;
  std::vector<bool> primary;
  std::vector<Time> times;
  for (const auto& [contact, own] : personas) {
    all.push_back(contact);
    for (const StoredPersona& persona : own) {
      contacts.push_back(contact);
      codes.push_back(persona.persona);
      primary.push_back(persona.is_primary);
      times.push_back(persona.match_time);
    }
  }
  std::vector<postgres::Call> calls;
  calls.push_back({&kDropPersonas, Bound(tenant, all)});
  if (!codes.empty()) calls.push_back({&kWritePersonas, Bound(tenant, contacts, codes, primary, times)});
  VEFA_TRY_OK(transaction.ExecuteAll(std::move(calls)));
  return Ok();
}

Result<std::optional<std::vector<ShownScore>>> ScoresOf(postgres::Database& database, const Uuid& tenant, const Uuid& contact, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kScoresOf, Bound(tenant, contact), deadline));
  if (rows.empty()) return std::optional<std::vector<ShownScore>>();
  return std::optional(ReadShown(rows));
}

Result<std::optional<std::vector<StoredPersona>>> PersonasOf(postgres::Database& database, const Uuid& tenant, const Uuid& contact,
                                                             Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kPersonasOf, Bound(tenant, contact), deadline));
  if (rows.empty()) return std::optional<std::vector<StoredPersona>>();
  std::vector<StoredPersona> personas;
  for (int i = 0; i < rows.size(); ++i)
    if (!rows.IsNull(i, 1)) personas.push_back({rows.String(i, 1), rows.Bool(i, 2), rows.Timestamp(i, 3)});
  return std::optional(std::move(personas));
}

Result<std::vector<ShownScore>> ListScored(postgres::Database& database, const Uuid& tenant, const ScorePage& page, Deadline deadline) {
  Uuid last;
  last.bytes.fill(0xff);
  const auto after = page.after.value_or(std::make_pair(std::numeric_limits<double>::infinity(), last));
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kListScored,
                                   Bound(tenant, page.definition, page.grade, after.first, after.second, static_cast<int32_t>(page.size)),
                                   deadline));
  return ReadShown(rows);
}

std::vector<postgres::Call> ForgetRatingsCalls(const Uuid& tenant, const Uuid& contact) {
  std::vector<postgres::Call> calls;
  for (const Statement* statement : {&kForgetScores, &kForgetPersonas, &kForgetTenure}) calls.push_back({statement, Bound(tenant, contact)});
  return calls;
}

}  // namespace vefa::contact
