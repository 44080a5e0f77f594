// The search of duplicate_store.h.
#include <map>
#include <set>

#include "services/contact/duplicate/duplicate_store.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Statement;

// One search of a tenant at a time, until the end of its transaction; and every join along an index: with the tenant named
// twice, by the statement and by its row-level security, a table that is not analysed yet seems to hold one row of it.
const Statement kSearchAlone{"duplicate_search_alone",
                             "SELECT pg_advisory_xact_lock(hashtextextended('duplicates of ' || $1::uuid, 0)),"
                             " set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),"
                             " set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),"
                             " set_config('enable_material', 'off', true)"};
const Statement kLikenesses{"duplicate_likenesses",
                            "SELECT c.id, c.display_name, c.given_name || ' ' || c.family_name, c.country"
                            " FROM unnest($2::uuid[]) AS i(id) JOIN contact c ON c.tenant_id = $1 AND c.id = i.id"
                            " WHERE c.erase_time IS NULL AND c.merged_into IS NULL"};
const Statement kLikenessPoints{"duplicate_likeness_points",
                                "SELECT p.contact_id, p.kind, p.value FROM unnest($2::uuid[]) AS i(id)"
                                " JOIN contact_point p ON p.tenant_id = $1 AND p.contact_id = i.id WHERE p.kind IN (1, 2, 3)"};
// Found one by one and deleted where they stand: of a join the planner would choose the order, and choose it wrong.
const Statement kDropKeys{
    "duplicate_drop_keys",
    "DELETE FROM duplicate_key WHERE tenant_id = $1 AND ctid = ANY(ARRAY("
    " SELECT o.place FROM unnest($2::uuid[]) AS i(id)"
    " CROSS JOIN LATERAL (SELECT k.keys FROM duplicate_keys_of k WHERE k.tenant_id = $1 AND k.contact_id = i.id OFFSET 0) k"
    " CROSS JOIN LATERAL unnest(k.keys) AS u(key)"
    " CROSS JOIN LATERAL (SELECT d.ctid AS place FROM duplicate_key d WHERE d.tenant_id = $1 AND d.key = u.key"
    "  AND d.contact_id = i.id OFFSET 0) o))"};
const Statement kKeepKeys{"duplicate_keep_keys",
                          "INSERT INTO duplicate_keys_of (tenant_id, contact_id, keys)"
                          " SELECT $1, id, keys::bigint[] FROM unnest($2::uuid[], $3::text[]) AS i(id, keys)"
                          " ON CONFLICT (tenant_id, contact_id) DO UPDATE SET keys = excluded.keys"};
const Statement kAddKeys{"duplicate_add_keys",
                         "INSERT INTO duplicate_key (tenant_id, key, contact_id)"
                         " SELECT $1, key, contact_id FROM unnest($2::bigint[], $3::uuid[]) AS i(key, contact_id)"};
const Statement kNeighbours{
    "duplicate_neighbours",
    "SELECT DISTINCT i.contact_id, o.contact_id FROM unnest($2::bigint[], $3::uuid[]) AS i(key, contact_id)"
    " CROSS JOIN LATERAL (SELECT k.contact_id FROM duplicate_key k WHERE k.tenant_id = $1 AND k.key = i.key"
    "  AND k.contact_id <> i.contact_id ORDER BY k.contact_id LIMIT $4) o"};
// Those that are not found again: by the one, and by the other, because no index knows either.
#define WITHDRAW(side)                                                                                      \
  "DELETE FROM duplicate_candidate WHERE tenant_id = $1 AND ctid = ANY(ARRAY("                              \
  " SELECT o.place FROM unnest($2::uuid[]) AS i(id) CROSS JOIN LATERAL"                                     \
  " (SELECT d.ctid AS place FROM duplicate_candidate d WHERE d.tenant_id = $1 AND d." side " = i.id"        \
  "  AND d.state = 1 AND (d.first_id::text || d.second_id::text) <> ALL($3::text[]) OFFSET 0) o))"
const Statement kWithdrawFirst{"duplicate_withdraw_first", WITHDRAW("first_id")};
const Statement kWithdrawSecond{"duplicate_withdraw_second", WITHDRAW("second_id")};
const Statement kSuggest{
    "duplicate_suggest",
    "INSERT INTO duplicate_candidate AS d (tenant_id, id, first_id, second_id, score, reasons, state, create_time)"
    " SELECT $1, id, first_id, second_id, score, reasons::smallint[], 1, $7"
    " FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::float8[], $6::text[]) AS i(id, first_id, second_id, score, reasons)"
    " ON CONFLICT (tenant_id, first_id, second_id) DO UPDATE SET score = excluded.score, reasons = excluded.reasons"
    " WHERE d.state = 1 AND (d.score, d.reasons) IS DISTINCT FROM (excluded.score, excluded.reasons)"};

using Likenesses = std::map<Uuid, Likeness>;

