#include "services/ctl/states.h"

#include <gtest/gtest.h>

namespace vefa::ctl {
namespace {

std::string Told(const std::vector<Difference>& differences) {
  std::string text;
  for (const Difference& one : differences) text += one.field + ": " + one.before + " -> " + one.after + "\n";
  return text;
}

TEST(States, EverySubjectHasItsService) {
  EXPECT_EQ(*ServiceOfSubject("contacts/1"), "contact");
  EXPECT_EQ(*ServiceOfSubject("contacts/1/score"), "interaction");
  EXPECT_EQ(*ServiceOfSubject("orders/1"), "interaction");
  EXPECT_EQ(*ServiceOfSubject("scoringRuns/1"), "interaction");
  EXPECT_EQ(*ServiceOfSubject("segments/1"), "campaign");
  EXPECT_EQ(*ServiceOfSubject("templates/1"), "campaign");
  EXPECT_EQ(*ServiceOfSubject("campaigns/1"), "campaign");
  EXPECT_EQ(*ServiceOfSubject("messages/1"), "notification");
  EXPECT_EQ(*ServiceOfSubject("suppressions/1"), "notification");
  for (const char* other : {"", "contacts", "contacts/", "contact/1", "../contacts/1"})
    EXPECT_EQ(ServiceOfSubject(other).error().reason, "SUBJECT_UNKNOWN") << other;
}

TEST(States, AMomentIsAVersionOrATime) {
  EXPECT_EQ(*MomentQuery(""), "");
  EXPECT_EQ(*MomentQuery("7"), "version=7");
  EXPECT_EQ(*MomentQuery("2026-03-01"), "time=2026-03-01T00%3A00%3A00.000000Z");
  EXPECT_EQ(*MomentQuery("2026-03-01T02:00:00+02:00"), "time=2026-03-01T00%3A00%3A00.000000Z");
  EXPECT_EQ(MomentQuery("yesterday").error().reason, "TIME_SYNTAX");
}

TEST(States, OnlyWhatSaysSomethingIsAField) {
  Json answer = Json::parse(R"({"state": {"@type": "x", "state": {"language": "tr", "source": "", "hasEmail": false},
    "consents": [{"terms": {"purpose": "news"}}, {"terms": {"purpose": "win-back"}}], "none": []}})");
  EXPECT_EQ(FieldsOf(answer), (Fields{{"state.language", "tr"},
                                      {"state.hasEmail", "false"},
                                      {"consents[0].terms.purpose", "news"},
                                      {"consents[1].terms.purpose", "win-back"}}));
  EXPECT_TRUE(FieldsOf(Json::object()).empty());
}

TEST(States, ABoxIsWhatIsInItOrTheKeyThatClosesIt) {
  Json answer = Json::parse(R"({"state": {"state": {"personalData": {"keyId": "k1", "nonce": "bm8=", "ciphertext": "Y2k=",
    "message": "vefa.contact.v1.ContactPersonal"}}}})");
  EXPECT_EQ(FieldsOf(answer), (Fields{{"state.personalData", "closed by the key k1"}}));
  answer["opened"] = Json::parse(R"({"state.personal_data": {"@type": "x", "displayName": "Ada", "email": ""}})");
  EXPECT_EQ(FieldsOf(answer), (Fields{{"state.personalData.displayName", "Ada"}}));
}

TEST(States, DifferencesAreToldFieldByField) {
  EXPECT_EQ(Told(Differences({{"a", "1"}, {"b", "2"}, {"c", "3"}}, {{"a", "1"}, {"c", "4"}, {"d", "5"}})),
            "c: 3 -> 4\nd:  -> 5\nb: 2 -> \n");
  EXPECT_EQ(Told(Differences({{"a", "1"}}, {{"a", "1"}})), "");
}

}  // namespace
}  // namespace vefa::ctl
