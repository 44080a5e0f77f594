#include "services/contact/contact.h"

#include <gtest/gtest.h>

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
