#include "services/contact/pii_keys.h"

#include "libs/crypto/aes_gcm.h"
#include "libs/crypto/crypto.h"
#include "services/contact/contact_events.h"
#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

const Statement kTenantKey{"tenant_key_get", "SELECT wrapped_key FROM tenant_key WHERE tenant_id = $1"};
const Statement kMakeTenantKey{"tenant_key_make",
                               "INSERT INTO tenant_key (tenant_id, wrapped_key, create_time) VALUES ($1, $2, $3)"
                               " ON CONFLICT (tenant_id) DO NOTHING"};
const Statement kGetKeys{"pii_keys_get",
                         "SELECT key_id, wrapped_key FROM pii_key WHERE tenant_id = $1 AND key_id = ANY($2)"};

// Where a wrapped key is stored: it cannot be read as another row's.
std::string PlaceOf(const char* table, const Uuid& tenant, const Uuid& key) {
  std::string place(table);
  place.append(reinterpret_cast<const char*>(tenant.bytes.data()), tenant.bytes.size());
  return place.append(reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size());
}

}  // namespace

Sealer::~Sealer() { crypto::Wipe(tenant_key_); }

SealedPerson Sealer::Seal(const Contact& contact, const AttributeDefinitions& definitions, const Clock& clock) const {
  v1::ContactPersonal personal = PersonalOf(contact, definitions);
  SealedPerson person = Seal(personal, clock);
  for (const ContactPoint& point : contact.points)
    person.address_hashes.push_back(addresses_.Hash(point.kind, point.value.Reveal()));
  person.email_hash = addresses_.Hash(PointKind::kEmail, contact.email.Reveal());
  person.phone_hash = addresses_.Hash(PointKind::kPhone, contact.phone.Reveal());
  return person;
}

SealedPerson Sealer::Seal(const google::protobuf::Message& personal, const Clock& clock) const {
  pii::Key key = pii::NewKey(clock);
  return {pii::Seal(key, tenant_, personal), key.id(),
          pii::Wrap(tenant_key_, key.bytes(), PlaceOf("pii_key", tenant_, key.id())), {}, {}, {}};
}

Result<pii::Key> Sealer::Unwrap(const Uuid& key_id, std::string_view wrapped_key) const {
  VEFA_TRY(std::string bytes, pii::Unwrap(tenant_key_, wrapped_key, PlaceOf("pii_key", tenant_, key_id)));
  return pii::Key(key_id, std::move(bytes));
}

std::string Sealer::WrapSecret(const char* table, const Uuid& contact, std::string_view secret) const {
  return pii::Wrap(tenant_key_, secret, PlaceOf(table, tenant_, contact));
}

Result<std::string> Sealer::UnwrapSecret(const char* table, const Uuid& contact, std::string_view wrapped) const {
  return pii::Unwrap(tenant_key_, wrapped, PlaceOf(table, tenant_, contact));
}

Result<std::shared_ptr<const Sealer>> PiiKeys::ForTenant(const Uuid& tenant, Deadline deadline) {
  {
    std::lock_guard lock(mutex_);
    if (auto found = sealers_.find(tenant); found != sealers_.end()) return found->second;
  }
  VEFA_TRY(std::string key, LoadTenantKey(tenant, deadline));
  auto sealer = std::make_shared<const Sealer>(tenant, std::move(key), file_key_);
  std::lock_guard lock(mutex_);
  if (sealers_.size() >= kTenantKeysMax) sealers_.clear();
  sealers_[tenant] = sealer;
  return sealer;
}

Result<std::string> PiiKeys::LoadTenantKey(const Uuid& tenant, Deadline deadline) {
  const std::string place = PlaceOf("tenant_key", tenant, Uuid{});
  VEFA_TRY(Rows rows, database_.Run(Scope::Tenant(tenant), kTenantKey, Bound(tenant), deadline));
  if (rows.empty()) {
    // Of several processes that do this at once, one inserts, and all read what it inserted.
    std::string fresh = crypto::RandomString(pii::Key::kSize);
    std::string wrapped = pii::Wrap(file_key_, fresh, place);
    crypto::Wipe(fresh);
    std::vector<postgres::Call> calls;
    calls.push_back({&kMakeTenantKey, Bound(tenant, postgres::Bytes{wrapped}, clock_.Now())});
    calls.push_back({&kTenantKey, Bound(tenant)});
    VEFA_TRY(std::vector<Rows> made, database_.Run(Scope::Tenant(tenant), std::move(calls), deadline));
    rows = std::move(made[1]);
  }
  auto key = pii::Unwrap(file_key_, rows.Text(0, 0), place);
  if (key.ok()) return key;
  return Error{Code::kDataLoss, "KEY_UNWRAP",
               "VEFA_PII_KEY_FILE is not the file this tenant's key was made with; put that one back."};
}

Result<std::vector<pii::Key>> PiiKeys::Get(const Uuid& tenant, const std::vector<Uuid>& key_ids, Deadline deadline) {
  VEFA_TRY(auto sealer, ForTenant(tenant, deadline));
  VEFA_TRY(Rows rows, database_.Run(Scope::Tenant(tenant), kGetKeys, Bound(tenant, key_ids), deadline));
  std::vector<pii::Key> keys;
  keys.reserve(static_cast<size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    VEFA_TRY(pii::Key key, sealer->Unwrap(rows.Id(i, 0), rows.Text(i, 1)));
    keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace vefa::contact