// What is compared of these contacts; the erased are not there.
Result<Likenesses> ReadLikenesses(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Uuid>& ids) {
  std::vector<postgres::Call> calls;
  calls.push_back({&kLikenesses, Bound(tenant, ids)});
  calls.push_back({&kLikenessPoints, Bound(tenant, ids)});
  VEFA_TRY(std::vector<Rows> rows, transaction.ExecuteAll(std::move(calls)));
  std::map<Uuid, std::vector<std::string>> emails, phones;
  for (int i = 0; i < rows[1].size(); ++i)
    (rows[1].Int64(i, 1) == 1 ? emails : phones)[rows[1].Id(i, 0)].push_back(rows[1].String(i, 2));
  Likenesses all;
  for (int i = 0; i < rows[0].size(); ++i) {
    Uuid id = rows[0].Id(i, 0);
    std::vector<std::string> name = NameWords(rows[0].Text(i, 2));
    if (name.empty()) name = NameWords(rows[0].Text(i, 1));
    all.emplace(id, Likeness{id, std::move(name), emails[id], phones[id], rows[0].String(i, 3)});
  }
  return all;
}

struct Pairs {
  std::vector<Uuid> ids, firsts, seconds;
  std::vector<double> scores;
  std::vector<std::string> reasons;
};

// As PostgreSQL reads an array of numbers.
std::string ArrayOf(const std::vector<int64_t>& numbers) {
  std::string text = "{";
  for (int64_t number : numbers) text += (text.size() > 1 ? "," : "") + std::to_string(number);
  return text + "}";
}

// Ids grow with time: the smaller one was known first.
void AddPair(const Likeness& a, const Likeness& b, const Clock& clock, Pairs& pairs) {
  Comparison comparison = Compare(a, b);
  if (comparison.score < kDuplicateScore) return;
  pairs.ids.push_back(NewUuidV7(clock));
  pairs.firsts.push_back(std::min(a.id, b.id));
  pairs.seconds.push_back(std::max(a.id, b.id));
  pairs.scores.push_back(comparison.score);
  std::vector<int64_t> kinds;
  for (const LikenessReason& reason : comparison.reasons) kinds.push_back(static_cast<int64_t>(reason.kind));
  pairs.reasons.push_back(ArrayOf(kinds));
}

}  // namespace

Status SearchDuplicates(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Uuid>& contacts,
                        const Clock& clock) {
  VEFA_TRY_OK(transaction.Execute(kSearchAlone, Bound(tenant)));
  VEFA_TRY(Likenesses changed, ReadLikenesses(transaction, tenant, contacts));
  std::vector<int64_t> keys;
  std::vector<Uuid> holders;
  std::vector<std::string> keys_of;  // Of each contact, none for one that was erased.
  for (const Uuid& id : contacts) {
    auto likeness = changed.find(id);
    std::vector<int64_t> own = likeness == changed.end() ? std::vector<int64_t>() : SharedKeys(likeness->second);
    keys_of.push_back(ArrayOf(own));
    keys.insert(keys.end(), own.begin(), own.end());
    holders.insert(holders.end(), own.size(), id);
  }
  std::vector<postgres::Call> calls;
  calls.push_back({&kDropKeys, Bound(tenant, contacts)});
  calls.push_back({&kKeepKeys, Bound(tenant, contacts, keys_of)});
  calls.push_back({&kAddKeys, Bound(tenant, keys, holders)});
  calls.push_back({&kNeighbours, Bound(tenant, keys, holders, kNeighboursMax)});
  VEFA_TRY(std::vector<Rows> answers, transaction.ExecuteAll(std::move(calls)));
  const Rows& rows = answers.back();
  std::set<std::pair<Uuid, Uuid>> neighbours;
  std::set<Uuid> others;
  for (int i = 0; i < rows.size(); ++i) {
    neighbours.insert(std::minmax(rows.Id(i, 0), rows.Id(i, 1)));
    if (!changed.contains(rows.Id(i, 1))) others.insert(rows.Id(i, 1));
  }
  Likenesses near;
  if (!others.empty()) {
    VEFA_TRY(near, ReadLikenesses(transaction, tenant, {others.begin(), others.end()}));
  }
  near.merge(changed);
  Pairs pairs;
  for (const auto& [a, b] : neighbours)
    if (near.contains(a) && near.contains(b)) AddPair(near.at(a), near.at(b), clock, pairs);
  std::vector<std::string> names;
  for (size_t i = 0; i < pairs.ids.size(); ++i) names.push_back(pairs.firsts[i].ToString() + pairs.seconds[i].ToString());
  calls.clear();
  calls.push_back({&kWithdrawFirst, Bound(tenant, contacts, names)});
  calls.push_back({&kWithdrawSecond, Bound(tenant, contacts, names)});
  calls.push_back({&kSuggest, Bound(tenant, pairs.ids, pairs.firsts, pairs.seconds, pairs.scores, pairs.reasons, clock.Now())});
  VEFA_TRY_OK(transaction.ExecuteAll(std::move(calls)));
  return Ok();
}

}  // namespace vefa::contact
