#include <algorithm>

#include "services/contact/right/right_fixture.h"

namespace vefa::contact {
namespace {

using InventoryTest = RightsTest;

TEST_F(InventoryTest, WhatIsDoneIsReadFromWhatThereIs) {
  v1::CreateAttributeDefinitionRequest define;
  define.mutable_attribute_definition()->set_key("blood_type");
  define.mutable_attribute_definition()->set_title("Blood type");
  define.mutable_attribute_definition()->set_type(v1::AttributeDefinition::TYPE_TEXT);
  define.mutable_attribute_definition()->set_privacy(options::v1::PRIVACY_SPECIAL);
  auto defined = Call(&v1::AttributeService::Stub::CreateAttributeDefinition, define);
  ASSERT_TRUE(defined.ok()) << defined.error().message;
  database_.Run("INSERT INTO retention_rule (tenant_id, code, title, days, purpose, lifecycle_stages, despite_consent, create_time, update_time)"
                " VALUES ('" + tenant_.ToString() + "', 'cold-leads', '', 730, 'win-back', '{}', false, now(), now())");
  auto inventory = Ask(inventory_, &v1::ProcessingInventoryService::Stub::GetProcessingInventory, v1::GetProcessingInventoryRequest(), {"rights.read"});
  ASSERT_TRUE(inventory.ok()) << inventory.error().message;
  auto has = [&](options::v1::Privacy privacy, const std::string& field) {
    return std::ranges::any_of(inventory->data_classes(), [&](const auto& one) {
      return one.privacy() == privacy && std::ranges::find(one.fields(), field) != one.fields().end();
    });
  };
  EXPECT_TRUE(has(options::v1::PRIVACY_PERSONAL, "Contact.email"));
  EXPECT_TRUE(has(options::v1::PRIVACY_PERSONAL, "ConsentOrigin.ip"));
  EXPECT_TRUE(has(options::v1::PRIVACY_PERSONAL, "RightsRequest.note"));
  EXPECT_TRUE(has(options::v1::PRIVACY_SPECIAL, "attributes.blood_type"));
  EXPECT_EQ(inventory->data_classes(0).privacy(), options::v1::PRIVACY_SPECIAL) << "the most private first";
  ASSERT_EQ(inventory->retentions_size(), 1);
  EXPECT_EQ(inventory->retentions(0).purpose(), "win-back");
  EXPECT_EQ(inventory->recipients_size(), 4);
}

}  // namespace
}  // namespace vefa::contact
