#include <gtest/gtest.h>

#include "libs/rpc/page.h"
#include "libs/rpc/principal.h"
#include "libs/rpc/sight.h"
#include "libs/rpc/status.h"
#include "libs/rpc/time.h"
#include "vefa/gateway/v1/principal.pb.h"

namespace vefa::rpc {
namespace {

Principal Somebody(Time expire) {
  return {*Uuid::Parse("0191e5f0-0000-7000-8000-0123456789ab"), "users/1", {"contacts.read", "*.list"}, expire};
}

TEST(PrincipalTest, SignsAndVerifies) {
  PrincipalKey key("secret-secret-secret-secret-secret");
  Time now = SystemClock().Now();
  std::string token = key.Sign(Somebody(now + std::chrono::seconds(60)));
  auto read = key.Verify(token, now);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->subject, "users/1");
  EXPECT_TRUE(read->May("contacts.read"));
  EXPECT_TRUE(read->May("orders.list"));
  EXPECT_FALSE(read->May("contacts.write"));
  // What reaches across tenants is not among everything of one tenant.
  EXPECT_FALSE((Principal{{}, "", {"*"}, {}}).May("platform.read"));
  EXPECT_FALSE((Principal{{}, "", {"*.read"}, {}}).May("platform.read"));
  EXPECT_TRUE((Principal{{}, "", {"platform.*"}, {}}).May("platform.operate"));
  EXPECT_FALSE((Principal{{}, "", {"platform.read"}, {}}).May("platform.operate"));
  EXPECT_EQ(key.Verify(token, now + std::chrono::seconds(61)).error().reason, "PRINCIPAL_EXPIRED");
  EXPECT_EQ(key.Verify("", now).error().reason, "PRINCIPAL_MISSING");
  EXPECT_EQ(PrincipalKey("another-secret").Verify(token, now).error().reason, "PRINCIPAL_INVALID");
  token[3] = token[3] == 'A' ? 'B' : 'A';
  EXPECT_EQ(key.Verify(token, now).error().reason, "PRINCIPAL_INVALID");
}

TEST(PrincipalTest, ThoseMadeCloseTogetherAreOneAndEndOnTime) {
  PrincipalKey key("secret-secret-secret-secret-secret");
  Time now{std::chrono::seconds(1'800'000'001)};
  for (int second = 0; second < 60; ++second) {
    Time at = now + std::chrono::seconds(second);
    EXPECT_GE(PrincipalEnd(at) - at, std::chrono::minutes(2));
    EXPECT_LT(PrincipalEnd(at) - at, std::chrono::seconds(150));
  }
  EXPECT_EQ(key.Sign(Somebody(PrincipalEnd(now))), key.Sign(Somebody(PrincipalEnd(now + std::chrono::seconds(20)))));
  // What was verified before is still held to its end, and forgetting refuses nobody.
  for (size_t i = 0; i < 2 * PrincipalKey::kVerifiedMax; ++i) {
    Principal somebody = Somebody(now + std::chrono::seconds(60));
    somebody.subject = "users/" + std::to_string(i);
    EXPECT_EQ(key.Verify(key.Sign(somebody), now)->subject, somebody.subject);
  }
  std::string token = key.Sign(Somebody(now + std::chrono::seconds(60)));
  ASSERT_TRUE(key.Verify(token, now).ok());
  EXPECT_EQ(key.Verify(token, now + std::chrono::seconds(60)).error().reason, "PRINCIPAL_EXPIRED");
}

TEST(PrincipalTest, CarriesWhoseContactsAreSeen) {
  PrincipalKey key("secret-secret-secret-secret-secret");
  Time now = SystemClock().Now();
  Principal narrow = Somebody(now + std::chrono::seconds(60));
  EXPECT_TRUE(key.Verify(key.Sign(narrow), now)->SeesAll());
  SystemClock clock;
  narrow.owners.emplace();
  for (size_t i = 0; i <= kOwnersMax; ++i) narrow.owners->push_back(NewUuidV7(clock));
  const std::string token = key.Sign(narrow);
  EXPECT_EQ(key.Verify(token, now)->owners, narrow.owners);
  // What gRPC takes as metadata without being told otherwise.
  EXPECT_LT(token.size(), 7'000u);
  // Who sees nobody's is not who sees everybody's.
  narrow.owners->clear();
  EXPECT_FALSE(key.Verify(key.Sign(narrow), now)->SeesAll());
}

TEST(SightTest, NamesAreFoundWhereverTheyStand) {
  gateway::v1::Principal message;
  message.set_subject("contacts/0191E5F0-0000-7000-8000-0123456789AB/points/0191e5f0-0000-7000-8000-0123456789ac");
  message.add_permissions("users/0191e5f0-0000-7000-8000-0123456789ad");
  for (const char* none : {"contacts/1", "nothing", "campaigns/spring", "/", "contacts/0191e5f0-0000-7000-8000-0123456789a"})
    message.add_permissions(none);
  EXPECT_EQ(NamesIn(message), (std::set<std::string>{"contacts/0191e5f0-0000-7000-8000-0123456789ab",
                                                     "users/0191e5f0-0000-7000-8000-0123456789ad"}));
}

TEST(SightTest, WhoDoesNotSeeEverybodysIsLetInWhereItIsDeclared) {
  Principal principal = Somebody({});
  EXPECT_TRUE(CheckSight(principal, options::v1::SIGHT_UNSPECIFIED).ok());
  principal.owners.emplace();
  EXPECT_EQ(CheckSight(principal, options::v1::SIGHT_UNSPECIFIED).error().reason, "VISIBILITY_TOO_NARROW");
  for (auto sight : {options::v1::SIGHT_OPEN, options::v1::SIGHT_NAMED, options::v1::SIGHT_NARROWED})
    EXPECT_TRUE(CheckSight(principal, sight).ok());
}

TEST(StatusTest, CarriesReasonViolationsAndRetryHint) {
  Error error = Violations({{"contact.email", "EMAIL_SYNTAX", "Give an address."}});
  error.retry_after_ms = 1500;
  Error back = FromGrpc(ToGrpc(error));
  EXPECT_EQ(back.code, Code::kInvalidArgument);
  EXPECT_EQ(back.reason, "EMAIL_SYNTAX");
  ASSERT_EQ(back.violations.size(), 1u);
  EXPECT_EQ(back.violations[0].field, "contact.email");
  EXPECT_EQ(back.retry_after_ms, 1500);
}

// What does not fit into a header would reach nobody.
TEST(StatusTest, ManyViolationsAreTheFirstOfThem) {
  std::vector<Violation> many;
  for (int i = 0; i < 2000; ++i) many.push_back({"questions[" + std::to_string(i) + "].contact", "NAME_SYNTAX", "Give contacts/{uuid}."});
  const grpc::Status status = ToGrpc(Violations(many));
  EXPECT_LT(status.error_details().size() * 4 / 3 + status.error_message().size() * 3, 8000u);
  const Error back = FromGrpc(status);
  EXPECT_GT(back.violations.size(), 30u);
  EXPECT_EQ(back.violations.front().field, "questions[0].contact");
  EXPECT_NE(back.message.find("(and 1999 more)"), std::string::npos) << back.message;
  std::string key;
  for (int i = 0; i < 100'000; ++i) key += "ş";
  const grpc::Status wide = ToGrpc(Violations({{"contact.attributes." + key, "ATTRIBUTE_UNKNOWN", "Define the attribute first."}}));
  EXPECT_LT(wide.error_details().size() * 4 / 3 + wide.error_message().size() * 3, 8000u);
  EXPECT_TRUE(FromGrpc(wide).violations.front().field.ends_with("ş…"));
}

TEST(StatusTest, WhatTheDatabaseSaidStaysInside) {
  Error error = Internal("DATABASE_ERROR", "relation contact does not exist");
  error.metadata["detail"] = "secret";
  grpc::Status status = ToGrpc(error);
  EXPECT_EQ(status.error_message().find("relation"), std::string::npos);
  EXPECT_EQ(status.error_details().find("secret"), std::string::npos);
}

TEST(TimeTest, RoundTripsAndHoldsHostileValues) {
  for (Time time : {Time{}, Time(std::chrono::microseconds(-1)), Time(std::chrono::microseconds(852076800123456LL))})
    EXPECT_EQ(FromProto(ToProto(time)), time);
  google::protobuf::Timestamp hostile;
  hostile.set_seconds(INT64_MAX);
  hostile.set_nanos(INT32_MIN);
  EXPECT_EQ(FromProto(hostile), Time(std::chrono::seconds(253402300799)));
  hostile.set_seconds(INT64_MIN);
  EXPECT_LT(FromProto(hostile), Time{});
}

TEST(PageTest, TokensHoldForTheirQuestionOnly) {
  std::string token = MakePageToken("secret", "ListContacts|a", {"İnci", "42"});
  auto keys = ReadPageToken("secret", "ListContacts|a", token, 2);
  ASSERT_TRUE(keys.ok());
  EXPECT_EQ((*keys)[0], "İnci");
  EXPECT_EQ(ReadPageToken("secret", "ListContacts|b", token, 2).error().reason, "PAGE_TOKEN_INVALID");
  EXPECT_EQ(ReadPageToken("other", "ListContacts|a", token, 2).error().reason, "PAGE_TOKEN_INVALID");
  EXPECT_EQ(ReadPageToken("secret", "ListContacts|a", "garbage!", 2).error().reason, "PAGE_TOKEN_INVALID");
  EXPECT_TRUE(ReadPageToken("secret", "ListContacts|a", "", 2)->empty());
  EXPECT_EQ(*PageSize(0), 50);
  EXPECT_EQ(*PageSize(5000), 1000);
  EXPECT_FALSE(PageSize(-1).ok());
}

}  // namespace
}  // namespace vefa::rpc
