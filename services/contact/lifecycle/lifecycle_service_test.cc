#include "services/contact/contact_fixture.h"

namespace vefa::contact {
namespace {

class LifecycleServiceTest : public ContactServiceTest {
 protected:
  using Stages = v1::LifecycleService::Stub;

  Result<v1::Contact> Set(const std::string& contact, v1::LifecycleStage stage, const std::string& reason = "TEST",
                          const std::string& request_id = "") {
    v1::SetLifecycleStageRequest request;
    request.set_contact(contact);
    request.set_stage(stage);
    request.set_reason(reason);
    request.set_request_id(request_id);
    return Call(&Stages::SetLifecycleStage, request);
  }
  Result<v1::ListLifecycleChangesResponse> List(const std::string& contact) {
    v1::ListLifecycleChangesRequest request;
    request.set_contact(contact);
    return Call(&Stages::ListLifecycleChanges, request);
  }
};

TEST_F(LifecycleServiceTest, EveryStepIsKeptWithItsReasonAndWhoTookIt) {
  std::string contact = Call(&Stub::CreateContact, Person("1"))->name();
  ASSERT_TRUE(Set(contact, v1::LIFECYCLE_STAGE_LEAD, "NEWSLETTER").ok());
  auto bought = Set(contact, v1::LIFECYCLE_STAGE_NEW_CUSTOMER, "FIRST_ORDER");
  ASSERT_TRUE(bought.ok());
  EXPECT_EQ(bought->lifecycle_stage(), v1::LIFECYCLE_STAGE_NEW_CUSTOMER);
  EXPECT_EQ(Get(contact)->lifecycle_stage(), v1::LIFECYCLE_STAGE_NEW_CUSTOMER);
  // The same stage again is no step.
  EXPECT_EQ(Set(contact, v1::LIFECYCLE_STAGE_NEW_CUSTOMER)->version(), 3);
  auto way = List(contact);
  ASSERT_EQ(way->changes_size(), 2);
  EXPECT_EQ(way->changes(0).from_stage(), v1::LIFECYCLE_STAGE_LEAD);
  EXPECT_EQ(way->changes(0).reason(), "FIRST_ORDER");
  EXPECT_EQ(way->changes(0).actor(), "services/test");
  EXPECT_EQ(way->changes(0).contact_version(), 3);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'lifecycle.changed'"), 2);
}

TEST_F(LifecycleServiceTest, WhatIsNoStepIsRefused) {
  std::string contact = Call(&Stub::CreateContact, Person("1"))->name();
  ASSERT_TRUE(Set(contact, v1::LIFECYCLE_STAGE_LOYAL).ok());
  EXPECT_EQ(Set(contact, v1::LIFECYCLE_STAGE_LEAD).error().reason, "STAGE_TRANSITION");
  EXPECT_EQ(Set(contact, v1::LIFECYCLE_STAGE_UNSPECIFIED, "why not").error().violations.size(), 2u);
  EXPECT_EQ(Set("contacts/0197f0aa-0000-7000-8000-000000000001", v1::LIFECYCLE_STAGE_LEAD).error().reason, "CONTACT_NOT_FOUND");
  EXPECT_EQ(List("contacts/0197f0aa-0000-7000-8000-000000000001").error().reason, "CONTACT_NOT_FOUND");
  ASSERT_TRUE(Erase(contact).ok());
  EXPECT_EQ(Set(contact, v1::LIFECYCLE_STAGE_LOST).error().reason, "CONTACT_ERASED");
  EXPECT_EQ(List(contact)->changes_size(), 1);
}

TEST_F(LifecycleServiceTest, ARepeatedRequestIsOneStep) {
  std::string contact = Call(&Stub::CreateContact, Person("1"))->name();
  const std::string id = "0197f0aa-0000-7000-8000-000000000003";
  ASSERT_TRUE(Set(contact, v1::LIFECYCLE_STAGE_LEAD, "TEST", id).ok());
  ASSERT_TRUE(Set(contact, v1::LIFECYCLE_STAGE_LOST, "TEST").ok());
  EXPECT_EQ(Set(contact, v1::LIFECYCLE_STAGE_LEAD, "TEST", id)->lifecycle_stage(), v1::LIFECYCLE_STAGE_LOST);
  EXPECT_EQ(List(contact)->changes_size(), 2);
}

}  // namespace
}  // namespace vefa::contact
