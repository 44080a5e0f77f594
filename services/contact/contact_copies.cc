#include "services/contact/contact_copies.h"

#include "libs/crypto/aes_gcm.h"
#include "libs/crypto/crypto.h"
#include "services/contact/contact_proto.h"

namespace vefa::contact {

ContactCopies::ContactCopies(redis::Cache* cache, std::string_view secret)
    : cache_(cache), secret_(crypto::Bytes(crypto::HmacSha256(secret, "copies of contacts"))) {}

std::string ContactCopies::Seal(const std::string& key, const Contact& contact) const {
  std::string nonce = crypto::RandomString(crypto::kGcmNonceBytes);
  crypto::Digest own = crypto::HmacSha256(secret_, key);
  return nonce + crypto::AesGcmEncrypt(crypto::Bytes(own), nonce, ToProto(contact).SerializeAsString(), "");
}

std::optional<v1::Contact> ContactCopies::Open(const std::string& key, std::string_view copy) const {
  if (copy.size() < crypto::kGcmNonceBytes) return std::nullopt;
  crypto::Digest own = crypto::HmacSha256(secret_, key);
  // What was changed on the way, or sealed by another secret, is as good as nothing.
  auto plain = crypto::AesGcmDecrypt(crypto::Bytes(own), copy.substr(0, crypto::kGcmNonceBytes),
                                     copy.substr(crypto::kGcmNonceBytes), "");
  v1::Contact contact;
  if (!plain.ok() || !contact.ParseFromString(*plain)) return std::nullopt;
  return contact;
}

std::vector<std::optional<v1::Contact>> ContactCopies::Find(const Uuid& tenant, const std::vector<Uuid>& ids) const {
  std::vector<std::optional<v1::Contact>> contacts(ids.size());
  if (cache_ == nullptr) return contacts;
  std::vector<std::string> keys;
  for (const Uuid& id : ids) keys.push_back(KeyOf(tenant, id));
  auto copies = cache_->Get(keys);
  for (size_t i = 0; i < ids.size(); ++i)
    if (copies[i]) contacts[i] = Open(keys[i], *copies[i]);
  return contacts;
}

void ContactCopies::Keep(const Uuid& tenant, const std::vector<Contact>& contacts) const {
  if (cache_ == nullptr) return;
  std::vector<redis::Cache::Entry> entries;
  for (const Contact& contact : contacts) {
    std::string key = KeyOf(tenant, contact.id);
    entries.push_back({key, contact.version, Seal(key, contact)});
  }
  cache_->Put(entries);
}

void ContactCopies::Changed(const Uuid& tenant, const std::vector<ContactVersion>& contacts) const {
  if (cache_ == nullptr) return;
  std::vector<redis::Cache::Entry> entries;
  for (const ContactVersion& contact : contacts) entries.push_back({KeyOf(tenant, contact.id), contact.version});
  cache_->Outdate(entries);
}

}  // namespace vefa::contact
