#include "services/contact/suppression/suppression_service.h"

#include "services/contact/consent/consent_fixture.h"
#include "services/contact/suppression/bounce_handler.h"
#include "services/contact/suppression/hash_sweep.h"
#include "vefa/notification/v1/notification_events.pb.h"

namespace vefa::contact {
namespace {

using Reason = v1::ConsentDecision;

// The service behind a real gRPC server, beside those of contacts and consents.
class SuppressionTest : public ConsentTest {
 protected:
  using Stubs = v1::SuppressionService::Stub;

  SuppressionTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&suppressions_);
    suppression_server_ = builder.BuildAndStart();
    suppression_peer_ = std::make_unique<rpc::Peer>("127.0.0.1:" + std::to_string(port), key_, "test");
    suppression_stub_ = v1::SuppressionService::NewStub(suppression_peer_->channel());
  }
  ~SuppressionTest() override { suppression_server_->Shutdown(); }

  template <typename Request, typename Response>
  Result<Response> Ask(grpc::Status (Stubs::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request) {
    return rpc::Call(*suppression_peer_, *suppression_stub_, method, request, tenant_, {"*"}, Soon());
  }
  Result<v1::Suppression> Add(const std::string& address, v1::Suppression::Reason reason = v1::Suppression::REASON_MANUAL,
                              const std::string& purpose = "") {
    v1::AddSuppressionRequest request;
    request.set_kind(address.find('@') == std::string::npos ? v1::Suppression::KIND_PHONE : v1::Suppression::KIND_EMAIL);
    request.set_address(address);
    request.set_country("TR");
    request.set_purpose(purpose);
    request.set_reason(reason);
    request.set_source("test");
    return Ask(&Stubs::AddSuppression, request);
  }
  Result<v1::Suppression> Lift(const std::string& name, const std::string& reason = "ASKED_BY_PERSON") {
    v1::LiftSuppressionRequest request;
    request.set_name(name);
    request.set_reason(reason);
    return Ask(&Stubs::LiftSuppression, request);
  }
  Result<v1::ListSuppressionsResponse> List(bool lifted = false, int size = 50, const std::string& token = "") {
    v1::ListSuppressionsRequest request;
    request.set_show_lifted(lifted);
    request.set_page_size(size);
    request.set_page_token(token);
    return Ask(&Stubs::ListSuppressions, request);
  }
  v1::SuppressionAnswer Find(const std::string& address, const std::string& purpose = "") {
    v1::CheckSuppressionsRequest request;
    auto& question = *request.add_questions();
    question.set_kind(address.find('@') == std::string::npos ? v1::Suppression::KIND_PHONE : v1::Suppression::KIND_EMAIL);
    question.set_address(address);
    question.set_country("TR");
    question.set_purpose(purpose);
    auto answer = Ask(&Stubs::CheckSuppressions, request);
    EXPECT_TRUE(answer.ok());
    return answer.ok() ? answer->answers(0) : v1::SuppressionAnswer();
  }
  // A contact of this address who agreed to `win-back` by e-mail.
  std::string Agreed(const std::string& external_id, const std::string& email) {
    v1::CreateContactRequest request = Person(external_id);
    request.mutable_contact()->set_email(email);
    auto made = Call(&Stub::CreateContact, request);
    EXPECT_TRUE(made.ok());
    EXPECT_TRUE(Record(made->name(), Said(v1::Consent::STATE_GRANTED, std::chrono::minutes(5))).ok());
    return made->name();
  }
  v1::Recipient Recipient(const std::string& contact, v1::Channel channel = v1::CHANNEL_EMAIL) {
    v1::BatchGetRecipientsRequest request;
    request.add_contacts(contact);
    request.set_purpose("win-back");
    request.set_channel(channel);
    auto answer = Call(&Stub::BatchGetRecipients, request);
    EXPECT_TRUE(answer.ok() && answer->recipients_size() == 1);
    return answer->recipients(0);
  }

  rpc::Door suppression_door_{"vefa.contact.v1.SuppressionService", pool_, key_, tenants_, metrics_, clock_};
  SuppressionService suppressions_{suppression_door_, database_.service(), keys_, clock_, key_.secret()};
  std::unique_ptr<grpc::Server> suppression_server_;
  std::unique_ptr<rpc::Peer> suppression_peer_;
  std::unique_ptr<Stubs> suppression_stub_;
};

TEST_F(SuppressionTest, ASuppressedAddressIsNotWrittenToWhateverWasAgreed) {
  const std::string ada = Agreed("1", "ada@deniz.example");
  const std::string other = Agreed("2", "other@deniz.example");
  EXPECT_EQ(Decision(ada).reason(), Reason::REASON_GRANTED);
  auto added = Add(" ADA@Deniz.example", v1::Suppression::REASON_COMPLAINT);
  ASSERT_TRUE(added.ok()) << added.error().reason;
  EXPECT_EQ(added->address_hash().size(), 32u);
  EXPECT_EQ(added->actor(), "services/test");
  const v1::ConsentDecision decision = Decision(ada);
  EXPECT_EQ(decision.reason(), Reason::REASON_SUPPRESSED);
  EXPECT_FALSE(decision.allowed());
  EXPECT_EQ(decision.since().seconds(), added->create_time().seconds());
  EXPECT_EQ(Recipient(ada).consent(), v1::Consent::STATE_UNSPECIFIED);
  EXPECT_TRUE(Recipient(ada).suppressed());
  EXPECT_TRUE(Decision(other).allowed());
  EXPECT_EQ(Recipient(other).consent(), v1::Consent::STATE_GRANTED);
  // Of another channel nothing was said.
  EXPECT_FALSE(Recipient(ada, v1::CHANNEL_SMS).suppressed());
  // Who comes later, by whichever way, is written down and not written to; also under another address that becomes this one.
  const std::string later = Agreed("3", "ada@deniz.example");
  EXPECT_EQ(Decision(later).reason(), Reason::REASON_SUPPRESSED);
  v1::CreateContactRequest imported = Person("4");
  imported.mutable_contact()->set_email("ada@deniz.example");
  ASSERT_TRUE(Import(imported).ok());
  v1::BatchGetContactsRequest named;
  named.add_external_ids("4");
  EXPECT_EQ(Decision(Call(&Stub::BatchGetContacts, named)->contacts(0).name()).reason(), Reason::REASON_SUPPRESSED);
  v1::UpdateContactRequest moved;
  moved.mutable_contact()->set_name(other);
  moved.mutable_contact()->set_email("ada@deniz.example");
  ASSERT_TRUE(Call(&Stub::UpdateContact, moved).ok());
  EXPECT_EQ(Decision(other).reason(), Reason::REASON_SUPPRESSED);
  // Lifted: everything is as it was.
  ASSERT_TRUE(Lift(added->name()).ok());
  EXPECT_TRUE(Decision(ada).allowed());
  EXPECT_EQ(Recipient(ada).consent(), v1::Consent::STATE_GRANTED);
}

TEST_F(SuppressionTest, AnErasedPersonsAddressesStaySuppressedAndAreNotKept) {
  v1::CreateContactRequest request = Person("1");
  request.mutable_contact()->set_phone("+905321234567");
  const std::string ayse = Call(&Stub::CreateContact, request)->name();
  v1::AddContactPointRequest more;
  more.set_contact(ayse);
  more.mutable_point()->set_kind(v1::ContactPoint::KIND_EMAIL);
  more.mutable_point()->set_value("second@deniz.example");
  ASSERT_TRUE(Call(&v1::ContactPointService::Stub::AddContactPoint, more).ok());
  more.mutable_point()->set_kind(v1::ContactPoint::KIND_WHATSAPP);
  more.mutable_point()->set_value("+905321234567");
  ASSERT_TRUE(Call(&v1::ContactPointService::Stub::AddContactPoint, more).ok());
  ASSERT_TRUE(Erase(ayse).ok());
  ASSERT_TRUE(Erase(ayse).ok());
  for (const char* address : {"ayse@deniz.example", "second@deniz.example", "0532 123 45 67"}) {
    const v1::SuppressionAnswer found = Find(address);
    ASSERT_EQ(found.reasons_size(), 1) << address;
    EXPECT_EQ(found.reasons(0), v1::Suppression::REASON_ERASED);
  }
  auto listed = List();
  EXPECT_EQ(listed->suppressions_size(), 3);
  EXPECT_EQ(listed->suppressions(0).source(), "DATA_SUBJECT_REQUEST");
  // Nothing of the record leads to it, and nothing of it to the address.
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact WHERE email_hash IS NOT NULL OR phone_hash IS NOT NULL"), 0);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM suppression s WHERE s::text LIKE '%deniz%' OR s::text LIKE '%5321234567%'"), 0);
  // The same person registers again: there, and not written to.
  const std::string again = Agreed("2", "ayse@deniz.example");
  EXPECT_EQ(Decision(again).reason(), Reason::REASON_SUPPRESSED);
  // Settling a complaint does not undo an erasure.
  auto complaint = Add("ayse@deniz.example", v1::Suppression::REASON_COMPLAINT);
  EXPECT_EQ(Find("ayse@deniz.example").reasons_size(), 2);
  ASSERT_TRUE(Lift(complaint->name()).ok());
  EXPECT_EQ(Decision(again).reason(), Reason::REASON_SUPPRESSED);
}

