// What we hand out and get back: the principal between services, links in mails, page tokens, wrapped keys, boxes of
// personal data. A text is taken only when it is the very one that was made; one byte changed, and it is refused. The
// fuzzer sees what bytes are compared with, and so may make a seal that holds.
#include <string>

#include "libs/base/check.h"
#include "libs/base/text.h"
#include "libs/pii/pii.h"
#include "libs/rpc/page.h"
#include "libs/rpc/principal.h"
#include "services/notification/mail/token.h"
#include "tests/fuzz/bytes.h"
#include "vefa/event/v1/pii.pb.h"
#include "vefa/gateway/v1/principal.pb.h"

namespace vefa::fuzz {
namespace {

const std::string kSecret(32, 's');
const Time kNow{std::chrono::seconds(1'700'000'000)};

// `made` with one byte replaced; the same when the byte was that one already.
std::string Changed(std::string made, Bytes& bytes) {
  if (!made.empty()) made[(bytes.Next() << 8 | bytes.Next()) % made.size()] = static_cast<char>(bytes.Next());
  return made;
}

void CheckPrincipal(Bytes bytes) {
  static const rpc::PrincipalKey key(kSecret);
  auto taken = key.Verify(bytes.rest(), kNow);
  VEFA_CHECK(taken.ok() || taken.error().reason.starts_with("PRINCIPAL_"));
  rpc::Principal principal;
  principal.tenant = bytes.NextId();
  principal.subject = "users/" + ToHex(bytes.Until('\n'));
  principal.permissions = {"*.read", ToHex(bytes.Until('\n'))};
  principal.expire_time = kNow + std::chrono::seconds(1);
  std::string token = key.Sign(principal);
  auto back = key.Verify(token, kNow);
  VEFA_CHECK(back.ok() && back->tenant == principal.tenant && back->permissions == principal.permissions);
  VEFA_CHECK(!key.Verify(token, principal.expire_time).ok());
  std::string changed = Changed(token, bytes);
  VEFA_CHECK(changed == token || !key.Verify(changed, kNow).ok());
  VEFA_CHECK(!rpc::PrincipalKey(std::string(32, 't')).Verify(token, kNow).ok());
}

void CheckUnsubscribe(Bytes bytes) {
  static const notification::TokenKey key(kSecret);
  if (auto taken = key.ReadUnsubscribe(bytes.rest()); taken.ok()) VEFA_CHECK(key.Unsubscribe(*taken) == bytes.rest());
  notification::UnsubscribeToken token{static_cast<uint32_t>(bytes.Next() << 16 | bytes.Next()), bytes.NextId(), bytes.Next()};
  std::string text = key.Unsubscribe(token);
  auto back = key.ReadUnsubscribe(text);
  VEFA_CHECK(back.ok() && back->message == token.message && back->tenant_ordinal == token.tenant_ordinal && back->purpose == token.purpose);
  std::string changed = Changed(text, bytes);
  VEFA_CHECK(changed == text || !key.ReadUnsubscribe(changed).ok());
}

void CheckPage(Bytes bytes) {
  if (auto taken = rpc::ReadPageToken(kSecret, "list", bytes.rest(), 2); taken.ok() && !bytes.empty())
    VEFA_CHECK(rpc::MakePageToken(kSecret, "list", *taken) == bytes.rest());
  std::vector<std::string> keys{std::string(bytes.Until('\n')), std::string(bytes.Until('\n'))};
  std::string token = rpc::MakePageToken(kSecret, "list", keys);
  VEFA_CHECK(*rpc::ReadPageToken(kSecret, "list", token, 2) == keys);
  VEFA_CHECK(!rpc::ReadPageToken(kSecret, "other", token, 2).ok() && !rpc::ReadPageToken(kSecret, "list", token, 3).ok());
  std::string changed = Changed(token, bytes);
  VEFA_CHECK(changed == token || !rpc::ReadPageToken(kSecret, "list", changed, 2).ok());
}

void CheckBox(Bytes bytes) {
  const pii::Key key(Uuid{{1}}, kSecret);
  const Uuid tenant{{2}};
  gateway::v1::Principal message, read;
  event::v1::PiiBox foreign;
  std::string_view rest = bytes.rest();
  if (foreign.ParseFromArray(rest.data(), static_cast<int>(rest.size()))) static_cast<void>(pii::Open(key, tenant, foreign, read).ok());
  static_cast<void>(pii::Unwrap(kSecret, rest, "place").ok());
  message.set_subject(ToHex(bytes.Until('\n')));
  event::v1::PiiBox box = pii::Seal(key, tenant, message);
  VEFA_CHECK(pii::Open(key, tenant, box, read).ok() && read.subject() == message.subject());
  VEFA_CHECK(!pii::Open(key, Uuid{{3}}, box, read).ok());
  event::v1::PiiBox changed = box;
  changed.set_ciphertext(Changed(box.ciphertext(), bytes));
  VEFA_CHECK(changed.ciphertext() == box.ciphertext() || !pii::Open(key, tenant, changed, read).ok());
  std::string wrapped = pii::Wrap(kSecret, kSecret, "place");
  std::string other = Changed(wrapped, bytes);
  VEFA_CHECK(*pii::Unwrap(kSecret, wrapped, "place") == kSecret && (other == wrapped || !pii::Unwrap(kSecret, other, "place").ok()));
}

}  // namespace
}  // namespace vefa::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  vefa::fuzz::Bytes bytes(data, size);
  vefa::fuzz::CheckPrincipal(bytes);
  vefa::fuzz::CheckUnsubscribe(bytes);
  vefa::fuzz::CheckPage(bytes);
  vefa::fuzz::CheckBox(bytes);
  return 0;
}
