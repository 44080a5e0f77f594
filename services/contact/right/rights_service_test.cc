#include "libs/testing/engines.h"
#include "services/contact/right/overdue_gauge.h"
#include "services/contact/right/right_fixture.h"

namespace vefa::contact {
namespace {

TEST_F(RightsTest, ARequestGoesItsWayWithAClockAndAHistory) {
  const std::string ada = NewPerson("1", "DE");
  auto wanted = Wanted(ada, v1::RIGHT_KIND_RECTIFICATION);
  *wanted.mutable_rights_request()->mutable_receive_time() = rpc::ToProto(clock_.Now() - std::chrono::hours(48));
  wanted.set_request_id("0197f0aa-0000-7000-8000-000000000001");
  auto made = Create(wanted);
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_EQ(Create(wanted)->name(), made->name()) << "a repeat is the same request";
  EXPECT_EQ(made->profile(), "DE");
  EXPECT_EQ(made->profile_version(), 1);
  EXPECT_EQ(made->state(), v1::RightsRequest::STATE_RECEIVED);
  const Time due = rpc::FromProto(made->due_time());
  EXPECT_GT(due, clock_.Now() + std::chrono::hours(24 * 25));
  EXPECT_LT(due, clock_.Now() + std::chrono::hours(24 * 31));

  EXPECT_EQ(Fulfill(made->name()).error().reason, "IDENTITY_UNCHECKED");
  v1::AskIdentityRequest ask;
  ask.set_name(made->name());
  EXPECT_EQ(Ask(rights_, &Rights::AskIdentity, ask)->state(), v1::RightsRequest::STATE_IDENTITY_CHECK);
  EXPECT_EQ(Ask(rights_, &Rights::AskIdentity, ask)->etag(), "\"2\"") << "again changes nothing";
  v1::ExtendRightsRequestRequest longer;
  longer.set_name(made->name());
  EXPECT_EQ(Ask(rights_, &Rights::ExtendRightsRequest, longer).error().violations.size(), 2u);
  longer.set_reason("MANY_REQUESTS");
  *longer.mutable_tell_time() = rpc::ToProto(clock_.Now() - std::chrono::hours(1));
  auto extended = Ask(rights_, &Rights::ExtendRightsRequest, longer);
  ASSERT_TRUE(extended.ok()) << extended.error().message;
  EXPECT_GT(rpc::FromProto(extended->due_time()), due + std::chrono::hours(24 * 58));
  EXPECT_EQ(Ask(rights_, &Rights::ExtendRightsRequest, longer).error().reason, "EXTENSION_USED");
  auto confirmed = Confirm(made->name());
  ASSERT_TRUE(confirmed.ok()) << confirmed.error().message;
  EXPECT_EQ(confirmed->identity_method(), v1::RightsRequest::IDENTITY_METHOD_DOCUMENT);
  EXPECT_FALSE(confirmed->identity_checked_by().empty());
  auto done = Fulfill(made->name());
  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_TRUE(done->has_close_time());
  EXPECT_EQ(Fulfill(made->name())->etag(), done->etag());

  auto read = GetRequest(made->name());
  std::string actions;
  for (const auto& step : read->steps()) actions += step.action() + " ";
  EXPECT_EQ(actions, "RECEIVED IDENTITY_ASKED EXTENDED IDENTITY_CHECKED FULFILLED ");
  const std::string updated = "rights_request.updated";
  EXPECT_EQ(Types(made->name()), (std::vector<std::string>{"rights_request.received", updated, updated, updated, "rights_request.closed"}));
  v1::CloseRightsRequestRequest close;
  close.set_name(made->name());
  close.set_state(v1::RightsRequest::STATE_REJECTED);
  close.set_reason("TOO_LATE");
  EXPECT_EQ(Ask(rights_, &Rights::CloseRightsRequest, close).error().reason, "RIGHTS_STEP");
}

TEST_F(RightsTest, WhatIsWrongIsSaidAtOnce) {
  v1::CreateRightsRequestRequest request;
  request.mutable_rights_request()->set_contact("contacts/x");
  request.mutable_rights_request()->set_profile("MARS");
  auto refused = Create(request);
  ASSERT_FALSE(refused.ok());
  std::string fields;
  for (const Violation& one : refused.error().violations) fields += one.field + " " + one.reason + "\n";
  EXPECT_EQ(fields,
            "rights_request.contact NAME_SYNTAX\nrights_request.kind REQUIRED\nrights_request.intake REQUIRED\n"
            "rights_request.profile PROFILE_UNKNOWN\n");
  EXPECT_EQ(Create(Wanted("contacts/0191e5f0-0000-7000-8000-0123456789ab", v1::RIGHT_KIND_ACCESS)).error().reason, "CONTACT_NOT_FOUND");
  EXPECT_EQ(GetRequest("rightsRequests/0191e5f0-0000-7000-8000-0123456789ab").error().reason, "RIGHTS_REQUEST_NOT_FOUND");
  const std::string ada = NewPerson();
  const std::string access = Received(ada, v1::RIGHT_KIND_ACCESS);
  ASSERT_TRUE(Confirm(access).ok());
  EXPECT_EQ(Fulfill(access).error().reason, "NOTHING_EXPORTED");
}

TEST_F(RightsTest, OpenOnesAreListedByWhenTheyAreDueAndCountedWhenTheyAreOverdue) {
  const std::string ada = NewPerson("1"), bob = NewPerson("2");
  auto old = Wanted(ada, v1::RIGHT_KIND_ACCESS);
  *old.mutable_rights_request()->mutable_receive_time() = rpc::ToProto(clock_.Now() - std::chrono::hours(24 * 60));
  const std::string fresh = Received(bob, v1::RIGHT_KIND_ERASURE), overdue = Create(old)->name();
  auto listed = [&](const std::function<void(v1::ListRightsRequestsRequest&)>& with) {
    v1::ListRightsRequestsRequest request;
    with(request);
    std::string names;
    do {
      auto page = Ask(rights_, &Rights::ListRightsRequests, request);
      EXPECT_TRUE(page.ok()) << page.error().message;
      if (!page.ok()) break;
      for (const auto& one : page->rights_requests()) names += one.name() + " ";
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return names;
  };
  EXPECT_EQ(listed([](auto& request) { request.set_page_size(1); }), overdue + " " + fresh + " ");
  EXPECT_EQ(listed([](auto& request) { request.set_overdue(true); }), overdue + " ");
  EXPECT_EQ(listed([&](auto& request) { request.set_contact(bob); }), fresh + " ");
  v1::ListRightsRequestsRequest both;
  both.set_overdue(true);
  both.set_show_closed(true);
  EXPECT_EQ(Ask(rights_, &Rights::ListRightsRequests, both).error().violations[0].reason, "NOT_BOTH");

  OverdueGauge gauge(database_.pump(), metrics_, clock_);
  EXPECT_TRUE(testing::Eventually(
      [&] { return metrics_.Expose().find("vefa_contact_rights_requests_overdue 1") != std::string::npos; }));
  gauge.Stop();
  v1::CloseRightsRequestRequest close;
  close.set_name(overdue);
  close.set_state(v1::RightsRequest::STATE_WITHDRAWN);
  close.set_reason("ASKED_BY_PERSON");
  ASSERT_TRUE(Ask(rights_, &Rights::CloseRightsRequest, close).ok());
  EXPECT_EQ(listed([](auto&) {}), fresh + " ");
  EXPECT_EQ(listed([](auto& request) { request.set_show_closed(true); }), fresh + " " + overdue + " ");
}

TEST_F(RightsTest, AnErasureErasesAndItsRecordNamesNobody) {
  const std::string ada = NewPerson();
  const std::string erasure = Received(ada, v1::RIGHT_KIND_ERASURE);
  v1::GetErasureReportRequest ask;
  ask.set_name(erasure);
  auto before = Ask(rights_, &Rights::GetErasureReport, ask);
  ASSERT_TRUE(before.ok()) << before.error().message;
  EXPECT_FALSE(before->has_erase_time());
  EXPECT_EQ(before->parts(0).state(), v1::ErasureReport::Part::STATE_LEFT);
  EXPECT_EQ(before->left().at("pii_key"), 1);
  ASSERT_TRUE(Confirm(erasure).ok());
  EXPECT_EQ(Fulfill(erasure, {"rights.write"}).error().reason, "PERMISSION_MISSING");
  ASSERT_TRUE(Hold(ada).ok());
  EXPECT_EQ(Fulfill(erasure).error().reason, "LEGAL_HOLD");
  EXPECT_EQ(Erase(ada).error().reason, "LEGAL_HOLD");
  EXPECT_EQ(GetRequest(erasure)->state(), v1::RightsRequest::STATE_IN_PROGRESS);
  ASSERT_TRUE(Release(ada).ok());
  auto done = Fulfill(erasure);
  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_EQ(done->state(), v1::RightsRequest::STATE_FULFILLED);
  EXPECT_TRUE(Get(ada)->has_erase_time());

  auto read = GetRequest(erasure);
  EXPECT_EQ(read->note(), "");
  EXPECT_EQ(read->contact(), ada);
  auto after = Ask(rights_, &Rights::GetErasureReport, ask);
  EXPECT_TRUE(after->has_erase_time());
  EXPECT_EQ(after->keys_destroyed(), 1);
  EXPECT_TRUE(after->left().empty());
  EXPECT_FALSE(after->published()) << "no relay works here";
  EXPECT_EQ(after->parts(0).state(), v1::ErasureReport::Part::STATE_DONE);
  EXPECT_EQ(after->parts_size(), 5);
  for (const char* table : {"rights_request", "rights_step", "event_log", "idempotency", "legal_hold"})
    EXPECT_EQ(database_.Count(std::string("SELECT count(*) FROM ") + table + " t WHERE t::text ILIKE '%kanarya%' OR t::text ILIKE '%'"
                              " || encode('kanarya', 'hex') || '%'"), 0) << table;
  EXPECT_EQ(Create(Wanted(ada, v1::RIGHT_KIND_ACCESS)).error().reason, "CONTACT_ERASED");
  EXPECT_EQ(Hold(ada).error().reason, "CONTACT_ERASED");
  ask.set_name(Received(NewPerson("7"), v1::RIGHT_KIND_ACCESS));
  EXPECT_EQ(Ask(rights_, &Rights::GetErasureReport, ask).error().reason, "NO_ERASURE");
}

}  // namespace
}  // namespace vefa::contact
