#include "services/contact/search/search_sweep.h"

#include "libs/base/backoff.h"
#include "libs/telemetry/log.h"
#include "services/contact/search/search_index.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

constexpr std::chrono::hours kSweepEvery(1);
constexpr std::chrono::seconds kAgainAfterTrouble(10);
constexpr std::chrono::seconds kPageTimeout(30);
constexpr int32_t kSweepPage = 500;

const Statement kSweepTenants{"search_sweep_tenants", "SELECT id FROM tenant ORDER BY id"};
const Statement kSweepPageOf{
    "search_sweep_page",
    "SELECT c.id, c.display_name, c.email, c.external_id, c.erase_time IS NOT NULL OR c.merged_into IS NOT NULL, coalesce(s.name_key, ''), coalesce(s.words, '')"
    " FROM (SELECT * FROM contact WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3) c"
    " LEFT JOIN LATERAL (SELECT name_key, words FROM search_contact WHERE tenant_id = $1 AND contact_id = c.id OFFSET 0) s ON true"
    " ORDER BY c.id"};

}  // namespace

SearchSweep::SearchSweep(postgres::Database& pump, telemetry::Metrics& metrics, bool on)
    : pump_(pump),
      repaired_(metrics.AddCounter("vefa_contact_search_repaired_total",
                                   "Contacts whose words for search were not what their record says, found by the sweep.")) {
  if (on) loop_ = std::make_unique<runtime::Loop>([this] { return Step(); });
}

Result<int64_t> SearchSweep::Sweep(const Uuid& tenant) {
  int64_t repaired = 0;
  for (Uuid last; !stopping();) {
    VEFA_TRY(Rows rows, pump_.Run(Scope::Tenants({tenant}), kSweepPageOf, Bound(tenant, last, kSweepPage),
                                  Deadline::After(kPageTimeout)));
    std::vector<ContactKey> wrong;
    for (int i = 0; i < rows.size(); ++i) {
      Contact contact;
      contact.display_name = rows.String(i, 1);
      contact.email = rows.String(i, 2);
      contact.external_id = rows.String(i, 3);
      const SearchEntry wanted = rows.Bool(i, 4) ? SearchEntry() : EntryOf(contact);
      if (wanted != SearchEntry{rows.String(i, 5), SplitWords(rows.Text(i, 6))}) wrong.emplace_back(tenant, rows.Id(i, 0));
      last = rows.Id(i, 0);
    }
    if (!wrong.empty()) {
      VEFA_TRY(int changed, postgres::InTransaction(pump_, Scope::Tenants({tenant}), Deadline::After(kPageTimeout),
                                                    [&](postgres::Transaction& transaction) {
                                                      return IndexContacts(transaction, wrong, IndexedBy::kSweep);
                                                    }));
      repaired += changed;
      repaired_.Add(changed);
    }
    if (rows.size() < kSweepPage) break;
  }
  return repaired;
}

Status SearchSweep::SweepAll() {
  VEFA_TRY(Rows tenants, pump_.Run(Scope::EveryTenant(), kSweepTenants, {}, Deadline::After(kPageTimeout)));
  for (int i = 0; i < tenants.size() && !stopping(); ++i) VEFA_TRY_OK(Sweep(tenants.Id(i, 0)));
  return Ok();
}

std::chrono::milliseconds SearchSweep::Step() {
  Status swept = SweepAll();
  if (swept.ok()) {
    // Replicas that started together do not go on together.
    return std::chrono::milliseconds(kSweepEvery) / 2 +
           std::chrono::duration_cast<std::chrono::milliseconds>(RandomShare() * std::chrono::milliseconds(kSweepEvery));
  }
  telemetry::Warn("the words of contacts were not swept", {{"reason", swept.error().reason}});
  return kAgainAfterTrouble;
}

}  // namespace vefa::contact
