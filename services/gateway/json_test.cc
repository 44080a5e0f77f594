#include "services/gateway/json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "services/gateway/problem.h"
#include "vefa/campaign/v1/campaign_service.pb.h"
#include "vefa/contact/v1/contact_service.pb.h"
#include "vefa/contact/v1/organization_service.pb.h"
#include "vefa/notification/v1/notification_service.pb.h"

namespace vefa::gateway {
namespace {

// `field REASON` of what is wrong with a body.
std::string Wrong(const std::string& json) {
  contact::v1::ImportContactsRequest request;
  Status read = ReadJson(json, "", request);
  if (read.ok()) return "fine";
  const Error& error = read.error();
  EXPECT_EQ(error.code, Code::kInvalidArgument);
  return error.violations.empty() ? error.reason : error.violations[0].field + " " + error.violations[0].reason;
}

TEST(JsonTest, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(Wrong(R"({"rows":[{"line":"7","contact":{"externalId":"1"}}]})"), "fine");
  EXPECT_EQ(Wrong(""), "fine");
  EXPECT_EQ(Wrong(R"({"rows":[{"lin":1}]})"), "rows[0].lin FIELD_UNKNOWN");
  EXPECT_EQ(Wrong(R"({"row":[]})"), "row FIELD_UNKNOWN");
  EXPECT_EQ(Wrong(R"({"rows":[{"line":"x"}]})"), "rows[0].line FIELD_INVALID");
  EXPECT_EQ(Wrong(R"({"rows":[{"contact":{"createTime":"1997-02-30"}}]})"),
            "rows[0].contact.create_time FIELD_INVALID");
  EXPECT_EQ(Wrong(R"({"rows":[{"consent":{"consent":{"state":"STATE_MAYBE"}}}]})"),
            "rows[0].consent.consent.state FIELD_INVALID");
}

TEST(JsonTest, WhatIsNoJsonObjectIsAnErrorNeverACrash) {
  for (std::string bad : {"{", "[]", "1", "\"x\"", "null", "{} {}", "{\"rows\":", "{\"rows\":[}", "nonsense"})
    EXPECT_EQ(Wrong(bad), "JSON_SYNTAX") << bad;
  EXPECT_EQ(Wrong("{\"rows\":\"\xff\"}"), "JSON_NOT_UTF8");
  EXPECT_EQ(Wrong(std::string("{\0}", 3)), "JSON_NOT_UTF8");
  EXPECT_NE(Wrong(std::string(100'000, '[')), "fine");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"rows\":[";
  EXPECT_NE(Wrong(deep), "fine");
}

TEST(JsonTest, AFieldOfTheBodyKeepsItsPath) {
  contact::v1::Contact contact;
  Status read = ReadJson(R"({"colour":1})", "contact", contact);
  EXPECT_EQ(read.error().violations[0].field, "contact.colour");
}

// An update: its resource is the body, its name the path, and what is to be changed the query.
TEST(JsonTest, AnUpdateTakesItsMaskFromTheQuery) {
  contact::v1::UpdateOrganizationRequest request;
  ASSERT_TRUE(ReadJson(R"({"brandName":"Deniz","name":"organizations/1"})", "organization", *request.mutable_organization()).ok());
  http::Query query{{"updateMask", "brandName,isMerchant"}};
  Status read = SetFromQuery(request, query, {"organization", "organization.name"});
  ASSERT_TRUE(read.ok()) << read.error().message;
  ASSERT_TRUE(SetField(request, "organization.name", "organizations/2").ok());
  ASSERT_EQ(request.update_mask().paths_size(), 2);
  EXPECT_EQ(request.update_mask().paths(0), "brand_name");
  EXPECT_EQ(request.update_mask().paths(1), "is_merchant");
  EXPECT_EQ(request.organization().name(), "organizations/2");
  EXPECT_EQ(request.organization().brand_name(), "Deniz");
}

TEST(JsonTest, WritesCamelCaseWithZerosOnOneLine) {
  contact::v1::ImportContactsResponse response;
  response.set_contacts_created(3);
  EXPECT_EQ(*WriteJson(response),
            R"({"contactsCreated":3,"contactsUpdated":0,"unchanged":0,"consentsRecorded":0,"rejects":[]})");
}

TEST(FieldTest, QueryFillsScalarsEnumsRepeatedAndNested) {
  notification::v1::ListMessagesRequest list;
  ASSERT_TRUE(SetFromQuery(list, {{"pageSize", "20"}, {"page_token", "t"}, {"state", "STATE_BOUNCED"}}, {}).ok());
  EXPECT_EQ(list.page_size(), 20);
  EXPECT_EQ(list.page_token(), "t");
  EXPECT_EQ(list.state(), notification::v1::Message::STATE_BOUNCED);
  contact::v1::BatchGetContactsRequest batch;
  ASSERT_TRUE(SetFromQuery(batch, {{"names", "a"}, {"names", "b"}}, {}).ok());
  EXPECT_EQ(batch.names_size(), 2);
  contact::v1::CreateContactRequest create;
  ASSERT_TRUE(
      SetFromQuery(create, {{"contact.language", "tr"}, {"contact.createTime", "1997-09-30T00:00:00Z"}}, {}).ok());
  EXPECT_EQ(create.contact().language(), "tr");
  EXPECT_EQ(create.contact().create_time().seconds(), 875577600);
}

TEST(FieldTest, EveryMistakeIsNamed) {
  contact::v1::ListContactsRequest list;
  Status set = SetFromQuery(
      list, {{"page_size", "many"}, {"colour", "red"}, {"query", "a"}, {"query", "b"}, {"page_token", "\xff"}}, {});
  ASSERT_FALSE(set.ok());
  std::vector<std::string> wrong;
  for (const Violation& violation : set.error().violations) wrong.push_back(violation.field + " " + violation.reason);
  EXPECT_EQ(wrong, (std::vector<std::string>{"page_size FIELD_INVALID", "colour FIELD_UNKNOWN", "query FIELD_REPEATED",
                                             "page_token FIELD_INVALID"}));
  for (const char* number : {"", "1.5", "99999999999", "0x1", "1 "})
    EXPECT_FALSE(SetField(list, "page_size", number).ok()) << number;
  EXPECT_EQ(SetFromQuery(list, {{"query", "a"}}, {"query"}).error().violations[0].reason, "FIELD_TAKEN");
  contact::v1::CreateContactRequest create;
  for (const char* path : {"contact", "contact.", "contact.x", ".", "request_id.x"})
    EXPECT_FALSE(SetField(create, path, "1").ok()) << path;
}

TEST(ProblemTest, SaysEverythingOnOneLine) {
  Error error = Violations({{"contact.email", "EMAIL_SYNTAX", "Give an address."}});
  error.retry_after_ms = 1500;
  http::Response response = ProblemResponse(error, "abc");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/problem+json");
  EXPECT_EQ(response.headers.Get("Retry-After"), "2");
  EXPECT_EQ(response.body.find('\n'), std::string::npos);
  auto json = nlohmann::json::parse(response.body);
  EXPECT_EQ(json["code"], "INVALID_ARGUMENT");
  EXPECT_EQ(json["reason"], "EMAIL_SYNTAX");
  EXPECT_EQ(json["violations"][0]["field"], "contact.email");
  EXPECT_EQ(json["traceId"], "abc");
  EXPECT_EQ(json["retryAfterMs"], 1500);
  EXPECT_TRUE(nlohmann::json::accept(ProblemJson(InvalidArgument("X", "not \xff UTF-8"), "")));
}

TEST(ProblemTest, EveryCodeHasItsStatus) {
  auto status = [](Code code) { return HttpStatus(Error{code, "X", ""}); };
  EXPECT_EQ(status(Code::kUnauthenticated), 401);
  EXPECT_EQ(status(Code::kPermissionDenied), 403);
  EXPECT_EQ(status(Code::kNotFound), 404);
  EXPECT_EQ(status(Code::kAlreadyExists), 409);
  EXPECT_EQ(status(Code::kResourceExhausted), 429);
  EXPECT_EQ(status(Code::kInternal), 500);
  EXPECT_EQ(status(Code::kUnavailable), 503);
  EXPECT_EQ(status(Code::kDeadlineExceeded), 504);
}

TEST(ProblemTest, FaultsOfOurSideAreNotTold) {
  Error internal = Internal("DATABASE_ERROR", "relation secret does not exist");
  internal.metadata["detail"] = "secret";
  Error told = ForCaller(internal, "contact");
  EXPECT_EQ(told.message.find("secret"), std::string::npos);
  EXPECT_TRUE(told.metadata.empty());
  Error gone = ForCaller({Code::kUnavailable, "UNAVAILABLE", "failed to connect to 10.0.0.7"}, "contact");
  EXPECT_EQ(gone.reason, "SERVICE_UNREACHABLE");
  EXPECT_EQ(gone.message.find("10.0.0.7"), std::string::npos);
  EXPECT_GT(gone.retry_after_ms, 0);
  Error refused = ForCaller({Code::kUnauthenticated, "PRINCIPAL_INVALID", ""}, "contact");
  EXPECT_EQ(refused.code, Code::kInternal) << "nobody is to sign in again because of our key";
}

}  // namespace
}  // namespace vefa::gateway
