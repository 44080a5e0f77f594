#include "libs/proof/proof.h"

#include "libs/base/text.h"

namespace vefa::proof {
namespace {

// Puts values after each other so that they can be read in one way only.
class Bytes {
 public:
  Bytes& Number(uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes_ += static_cast<char>(value >> shift);
    return *this;
  }
  Bytes& Signed(int64_t value) { return Number(static_cast<uint64_t>(value)); }
  Bytes& Text(std::string_view text) {
    Number(text.size());
    bytes_ += text;
    return *this;
  }
  // Of a size that is always the same.
  Bytes& Raw(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }
  Bytes& Raw(const crypto::Digest& digest) { return Raw(crypto::Bytes(digest)); }
  Bytes& Raw(const Uuid& id) { return Raw({reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()}); }
  Bytes& At(Time time) { return Signed(time.time_since_epoch().count()); }
  // With its closing NUL, so that no name begins another.
  Bytes& Name(const char* name) { return Raw(name).Raw(std::string_view("\0", 1)); }

  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace

std::string Commit(std::string_view salt, const Person& person) {
  Bytes bytes;
  bytes.Name("vefa.consent.person.v1");
  bytes.Text(person.address.Reveal()).Text(person.source.Reveal()).Text(person.ip.Reveal()).Text(person.user_agent.Reveal());
  return std::string(crypto::Bytes(crypto::HmacSha256(salt, bytes.bytes())));
}

crypto::Digest DigestOf(const Line& line) {
  Bytes bytes;
  bytes.Name("vefa.consent.line.v1").Raw(line.contact).Signed(line.line).Text(line.purpose).Signed(line.channel);
  bytes.Signed(line.state).Signed(line.recipient_type).Text(line.capture_source).Signed(line.text_version);
  bytes.Text(line.text_hash).Text(line.form_hash).Text(line.actor).At(line.occur_time).At(line.record_time);
  bytes.Text(line.commitment);
  return crypto::Sha256(bytes.bytes());
}

crypto::Digest Genesis(const Uuid& tenant) {
  return crypto::Sha256(Bytes().Name("vefa.consent.chain.v1").Raw(tenant).bytes());
}

crypto::Digest Link(const crypto::Digest& before, int64_t sequence, const crypto::Digest& line) {
  Bytes bytes;
  bytes.Raw(std::string_view(reinterpret_cast<const char*>(&kFormat), 1)).Raw(before).Signed(sequence).Raw(line);
  return crypto::Sha256(bytes.bytes());
}

std::string Statement(const Anchor& anchor) {
  Bytes bytes;
  bytes.Name("vefa.consent.anchor.v1").Raw(anchor.tenant).Signed(anchor.day).Signed(anchor.sequence);
  return bytes.Raw(anchor.hash).Raw(anchor.previous).bytes();
}

crypto::Digest DigestOf(const Anchor& anchor) { return crypto::Sha256(Statement(anchor)); }

std::string Statement(const Closing& closing) {
  Bytes bytes;
  bytes.Name("vefa.consent.closing.v1").Raw(closing.tenant).At(closing.time).Signed(closing.sequence);
  return bytes.Raw(closing.hash).Raw(closing.previous).bytes();
}

std::string KeyId(std::string_view public_key) { return ToHex(crypto::Bytes(crypto::Sha256(public_key))).substr(0, 16); }

}  // namespace vefa::proof
