#include "services/contact/consent/consent_check.h"

#include "services/contact/consent/consent_fixture.h"

namespace vefa::contact {
namespace {

using ConsentCheckTest = ConsentTest;
using Reason = v1::ConsentDecision;

TEST_F(ConsentCheckTest, SaysWhySinceWhenAndByWhichLine) {
  const std::string ayse = MakePerson("1");
  EXPECT_EQ(Decision(ayse).reason(), Reason::REASON_NEVER_ASKED);
  const std::pair<v1::Consent::State, Reason::Reason> steps[] = {{v1::Consent::STATE_PENDING, Reason::REASON_PENDING},
                                                                 {v1::Consent::STATE_GRANTED, Reason::REASON_GRANTED},
                                                                 {v1::Consent::STATE_EXPIRED, Reason::REASON_EXPIRED},
                                                                 {v1::Consent::STATE_REFUSED, Reason::REASON_REFUSED},
                                                                 {v1::Consent::STATE_WITHDRAWN, Reason::REASON_WITHDRAWN}};
  int ago = 90;
  for (const auto& [state, reason] : steps) {
    auto recorded = Record(ayse, Said(state, std::chrono::minutes(ago--)));
    ASSERT_TRUE(recorded.ok());
    const v1::ConsentDecision decision = Decision(ayse);
    EXPECT_EQ(decision.reason(), reason);
    EXPECT_EQ(decision.allowed(), state == v1::Consent::STATE_GRANTED);
    EXPECT_EQ(decision.line(), recorded->line());
    EXPECT_EQ(decision.since().seconds(), recorded->occur_time().seconds());
  }
  // A line of before states named theirs is found in the log.
  const int64_t line = Decision(ayse).line();
  database_.Run("UPDATE consent_state SET line = NULL");
  EXPECT_EQ(Decision(ayse).line(), line);
  EXPECT_EQ(Decision(ayse, "other").reason(), Reason::REASON_NEVER_ASKED);
  EXPECT_EQ(Decision("contacts/01890a5d-ac96-774b-bcce-b302099a8057").reason(), Reason::REASON_NO_SUCH_CONTACT);
  ASSERT_TRUE(Erase(ayse).ok());
  const v1::ConsentDecision erased = Decision(ayse);
  EXPECT_EQ(erased.reason(), Reason::REASON_CONTACT_ERASED);
  EXPECT_FALSE(erased.allowed() || erased.has_since() || erased.line() != 0);
}

TEST_F(ConsentCheckTest, AnswersInTheOrderOfTheQuestions) {
  v1::CheckConsentRequest request;
  std::vector<bool> granted;
  for (int i = 0; i < 10; ++i) {
    const std::string person = MakePerson(std::to_string(i));
    granted.push_back(i % 3 == 0);
    if (granted.back()) {
      ASSERT_TRUE(Record(person, Said(v1::Consent::STATE_GRANTED, std::chrono::minutes(5))).ok());
    }
    for (int twice = 0; twice < 2; ++twice) {
      auto& question = *request.add_questions();
      question.set_contact(person);
      question.set_purpose(twice == 0 ? "win-back" : "news");
      question.set_channel(v1::CHANNEL_EMAIL);
    }
  }
  auto answer = Check(request);
  ASSERT_TRUE(answer.ok());
  ASSERT_EQ(answer->decisions_size(), 20);
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(answer->decisions(i).allowed(), i % 2 == 0 && granted[static_cast<size_t>(i / 2)]) << i;
}

TEST_F(ConsentCheckTest, NamesEveryQuestionThatIsNone) {
  v1::CheckConsentRequest request;
  request.add_questions()->set_contact("people/1");
  auto& second = *request.add_questions();
  second.set_contact("contacts/01890a5d-ac96-774b-bcce-b302099a8057");
  second.set_purpose("Win Back");
  second.set_channel(static_cast<v1::Channel>(99));
  auto refused = Check(request);
  ASSERT_FALSE(refused.ok());
  std::vector<std::string> fields;
  for (const Violation& violation : refused.error().violations) fields.push_back(violation.field + " " + violation.reason);
  EXPECT_EQ(fields, (std::vector<std::string>{"questions[0].contact NAME_SYNTAX", "questions[0].purpose PURPOSE_SYNTAX",
                                              "questions[0].channel CHANNEL_UNKNOWN", "questions[1].purpose PURPOSE_SYNTAX",
                                              "questions[1].channel CHANNEL_UNKNOWN"}));
  v1::CheckConsentRequest large;
  for (int i = 0; i < 1001; ++i) *large.add_questions() = second;
  EXPECT_EQ(Check(large).error().reason, "BATCH_TOO_LARGE");
}

// The whole rule, basis by basis and state by state.
// The purpose by SQL: how it is declared is purpose_service_test.cc's.
TEST_F(ConsentCheckTest, AnAgreementGetsTooOldAndASoftOneIsOfCustomers) {
  const std::string ayse = MakePerson("1"), bob = MakePerson("2");
  auto declare = [&](const std::string& code, int basis, int days, bool customers_only) {
    database_.Run("INSERT INTO purpose (tenant_id, id, code, title, lawful_basis, is_commercial, retention_days, text_version, version,"
                  " create_time, update_time, consent_days, customers_only) VALUES ('" + tenant_.ToString() + "', gen_random_uuid(), '" + code +
                  "', 'x', " + std::to_string(basis) + ", true, 0, 0, 1, now(), now(), " + std::to_string(days) + ", " +
                  (customers_only ? "true" : "false") + ")");
  };
  declare("win-back", 1, 10, false);
  ASSERT_TRUE(Record(ayse, Said(v1::Consent::STATE_GRANTED, std::chrono::hours(24 * 10 + 1))).ok());
  ASSERT_TRUE(Record(bob, Said(v1::Consent::STATE_GRANTED, std::chrono::hours(24 * 10 - 1))).ok());
  EXPECT_EQ(Decision(ayse).reason(), Reason::REASON_EXPIRED);
  EXPECT_FALSE(Decision(ayse).allowed());
  EXPECT_EQ(Decision(bob).reason(), Reason::REASON_GRANTED);
  v1::ListConsentsRequest list;
  list.set_contact(ayse);
  auto listed = Call(&Stub::ListConsents, list);
  EXPECT_EQ(listed->states(0).state(), v1::Consent::STATE_EXPIRED);
  EXPECT_EQ(listed->log(0).state(), v1::Consent::STATE_GRANTED) << "what was said stays";
  ASSERT_TRUE(Record(ayse, Said(v1::Consent::STATE_GRANTED, std::chrono::hours(1))).ok());
  EXPECT_EQ(Decision(ayse).reason(), Reason::REASON_GRANTED) << "said anew";
  declare("similar-goods", 6, 0, true);
  EXPECT_EQ(Decision(ayse, "similar-goods").reason(), Reason::REASON_NEVER_ASKED);
  database_.Run("INSERT INTO customer_tenure VALUES ('" + tenant_.ToString() + "', '" + ayse.substr(9) + "', now(), 33)");
  EXPECT_EQ(Decision(ayse, "similar-goods").reason(), Reason::REASON_LAWFUL_BASIS);
  ASSERT_TRUE(Record(ayse, Said(v1::Consent::STATE_WITHDRAWN, std::chrono::minutes(1), "similar-goods")).ok());
  EXPECT_EQ(Decision(ayse, "similar-goods").reason(), Reason::REASON_WITHDRAWN);
  // Whoever sends is told the same.
  v1::BatchGetRecipientsRequest recipients;
  recipients.add_contacts(ayse);
  recipients.add_contacts(bob);
  recipients.set_purpose("receipts");
  recipients.set_channel(v1::CHANNEL_EMAIL);
  EXPECT_FALSE(Call(&Stub::BatchGetRecipients, recipients)->recipients(0).allowed());
  declare("receipts", 2, 0, false);
  auto told = Call(&Stub::BatchGetRecipients, recipients);
  ASSERT_EQ(told->recipients_size(), 2);
  for (const v1::Recipient& one : told->recipients()) {
    EXPECT_TRUE(one.allowed());
    EXPECT_EQ(one.consent(), v1::Consent::STATE_UNSPECIFIED);
  }
}

TEST(ConsentRuleTest, OnlyABasisOrAnAgreementAllows) {
  using S = ConsentState;
  for (int16_t basis = 0; basis <= 6; ++basis) {
    for (int16_t state = 0; state <= 5; ++state) {
      const ConsentKnowledge known{true, false, static_cast<S>(state), Time{}, 7, static_cast<LawfulBasis>(basis)};
      const ConsentDecision decision = Decide(known);
      const bool granted = known.state == S::kGranted;
      const bool objected = known.state == S::kWithdrawn || known.state == S::kRefused;
      const bool by_basis = (basis >= 2 && basis <= 5) || (basis == 6 && !objected);
      EXPECT_EQ(decision.allowed, granted || by_basis) << basis << " " << state;
      EXPECT_EQ(decision.reason == ConsentReason::kLawfulBasis, !granted && by_basis) << basis << " " << state;
      EXPECT_FALSE(Decide({true, true, known.state, Time{}, 7, known.basis}).allowed);
      EXPECT_FALSE(Decide({false, false, known.state, Time{}, 7, known.basis}).allowed);
    }
  }
}

}  // namespace
}  // namespace vefa::contact