TEST_F(SuppressionTest, WhatBouncedIsSuppressedAndWhatWasGivenSinceIsNot) {
  v1::CreateContactRequest person = Person("1");
  const std::string ada = Call(&Stub::CreateContact, person)->name();
  person = Person("2");
  person.mutable_contact()->set_email("bob@deniz.example");
  const std::string bob = Call(&Stub::CreateContact, person)->name();
  notification::v1::NotificationEvent bounced;
  auto& added = *bounced.mutable_suppression_added();
  added.set_channel(v1::CHANNEL_EMAIL);
  added.set_reason("HARD_BOUNCE");
  std::vector<events::Event> events;
  auto happened = [&](const std::string& contact, const std::string& reason, Time when) {
    added.set_contact(contact);
    added.set_reason(reason);
    events::Event& event = events.emplace_back();
    event.type = "suppression.added";
    event.subject = "suppressions/" + NewUuidV7(clock_).ToString();
    event.tenant = tenant_;
    event.occur_time = when;
    event.payload = bounced.SerializeAsString();
  };
  happened(ada, "HARD_BOUNCE", clock_.Now());
  happened(ada, "HARD_BOUNCE", clock_.Now());
  happened(bob, "HARD_BOUNCE", clock_.Now() - std::chrono::hours(1));  // The address before the one there is.
  happened(bob, "UNSUBSCRIBED", clock_.Now());
  happened(ResourceName("contacts", NewUuidV7(clock_)), "HARD_BOUNCE", clock_.Now());
  BounceHandler handler(clock_);
  auto apply = [&] {
    return postgres::InTransaction(database_.pump(), postgres::Scope::Tenants({tenant_}), Soon(),
                                   [&](postgres::Transaction& transaction) -> Result<bool> {
                                     VEFA_TRY_OK(handler.Apply(transaction, events));
                                     return true;
                                   });
  };
  for (int twice = 0; twice < 2; ++twice) {
    auto applied = apply();
    ASSERT_TRUE(applied.ok()) << applied.error().message;
  }
  auto suppressions = List();
  ASSERT_TRUE(suppressions.ok());
  ASSERT_EQ(suppressions->suppressions_size(), 1);
  EXPECT_EQ(suppressions->suppressions(0).reason(), v1::Suppression::REASON_HARD_BOUNCE);
  EXPECT_EQ(suppressions->suppressions(0).source(), events[0].subject);
  EXPECT_EQ(Find("ayse@deniz.example").reasons_size(), 1);
  EXPECT_EQ(Find("bob@deniz.example").reasons_size(), 0);
}

