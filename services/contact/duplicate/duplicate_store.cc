#include "services/contact/duplicate/duplicate_store.h"

#include <charconv>

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

#define DUPLICATE_COLUMNS \
  "d.id, d.first_id, d.second_id, d.score, array_to_string(d.reasons, ','), d.state, d.create_time, d.dismiss_time"
#define DUPLICATE_LIST "SELECT " DUPLICATE_COLUMNS " FROM duplicate_candidate d WHERE d.tenant_id = $1 AND d.state = $2"
#define DUPLICATE_AFTER " AND (d.score, d.id) < ($4::float8, $5::uuid)"
#define DUPLICATE_ORDER " ORDER BY d.score DESC, d.id DESC LIMIT $3"

const Statement kListFirst{"duplicate_list_first", DUPLICATE_LIST DUPLICATE_ORDER};
const Statement kList{"duplicate_list", DUPLICATE_LIST DUPLICATE_AFTER DUPLICATE_ORDER};
const Statement kListOfFirst{"duplicate_list_of_first",
                             DUPLICATE_LIST " AND (d.first_id = $4 OR d.second_id = $4)" DUPLICATE_ORDER};
const Statement kListOf{"duplicate_list_of",
                        DUPLICATE_LIST DUPLICATE_AFTER " AND (d.first_id = $6 OR d.second_id = $6)" DUPLICATE_ORDER};
const Statement kDismiss{"duplicate_dismiss",
                         "UPDATE duplicate_candidate d SET state = 2, dismiss_time = coalesce(d.dismiss_time, $3)"
                         " WHERE d.tenant_id = $1 AND d.id = $2 RETURNING " DUPLICATE_COLUMNS};
const Statement kForgetKeys{"duplicate_forget_keys",
                            "WITH gone AS (DELETE FROM duplicate_keys_of WHERE tenant_id = $1 AND contact_id = $2 RETURNING keys)"
                            " DELETE FROM duplicate_key WHERE tenant_id = $1 AND contact_id = $2"
                            " AND key IN (SELECT unnest(keys) FROM gone)"};
const Statement kForgetPairs{"duplicate_forget_pairs",
                             "DELETE FROM duplicate_candidate WHERE tenant_id = $1 AND (first_id = $2 OR second_id = $2)"};

// `1,9` taken apart.
std::vector<LikenessKind> ReadReasons(std::string_view text) {
  std::vector<LikenessKind> reasons;
  while (!text.empty()) {
    int number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) break;
    reasons.push_back(static_cast<LikenessKind>(number));
    text.remove_prefix(std::min(text.size(), static_cast<size_t>(end - text.data()) + 1));
  }
  return reasons;
}

Duplicate ReadDuplicate(const Rows& rows, int i) {
  Duplicate duplicate;
  duplicate.id = rows.Id(i, 0);
  duplicate.first = rows.Id(i, 1);
  duplicate.second = rows.Id(i, 2);
  duplicate.score = rows.Double(i, 3);
  duplicate.reasons = ReadReasons(rows.Text(i, 4));
  duplicate.state = static_cast<DuplicateState>(rows.Int64(i, 5));
  duplicate.create_time = rows.Timestamp(i, 6);
  if (!rows.IsNull(i, 7)) duplicate.dismiss_time = rows.Timestamp(i, 7);
  return duplicate;
}

}  // namespace

Result<std::vector<Duplicate>> ListDuplicates(postgres::Database& database, const Uuid& tenant,
                                              const DuplicatePage& page, Deadline deadline) {
  postgres::Params params = Bound(tenant, static_cast<int16_t>(page.state), static_cast<int32_t>(page.size));
  bool first = !page.after.has_value();
  if (page.after) {
    params.push_back(postgres::Bind(page.after->score));
    params.push_back(postgres::Bind(page.after->id));
  }
  if (page.contact) params.push_back(postgres::Bind(*page.contact));
  const Statement& list = page.contact ? (first ? kListOfFirst : kListOf) : (first ? kListFirst : kList);
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), list, std::move(params), deadline));
  std::vector<Duplicate> duplicates;
  for (int i = 0; i < rows.size(); ++i) duplicates.push_back(ReadDuplicate(rows, i));
  return duplicates;
}

Result<std::optional<Duplicate>> DismissDuplicate(postgres::Database& database, const Uuid& tenant, const Uuid& id,
                                                  const Clock& clock, Deadline deadline) {
  VEFA_TRY(Rows rows,
           database.Run(Scope::Tenant(tenant), kDismiss, Bound(tenant, id, clock.Now()), deadline));
  if (rows.empty()) return std::optional<Duplicate>();
  return std::optional<Duplicate>(ReadDuplicate(rows, 0));
}

std::vector<postgres::Call> ForgetDuplicatesCalls(const Uuid& tenant, const Uuid& contact) {
  std::vector<postgres::Call> calls;
  calls.push_back({&kForgetKeys, Bound(tenant, contact)});
  calls.push_back({&kForgetPairs, Bound(tenant, contact)});
  return calls;
}

}  // namespace vefa::contact
