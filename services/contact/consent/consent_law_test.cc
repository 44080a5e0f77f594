#include "services/contact/consent/consent_fixture.h"

namespace vefa::contact {
namespace {

using LawReason = v1::ConsentDecision;

// Commercial messages that rest on a legitimate interest, to people of several countries.
class ConsentLawTest : public ConsentTest {
 protected:
  using LawPoints = v1::ContactPointService::Stub;

  ConsentLawTest() {
    Declare("news", 6, true);
    Declare("safety", 6, false);
  }
  // By SQL: how a purpose is declared is purpose_service_test.cc's.
  void Declare(const std::string& code, int basis, bool commercial) {
    database_.Run("INSERT INTO purpose (tenant_id, id, code, title, lawful_basis, is_commercial, retention_days, text_version, version,"
                  " create_time, update_time) VALUES ('" + tenant_.ToString() + "', gen_random_uuid(), '" + code + "', 'x', " +
                  std::to_string(basis) + ", " + (commercial ? "true" : "false") + ", 0, 0, 1, now(), now())");
  }
  std::string PersonIn(const std::string& country, const std::string& phone = "") {
    v1::CreateContactRequest request = Person(std::to_string(++people_));
    request.mutable_contact()->set_country(country);
    request.mutable_contact()->set_phone(phone);
    auto made = Call(&Stub::CreateContact, request);
    EXPECT_TRUE(made.ok()) << made.error().message;
    return made->name();
  }
  void MakeCustomer(const std::string& contact) {
    database_.Run("INSERT INTO customer_tenure VALUES ('" + tenant_.ToString() + "', '" + contact.substr(9) + "', now(), 33)");
  }
  v1::ContactPoint PrimaryPoint(const std::string& contact, v1::ContactPoint::Kind kind) {
    v1::ListContactPointsRequest request;
    request.set_contact(contact);
    auto listed = Call(&LawPoints::ListContactPoints, request);
    for (const v1::ContactPoint& point : listed->points())
      if (point.kind() == kind && point.primary()) return point;
    ADD_FAILURE() << "no such point";
    return {};
  }
  void Register(const std::string& contact, v1::ContactPoint::Kind kind, v1::RecipientType type) {
    v1::UpdateContactPointRequest request;
    *request.mutable_point() = PrimaryPoint(contact, kind);
    request.mutable_point()->set_recipient_type(type);
    request.mutable_update_mask()->add_paths("recipient_type");
    auto changed = Call(&LawPoints::UpdateContactPoint, request);
    ASSERT_TRUE(changed.ok()) << changed.error().message;
    EXPECT_EQ(changed->recipient_type(), type);
  }
  // The decision in words: `TR 1 REASON_NEVER_ASKED`, with a `+` where it is allowed.
  std::string Told(const std::string& contact, v1::Channel channel = v1::CHANNEL_EMAIL, const std::string& purpose = "news") {
    v1::CheckConsentRequest request;
    auto& question = *request.add_questions();
    question.set_contact(contact);
    question.set_purpose(purpose);
    question.set_channel(channel);
    auto answer = Check(request);
    EXPECT_TRUE(answer.ok());
    const v1::ConsentDecision& decision = answer->decisions(0);
    return (decision.allowed() ? "+ " : "") + decision.profile() + " " + std::to_string(decision.profile_version()) + " " +
           LawReason::Reason_Name(decision.reason());
  }
  bool RecipientAllowed(const std::string& contact) {
    v1::BatchGetRecipientsRequest request;
    request.add_contacts(contact);
    request.set_purpose("news");
    request.set_channel(v1::CHANNEL_EMAIL);
    auto told = Call(&Stub::BatchGetRecipients, request);
    EXPECT_TRUE(told.ok() && told->recipients_size() == 1);
    return told->recipients(0).allowed();
  }

