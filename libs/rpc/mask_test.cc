#include "libs/rpc/mask.h"

#include <gtest/gtest.h>

#include "vefa/contact/v1/contact.pb.h"

namespace vefa::rpc {
namespace {

constexpr std::string_view kFields[] = {"display_name", "email", "attributes"};

Result<Mask> Read(const contact::v1::Contact& contact, std::initializer_list<const char*> paths) {
  google::protobuf::FieldMask mask;
  for (const char* path : paths) mask.add_paths(path);
  return Mask::Read(mask, contact, kFields);
}

TEST(Mask, NamesWhatIsChanged) {
  auto mask = Read({}, {"email", "attributes.size"});
  ASSERT_TRUE(mask.ok());
  EXPECT_TRUE(mask->Has("email"));
  EXPECT_FALSE(mask->Has("display_name"));
  EXPECT_FALSE(mask->Has("attributes"));
  EXPECT_TRUE(mask->KeysOf("attributes").contains("size"));
  EXPECT_TRUE(mask->KeysOf("email").empty());
}

TEST(Mask, WithoutNamesWhatIsSetIsChanged) {
  contact::v1::Contact contact;
  contact.set_display_name("Ayşe");
  (*contact.mutable_attributes())["size"].set_number(1);
  contact.set_external_id("42");  // Not to be changed, so not meant.
  auto mask = Read(contact, {});
  ASSERT_TRUE(mask.ok());
  EXPECT_TRUE(mask->Has("display_name"));
  EXPECT_FALSE(mask->Has("email"));
  EXPECT_FALSE(mask->Has("external_id"));
  EXPECT_FALSE(mask->Has("attributes"));
  EXPECT_TRUE(mask->KeysOf("attributes").contains("size"));
}

TEST(Mask, EveryNameThatIsNoneIsRefused) {
  auto mask = Read({}, {"version", "email.domain", "attributes.", "", "email"});
  ASSERT_FALSE(mask.ok());
  EXPECT_EQ(mask.error().violations.size(), 4u);
  EXPECT_EQ(mask.error().violations.front().reason, "FIELD_UNKNOWN");
}

}  // namespace
}  // namespace vefa::rpc
