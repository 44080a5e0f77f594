#include "services/gateway/feed/cursor.h"

#include <gtest/gtest.h>

#include "libs/base/text.h"
#include "services/gateway/feed/filter.h"

namespace vefa::gateway {
namespace {

const Uuid kTenant = *Uuid::Parse("0191e5f0-0000-7000-8000-000000000001");
const Uuid kOther = *Uuid::Parse("0191e5f0-0000-7000-8000-000000000002");
const Uuid kLife = *Uuid::Parse("0191e5f0-0000-7000-8000-00000000000a");

std::string ReasonOf(const Result<FeedPlace>& place) { return place.ok() ? "" : place.error().reason; }

TEST(CursorTest, WhatIsEncodedIsDecoded) {
  CursorCodec codec("a secret");
  for (int64_t seq : {0L, 1L, 255L, 256L, 1L << 40, INT64_MAX}) {
    std::string text = codec.Encode(kTenant, {kLife, seq});
    EXPECT_EQ(text.size(), 76u);
    auto place = codec.Decode(text, kTenant);
    ASSERT_TRUE(place.ok());
    EXPECT_EQ(*place, (FeedPlace{kLife, seq}));
  }
  EXPECT_TRUE(codec.Decode(codec.Encode(kTenant, {}), kTenant)->life.is_nil());
}

TEST(CursorTest, TheTextOfACursorNeverChanges) {
  // Readers keep cursors over our releases: what one release wrote, every later one must read.
  EXPECT_EQ(CursorCodec("a secret").Encode(kTenant, {kLife, 17}),
            "AQGR5fAAAHAAgAAAAAAAAAEBkeXwAABwAIAAAAAAAAAKAAAAAAAAABETgJ75rRLT5-4mBiL6Y1Qh");
}

TEST(CursorTest, AnotherTenantAnotherKeyAndAnyFlippedBitAreForged) {
  CursorCodec codec("a secret");
  std::string text = codec.Encode(kTenant, {kLife, 17});
  EXPECT_EQ(ReasonOf(codec.Decode(text, kOther)), "CURSOR_FORGED");
  EXPECT_EQ(ReasonOf(CursorCodec("another").Decode(text, kTenant)), "CURSOR_FORGED");
  std::string bytes = *FromBase64Url(text);
  for (size_t bit = 8; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    EXPECT_EQ(ReasonOf(codec.Decode(ToBase64Url(flipped), kTenant)), "CURSOR_FORGED") << bit;
  }
}

TEST(CursorTest, WhatIsNoCursorIsMalformed) {
  CursorCodec codec("a secret");
  std::string text = codec.Encode(kTenant, {kLife, 17});
  for (const std::string& bad : {std::string(), std::string("17"), std::string("abcdef-17"), text.substr(1), text + "A",
                                 text.substr(0, 75) + "=", text.substr(0, 75) + "\n", std::string(76, '\0'),
                                 std::string(76, 'A'), std::string(100'000, 'x')})
    EXPECT_EQ(ReasonOf(codec.Decode(bad, kTenant)), "CURSOR_MALFORMED") << bad.substr(0, 80);
}

FeedFilter Filter(std::vector<std::string> types, std::vector<std::string> subjects = {},
                  std::vector<std::string> classes = {}) {
  auto filter = FeedFilter::Make(std::move(types), std::move(subjects), std::move(classes));
  VEFA_CHECK(filter.ok());
  return *std::move(filter);
}

TEST(FilterTest, EveryListThatIsGivenMustFit) {
  EXPECT_TRUE(FeedFilter().Passes("contact.created", "contacts/1", ""));
  EXPECT_TRUE(Filter({"contact.*"}).Passes("contact.created", "contacts/1", "personal"));
  EXPECT_FALSE(Filter({"contact.*"}).Passes("contacts.created", "contacts/1", "personal"));
  EXPECT_FALSE(Filter({"contact.*"}).Passes("contact", "contacts/1", "personal"));
  EXPECT_TRUE(Filter({"order.placed", "contact.created"}).Passes("contact.created", "contacts/1", ""));
  EXPECT_FALSE(Filter({"contact.created"}).Passes("contact.created_twice", "contacts/1", ""));
  EXPECT_TRUE(Filter({"*"}).Passes("anything", "x", ""));
  EXPECT_TRUE(Filter({}, {"contacts/*"}).Passes("contact.created", "contacts/1", ""));
  EXPECT_FALSE(Filter({}, {"contacts/*"}).Passes("contact.created", "orders/1", ""));
  EXPECT_FALSE(Filter({"contact.*"}, {"orders/*"}).Passes("contact.created", "contacts/1", ""));
  EXPECT_TRUE(Filter({}, {}, {"none", "personal"}).Passes("contact.created", "contacts/1", "personal"));
  EXPECT_FALSE(Filter({}, {}, {"none"}).Passes("contact.created", "contacts/1", "personal"));
}

TEST(FilterTest, AllThatIsWrongIsSaid) {
  auto bad = FeedFilter::Make({"Contact.*", "con*", ""}, {"contacts/*/x", std::string("a\0b", 3)}, {"secret"});
  ASSERT_FALSE(bad.ok());
  std::vector<std::string> said;
  for (const Violation& each : bad.error().violations) said.push_back(each.field + " " + each.reason);
  EXPECT_EQ(said, (std::vector<std::string>{"filter.types[0] TYPE_SYNTAX", "filter.types[1] TYPE_SYNTAX",
                                            "filter.types[2] TYPE_SYNTAX", "filter.subjects[0] SUBJECT_SYNTAX",
                                            "filter.subjects[1] SUBJECT_SYNTAX",
                                            "filter.classifications[0] CLASSIFICATION_UNKNOWN"}));
  EXPECT_EQ(FeedFilter::Make(std::vector<std::string>(51, "a.b"), {}, {}).error().violations[0].reason,
            "FILTER_TOO_LONG");
}

}  // namespace
}  // namespace vefa::gateway
