#include "services/notification/mail/token.h"

#include <gtest/gtest.h>

namespace vefa::notification {
namespace {

std::string VectorKey() {
  std::string key;
  for (int i = 0; i < 32; ++i) key += static_cast<char>(i);
  return key;
}

const Uuid kMessage = *Uuid::Parse("0192f0c1-0000-7000-8000-000000000001");
constexpr char kVector[] = "EQEAAAAHAZLwwQAAcACAAAAAAAAAAQAFlow3tWdOd4aJCtCFplV_8w";

TEST(TokenTest, Vector) {
  TokenKey key(VectorKey());
  EXPECT_EQ(key.Unsubscribe({7, kMessage, 5}), kVector);
  auto token = key.ReadUnsubscribe(kVector);
  ASSERT_TRUE(token.ok());
  EXPECT_EQ(token->tenant_ordinal, 7u);
  EXPECT_EQ(token->message, kMessage);
  EXPECT_EQ(token->purpose, 5);
}

TEST(TokenTest, ASingleChangedCharacterIsRefused) {
  TokenKey key(VectorKey());
  for (size_t i = 0; i < sizeof kVector - 1; ++i) {
    for (char c : {'A', 'B', '_', '=', '+'}) {
      std::string changed = kVector;
      if (changed[i] == c) continue;
      changed[i] = c;
      EXPECT_FALSE(key.ReadUnsubscribe(changed).ok()) << changed;
    }
  }
}

TEST(TokenTest, RefusesWhatIsNotOurs) {
  TokenKey key(VectorKey());
  EXPECT_FALSE(TokenKey("another key of more than 32 bytes....").ReadUnsubscribe(kVector).ok());
  // A click token of the same key and message.
  EXPECT_FALSE(key.ReadUnsubscribe("EwEAAAAHAZLwwQAAcACAAAAAAAAAAQADrCvBcpf83z4e2A").ok());
  for (const char* bad : {"", "x", "EQEAAAAHAZLwwQAAcACAAAAAAAAAAQAFlow3tWdOd4aJCtCFplV_8w=="})
    EXPECT_EQ(key.ReadUnsubscribe(bad).error().reason, "TOKEN_INVALID");
}

TEST(AddressHashTest, IsKeyedPerTenantAndKnowsNoCase) {
  TokenKey key(VectorKey());
  Uuid other = *Uuid::Parse("0192f0c1-0000-7000-8000-000000000002");
  EXPECT_EQ(key.AddressHash(kMessage, "INFO@X.example"), key.AddressHash(kMessage, "info@x.example"));
  EXPECT_NE(key.AddressHash(kMessage, "info@x.example"), key.AddressHash(other, "info@x.example"));
  EXPECT_NE(key.AddressHash(kMessage, "info@x.example"), TokenKey("other").AddressHash(kMessage, "info@x.example"));
  EXPECT_EQ(key.AddressHash(kMessage, "info@x.example").size(), 32u);
}

}  // namespace
}  // namespace vefa::notification
