#include "services/contact/iys/iys_fixture.h"

namespace vefa::contact {
namespace {

TEST_F(IysTest, AnAgreementIsRegisteredAndOnlyThenWrittenOn) {
  const std::string ayse = Turk("1"), hans = Turk("2", "hans@welt.example", "DE");
  Says(ayse, v1::Consent::STATE_GRANTED, 5);
  Says(hans, v1::Consent::STATE_GRANTED, 5);
  EXPECT_EQ(Why(ayse), v1::ConsentDecision::REASON_GRANTED);  // No account, no register.
  Open();
  EXPECT_EQ(Why(ayse), v1::ConsentDecision::REASON_REGISTER_STALE);
  ASSERT_EQ(Pull(), "");
  EXPECT_EQ(Why(ayse), v1::ConsentDecision::REASON_NOT_REGISTERED);
  EXPECT_EQ(Why(hans), v1::ConsentDecision::REASON_GRANTED);
  EXPECT_EQ(Turn(), "");
  EXPECT_EQ(Entry(ayse).state(), v1::IysEntry::STATE_SENT);
  EXPECT_EQ(Why(ayse), v1::ConsentDecision::REASON_NOT_REGISTERED);
  iys_.Work();
  now_.Advance(std::chrono::seconds(6));
  EXPECT_EQ(Turn(), "");
  const v1::IysEntry entry = Entry(ayse);
  EXPECT_EQ(entry.state(), v1::IysEntry::STATE_REGISTERED);
  EXPECT_EQ(entry.registered(), v1::IYS_STATUS_ONAY);
  EXPECT_TRUE(entry.transaction_id().starts_with("transaction-"));
  EXPECT_EQ(Why(ayse), v1::ConsentDecision::REASON_GRANTED);
  EXPECT_EQ(Knows(), IysStatus::kOnay);
  EXPECT_EQ(iys_.taken(), 1);
  EXPECT_EQ(Entry(hans).state(), v1::IysEntry::STATE_UNSPECIFIED);
}

TEST_F(IysTest, AWithdrawalStopsAtOnceAndIsPassedOn) {
  const std::string ayse = Turk("1");
  Says(ayse, v1::Consent::STATE_GRANTED, 5);
  Open();
  Pull();
  TurnAround(2);
  ASSERT_EQ(Knows(), IysStatus::kOnay);
  Says(ayse, v1::Consent::STATE_WITHDRAWN, 1);
  EXPECT_FALSE(Decision(ayse).allowed());
  TurnAround(2);
  EXPECT_EQ(Knows(), IysStatus::kRet);
  EXPECT_EQ(Entry(ayse).state(), v1::IysEntry::STATE_REGISTERED);
}

TEST_F(IysTest, WhatIsSaidAtIysIsRecordedWithItsSource) {
  const std::string ayse = Turk("1");
  Says(ayse, v1::Consent::STATE_GRANTED, 5);
  Open();
  Pull();
  TurnAround(2);
  iys_.Say(kMail, IysRecipient::kIndividual, Channel::kEmail, IysStatus::kRet);
  ASSERT_EQ(Pull(), "");
  EXPECT_EQ(Why(ayse), v1::ConsentDecision::REASON_GRANTED);  // Its list lags an hour behind.
  now_.Advance(std::chrono::minutes(61));
  ASSERT_EQ(Pull(), "");
  EXPECT_EQ(Why(ayse), v1::ConsentDecision::REASON_WITHDRAWN);
  v1::ListConsentsRequest request;
  request.set_contact(ayse);
  auto consents = Call(&Stub::ListConsents, request);
  ASSERT_TRUE(consents.ok());
  EXPECT_EQ(consents->log(consents->log_size() - 1).capture_source(), "IYS_WEB");
  // And it is not told its own word.
  const int taken = iys_.taken();
  Hear(ayse);
  TurnAround(3);
  EXPECT_EQ(iys_.taken(), taken);
  EXPECT_EQ(Entry(ayse).state(), v1::IysEntry::STATE_REGISTERED);
  ASSERT_EQ(Pull(), "");
  consents = Call(&Stub::ListConsents, request);
  EXPECT_EQ(consents->log_size(), 2);
}

TEST_F(IysTest, AnApprovalGivenThereCountsForThePurposeThatWasNamed) {
  const std::string ayse = Turk("1");
  Open(v1::IysAccount::MASTER_IYS, "win-back");
  iys_.Say(kMail, IysRecipient::kIndividual, Channel::kEmail, IysStatus::kOnay);
  now_.Advance(std::chrono::minutes(61));
  ASSERT_EQ(Pull(), "");
  EXPECT_EQ(Why(ayse), v1::ConsentDecision::REASON_GRANTED);
}

TEST_F(IysTest, WhereIysIsTheMasterNobodyNewIsMadeKnown) {
  const std::string ayse = Turk("1");
  Says(ayse, v1::Consent::STATE_GRANTED, 5);
  Open(v1::IysAccount::MASTER_IYS, "win-back");
  Pull();
  TurnAround(2);
  EXPECT_EQ(iys_.taken(), 0);
  EXPECT_EQ(Entry(ayse).state(), v1::IysEntry::STATE_UNNEEDED);
  EXPECT_EQ(Why(ayse), v1::ConsentDecision::REASON_NOT_REGISTERED);
}

TEST_F(IysTest, ARefusalOfSomebodyItNeverHeardOfIsNotSent) {
  const std::string ayse = Turk("1");
  Says(ayse, v1::Consent::STATE_REFUSED, 5);
  Open();
  TurnAround(2);
  EXPECT_EQ(Entry(ayse).state(), v1::IysEntry::STATE_UNNEEDED);
  EXPECT_EQ(iys_.taken(), 0);
}

TEST_F(IysTest, AnAnswerThatWasLostIsAskedFor) {
  const std::string ayse = Turk("1");
  Says(ayse, v1::Consent::STATE_GRANTED, 5);
  Open();
  iys_.WorkAtOnce(true);
  iys_.Break(200, 1);  // The batch is taken, and the answer is lost.
  EXPECT_EQ(Turn(), "IYS_UNREACHABLE");
  EXPECT_EQ(Knows(), IysStatus::kOnay);
  TurnAround(2);
  EXPECT_EQ(Entry(ayse).state(), v1::IysEntry::STATE_REGISTERED);
  EXPECT_EQ(iys_.taken(), 1);
}

TEST_F(IysTest, AWithdrawalAfterALostAnswerIsNotLost) {
  const std::string ayse = Turk("1");
  Says(ayse, v1::Consent::STATE_GRANTED, 5);
  Open();
  iys_.Break(200, 1);  // Handed over, and worked off only after the withdrawal.
  EXPECT_EQ(Turn(), "IYS_UNREACHABLE");
  Says(ayse, v1::Consent::STATE_WITHDRAWN, 1);
  EXPECT_EQ(Turn(), "");
  iys_.Work();
  ASSERT_EQ(Knows(), IysStatus::kOnay);
  for (int i = 0; i < 3; ++i) {
    now_.Advance(std::chrono::minutes(61));
    Turn();
    iys_.Work();
  }
  EXPECT_EQ(Knows(), IysStatus::kRet);
}

TEST_F(IysTest, TokensRunOutAndRequestsAreForgotten) {
  const std::string ayse = Turk("1");
  Says(ayse, v1::Consent::STATE_GRANTED, 5);
  Open();
  EXPECT_EQ(Turn(), "");
  iys_.ForgetTokens();
  iys_.ForgetRequests();
  now_.Advance(std::chrono::seconds(6));
  TurnAround(3);
  EXPECT_EQ(Entry(ayse).state(), v1::IysEntry::STATE_REGISTERED);
  EXPECT_EQ(iys_.taken(), 1);
}

TEST_F(IysTest, WhatItRefusesIsSaidInItsWordsAndTriedAgainWhenAsked) {
  const std::string ayse = Turk("1");
  Says(ayse, v1::Consent::STATE_GRANTED, 60 * 24 * 30);  // Long after its three business days.
  Open();
  Pull();
  TurnAround(3);
  v1::IysEntry entry = Entry(ayse);
  EXPECT_EQ(entry.state(), v1::IysEntry::STATE_REFUSED);
  EXPECT_EQ(entry.error_code(), "H174");
  EXPECT_NE(entry.error_message(), "");
  EXPECT_EQ(Why(ayse), v1::ConsentDecision::REASON_NOT_REGISTERED);
  auto report = Ask(&Stubs::GetIysReport, v1::GetIysReportRequest());
  EXPECT_EQ(report->refused(), 1);
  EXPECT_EQ(report->waiting(), 0);
  auto retried = Ask(&Stubs::RetryIysEntries, v1::RetryIysEntriesRequest());
  EXPECT_EQ(retried->entries(), 1);
  report = Ask(&Stubs::GetIysReport, v1::GetIysReportRequest());
  EXPECT_EQ(report->waiting(), 1);
  EXPECT_EQ(report->overdue(), 1);
  // Agreed anew, it is taken.
  Says(ayse, v1::Consent::STATE_GRANTED, 1);
  TurnAround(3);
  EXPECT_EQ(Entry(ayse).state(), v1::IysEntry::STATE_REGISTERED);
}

TEST_F(IysTest, OutagesLoseNothing) {
  std::vector<std::string> people;
  for (int i = 0; i < 30; ++i) {
    people.push_back(Turk(std::to_string(i), "p" + std::to_string(i) + "@deniz.example"));
    Says(people.back(), v1::Consent::STATE_GRANTED, 5);
  }
  Open();
  for (int status : {500, 429, 503, 403, 401, 200, 500}) {
    iys_.Break(status, 2);
    Turn();
    iys_.Work();
    now_.Advance(std::chrono::minutes(11));
  }
  TurnAround(20);  // What may be on its way is asked about for hours.
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(Entry(people[i]).state(), v1::IysEntry::STATE_REGISTERED) << i;
    EXPECT_EQ(Knows("p" + std::to_string(i) + "@deniz.example"), IysStatus::kOnay);
  }
  EXPECT_EQ(iys_.taken(), 30);
}

TEST_F(IysTest, TheReconciliationFindsWhatWasMissed) {
  const std::string ayse = Turk("1"), ali = Turk("2", "ali@deniz.example");
  Says(ayse, v1::Consent::STATE_GRANTED, 5);
  Says(ali, v1::Consent::STATE_GRANTED, 5);
  Open();
  Pull();
  TurnAround(2);
  iys_.Say(kMail, IysRecipient::kIndividual, Channel::kEmail, IysStatus::kRet);
  now_.Advance(std::chrono::hours(24 * 9));  // Gone from its list of changes.
  auto report = Ask(&Stubs::GetIysReport, v1::GetIysReportRequest());
  EXPECT_TRUE(report->pull_gap());
  ASSERT_EQ(Pull(), "");
  EXPECT_EQ(Why(ayse), v1::ConsentDecision::REASON_GRANTED);
  v1::CompareWithIysRequest request;
  request.set_page_size(1);
  int compared = 0, differences = 0;
  for (bool more = true; more;) {
    auto page = Ask(&Stubs::CompareWithIys, request);
    ASSERT_TRUE(page.ok()) << page.error().reason;
    compared += page->compared();
    differences += page->differences_size();
    if (page->differences_size() == 1) {
      EXPECT_EQ(page->differences(0).contact(), ayse);
      EXPECT_EQ(page->differences(0).wanted(), v1::IYS_STATUS_ONAY);
      EXPECT_EQ(page->differences(0).registered(), v1::IYS_STATUS_RET);
    }
    request.set_page_token(page->next_page_token());
    more = !page->next_page_token().empty();
  }
  EXPECT_EQ(compared, 2);
  EXPECT_EQ(differences, 1);
  EXPECT_FALSE(Decision(ayse).allowed());
  EXPECT_TRUE(Decision(ali).allowed());
}

TEST_F(IysTest, AnotherAddressAndAnErasedPersonAreNotTakenForTheOld) {
  const std::string ayse = Turk("1");
  Says(ayse, v1::Consent::STATE_GRANTED, 5);
  Open();
  Pull();
  TurnAround(2);
  v1::UpdateContactRequest move;
  move.mutable_contact()->set_name(ayse);
  move.mutable_contact()->set_email("yeni@deniz.example");
  move.mutable_update_mask()->add_paths("email");
  ASSERT_TRUE(Call(&Stub::UpdateContact, move).ok());
  EXPECT_EQ(Why(ayse), v1::ConsentDecision::REASON_NOT_REGISTERED);
  Hear(ayse);
  TurnAround(2);
  EXPECT_EQ(Knows("yeni@deniz.example"), IysStatus::kOnay);
  EXPECT_EQ(Why(ayse), v1::ConsentDecision::REASON_GRANTED);
  ASSERT_TRUE(Erase(ayse).ok());
  EXPECT_EQ(Entry(ayse).contact(), "");
}

TEST_F(IysTest, AMerchantIsMadeKnownAndWrittenToUnasked) {
  AddPurpose("offers", v1::LAWFUL_BASIS_LEGITIMATE_INTEREST);
  const std::string shop = Turk("1", "dukkan@deniz.example"), person = Turk("2", "kisi@deniz.example");
  v1::ListContactPointsRequest of;
  of.set_contact(shop);
  v1::UpdateContactPointRequest change;
  *change.mutable_point() = Call(&v1::ContactPointService::Stub::ListContactPoints, of)->points(0);
  change.mutable_point()->set_recipient_type(v1::RECIPIENT_TYPE_TACIR);
  change.mutable_update_mask()->add_paths("recipient_type");
  ASSERT_TRUE(Call(&v1::ContactPointService::Stub::UpdateContactPoint, change).ok());
  Hear(shop);
  Open();
  Pull();
  EXPECT_EQ(Decision(shop, "offers").reason(), v1::ConsentDecision::REASON_NOT_REGISTERED);
  EXPECT_EQ(Decision(person, "offers").reason(), v1::ConsentDecision::REASON_LAW_NEEDS_CONSENT);
  TurnAround(2);
  EXPECT_EQ(iys_.Knows("dukkan@deniz.example", IysRecipient::kMerchant, Channel::kEmail), IysStatus::kOnay);
  EXPECT_EQ(Decision(shop, "offers").reason(), v1::ConsentDecision::REASON_LAWFUL_BASIS);
  EXPECT_EQ(iys_.taken(), 1);
  iys_.Say("dukkan@deniz.example", IysRecipient::kMerchant, Channel::kEmail, IysStatus::kRet);
  now_.Advance(std::chrono::minutes(61));
  ASSERT_EQ(Pull(), "");
  EXPECT_EQ(Decision(shop, "offers").reason(), v1::ConsentDecision::REASON_REFUSED);
}

TEST_F(IysTest, AnAccountIsKeptWithoutItsPasswordBeingTold) {
  EXPECT_EQ(Ask(&Stubs::GetIysAccount, v1::GetIysAccountRequest()).error().reason, "IYS_ACCOUNT_NOT_FOUND");
  v1::SetIysAccountRequest without = Account();
  without.mutable_account()->clear_password();
  EXPECT_EQ(Ask(&Stubs::SetIysAccount, without).error().violations.at(0).field, "account.password");
  Open();
  EXPECT_TRUE(Ask(&Stubs::SetIysAccount, without).ok());  // It keeps the one it has.
  EXPECT_EQ(Pull(), "");
  v1::SetIysAccountRequest wrong = Account();
  wrong.mutable_account()->set_password("yanlis");
  ASSERT_TRUE(Ask(&Stubs::SetIysAccount, wrong).ok());
  EXPECT_EQ(Pull(), "IYS_SIGN_IN_REFUSED");
}

}  // namespace
}  // namespace vefa::contact
