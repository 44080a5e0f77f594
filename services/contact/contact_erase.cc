#include "services/contact/contact_erase.h"

#include "libs/events/append.h"
#include "libs/rpc/idempotency.h"
#include "libs/telemetry/trace.h"
#include "services/contact/contact_events.h"
#include "services/contact/duplicate/duplicate_store.h"
#include "services/contact/party/party_store.h"
#include "services/contact/preference/preference_store.h"
#include "services/contact/search/search_index.h"
#include "services/contact/suppression/suppression_store.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Statement;

// Whoever writes the contact now commits or waits. Each later statement sees what was committed before it
// began, so a key that was being stored meanwhile is seen and destroyed; within one statement it would be missed.
const Statement kLock{"contact_erase_lock", "SELECT 1 FROM contact WHERE tenant_id = $1 AND id = $2 FOR UPDATE"};

const Statement kErase{
    "contact_erase",
    "WITH destroyed AS (DELETE FROM pii_key WHERE tenant_id = $1 AND contact_id = $2 RETURNING 1),"
    " unreachable AS (DELETE FROM contact_point WHERE tenant_id = $1 AND contact_id = $2),"
    " changed AS ("
    "  UPDATE contact SET display_name = '', email = '', external_id = 'erased-' || id, search_text = '', given_name = '',"
    "    family_name = '', phone = '', tags = '{}', attributes = '{}', owner_id = NULL,"
    "    version = version + 1, update_time = $3, erase_time = $3,"
    "    keys_destroyed = (SELECT count(*) FROM destroyed)"
    "  WHERE tenant_id = $1 AND id = $2 AND erase_time IS NULL RETURNING id, version),"
    " logged AS ("
    "  SELECT " VEFA_APPEND_EVENTS("$1, 'contacts/' || id, version, $4, 'contact.erased', $3, $5, NULL, $6")
    "  FROM changed)"
    " SELECT 1 FROM changed, logged"};

// What opens the commitments of the contact's consents; the chain they are in stays whole without.
const Statement kEraseSecret{"contact_erase_secret", "DELETE FROM consent_secret WHERE tenant_id = $1 AND contact_id = $2"};

const Statement kErased{"contact_erased",
                        "SELECT version, keys_destroyed FROM contact WHERE tenant_id = $1 AND id = $2"};

}  // namespace

Result<std::optional<Erased>> EraseContact(postgres::Database& database, const Uuid& tenant, const Uuid& id,
                                           const std::string& reason, const Clock& clock, Deadline deadline) {
  const std::string payload = ErasedPayload(reason);
  std::vector<postgres::Call> calls;
  calls.push_back({&kLock, Bound(tenant, id)});
  calls.push_back(SuppressErasedCall(tenant, {id}, reason, clock));
  calls.push_back(ForgetPreferencesCall(tenant, id));
  calls.push_back({&kErase, Bound(tenant, id, clock.Now(), NewUuidV7(clock), telemetry::CurrentTrace().traceparent(),
                                  postgres::Bytes{payload})});
  calls.push_back({&kEraseSecret, Bound(tenant, id)});
  calls.push_back(rpc::EraseAnswersCall(tenant, ResourceName("contacts", id)));
  for (postgres::Call& call : ForgetDuplicatesCalls(tenant, id)) calls.push_back(std::move(call));
  for (postgres::Call& call : EraseWordsCalls(tenant, id)) calls.push_back(std::move(call));
  for (postgres::Call& call : EraseTextsCalls(tenant, id)) calls.push_back(std::move(call));
  calls.push_back({&kErased, Bound(tenant, id)});
  VEFA_TRY(std::vector<Rows> rows, database.Run(postgres::Scope::Tenant(tenant), std::move(calls), deadline));
  const Rows& erased = rows.back();
  if (erased.empty()) return std::optional<Erased>();
  return std::optional<Erased>({erased.Int64(0, 0), erased.Int32(0, 1)});
}

}  // namespace vefa::contact
