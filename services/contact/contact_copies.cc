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

bool ContactCopies::Open(const std::string& key, std::string_view copy, v1::Contact& contact) const {
  if (copy.size() < crypto::kGcmNonceBytes) return false;
  crypto::Digest own = crypto::HmacSha256(secret_, key);
  // What was changed on the way, or sealed by another secret, is as good as nothing.
  auto plain = crypto::AesGcmDecrypt(crypto::Bytes(own), copy.substr(0, crypto::kGcmNonceBytes),
                                     copy.substr(crypto::kGcmNonceBytes), "");
  return plain.ok() && contact.ParseFromString(*plain);
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
