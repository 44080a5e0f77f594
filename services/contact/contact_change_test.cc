// What UpdateContact and a second import do with a record.
#include <thread>

#include "services/contact/contact_fixture.h"

namespace vefa::contact {
namespace {

class ChangeTest : public ContactServiceTest {
 protected:
  v1::Contact Known() { return *Call(&Stub::CreateContact, Person("42")); }
  Result<v1::Contact> Update(const v1::Contact& contact, std::initializer_list<const char*> paths,
                             const std::string& request_id = "") {
    v1::UpdateContactRequest request;
    *request.mutable_contact() = contact;
    for (const char* path : paths) request.mutable_update_mask()->add_paths(path);
    request.set_request_id(request_id);
    return Call(&Stub::UpdateContact, request);
  }
  static v1::Contact Named(const v1::Contact& contact) {
    v1::Contact only;
    only.set_name(contact.name());
    return only;
  }
  int64_t Events() { return database_.Count("SELECT count(*) FROM event_log"); }
};

TEST_F(ChangeTest, WhatTheMaskNamesIsChangedAndNothingElse) {
  v1::Contact known = Known();
  v1::Contact change = Named(known);
  change.set_given_name(" Ays\u0327e ");
  change.set_family_name("Işık");
  change.set_phone("0532 123 45 67");
  change.set_country("TR");
  change.set_time_zone("Europe/Istanbul");
  change.add_tags("vip");
  change.add_tags("bülten");
  change.add_tags("vip");
  change.set_owner("users/0197f0aa-0000-7000-8000-000000000001");
  change.set_email("other@deniz.example");
  auto after = Update(change, {"given_name", "family_name", "phone", "country", "time_zone", "tags", "owner"});
  ASSERT_TRUE(after.ok()) << after.error().message;
  EXPECT_EQ(after->given_name(), "Ayşe");
  EXPECT_EQ(after->phone(), "+905321234567");
  EXPECT_EQ(after->email(), "ayse@deniz.example");
  EXPECT_EQ(after->tags_size(), 2);
  EXPECT_EQ(after->version(), 2);
  auto read = Get(known.name());
  EXPECT_EQ(read->SerializeAsString(), after->SerializeAsString());
  // The event says all of it: in clear what is not personal, in the box the rest.
  v1::ContactState state = States().back();
  EXPECT_EQ(state.country(), "TR");
  EXPECT_EQ(state.points_size(), 2);
  EXPECT_EQ(state.tags_size(), 2);

  v1::Contact empty = Named(known);
  auto emptied = Update(empty, {"phone", "tags", "owner"});
  EXPECT_EQ(emptied->phone() + emptied->owner(), "");
  EXPECT_EQ(emptied->tags_size(), 0);
  EXPECT_EQ(States().back().points_size(), 1);
}

TEST_F(ChangeTest, WithoutAMaskWhatIsSetIsChanged) {
  v1::Contact known = Known();
  v1::Contact change = Named(known);
  change.set_display_name("Ayşe Işık");
  auto after = Update(change, {});
  EXPECT_EQ(after->display_name(), "Ayşe Işık");
  EXPECT_EQ(after->email(), known.email());
}

TEST_F(ChangeTest, NothingNewMakesNoEvent) {
  v1::Contact known = Known();
  auto after = Update(known, {"display_name", "email"});
  ASSERT_TRUE(after.ok());
  EXPECT_EQ(after->version(), 1);
  EXPECT_EQ(Events(), 1);
}

TEST_F(ChangeTest, EveryViolationIsHeardAtOnce) {
  v1::Contact change = Named(Known());
  change.set_phone("12");
  change.set_country("Turkey");
  change.set_time_zone("GMT 3");
  change.set_given_name("a\u202Eb");
  change.add_tags("a,b");
  auto refused = Update(change, {"display_name", "phone", "country", "time_zone", "given_name", "tags"});
  ASSERT_EQ(refused.error().violations.size(), 6u);
  change.set_owner("somebody");
  EXPECT_EQ(Update(change, {"owner"}).error().violations.front().field, "contact.owner");
  EXPECT_EQ(Update(change, {"version"}).error().violations.front().reason, "FIELD_UNKNOWN");
  EXPECT_EQ(Events(), 1);
}

TEST_F(ChangeTest, AnEtagThatIsNotThePresentOneIsRefused) {
  v1::Contact known = Known();
  v1::Contact change = Named(known);
  change.set_display_name("First");
  change.set_etag(known.etag());
  ASSERT_TRUE(Update(change, {"display_name"}).ok());
  change.set_display_name("Second");
  auto refused = Update(change, {"display_name"});
  EXPECT_EQ(refused.error().reason, "ETAG_MISMATCH");
  EXPECT_EQ(refused.error().code, Code::kAborted);
}

TEST_F(ChangeTest, ARepeatedRequestChangesNothingAgain) {
  v1::Contact change = Named(Known());
  change.set_display_name("Once");
  const std::string id = "0197f0aa-0000-7000-8000-000000000002";
  ASSERT_TRUE(Update(change, {"display_name"}, id).ok());
  v1::Contact other = change;
  other.set_display_name("Since");
  ASSERT_TRUE(Update(other, {"display_name"}).ok());
  auto repeated = Update(change, {"display_name"}, id);
  ASSERT_TRUE(repeated.ok());
  EXPECT_EQ(repeated->display_name(), "Since");
  EXPECT_EQ(Update(other, {"display_name"}, id).error().reason, "REQUEST_ID_REUSED");
}

TEST_F(ChangeTest, NobodyOrSomebodyErasedIsNotChanged) {
  v1::Contact nobody;
  nobody.set_name("contacts/0197f0aa-0000-7000-8000-000000000001");
  nobody.set_display_name("Nobody");
  EXPECT_EQ(Update(nobody, {}).error().reason, "CONTACT_NOT_FOUND");
  v1::Contact known = Known();
  ASSERT_TRUE(Erase(known.name()).ok());
  EXPECT_EQ(Update(known, {}).error().reason, "CONTACT_ERASED");
  tenant_ = database_.other_tenant();
  EXPECT_EQ(Update(known, {}).error().reason, "CONTACT_NOT_FOUND");
}

TEST_F(ChangeTest, AnExternalIdOfSomebodyElseIsTaken) {
  v1::Contact known = Known();
  ASSERT_TRUE(Call(&Stub::CreateContact, Person("43")).ok());
  known.set_external_id("43");
  EXPECT_EQ(Update(known, {"external_id"}).error().reason, "EXTERNAL_ID_TAKEN");
  known.set_external_id("44");
  EXPECT_EQ(Update(known, {"external_id"})->external_id(), "44");
}

TEST_F(ChangeTest, ChangesOfOnePersonAtTheSameTimeAllHappen) {
  v1::Contact known = Known();
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < 4; ++writer)
    writers.emplace_back([&, writer] {
      v1::Contact change = Named(known);
      for (int i = 0; i < 5; ++i) {
        change.set_display_name("Name " + std::to_string(writer) + " " + std::to_string(i));
        EXPECT_TRUE(Update(change, {"display_name"}).ok());
      }
    });
  writers.clear();
  EXPECT_EQ(Get(known.name())->version(), 21);
  EXPECT_EQ(database_.Count("SELECT count(DISTINCT aggregate_version) FROM event_log"), 21);
}

TEST_F(ChangeTest, PeopleAreListedByWhatIsRecordedOfThem) {
  v1::CreateAttributeDefinitionRequest size;
  size.mutable_attribute_definition()->set_key("size");
  size.mutable_attribute_definition()->set_title("Size");
  size.mutable_attribute_definition()->set_type(v1::AttributeDefinition::TYPE_NUMBER);
  size.mutable_attribute_definition()->set_privacy(options::v1::PRIVACY_NONE);
  ASSERT_TRUE(Call(&v1::AttributeService::Stub::CreateAttributeDefinition, size).ok());
  v1::Contact change = Named(Known());
  ASSERT_TRUE(Call(&Stub::CreateContact, Person("43")).ok());
  change.add_tags("vip");
  change.set_country("TR");
  (*change.mutable_attributes())["size"].set_number(42);
  ASSERT_TRUE(Update(change, {}).ok());
  auto found = [&](const char* filter) {
    v1::ListContactsRequest request;
    request.set_filter(filter);
    auto list = Call(&Stub::ListContacts, request);
    return list.ok() ? list->contacts_size() : -1;
  };
  EXPECT_EQ(found("tags:vip"), 1);
  EXPECT_EQ(found("tags:vi"), 0);
  EXPECT_EQ(found("NOT tags:*"), 1);
  EXPECT_EQ(found("country = TR AND attributes.size = 42"), 1);
  EXPECT_EQ(found("attributes.size:*"), 1);
  EXPECT_EQ(found("attributes.size = 41"), 0);
}

TEST_F(ChangeTest, AnImportBringsOverWhatItSaysAndLeavesTheRest) {
  v1::Contact known = Known();
  v1::Contact change = Named(known);
  change.set_given_name("Ayşe");
  change.set_phone("+905321234567");
  change.add_tags("vip");
  ASSERT_TRUE(Update(change, {}).ok());
  v1::CreateContactRequest person = Person("42");
  person.mutable_contact()->set_email("new@deniz.example");
  person.mutable_contact()->set_family_name("Işık");
  ASSERT_EQ(Import(person)->contacts_updated(), 1);
  auto after = Get(known.name());
  EXPECT_EQ(after->given_name() + " " + after->family_name(), "Ayşe Işık");
  EXPECT_EQ(after->phone(), "+905321234567");
  EXPECT_EQ(after->email(), "new@deniz.example");
  EXPECT_EQ(after->tags_size(), 1);
  EXPECT_EQ(States().back().points_size(), 3);  // The old address is still one of theirs.
  EXPECT_EQ(Import(person)->unchanged(), 1);
}

}  // namespace
}  // namespace vefa::contact