TEST_F(SuppressionTest, OnePurposeAloneCanBeSuppressed) {
  const std::string ada = Agreed("1", "ada@deniz.example");
  ASSERT_TRUE(Add("ada@deniz.example", v1::Suppression::REASON_MANUAL, "news").ok());
  EXPECT_TRUE(Decision(ada).allowed());
  EXPECT_EQ(Decision(ada, "news").reason(), Reason::REASON_SUPPRESSED);
  EXPECT_FALSE(Find("ada@deniz.example").suppressed());
  EXPECT_TRUE(Find("ada@deniz.example", "news").suppressed());
}

TEST_F(SuppressionTest, RepeatsChangeNothingAndListsGoOn) {
  auto first = Add("a@deniz.example");
  EXPECT_EQ(Add("A@DENIZ.example")->name(), first->name());
  ASSERT_TRUE(Add("b@deniz.example").ok());
  ASSERT_TRUE(Add("0532 123 45 67").ok());
  EXPECT_TRUE(Find("+90 532 123 45 67").suppressed());
  auto page = List(false, 2);
  ASSERT_EQ(page->suppressions_size(), 2);
  EXPECT_EQ(page->suppressions(0).kind(), v1::Suppression::KIND_PHONE);
  auto rest = List(false, 2, page->next_page_token());
  ASSERT_EQ(rest->suppressions_size(), 1);
  EXPECT_EQ(rest->suppressions(0).name(), first->name());
  EXPECT_EQ(rest->next_page_token(), "");
  auto lifted = Lift(first->name());
  ASSERT_TRUE(lifted.ok());
  EXPECT_EQ(Lift(first->name(), "TWICE")->lift_reason(), "ASKED_BY_PERSON");
  EXPECT_EQ(List()->suppressions_size(), 2);
  EXPECT_EQ(List(true)->suppressions_size(), 3);
  // Once more is another one.
  EXPECT_NE(Add("a@deniz.example")->name(), first->name());
  EXPECT_EQ(Lift("addressSuppressions/0197f0aa-0000-7000-8000-000000000001").error().reason, "SUPPRESSION_NOT_FOUND");
  EXPECT_EQ(List(true, 2, page->next_page_token()).error().reason, "PAGE_TOKEN_INVALID");
}

