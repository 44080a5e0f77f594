#include "libs/pii/pii.h"

#include <gtest/gtest.h>

#include <set>

#include "libs/crypto/aes_gcm.h"
#include "libs/crypto/crypto.h"
#include "vefa/contact/v1/contact_events.pb.h"
#include "vefa/contact/v1/contact_personal.pb.h"
#include "vefa/event/v1/pii.pb.h"

namespace vefa::pii {
namespace {

using contact::v1::ContactPersonal;

class PiiTest : public testing::Test {
 protected:
  PiiTest() {
    person_.set_external_id("42");
    person_.set_display_name("Ayşe Işık");
    person_.set_email("ayse@deniz.example");
  }
  // Whether a box is refused for what it is, with nothing read.
  static bool Refused(const Key& key, const Uuid& tenant, const event::v1::PiiBox& box) {
    ContactPersonal read;
    Status opened = Open(key, tenant, box, read);
    return !opened.ok() && opened.error().code == Code::kDataLoss && opened.error().reason == "PII_BOX_BROKEN" &&
           read.ByteSizeLong() == 0;
  }

  SystemClock clock_;
  Uuid tenant_ = NewUuidV7(clock_);
  Key key_ = NewKey(clock_);
  ContactPersonal person_;
};

TEST_F(PiiTest, OpensWhatItSealed) {
  event::v1::PiiBox box = Seal(key_, tenant_, person_);
  EXPECT_EQ(box.key_id(), key_.id().ToString());
  EXPECT_EQ(box.message(), "vefa.contact.v1.ContactPersonal");
  EXPECT_EQ(box.nonce().size(), 12u);
  ContactPersonal read;
  ASSERT_TRUE(Open(key_, tenant_, box, read).ok());
  EXPECT_EQ(read.SerializeAsString(), person_.SerializeAsString());
  // An empty message is a message.
  ContactPersonal none;
  ASSERT_TRUE(Open(key_, tenant_, Seal(key_, tenant_, none), read).ok());
  EXPECT_EQ(read.ByteSizeLong(), 0u);
}

// What the contract promises a reader who has nothing but AES-256-GCM.
TEST_F(PiiTest, IsPlainAesGcmWithTheAdditionalDataOfTheContract) {
  event::v1::PiiBox box = Seal(key_, tenant_, person_);
  std::string additional(reinterpret_cast<const char*>(tenant_.bytes.data()), 16);
  additional.append(reinterpret_cast<const char*>(key_.id().bytes.data()), 16);
  additional += "vefa.contact.v1.ContactPersonal";
  auto plain = crypto::AesGcmDecrypt(key_.bytes(), box.nonce(), box.ciphertext(), additional);
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(*plain, person_.SerializeAsString());
}

TEST_F(PiiTest, ShowsNothingOfThePerson) {
  std::string bytes = Seal(key_, tenant_, person_).SerializeAsString();
  for (const std::string& word : {person_.display_name(), person_.email()})
    EXPECT_EQ(bytes.find(word), std::string::npos);
}

TEST_F(PiiTest, RefusesEveryChangedByte) {
  const event::v1::PiiBox box = Seal(key_, tenant_, person_);
  for (size_t i = 0; i < box.ciphertext().size(); ++i) {
    event::v1::PiiBox changed = box;
    (*changed.mutable_ciphertext())[i] ^= 1;
    EXPECT_TRUE(Refused(key_, tenant_, changed)) << i;
  }
  for (size_t i = 0; i < box.nonce().size(); ++i) {
    event::v1::PiiBox changed = box;
    (*changed.mutable_nonce())[i] ^= 1;
    EXPECT_TRUE(Refused(key_, tenant_, changed)) << i;
  }
  for (size_t size = 0; size < box.ciphertext().size(); ++size) {
    event::v1::PiiBox shorter = box;
    shorter.mutable_ciphertext()->resize(size);
    EXPECT_TRUE(Refused(key_, tenant_, shorter)) << size;
  }
  event::v1::PiiBox no_nonce = box;
  no_nonce.clear_nonce();
  EXPECT_TRUE(Refused(key_, tenant_, no_nonce));
  EXPECT_TRUE(Refused(key_, tenant_, {}));
}

TEST_F(PiiTest, RefusesAnotherTenantKeyOrKind) {
  const event::v1::PiiBox box = Seal(key_, tenant_, person_);
  EXPECT_TRUE(Refused(key_, NewUuidV7(clock_), box)) << "another tenant";
  EXPECT_TRUE(Refused(NewKey(clock_), tenant_, box)) << "another key";
  EXPECT_TRUE(Refused(Key(key_.id(), crypto::RandomString(Key::kSize)), tenant_, box)) << "other bytes";
  Key twin(NewUuidV7(clock_), key_.bytes());
  event::v1::PiiBox renamed = box;
  renamed.set_key_id(twin.id().ToString());
  EXPECT_TRUE(Refused(twin, tenant_, renamed)) << "the same bytes under another id";
  event::v1::PiiBox not_an_id = box;
  not_an_id.set_key_id("x");
  EXPECT_TRUE(Refused(key_, tenant_, not_an_id));

  // A box of another kind, whether it says so or not.
  contact::v1::ContactErased other;
  other.set_reason("x");
  event::v1::PiiBox of_other = Seal(key_, tenant_, other);
  EXPECT_TRUE(Refused(key_, tenant_, of_other));
  of_other.set_message(box.message());
  EXPECT_TRUE(Refused(key_, tenant_, of_other));
}

TEST_F(PiiTest, NeverUsesANonceOrAKeyTwice) {
  constexpr size_t kMany = 20000;
  std::set<std::string> nonces, keys, ids;
  for (size_t i = 0; i < kMany; ++i) {
    nonces.insert(Seal(key_, tenant_, person_).nonce());
    Key key = NewKey(clock_);
    keys.insert(key.bytes());
    ids.insert(key.id().ToString());
  }
  EXPECT_EQ(nonces.size(), kMany);
  EXPECT_EQ(keys.size(), kMany);
  EXPECT_EQ(ids.size(), kMany);
}

TEST_F(PiiTest, WrapsAKeyForOnePlace) {
  const std::string wrapping = crypto::RandomString(Key::kSize);
  const std::string wrapped = Wrap(wrapping, key_.bytes(), "here");
  EXPECT_EQ(wrapped.size(), 12u + 32u + 16u);
  EXPECT_EQ(*Unwrap(wrapping, wrapped, "here"), key_.bytes());
  EXPECT_NE(Wrap(wrapping, key_.bytes(), "here"), wrapped) << "a nonce of its own each time";
  auto refused = [&](const std::string& with, const std::string& what, const char* where) {
    auto key = Unwrap(with, what, where);
    return !key.ok() && key.error().code == Code::kDataLoss && key.error().reason == "KEY_UNWRAP";
  };
  EXPECT_TRUE(refused(wrapping, wrapped, "there"));
  EXPECT_TRUE(refused(crypto::RandomString(Key::kSize), wrapped, "here"));
  for (size_t i = 0; i < wrapped.size(); ++i) {
    std::string changed = wrapped;
    changed[i] ^= 1;
    EXPECT_TRUE(refused(wrapping, changed, "here")) << i;
    EXPECT_TRUE(refused(wrapping, wrapped.substr(0, i), "here")) << i;
  }
}

}  // namespace
}  // namespace vefa::pii
