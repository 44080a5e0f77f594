#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/pii/pii.h"
#include "libs/postgres/database.h"
#include "services/contact/contact.h"
#include "services/contact/suppression/address_key.h"
#include "vefa/event/v1/pii.pb.h"

namespace vefa::contact {

// Personal data of one write: the box that travels, and its key as it is stored.
struct SealedPerson {
  event::v1::PiiBox box;
  Uuid key_id;
  std::string wrapped_key;
  // Of a contact: the hashes of its points in their order, and of its primary addresses; empty where there is none.
  std::vector<std::string> address_hashes{};
  std::string email_hash{}, phone_hash{};
};

// Makes keys of one tenant and reads stored ones; holds the tenant's key. Immutable, so thread-safe.
class Sealer {
 public:
  Sealer(const Uuid& tenant, std::string tenant_key, std::string_view file_key)
      : tenant_(tenant), tenant_key_(std::move(tenant_key)), addresses_(file_key, tenant) {}
  ~Sealer();
  Sealer(const Sealer&) = delete;
  Sealer& operator=(const Sealer&) = delete;

  const Uuid& tenant() const { return tenant_; }
  // By which suppressed addresses are known.
  const AddressKey& addresses() const { return addresses_; }
  // What is personal of a contact, under a fresh key.
  SealedPerson Seal(const Contact& contact, const AttributeDefinitions& definitions, const Clock& clock) const;
  // Anything personal, under a fresh key.
  SealedPerson Seal(const google::protobuf::Message& personal, const Clock& clock) const;
  // DATA_LOSS `KEY_UNWRAP`.
  Result<pii::Key> Unwrap(const Uuid& key_id, std::string_view wrapped_key) const;
  // 32 secret bytes of a contact's, as a table of that name stores them; `table` is a constant.
  std::string WrapSecret(const char* table, const Uuid& contact, std::string_view secret) const;
  // DATA_LOSS `KEY_UNWRAP`.
  Result<std::string> UnwrapSecret(const char* table, const Uuid& contact, std::string_view wrapped) const;

 private:
  const Uuid tenant_;
  std::string tenant_key_;
  const AddressKey addresses_;
};

// Tenants whose key is held unwrapped; beyond that the cache begins anew.
inline constexpr size_t kTenantKeysMax = 4096;

// The keys of persons: each wrapped by its tenant's key, which the key file wraps. Owned by main;
// thread-safe. Never call it while holding a transaction: it takes a connection of its own.
class PiiKeys {
 public:
  // `file_key` is what VEFA_PII_KEY_FILE holds, at least 32 bytes.
  PiiKeys(postgres::Database& database, const Clock& clock, std::string file_key)
      : database_(database), clock_(clock), file_key_(std::move(file_key)) {}

  // The tenant's key is made at its first use. DATA_LOSS `KEY_UNWRAP` when the key file is another one
  // than it was made with.
  Result<std::shared_ptr<const Sealer>> ForTenant(const Uuid& tenant, Deadline deadline);
  // Those that exist, in any order: destroyed ones and other tenants' are left out.
  Result<std::vector<pii::Key>> Get(const Uuid& tenant, const std::vector<Uuid>& key_ids, Deadline deadline);

 private:
  Result<std::string> LoadTenantKey(const Uuid& tenant, Deadline deadline);

  postgres::Database& database_;
  const Clock& clock_;
  const std::string file_key_;
  std::mutex mutex_;
  std::unordered_map<Uuid, std::shared_ptr<const Sealer>> sealers_;
};

}  // namespace vefa::contact
