#include "services/contact/contact_erase.h"

#include "libs/events/append.h"
#include "libs/rpc/idempotency.h"
#include "libs/telemetry/trace.h"
#include "services/contact/consent/consent_point.h"
#include "services/contact/contact_events.h"
#include "services/contact/duplicate/duplicate_store.h"
#include "services/contact/identity/identity_store.h"
#include "services/contact/importing/import_store.h"
#include "services/contact/interest/interest_store.h"
#include "services/contact/iys/iys_store.h"
#include "services/contact/merge/merge_store.h"
#include "services/contact/merge/merging.h"
#include "services/contact/party/party_store.h"
#include "services/contact/preference/preference_store.h"
#include "services/contact/rating/rating_store.h"
#include "services/contact/right/limit_store.h"
#include "services/contact/right/right_store.h"
#include "services/contact/search/search_index.h"
#include "services/contact/suppression/address_hashes.h"
#include "services/contact/suppression/suppression_store.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Statement;

// Whoever writes the contact now commits or waits. Each later statement sees what was committed before it
// began, so a key that was being stored meanwhile is seen and destroyed; within one statement it would be missed.
const Statement kLock{"contact_erase_lock", "SELECT merged_into, hold_time IS NOT NULL FROM contact WHERE tenant_id = $1 AND id = $2 FOR UPDATE"};

const Statement kErase{
    "contact_erase",
    "WITH destroyed AS (DELETE FROM pii_key WHERE tenant_id = $1 AND contact_id = $2 RETURNING 1),"
    " unreachable AS (DELETE FROM contact_point WHERE tenant_id = $1 AND contact_id = $2),"
    " changed AS ("
    "  UPDATE contact SET display_name = '', email = '', external_id = 'erased-' || id, search_text = '', given_name = '',"
    "    family_name = '', phone = '', tags = '{}', attributes = '{}', owner_id = NULL,"
    "    email_hash = NULL, phone_hash = NULL,"
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

Result<std::optional<Erased>> EraseRecord(postgres::Transaction& transaction, const Sealer& sealer, const Uuid& id,
                                          const ErasureTerms& terms, const Clock& clock) {
  const Uuid tenant = sealer.tenant();
  const std::string payload = ErasedPayload(terms.reason);
  VEFA_TRY(Rows locked, transaction.Execute(kLock, Bound(tenant, id)));
  if (locked.empty()) return std::optional<Erased>();
  if (!terms.with_survivor && !locked.IsNull(0, 0)) return ContactMerged(locked.Id(0, 0));
  if (locked.Bool(0, 1)) return LegalHold();
  // What suppresses are hashes that are there; records of before there were any have none.
  if (terms.suppress) VEFA_TRY_OK(HashAddresses(transaction, tenant, sealer.addresses(), id));
  std::vector<postgres::Call> calls;
  if (terms.suppress) calls.push_back(SuppressErasedCall(tenant, {id}, terms.reason, clock));
  calls.push_back(ForgetImportsCall(tenant, id));
  calls.push_back(ForgetPreferencesCall(tenant, id));
  calls.push_back(ForgetIdentitiesCall(tenant, id));
  calls.push_back(EraseRightsNotesCall(tenant, id));
  calls.push_back({&kErase, Bound(tenant, id, clock.Now(), NewUuidV7(clock), telemetry::CurrentTrace().traceparent(),
                                  postgres::Bytes{payload})});
  calls.push_back({&kEraseSecret, Bound(tenant, id)});
  calls.push_back(ForgetConsentAddressesCall(tenant, id));
  calls.push_back(ForgetOwnCall(tenant, id));
  calls.push_back(rpc::EraseAnswersCall(tenant, ResourceName("contacts", id)));
  for (postgres::Call& call : ForgetIysCalls(tenant, id)) calls.push_back(std::move(call));
  for (postgres::Call& call : ForgetInterestsCalls(tenant, id)) calls.push_back(std::move(call));
  for (postgres::Call& call : ForgetRatingsCalls(tenant, id)) calls.push_back(std::move(call));
  for (postgres::Call& call : ForgetDuplicatesCalls(tenant, id)) calls.push_back(std::move(call));
  for (postgres::Call& call : EraseWordsCalls(tenant, id)) calls.push_back(std::move(call));
  for (postgres::Call& call : EraseTextsCalls(tenant, id)) calls.push_back(std::move(call));
  calls.push_back({&kErased, Bound(tenant, id)});
  VEFA_TRY(std::vector<Rows> done, transaction.ExecuteAll(std::move(calls)));
  const Rows& erased = done.back();
  return std::optional<Erased>({erased.Int64(0, 0), erased.Int32(0, 1), {}});
}

Result<std::optional<Erased>> EraseContact(postgres::Database& database, const Sealer& sealer, const Uuid& id,
                                           const std::string& reason, const Clock& clock, Deadline deadline) {
  const Uuid tenant = sealer.tenant();
  auto erase = [&](const Uuid& record, bool with_survivor) {
    return postgres::InTransaction(database, postgres::Scope::Tenant(tenant), deadline, [&](postgres::Transaction& transaction) {
      return EraseRecord(transaction, sealer, record, {reason, with_survivor, true}, clock);
    });
  };
  // Of parts that must be kept, nothing is begun.
  VEFA_TRY(std::vector<Uuid> parts, PartsOf(database, tenant, id, deadline));
  if (!parts.empty()) VEFA_TRY_OK(CheckNotHeld(database, tenant, parts, deadline));
  VEFA_TRY(std::optional<Erased> whole, erase(id, false));
  if (!whole) return whole;
  // Nothing becomes a part of an erased contact, and nothing is set free from it: these are all.
  VEFA_TRY(parts, PartsOf(database, tenant, id, deadline));
  for (const Uuid& part : parts) {
    VEFA_TRY(std::optional<Erased> erased, erase(part, true));
    if (!erased) continue;
    whole->keys_destroyed += erased->keys_destroyed;
    whole->parts.push_back({part, erased->version});
  }
  return whole;
}

}  // namespace vefa::contact