 private:
  int people_ = 0;
};

TEST_F(ConsentLawTest, ATurkishMerchantIsWrittenToUnaskedAndNobodyElseThere) {
  const std::string ayse = PersonIn("TR", "+905321234567");
  EXPECT_EQ(Told(ayse), "TR 1 REASON_LAW_NEEDS_CONSENT");
  EXPECT_EQ(Told(ayse, v1::CHANNEL_EMAIL, "safety"), "+ TR 1 REASON_LAWFUL_BASIS") << "no commerce";
  EXPECT_EQ(Told(ayse, v1::CHANNEL_EMAIL, "undeclared"), "TR 1 REASON_NEVER_ASKED");
  EXPECT_FALSE(RecipientAllowed(ayse));
  MakeCustomer(ayse);
  EXPECT_EQ(Told(ayse), "TR 1 REASON_LAW_NEEDS_CONSENT");
  Register(ayse, v1::ContactPoint::KIND_EMAIL, v1::RECIPIENT_TYPE_TACIR);
  EXPECT_EQ(Told(ayse), "+ TR 1 REASON_LAWFUL_BASIS");
  EXPECT_TRUE(RecipientAllowed(ayse)) << "who sends is told the same";
  EXPECT_EQ(Told(ayse, v1::CHANNEL_SMS), "TR 1 REASON_LAW_NEEDS_CONSENT") << "the number is nobody's trade";
  EXPECT_EQ(Told(ayse, v1::CHANNEL_PUSH), "TR 1 REASON_LAW_NEEDS_CONSENT");
  // Another address in use is another registration.
  v1::AddContactPointRequest home;
  home.set_contact(ayse);
  home.mutable_point()->set_kind(v1::ContactPoint::KIND_EMAIL);
  home.mutable_point()->set_value("home@deniz.example");
  home.mutable_point()->set_primary(true);
  home.mutable_point()->set_recipient_type(v1::RECIPIENT_TYPE_BIREYSEL);
  EXPECT_EQ(Call(&LawPoints::AddContactPoint, home)->recipient_type(), v1::RECIPIENT_TYPE_BIREYSEL);
  EXPECT_EQ(Told(ayse), "TR 1 REASON_LAW_NEEDS_CONSENT");
  EXPECT_FALSE(RecipientAllowed(ayse));
  // A yes is a yes, and a no one, in every country.
  ASSERT_TRUE(Record(ayse, Said(v1::Consent::STATE_PENDING, std::chrono::minutes(3), "news")).ok());
  EXPECT_EQ(Told(ayse), "TR 1 REASON_PENDING");
  ASSERT_TRUE(Record(ayse, Said(v1::Consent::STATE_GRANTED, std::chrono::minutes(2), "news")).ok());
  EXPECT_EQ(Told(ayse), "+ TR 1 REASON_GRANTED");
  Register(ayse, v1::ContactPoint::KIND_EMAIL, v1::RECIPIENT_TYPE_TACIR);
  ASSERT_TRUE(Record(ayse, Said(v1::Consent::STATE_WITHDRAWN, std::chrono::minutes(1), "news")).ok());
  EXPECT_EQ(Told(ayse), "TR 1 REASON_WITHDRAWN");
  ASSERT_TRUE(Erase(ayse).ok());
  EXPECT_EQ(Told(ayse), " 0 REASON_CONTACT_ERASED");
}

TEST_F(ConsentLawTest, TheCountryDecidesAndWhereThereIsNoneTheNumber) {
  const std::string claire = PersonIn("FR");
  EXPECT_EQ(Told(claire), "EU 1 REASON_LAW_NEEDS_CONSENT");
  MakeCustomer(claire);
  EXPECT_EQ(Told(claire), "+ EU 1 REASON_LAWFUL_BASIS") << "soft opt-in";
  EXPECT_EQ(Told(PersonIn("DE")), "DE 1 REASON_LAW_NEEDS_CONSENT");
  const std::string bob = PersonIn("US", "+16502530000");
  EXPECT_EQ(Told(bob), "+ US 1 REASON_LAWFUL_BASIS");
  EXPECT_EQ(Told(bob, v1::CHANNEL_SMS), "US 1 REASON_LAW_NEEDS_CONSENT");
  EXPECT_EQ(Told(PersonIn("JP")), "+ DEFAULT 1 REASON_LAWFUL_BASIS");
  const std::string somebody = PersonIn("", "+905321234567");
  EXPECT_EQ(Told(somebody), "+ DEFAULT 1 REASON_LAWFUL_BASIS");
  EXPECT_EQ(Told(somebody, v1::CHANNEL_SMS), "TR 1 REASON_LAW_NEEDS_CONSENT");
  Register(somebody, v1::ContactPoint::KIND_PHONE, v1::RECIPIENT_TYPE_TACIR);
  EXPECT_EQ(Told(somebody, v1::CHANNEL_SMS), "+ TR 1 REASON_LAWFUL_BASIS");
  EXPECT_EQ(Told(PersonIn("FR", "+905321234568"), v1::CHANNEL_SMS), "EU 1 REASON_LAW_NEEDS_CONSENT") << "where they live, not where the number is";
  EXPECT_EQ(Told(PersonIn(""), v1::CHANNEL_SMS), "+ DEFAULT 1 REASON_LAWFUL_BASIS");
}

TEST_F(ConsentLawTest, WhatTheLawsSayCanBeRead) {
  auto listed = rpc::Call(*consent_peer_, *consent_stub_, &ConsentStub::ListConsentProfiles, v1::ListConsentProfilesRequest(), tenant_,
                          {"consents.read"}, Soon());
  ASSERT_TRUE(listed.ok()) << listed.error().message;
  ASSERT_EQ(listed->profiles_size(), 5);
  const v1::ConsentProfile& turkish = listed->profiles(3);
  EXPECT_EQ(turkish.code() + turkish.first_day(), "TR2015-05-01");
  ASSERT_EQ(turkish.channels_size(), 3);
  EXPECT_EQ(turkish.channels(1).channel(), v1::CHANNEL_SMS);
  EXPECT_EQ(turkish.channels(1).without_agreement(), v1::ConsentProfile::WITHOUT_AGREEMENT_MERCHANTS);
  EXPECT_EQ(turkish.channels(1).registry(), "IYS");
  EXPECT_EQ(turkish.channels(1).quiet_hours().start_minute(), 1260);
  EXPECT_FALSE(listed->profiles(1).channels(0).has_quiet_hours());
  EXPECT_GT(turkish.unconfirmed_size(), 0);
}

}  // namespace
}  // namespace vefa::contact
