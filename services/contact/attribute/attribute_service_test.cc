#include "services/contact/contact_fixture.h"

namespace vefa::contact {
namespace {

class AttributeServiceTest : public ContactServiceTest {
 protected:
  using Attributes = v1::AttributeService::Stub;

  static v1::CreateAttributeDefinitionRequest Size() {
    v1::CreateAttributeDefinitionRequest request;
    v1::AttributeDefinition& definition = *request.mutable_attribute_definition();
    definition.set_key("size");
    definition.set_title("Size");
    definition.set_type(v1::AttributeDefinition::TYPE_CHOICE);
    definition.set_privacy(options::v1::PRIVACY_NONE);
    for (const char* code : {"small", "large"}) {
      auto* option = definition.add_options();
      option->set_code(code);
      option->set_title(code);
    }
    definition.mutable_default_value()->set_text("small");
    return request;
  }
  Result<v1::AttributeDefinition> Create(const v1::CreateAttributeDefinitionRequest& request) {
    return Call(&Attributes::CreateAttributeDefinition, request);
  }
};

TEST_F(AttributeServiceTest, ADefinitionIsMadeChangedListedAndEnded) {
  auto made = Create(Size());
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_EQ(made->name(), "attributeDefinitions/size");
  EXPECT_EQ(Create(Size()).error().reason, "ATTRIBUTE_KEY_TAKEN");

  v1::UpdateAttributeDefinitionRequest update;
  update.mutable_attribute_definition()->set_name(made->name());
  update.mutable_attribute_definition()->set_title("Beden");
  auto changed = Call(&Attributes::UpdateAttributeDefinition, update);
  ASSERT_TRUE(changed.ok());
  EXPECT_EQ(changed->title(), "Beden");
  EXPECT_EQ(changed->options_size(), 2);
  update.mutable_attribute_definition()->set_etag(made->etag());
  EXPECT_EQ(Call(&Attributes::UpdateAttributeDefinition, update).error().reason, "ETAG_MISMATCH");
  update.mutable_update_mask()->add_paths("type");
  EXPECT_EQ(Call(&Attributes::UpdateAttributeDefinition, update).error().violations.front().reason, "FIELD_UNKNOWN");
  update.mutable_update_mask()->set_paths(0, "options");
  update.mutable_attribute_definition()->clear_etag();
  auto refused = Call(&Attributes::UpdateAttributeDefinition, update);
  ASSERT_EQ(refused.error().violations.size(), 4u);  // No options, neither of the old ones, and a default that is none.

  v1::ArchiveAttributeDefinitionRequest archive;
  archive.set_name(made->name());
  auto ended = Call(&Attributes::ArchiveAttributeDefinition, archive);
  ASSERT_TRUE(ended.ok());
  auto again = Call(&Attributes::ArchiveAttributeDefinition, archive);
  EXPECT_EQ(again->etag(), ended->etag());
  archive.set_name("attributeDefinitions/none");
  EXPECT_EQ(Call(&Attributes::ArchiveAttributeDefinition, archive).error().reason, "ATTRIBUTE_NOT_FOUND");
  auto list = Call(&Attributes::ListAttributeDefinitions, v1::ListAttributeDefinitionsRequest());
  ASSERT_EQ(list->attribute_definitions_size(), 1);
  EXPECT_TRUE(list->attribute_definitions(0).has_archive_time());
}

TEST_F(AttributeServiceTest, ARepeatedRequestMakesOneDefinition) {
  v1::CreateAttributeDefinitionRequest request = Size();
  request.set_request_id("0197f0aa-0000-7000-8000-000000000001");
  auto first = Create(request);
  auto second = Create(request);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->create_time().nanos(), second->create_time().nanos());
  request.mutable_attribute_definition()->set_title("Other");
  EXPECT_EQ(Create(request).error().reason, "REQUEST_ID_REUSED");
}

TEST_F(AttributeServiceTest, ContactsTakeValuesThatAreDefinedAndTheDefaults) {
  ASSERT_TRUE(Create(Size()).ok());
  v1::CreateAttributeDefinitionRequest diet = Size();
  diet.mutable_attribute_definition()->set_key("diet");
  diet.mutable_attribute_definition()->set_privacy(options::v1::PRIVACY_SPECIAL);
  diet.mutable_attribute_definition()->clear_default_value();
  ASSERT_TRUE(Create(diet).ok());

  v1::CreateContactRequest person = Person("1");
  (*person.mutable_contact()->mutable_attributes())["diet"].set_text("large");
  auto made = Call(&Stub::CreateContact, person);
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_EQ(made->attributes().at("size").text(), "small");
  EXPECT_EQ(Get(made->name())->attributes().at("diet").text(), "large");
  // What is special of somebody is in the box, not beside it.
  v1::ContactState state = States().front();
  EXPECT_TRUE(state.attributes().contains("size"));
  EXPECT_FALSE(state.attributes().contains("diet"));

  v1::CreateContactRequest bad = Person("2");
  (*bad.mutable_contact()->mutable_attributes())["size"].set_text("middle");
  (*bad.mutable_contact()->mutable_attributes())["colour"].set_text("red");
  (*bad.mutable_contact()->mutable_attributes())["diet"];
  auto refused = Call(&Stub::CreateContact, bad);
  EXPECT_EQ(refused.error().violations.size(), 3u);
}

TEST_F(AttributeServiceTest, OtherTenantsHaveNoneOfIt) {
  ASSERT_TRUE(Create(Size()).ok());
  tenant_ = database_.other_tenant();
  EXPECT_EQ(Call(&Attributes::ListAttributeDefinitions, v1::ListAttributeDefinitionsRequest())->attribute_definitions_size(), 0);
  ASSERT_TRUE(Create(Size()).ok());
}

}  // namespace
}  // namespace vefa::contact
