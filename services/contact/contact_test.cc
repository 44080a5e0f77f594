#include "services/contact/contact.h"

#include <gtest/gtest.h>

#include "libs/base/text.h"
#include "services/contact/consent/evidence.h"
#include "services/contact/contact_proto.h"

namespace vefa::contact {
namespace {

std::vector<Violation> Broken(Contact contact) {
  std::vector<Violation> violations;
  Normalise(contact, "contact.", violations);
  return violations;
}

Contact Ayse() {
  Contact contact;
  contact.external_id = "42";
  contact.display_name = "Ayşe Yılmaz";
  contact.email = "Ayse@Deniz.example";
  contact.language = "tr";
  return contact;
}

TEST(ContactTest, IsBroughtToItsStoredForm) {
  Contact contact = Ayse();
  contact.external_id = "  42 ";
  contact.language = "";
  std::vector<Violation> violations;
  Normalise(contact, "contact.", violations);
  EXPECT_TRUE(violations.empty());
  EXPECT_EQ(contact.external_id, "42");
  EXPECT_EQ(contact.email, "ayse@deniz.example");
  EXPECT_EQ(contact.language, "en");
}

TEST(ContactTest, EveryBrokenRuleIsNamed) {
  Contact contact;
  contact.email = "nowhere";
  contact.language = "xx";
  std::vector<Violation> violations = Broken(contact);
  std::vector<std::string> fields;
  for (const Violation& violation : violations) fields.push_back(violation.field);
  EXPECT_EQ(fields, (std::vector<std::string>{"contact.external_id", "contact.display_name", "contact.language",
                                              "contact.email"}));
}

TEST(ContactTest, TextMustBeText) {
  Contact contact = Ayse();
  contact.display_name = "Ay\xFF";
  EXPECT_EQ(Broken(contact).front().reason, "NOT_UTF8");
  contact.display_name = "Ay\x01";
  EXPECT_EQ(Broken(contact).front().reason, "CONTROL_CHARACTER");
  contact.display_name = std::string(201, 'a');
  EXPECT_EQ(Broken(contact).front().reason, "TOO_LONG");
}

TEST(EmailTest, ShapeOfAnAddress) {
  for (const char* good : {"a@b.co", "first.last+tag@sub.example.com", "customer.7@cdnow.example"})
    EXPECT_TRUE(IsEmailAddress(good)) << good;
  for (const char* bad : {"", "a", "@b.co", "a@", "a@b", "a@-b.co", "a@b..co", "a@b.co.", ".a@b.co", "a..b@b.co",
                          "a b@b.co", "a@b.co\r\nBcc: x@y.z", "ö@b.co"})
    EXPECT_FALSE(IsEmailAddress(bad)) << bad;
}

std::string EvidenceViolation(const Consent& consent) {
  std::vector<Violation> violations;
  CheckEvidence(consent, "consent.", violations);
  return violations.empty() ? "" : violations.front().reason;
}
std::string CaptureViolation(const char* source) {
  Consent consent;
  consent.capture_source = source;
  return EvidenceViolation(consent);
}
std::string IpViolation(const char* ip) {
  Consent consent;
  consent.ip = std::string(ip);
  return EvidenceViolation(consent);
}

TEST(ConsentTest, NeedsPurposeSourceAndAPastTime) {
  Time now = Time(std::chrono::hours(24 * 365 * 30));
  Consent consent{"win-back", Channel::kEmail, ConsentState::kGranted, "checkout", now - std::chrono::hours(1), {}};
  std::vector<Violation> violations;
  Normalise(consent, "consent.", now, violations);
  EXPECT_TRUE(violations.empty());
  consent = {"Win Back", Channel::kNone, ConsentState::kNeverAsked, "", now + std::chrono::hours(1), {}};
  Normalise(consent, "consent.", now, violations);
  EXPECT_EQ(violations.size(), 5u);
}

TEST(ConsentTest, TimesThatCannotBeAreRefused) {
  const Time now = *ParseTime("2026-01-01T00:00:00Z");
  auto reason = [&](Time time) -> std::string {
    Consent consent{"win-back", Channel::kEmail, ConsentState::kGranted, "checkout", time, {}};
    std::vector<Violation> violations;
    Normalise(consent, "consent.", now, violations);
    return violations.empty() ? "" : violations.front().field + " " + violations.front().reason;
  };
  EXPECT_EQ(reason(now), "");
  EXPECT_EQ(reason(now + std::chrono::minutes(5)), "") << "clocks differ a little";
  EXPECT_EQ(reason(now + std::chrono::minutes(6)), "consent.occur_time TIME_IN_FUTURE");
  EXPECT_EQ(reason(*ParseTime("9999-12-31T23:59:59Z")), "consent.occur_time TIME_IN_FUTURE");
  EXPECT_EQ(reason(*ParseTime("1970-01-01T00:00:01Z")), "");
  EXPECT_EQ(reason(*ParseTime("1970-01-01T00:00:00Z")), "consent.occur_time REQUIRED") << "what nobody set";
  for (const char* early : {"1969-12-31T23:59:59.999999Z", "1899-12-30", "0001-01-01"})
    EXPECT_EQ(reason(*ParseTime(early)), "consent.occur_time TIME_TOO_OLD") << early;
  // No year that is no year comes past the contract.
  v1::Consent proto;
  for (const auto& [seconds, reads] : {std::pair<int64_t, const char*>{INT64_MIN, "consent.occur_time TIME_TOO_OLD"},
                                       std::pair<int64_t, const char*>{INT64_MAX, "consent.occur_time TIME_IN_FUTURE"}}) {
    proto.mutable_occur_time()->set_seconds(seconds);
    EXPECT_EQ(reason(FromProto(proto).occur_time), reads);
  }
}

TEST(ConsentTest, EvidenceIsWhatItSaysOrRefused) {
  const Time now = Time(std::chrono::hours(24 * 365 * 30));
  auto reasons = [&](void (*change)(Consent&)) {
    Consent consent{"win-back", Channel::kEmail, ConsentState::kPending, "checkout", now - std::chrono::hours(1), {}};
    change(consent);
    std::vector<Violation> violations;
    Normalise(consent, "consent.", now, violations);
    std::string all;
    for (const Violation& violation : violations) all += violation.field + " " + violation.reason + ";";
    return all;
  };
  for (const char* good : {"", "HS_WEB", "HS_ISLAK_IMZA", "HS_2015", "IYS_WEB"})
    EXPECT_EQ(CaptureViolation(good), "") << good;
  for (const char* bad : {"hs_web", "HS_FAX", "IYS_", "IYS_a", "WEB"})
    EXPECT_EQ(CaptureViolation(bad), "CAPTURE_SOURCE_UNKNOWN") << bad;
  for (const char* good : {"192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"}) EXPECT_EQ(IpViolation(good), "") << good;
  for (const char* bad : {"192.0.2", "1.2.3.4.5", "localhost", "2001:db8::g", "192.0.2.1 "}) EXPECT_EQ(IpViolation(bad), "IP_SYNTAX") << bad;
  EXPECT_EQ(reasons([](Consent& consent) {
              consent.text_version = -1;
              consent.form_hash = "short";
              consent.recipient_type = 3;
              consent.user_agent = std::string(401, 'x');
            }),
            "consent.text_version TEXT_VERSION_NEGATIVE;consent.form_hash HASH_SIZE;consent.recipient_type RECIPIENT_TYPE_UNKNOWN;"
            "consent.origin.user_agent TOO_LONG;");
  EXPECT_EQ(reasons([](Consent& consent) { consent.form_hash = std::string(32, 'h'); }), "");
}

// A number that is cut to the width of ours would be CHANNEL_EMAIL and STATE_GRANTED.
TEST(ConsentProtoTest, ANumberThatTheContractDoesNotNameIsNoOther) {
  v1::Consent proto;
  proto.set_channel(static_cast<v1::Channel>(0x10001));
  proto.set_state(static_cast<v1::Consent::State>(0x10001));
  EXPECT_EQ(FromProto(proto).channel, Channel::kNone);
  EXPECT_EQ(FromProto(proto).state, ConsentState::kNeverAsked);
}

}  // namespace
}  // namespace vefa::contact