TEST_F(SuppressionTest, WhatIsWrongIsSaidAllAtOnce) {
  EXPECT_EQ(Add("nobody@", v1::Suppression::REASON_ERASED, "No Purpose").error().violations.size(), 3u);
  EXPECT_EQ(Lift("addressSuppressions/0197f0aa-0000-7000-8000-000000000001", "why not").error().violations.size(), 1u);
  v1::CheckSuppressionsRequest many;
  for (int i = 0; i <= 1000; ++i) many.add_questions();
  EXPECT_EQ(Ask(&Stubs::CheckSuppressions, many).error().reason, "BATCH_TOO_LARGE");
  many.mutable_questions()->DeleteSubrange(1, 1000);
  EXPECT_EQ(Ask(&Stubs::CheckSuppressions, many).error().violations[0].field, "questions[0].kind");
}

// Another tenant's hash of the same address says nothing.
TEST_F(SuppressionTest, HashesOfTwoTenantsAreStrangers) {
  const AddressKey one(std::string(32, 'f'), NewUuidV7(clock_)), other(std::string(32, 'f'), NewUuidV7(clock_));
  EXPECT_NE(one.Hash(PointKind::kEmail, "a@b.example"), other.Hash(PointKind::kEmail, "a@b.example"));
  EXPECT_EQ(one.Hash(PointKind::kPhone, "+905321234567"), one.Hash(PointKind::kWhatsapp, "+905321234567"));
  EXPECT_NE(one.Hash(PointKind::kEmail, "+905321234567"), one.Hash(PointKind::kPhone, "+905321234567"));
  EXPECT_EQ(one.Hash(PointKind::kPostal, "Deniz Cad. 1"), "");
}

// As they are right after an upgrade.
TEST_F(SuppressionTest, AddressesOfBeforeAreHashedByTheSweepAndByTheErasure) {
  const std::string ada = Agreed("1", "ada@deniz.example");
  const std::string ayse = Agreed("2", "ayse@deniz.example");
  auto forget = [this] {
    database_.Run("UPDATE contact_point SET address_hash = NULL");
    database_.Run("UPDATE contact SET email_hash = NULL, phone_hash = NULL");
  };
  forget();
  ASSERT_TRUE(Add("ada@deniz.example").ok());
  EXPECT_TRUE(Decision(ada).allowed());
  HashSweep sweep(database_.pump(), keys_, false);
  auto hashed = sweep.Sweep(tenant_);
  ASSERT_TRUE(hashed.ok()) << hashed.error().reason;
  EXPECT_EQ(*hashed, 2);
  EXPECT_EQ(*sweep.Sweep(tenant_), 0);
  EXPECT_EQ(Decision(ada).reason(), Reason::REASON_SUPPRESSED);
  EXPECT_TRUE(Decision(ayse).allowed());
  forget();
  ASSERT_TRUE(Erase(ayse).ok());
  EXPECT_TRUE(Find("ayse@deniz.example").suppressed());
}

}  // namespace
}  // namespace vefa::contact
