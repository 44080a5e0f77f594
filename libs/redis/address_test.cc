#include "libs/redis/address.h"

#include <gtest/gtest.h>

namespace vefa::redis {
namespace {

TEST(AddressTest, TakesBothForms) {
  auto plain = Address::Parse("cache.internal:6380");
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->host, "cache.internal");
  EXPECT_EQ(plain->port, 6380);
  EXPECT_EQ(plain->password, "");
  auto full = Address::Parse("redis://vefa:p@ss:w/ord@[::1]:6379");
  ASSERT_TRUE(full.ok());
  EXPECT_EQ(full->user, "vefa");
  EXPECT_EQ(full->password, "p@ss:w/ord");
  EXPECT_EQ(full->host, "[::1]");
  EXPECT_EQ(Address::Parse("redis://:secret@h:1")->user, "");
  EXPECT_EQ(Address::Parse("redis://h:1")->host, "h");
}

TEST(AddressTest, SaysWhatOneLooksLike) {
  for (const char* wrong : {"", "host", ":6379", "host:", "host:0", "host:65536", "host:12x", "redis://who@host:1"})
    EXPECT_EQ(Address::Parse(wrong).error().reason, "REDIS_ADDRESS") << wrong;
}

}  // namespace
}  // namespace vefa::redis
