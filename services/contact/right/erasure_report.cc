#include "services/contact/right/erasure_report.h"

#include "libs/rpc/time.h"
#include "services/contact/merge/merge_store.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Statement;

const Statement kErasedThen{"erasure_record", "SELECT min(erase_time), coalesce(sum(keys_destroyed), 0)::int, count(*) FILTER (WHERE erase_time IS NULL)"
                                              " FROM contact WHERE tenant_id = $1 AND id = ANY($2)"};
// Every table that holds something personal in clear, or a key to it; texts that stay are empty then.
const Statement kLeft{
    "erasure_left",
    "SELECT 'contact', count(*) FROM contact WHERE tenant_id = $1 AND id = ANY($2) AND (display_name <> '' OR email <> '' OR phone <> ''"
    "   OR given_name <> '' OR family_name <> '' OR tags <> '{}' OR attributes <> '{}' OR external_id <> 'erased-' || id)"
    " UNION ALL SELECT 'contact_point', count(*) FROM contact_point WHERE tenant_id = $1 AND contact_id = ANY($2)"
    " UNION ALL SELECT 'pii_key', count(*) FROM pii_key WHERE tenant_id = $1 AND contact_id = ANY($2)"
    " UNION ALL SELECT 'consent_secret', count(*) FROM consent_secret WHERE tenant_id = $1 AND contact_id = ANY($2)"
    " UNION ALL SELECT 'contact_own', count(*) FROM contact_own WHERE tenant_id = $1 AND contact_id = ANY($2)"
    " UNION ALL SELECT 'preference', count(*) FROM preference WHERE tenant_id = $1 AND contact_id = ANY($2)"
    " UNION ALL SELECT 'search_contact', count(*) FROM search_contact WHERE tenant_id = $1 AND contact_id = ANY($2)"
    " UNION ALL SELECT 'affiliation', count(*) FROM affiliation WHERE tenant_id = $1 AND contact_id = ANY($2)"
    "   AND (title <> '' OR department <> '')"
    " UNION ALL SELECT 'rights_request', count(*) FROM rights_request WHERE tenant_id = $1 AND contact_id = ANY($2) AND note <> ''"};
const Statement kUnpublished{
    "erasure_unpublished",
    "SELECT 1 FROM event_log e JOIN outbox_pending o ON o.id = e.id AND o.tenant_id = $1 WHERE e.tenant_id = $1"
    " AND e.subject = 'contacts/' || $2::uuid AND e.aggregate_version = (SELECT max(aggregate_version) FROM event_log"
    "   WHERE tenant_id = $1 AND subject = 'contacts/' || $2::uuid AND event_type = 'contact.erased')"};

using Part = v1::ErasureReport::Part;

void AddPart(const char* service, Part::State state, const char* detail, v1::ErasureReport& report) {
  Part& part = *report.add_parts();
  part.set_service(service);
  part.set_state(state);
  part.set_detail(detail);
}

// As docs/architecture.md and the services' READMEs say. None of them has a call that tells what it holds of an erased person.
void AddOthers(v1::ErasureReport& report) {
  AddPart("campaign", Part::STATE_TOLD, "Forgets language and source and aims at the person no more when it hears of it.", report);
  AddPart("gateway", Part::STATE_TOLD, "Its feed holds boxes only, which nothing opens since the keys are destroyed.", report);
  AddPart("interaction", Part::STATE_TOLD,
          "Keeps orders and the timeline as history about nobody; the timeline shows KIND_CONTACT_ERASED once it heard of it.", report);
  AddPart("notification", Part::STATE_KEPT, "Keeps hashes of addresses, and what it holds of messages that were sent.", report);
}

}  // namespace

Result<v1::ErasureReport> ReadErasureReport(postgres::Database& database, const Uuid& tenant, const Uuid& contact, Deadline deadline) {
  VEFA_TRY(std::vector<Uuid> all, PartsOf(database, tenant, contact, deadline));
  all.push_back(contact);
  std::vector<postgres::Call> calls;
  calls.push_back({&kErasedThen, Bound(tenant, all)});
  calls.push_back({&kLeft, Bound(tenant, all)});
  calls.push_back({&kUnpublished, Bound(tenant, contact)});
  VEFA_TRY(std::vector<Rows> rows, database.Run(postgres::Scope::Tenant(tenant), std::move(calls), deadline));
  v1::ErasureReport report;
  const bool erased = rows[0].Int64(0, 2) == 0;
  if (erased && !rows[0].IsNull(0, 0)) *report.mutable_erase_time() = rpc::ToProto(rows[0].Timestamp(0, 0));
  report.set_keys_destroyed(rows[0].Int32(0, 1));
  for (int i = 0; i < rows[1].size(); ++i)
    if (rows[1].Int64(i, 1) > 0) (*report.mutable_left())[rows[1].String(i, 0)] = rows[1].Int64(i, 1);
  report.set_published(erased && rows[2].empty());
  const bool clean = erased && report.left().empty();
  AddPart("contact", clean ? Part::STATE_DONE : Part::STATE_LEFT,
          clean ? "Looked at: no key, name, address or free text is left; ids, versions and consents stay as history about nobody."
                : "Something is left, or the person was not erased yet; see `left`.",
          report);
  AddOthers(report);
  return report;
}

}  // namespace vefa::contact
