// Requests in which everything is wrong: each says all of it at once, where, why, and what to do.
#include <algorithm>

#include "services/contact/contact_fixture.h"

namespace vefa::contact {
namespace {

using Strings = std::vector<std::string>;
constexpr char kNobody[] = "contacts/0191e5f0-0000-7000-8000-0123456789ab";

class BadRequestTest : public ContactServiceTest {
 protected:
  // `field REASON` of each violation, in the order they are told. Every answer has the form that a page can show by its fields.
  template <typename T>
  static Strings Wrong(const Result<T>& refused) {
    Strings all;
    EXPECT_FALSE(refused.ok());
    if (refused.ok()) return all;
    EXPECT_EQ(refused.error().code, Code::kInvalidArgument);
    for (const Violation& one : refused.error().violations) {
      all.push_back(one.field + " " + one.reason);
      EXPECT_EQ(one.field.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.[]"), std::string::npos) << one.field;
      EXPECT_EQ(one.reason.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"), std::string::npos) << one.reason;
      EXPECT_TRUE(one.description.size() > 10 && one.description.ends_with(".")) << one.field << " says what to do: " << one.description;
    }
    if (!all.empty()) {
      EXPECT_EQ(refused.error().reason, refused.error().violations.front().reason);
    }
    return all;
  }
  static v1::Contact Worst() {
    v1::Contact contact;
    contact.set_external_id("a\nb");
    contact.set_given_name("Ada\u202Eevil");
    contact.set_family_name(std::string(201, 'x'));
    contact.set_display_name("\u200D");
    contact.set_email("ayşe@deniz.example");
    contact.set_phone("0532 I23 45 67");
    contact.set_language("xx");
    contact.set_country("Turkey");
    contact.set_time_zone("GMT 3");
    contact.set_source(std::string(201, 's'));
    contact.set_owner("somebody");
    contact.add_tags("a,b");
    (*contact.mutable_attributes())["unknown"].set_text("x");
    (*contact.mutable_attributes())["nothing"];
    return contact;
  }
};

const Strings kWorst{"contact.attributes.nothing VALUE_REQUIRED", "contact.owner RESOURCE_NAME", "contact.external_id CONTROL_CHARACTER",
                     "contact.display_name REQUIRED", "contact.given_name CONTROL_CHARACTER", "contact.family_name TOO_LONG",
                     "contact.source TOO_LONG", "contact.language LANGUAGE_UNKNOWN", "contact.country COUNTRY_UNKNOWN",
                     "contact.time_zone TIME_ZONE_UNKNOWN", "contact.tags TAG_SYNTAX", "contact.email EMAIL_SYNTAX",
                     "contact.phone PHONE_SYNTAX", "contact.attributes.unknown ATTRIBUTE_UNKNOWN"};

TEST_F(BadRequestTest, OfANewContactEverythingThatIsWrongIsSaidAtOnce) {
  v1::CreateContactRequest request;
  *request.mutable_contact() = Worst();
  EXPECT_EQ(Wrong(Call(&Stub::CreateContact, request)), kWorst);
  EXPECT_EQ(Wrong(Call(&Stub::CreateContact, v1::CreateContactRequest())), (Strings{"contact.external_id REQUIRED", "contact.display_name REQUIRED"}));
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log"), 0);
}

TEST_F(BadRequestTest, OfAChangeEverythingThatIsWrongIsSaidAtOnce) {
  v1::UpdateContactRequest request;
  *request.mutable_contact() = Worst();
  request.mutable_contact()->set_name(Call(&Stub::CreateContact, Person("42"))->name());
  Strings wrong = Wrong(Call(&Stub::UpdateContact, request)), expected = kWorst;
  std::sort(wrong.begin(), wrong.end());
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(wrong, expected);
  for (const char* path : {"version", "shoe_size"}) request.mutable_update_mask()->add_paths(path);
  EXPECT_EQ(Wrong(Call(&Stub::UpdateContact, request)), (Strings{"update_mask FIELD_UNKNOWN", "update_mask FIELD_UNKNOWN"}));
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log"), 1);
}

TEST_F(BadRequestTest, OfAConsentEverythingThatIsWrongIsSaidAtOnce) {
  v1::RecordConsentRequest request;
  request.set_contact("contacts/nobody");
  v1::Consent& consent = *request.mutable_consent();
  consent.set_purpose("Win Back");
  consent.mutable_occur_time()->set_seconds(-1);
  consent.set_text_version(-1);
  consent.set_form_hash("short");
  consent.set_capture_source("FAX");
  consent.mutable_origin()->set_ip("localhost");
  EXPECT_EQ(Wrong(Call(&Stub::RecordConsent, request)),
            (Strings{"contact NAME_SYNTAX", "consent.purpose PURPOSE_SYNTAX", "consent.channel REQUIRED", "consent.state REQUIRED",
                     "consent.source REQUIRED", "consent.occur_time TIME_TOO_OLD", "consent.text_version TEXT_VERSION_NEGATIVE",
                     "consent.form_hash HASH_SIZE", "consent.capture_source CAPTURE_SOURCE_UNKNOWN", "consent.origin.ip IP_SYNTAX"}));
}

TEST_F(BadRequestTest, OfTheOtherCallsEverythingThatIsWrongIsSaidAtOnce) {
  v1::EraseContactRequest erase;
  EXPECT_EQ(Wrong(Call(&Stub::EraseContact, erase)), (Strings{"name NAME_SYNTAX", "reason REASON_SYNTAX"}));
  v1::SetLifecycleStageRequest stage;
  EXPECT_EQ(Wrong(Call(&v1::LifecycleService::Stub::SetLifecycleStage, stage)),
            (Strings{"contact NAME_SYNTAX", "stage REQUIRED", "reason REASON_SYNTAX"}));
  v1::BatchGetContactsRequest batch;
  for (const char* name : {"x", kNobody, "contacts/1"}) batch.add_names(name);
  EXPECT_EQ(Wrong(Call(&Stub::BatchGetContacts, batch)), (Strings{"names[0] NAME_SYNTAX", "names[2] NAME_SYNTAX"}));
  v1::BatchGetRecipientsRequest recipients;
  recipients.set_channel(static_cast<v1::Channel>(99));
  EXPECT_EQ(Wrong(Call(&Stub::BatchGetRecipients, recipients)), (Strings{"purpose PURPOSE_SYNTAX", "channel CHANNEL_UNKNOWN"}));
  v1::AddContactPointRequest point;
  point.set_contact(Call(&Stub::CreateContact, Person("42"))->name());
  point.mutable_point()->set_kind(v1::ContactPoint::KIND_PHONE);
  point.mutable_point()->set_value("0532 123");
  point.mutable_point()->set_label("a\u202Eb");
  point.mutable_point()->set_recipient_type(static_cast<v1::RecipientType>(9));
  EXPECT_EQ(Wrong(Call(&v1::ContactPointService::Stub::AddContactPoint, point)),
            (Strings{"point.value PHONE_SYNTAX", "point.recipient_type RECIPIENT_TYPE_UNKNOWN", "point.label CONTROL_CHARACTER"}));
  v1::CreateAttributeDefinitionRequest definition;
  definition.mutable_attribute_definition()->set_key("Shoe Size");
  EXPECT_EQ(Wrong(Call(&v1::AttributeService::Stub::CreateAttributeDefinition, definition)),
            (Strings{"attribute_definition.key KEY_SYNTAX", "attribute_definition.title REQUIRED", "attribute_definition.type REQUIRED",
                     "attribute_definition.privacy REQUIRED"}));
}

// A header holds some of a thousand; the sentence says how many there are, and none is a caller who hears nothing.
TEST_F(BadRequestTest, OfAThousandMistakesTheFirstAreToldAndAllCounted) {
  v1::BatchGetContactsRequest batch;
  for (int i = 0; i < 1000; ++i) batch.add_names("contacts/" + std::to_string(i));
  auto refused = Call(&Stub::BatchGetContacts, batch);
  const Strings wrong = Wrong(refused);
  ASSERT_GT(wrong.size(), 20u);
  EXPECT_EQ(wrong.front(), "names[0] NAME_SYNTAX");
  EXPECT_NE(refused.error().message.find("(and 999 more)"), std::string::npos) << refused.error().message;
  v1::CreateContactRequest create = Person("42");
  (*create.mutable_contact()->mutable_attributes())[std::string(200'000, 'k')].set_text("x");
  EXPECT_EQ(Call(&Stub::CreateContact, create).error().reason, "ATTRIBUTE_UNKNOWN");
}

}  // namespace
}  // namespace vefa::contact
