#include "services/contact/iys/iys_wire.h"

#include <gtest/gtest.h>

namespace vefa::contact::iys_wire {
namespace {

TEST(IysWire, TimesAreThoseOfTurkey) {
  const Time time(std::chrono::seconds(1'518'244'200));  // 2018-02-10T06:30:00Z
  EXPECT_EQ(TimeText(time), "2018-02-10 09:30:00");
  EXPECT_EQ(ParseTime("2018-02-10 09:30:00"), time);
  for (const char* bad : {"", "2018-02-10", "2018-02-30 09:30:00", "2018-02-10 24:00:00", "2018-02-10 09:30:00Z", "10.02.2018 09:30:00"})
    EXPECT_FALSE(ParseTime(bad)) << bad;
}

TEST(IysWire, ABatchIsAsItsPageShows) {
  const IysConsent mail{"ornek@adiniz.com", IysRecipient::kMerchant, Channel::kEmail, IysStatus::kOnay, *ParseTime("2018-02-10 09:50:00"), "HS_WEB"};
  const IysConsent sms{"+905813334455", IysRecipient::kIndividual, Channel::kSms, IysStatus::kRet, *ParseTime("2018-02-10 09:55:00"), "HS_MESAJ"};
  EXPECT_EQ(BatchBody({mail, sms}),
            R"([{"consentDate":"2018-02-10 09:50:00","recipient":"ornek@adiniz.com","recipientType":"TACIR","source":"HS_WEB","status":"ONAY","type":"EPOSTA"},)"
            R"({"consentDate":"2018-02-10 09:55:00","recipient":"+905813334455","recipientType":"BIREYSEL","source":"HS_MESAJ","status":"RET","type":"MESAJ"}])");
}

TEST(IysWire, OutcomesAreToldOneByOne) {
  auto outcomes = ReadOutcomes(R"([{"index":1,"status":"failure","error":{"code":"H155","message":"too old"}},
    {"index":2,"status":"success","transactionId":"8c83","creationDate":"2020-07-24 15:25:00"},
    {"index":3,"status":"enqueue"},{"index":9,"status":"success"},{"index":0},{"index":"1"},7])", 4);
  ASSERT_TRUE(outcomes.ok());
  ASSERT_EQ(outcomes->size(), 4u);
  EXPECT_EQ((*outcomes)[0].kind, IysOutcome::Kind::kFailed);
  EXPECT_EQ((*outcomes)[0].error_code, "H155");
  EXPECT_EQ((*outcomes)[1].kind, IysOutcome::Kind::kRegistered);
  EXPECT_EQ((*outcomes)[1].transaction_id, "8c83");
  EXPECT_EQ((*outcomes)[1].creation_time, *ParseTime("2020-07-24 15:25:00"));
  EXPECT_EQ((*outcomes)[2].kind, IysOutcome::Kind::kQueued);
  EXPECT_EQ((*outcomes)[3].kind, IysOutcome::Kind::kQueued);
}

TEST(IysWire, ChangesOfOtherKindsAreLeftOut) {
  auto changes = ReadChanges(R"({"after":"160_05","list":[
    {"type":"EPOSTA","source":"IYS_WEB","recipient":"a@b.example","recipientType":"BIREYSEL","status":"RET",
     "consentDate":"2026-11-27 10:00:00","creationDate":"2026-11-27 10:00:01","transactionId":"t"},
    {"type":"ARAMA","source":"IYS_WEB","recipient":"+905813334455","recipientType":"BIREYSEL","status":"RET","consentDate":"2026-11-27 10:00:00"},
    {"type":"MESAJ"}, null]})");
  ASSERT_TRUE(changes.ok());
  EXPECT_EQ(changes->after, "160_05");
  ASSERT_EQ(changes->consents.size(), 1u);
  EXPECT_EQ(changes->consents[0].status, IysStatus::kRet);
  EXPECT_EQ(changes->consents[0].source, "IYS_WEB");
  EXPECT_FALSE(changes->more);
}

TEST(IysWire, WhatIsNoAnswerIsSaidSo) {
  for (const char* bad : {"", "null", "[]", "{", "<html>", R"({"list":{}})", R"({"access_token":7})", "\xff\xfe"}) {
    EXPECT_EQ(ReadToken(bad).error().reason, "IYS_ANSWER_UNCLEAR") << bad;
    EXPECT_EQ(ReadChanges(bad).error().reason, "IYS_ANSWER_UNCLEAR") << bad;
    EXPECT_EQ(ReadConsent(bad).error().reason, "IYS_ANSWER_UNCLEAR") << bad;
    EXPECT_EQ(ReadRequestId(bad).error().reason, "IYS_ANSWER_UNCLEAR") << bad;
    EXPECT_EQ(ReadError(bad).first, "");
  }
  EXPECT_FALSE(ReadOutcomes("{}", 3).ok());
  EXPECT_EQ(ReadError(R"({"errors":[{"location":["recipient"],"code":"H114","message":"m"}]})"), std::pair(std::string("H114"), std::string("m")));
}

}  // namespace
}  // namespace vefa::contact::iys_wire
