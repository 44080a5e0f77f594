#include "services/contact/iys/iys_keeper.h"

#include "services/contact/consent/consent_fixture.h"
#include "services/contact/iys/iys_account_store.h"
#include "services/contact/iys/iys_client.h"
#include "services/contact/iys/iys_service.h"
#include "services/contact/iys/testing/iys_server.h"
#include "services/contact/purpose/purpose_service.h"

namespace vefa::contact {
namespace {

constexpr char kMail[] = "ayse@deniz.example";

// The keeper and its service beside a real PostgreSQL and an IYS of our own; the loop is stepped by the test.
class IysTest : public ConsentTest {
 protected:
  using Stubs = v1::IysService::Stub;

  IysTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&iys_service_);
    builder.RegisterService(&purposes_);
    iys_rpc_ = builder.BuildAndStart();
    iys_peer_ = std::make_unique<rpc::Peer>("127.0.0.1:" + std::to_string(port), key_, "test");
    iys_stub_ = v1::IysService::NewStub(iys_peer_->channel());
    purpose_stub_ = v1::PurposeService::NewStub(iys_peer_->channel());
    AddPurpose("win-back", v1::LAWFUL_BASIS_CONSENT);
  }
  ~IysTest() override { iys_rpc_->Shutdown(); }

  template <typename Request, typename Response>
  Result<Response> Ask(grpc::Status (Stubs::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request) {
    return rpc::Call(*iys_peer_, *iys_stub_, method, request, tenant_, {"*"}, Soon());
  }
  void AddPurpose(const std::string& code, v1::LawfulBasis basis) {
    v1::CreatePurposeRequest request;
    request.mutable_purpose()->set_code(code);
    request.mutable_purpose()->set_title(code);
    request.mutable_purpose()->set_lawful_basis(basis);
    request.mutable_purpose()->set_is_commercial(true);
    auto made = rpc::Call(*iys_peer_, *purpose_stub_, &v1::PurposeService::Stub::CreatePurpose, request, tenant_, {"*"}, Soon());
    ASSERT_TRUE(made.ok()) << made.error().reason;
  }
  v1::SetIysAccountRequest Account(v1::IysAccount::Master master = v1::IysAccount::MASTER_VEFA, const std::string& purpose = "") {
    v1::SetIysAccountRequest request;
    v1::IysAccount& account = *request.mutable_account();
    account.set_iys_code(600);
    account.set_brand_code(700);
    account.set_username("vefa");
    account.set_password("parola");
    account.set_master(master);
    account.set_approval_purpose(purpose);
    account.set_enabled(true);
    return request;
  }
  void Open(v1::IysAccount::Master master = v1::IysAccount::MASTER_VEFA, const std::string& purpose = "") {
    auto set = Ask(&Stubs::SetIysAccount, Account(master, purpose));
    ASSERT_TRUE(set.ok()) << set.error().reason;
    EXPECT_EQ(set->password(), "");
  }
  std::string Turk(const std::string& external_id, const std::string& email = kMail, const std::string& country = "TR") {
    v1::CreateContactRequest request = Person(external_id);
    request.mutable_contact()->set_email(email);
    request.mutable_contact()->set_country(country);
    auto made = Call(&Stub::CreateContact, request);
    EXPECT_TRUE(made.ok());
    Hear(made->name());
    return made->name();
  }
  void Says(const std::string& contact, v1::Consent::State state, int minutes_ago, const std::string& purpose = "win-back") {
    ASSERT_TRUE(Record(contact, Said(state, std::chrono::minutes(minutes_ago), purpose)).ok());
    Hear(contact);
  }
  // What the subscription does with an event of a contact.
  void Hear(const std::string& contact) {
    events::Event event;
    event.type = "consent.changed";
    event.tenant = tenant_;
    event.subject = contact;
    auto done = postgres::InTransaction(database_.pump(), postgres::Scope::Tenants({tenant_}), Soon(),
                                        [&](postgres::Transaction& transaction) { return handler_.Apply(transaction, std::array{event}); });
    ASSERT_TRUE(done.ok()) << done.error().reason;
  }
  IysAccount Stored() { return *NeedIysAccount(database_.service(), tenant_, Soon()); }
  void Settle() {
    for (bool more = true; more;) {
      auto settled = keeper_under_test_.Settle(tenant_, Stored(), Soon());
      ASSERT_TRUE(settled.ok()) << settled.error().reason;
      more = *settled;
    }
  }
  // Everything the loop does, once; the reason of the first error.
  std::string Turn() {
    Settle();
    auto registry = keeper_under_test_.Connect(tenant_, Stored(), Soon());
    EXPECT_TRUE(registry.ok());
    if (auto polled = keeper_under_test_.Poll(tenant_, Stored(), **registry, Soon()); !polled.ok()) return polled.error().reason;
    for (bool more = true; more;) {
      auto pushed = keeper_under_test_.Push(tenant_, Stored(), **registry, Soon());
      if (!pushed.ok()) return pushed.error().reason;
      more = *pushed;
    }
    return "";
  }
  // Turns until everything has been tried again that may be.
  void TurnAround(int turns = 4) {
    for (int i = 0; i < turns; ++i) {
      Turn();
      iys_.Work();
      now_.Advance(std::chrono::minutes(11));
    }
    Turn();
  }
  std::string Pull() {
    IysAccount account = Stored();
    auto registry = keeper_under_test_.Connect(tenant_, account, Soon());
    auto pulled = keeper_under_test_.Pull(tenant_, account, **registry, Soon());
    return pulled.ok() ? "" : pulled.error().reason;
  }
  v1::IysEntry Entry(const std::string& contact) {
    v1::ListIysEntriesRequest request;
    request.set_contact(contact);
    auto listed = Ask(&Stubs::ListIysEntries, request);
    EXPECT_TRUE(listed.ok());
    return listed.ok() && listed->entries_size() == 1 ? listed->entries(0) : v1::IysEntry();
  }
  IysStatus Knows(const std::string& email = kMail) { return iys_.Knows(email, IysRecipient::kIndividual, Channel::kEmail); }
  v1::ConsentDecision::Reason Why(const std::string& contact) { return Decision(contact).reason(); }

  ManualClock now_{clock_.Now()};
  IysServer iys_{now_, 600, 700};
  const IysKeeper keeper_under_test_{database_.service(), keys_,
                                     [this](const IysAccount& account, Personal<std::string> password) -> std::unique_ptr<IysRegistry> {
                                       return std::make_unique<IysClient>(iys_.url(), account, std::move(password));
                                     },
                                     copies_, nullptr, now_};
  const IysKeeper nowhere_{database_.service(), keys_, nullptr, copies_, nullptr, now_};
  IysLoop idle_{database_.pump(), database_.service(), nowhere_, now_, metrics_};
  IysHandler handler_{idle_};
  rpc::Door iys_door_{"vefa.contact.v1.IysService", pool_, key_, tenants_, metrics_, clock_};
  IysService iys_service_{iys_door_, database_.service(), keys_, keeper_under_test_, nullptr, now_, key_.secret()};
  rpc::Door purpose_door_{"vefa.contact.v1.PurposeService", pool_, key_, tenants_, metrics_, clock_};
  PurposeService purposes_{purpose_door_, database_.service(), nullptr, clock_, key_.secret()};
  std::unique_ptr<grpc::Server> iys_rpc_;
  std::unique_ptr<rpc::Peer> iys_peer_;
  std::unique_ptr<Stubs> iys_stub_;
  std::unique_ptr<v1::PurposeService::Stub> purpose_stub_;
};

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
