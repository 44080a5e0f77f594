#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/redis/cache.h"
#include "services/contact/contact.h"
#include "vefa/contact/v1/contact.pb.h"

namespace vefa::contact {

// Which version a contact has now.
struct ContactVersion {
  Uuid id;
  int64_t version = 0;
};

// Copies of contacts in Redis, for who reads the same ones again, each encrypted under a key of its own: names and
// addresses in clear are in contact's database alone. Whoever changes contacts says so once his transaction is committed
// and before he answers. Without a Redis there are no copies. Thread-safe.
class ContactCopies {
 public:
  // No copies.
  ContactCopies() = default;
  // `cache` outlives it. The keys are derived from `secret`, at least 32 bytes, which all replicas share.
  ContactCopies(redis::Cache* cache, std::string_view secret);

  // What there is a copy of, by position.
  std::vector<std::optional<v1::Contact>> Find(const Uuid& tenant, const std::vector<Uuid>& ids) const;
  // What the database has just said.
  void Keep(const Uuid& tenant, const std::vector<Contact>& contacts) const;
  // What was committed.
  void Changed(const Uuid& tenant, const std::vector<ContactVersion>& contacts) const;

 private:
  static std::string KeyOf(const Uuid& tenant, const Uuid& id) { return tenant.ToString() + "/" + id.ToString(); }
  std::string Seal(const std::string& key, const Contact& contact) const;
  std::optional<v1::Contact> Open(const std::string& key, std::string_view copy) const;

  redis::Cache* cache_ = nullptr;
  std::string secret_;
};

}  // namespace vefa::contact
