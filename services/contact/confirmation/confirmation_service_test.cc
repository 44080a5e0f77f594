#include "services/contact/confirmation/confirmation_service.h"

#include "services/contact/contact_fixture.h"

namespace vefa::contact {
namespace {

// The service behind a real gRPC server, beside that of contacts.
class ConfirmationServiceTest : public ContactServiceTest {
 protected:
  using Stubs = v1::ConfirmationService::Stub;

  ConfirmationServiceTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&confirmations_);
    confirmation_server_ = builder.BuildAndStart();
    confirmation_peer_ = std::make_unique<rpc::Peer>("127.0.0.1:" + std::to_string(port), key_, "test");
    confirmation_stub_ = v1::ConfirmationService::NewStub(confirmation_peer_->channel());
  }
  ~ConfirmationServiceTest() override { confirmation_server_->Shutdown(); }

  Result<v1::Confirmation> Read(const std::string& token) {
    v1::ReadConfirmationRequest request;
    request.set_token(token);
    return rpc::Call(*confirmation_peer_, *confirmation_stub_, &Stubs::ReadConfirmation, request, tenant_, {}, Soon());
  }
  Result<v1::Confirmation> Confirm(const std::string& token, const std::string& ip = "") {
    v1::ConfirmConsentRequest request;
    request.set_token(token);
    request.mutable_origin()->set_user_agent("Mozilla/5.0");
    request.mutable_origin()->set_ip(ip);
    return rpc::Call(*confirmation_peer_, *confirmation_stub_, &Stubs::ConfirmConsent, request, tenant_, {}, Soon());
  }
  // What whoever sends is told of the person.
  v1::Recipient Sent(const std::string& contact) {
    v1::BatchGetRecipientsRequest request;
    request.add_contacts(contact);
    request.set_purpose("win-back");
    request.set_channel(v1::CHANNEL_EMAIL);
    auto answer = Call(&Stub::BatchGetRecipients, request);
    EXPECT_TRUE(answer.ok() && answer->recipients_size() == 1);
    return answer.ok() && answer->recipients_size() == 1 ? answer->recipients(0) : v1::Recipient();
  }
  std::string TokenOf(const std::string& contact) {
    const std::string path = Sent(contact).confirmation_path();
    EXPECT_TRUE(path.starts_with("/c/")) << path;
    return path.empty() ? path : path.substr(3);
  }
  std::string Asked() {
    const std::string ada = Call(&Stub::CreateContact, Person("1"))->name();
    EXPECT_TRUE(Consent(ada, v1::Consent::STATE_PENDING, 0).ok());
    return ada;
  }

  rpc::Door confirmation_door_{"vefa.contact.v1.ConfirmationService", pool_, key_, tenants_, metrics_, clock_};
  ConfirmationService confirmations_{confirmation_door_, database_.service(), keys_, copies_, links_.confirmations,
                                     ContactChanger(database_.service(), keys_, attributes_, copies_, nullptr, clock_), nullptr, clock_};
  std::unique_ptr<grpc::Server> confirmation_server_;
  std::unique_ptr<rpc::Peer> confirmation_peer_;
  std::unique_ptr<Stubs> confirmation_stub_;
};

TEST_F(ConfirmationServiceTest, APendingConsentIsAskedForAndHoldsOnceConfirmed) {
  const std::string ada = Asked();
  EXPECT_EQ(Sent(ada).consent(), v1::Consent::STATE_PENDING);
  const std::string token = TokenOf(ada);
  auto read = Read(token);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->state(), v1::Confirmation::STATE_WAITING);
  EXPECT_EQ(read->language(), "tr");
  EXPECT_EQ(read->purpose(), "win-back");
  EXPECT_EQ(Sent(ada).consent(), v1::Consent::STATE_PENDING) << "reading changes nothing";
  EXPECT_EQ(Confirm(token)->state(), v1::Confirmation::STATE_CONFIRMED);
  EXPECT_EQ(Confirm(token)->state(), v1::Confirmation::STATE_CONFIRMED) << "again changes nothing";
  EXPECT_EQ(Read(token)->state(), v1::Confirmation::STATE_CONFIRMED);
  EXPECT_EQ(Sent(ada).consent(), v1::Consent::STATE_GRANTED);
  EXPECT_EQ(Sent(ada).confirmation_path(), "");
  v1::ListConsentsRequest request;
  request.set_contact(ada);
  auto log = Call(&Stub::ListConsents, request);
  ASSERT_EQ(log->log_size(), 2);
  EXPECT_EQ(log->log(1).actor(), ada) << "the person said it";
  EXPECT_EQ(log->log(1).source(), "confirmation of line " + std::to_string(log->log(0).line()));
  EXPECT_EQ(database_.Count("SELECT count(*) FROM consent_log WHERE origin_box IS NOT NULL"), 1) << "from where, sealed";
  // Whoever has the link reads the mails of that address.
  EXPECT_EQ(database_.Count("SELECT count(*) FROM contact_point WHERE state = 2 AND verify_time IS NOT NULL"), 1);
  EXPECT_EQ(database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'contact_point.changed'"), 1);
}

TEST_F(ConfirmationServiceTest, TheEventSaysWhetherSomebodyIsToBeAsked) {
  const std::string ada = Asked();
  v1::ImportContactsRequest import;
  *import.add_rows()->mutable_contact() = Person("2").contact();
  auto& row = *import.add_rows()->mutable_consent();
  row.set_contact_external_id("2");
  auto& old = *row.mutable_consent();
  old.set_purpose("win-back");
  old.set_channel(v1::CHANNEL_EMAIL);
  old.set_state(v1::Consent::STATE_PENDING);
  old.set_source("the system before");
  *old.mutable_occur_time() = rpc::ToProto(clock_.Now());
  ASSERT_TRUE(Import(import).ok());
  static const postgres::Statement kPayloads{"test_changes", "SELECT payload FROM event_log WHERE event_type = 'consent.changed' ORDER BY id"};
  auto rows = database_.service().Run(postgres::Scope::Tenant(tenant_), kPayloads, {}, Soon());
  ASSERT_TRUE(rows.ok() && rows->size() == 2);
  v1::ContactEvent asked, imported;
  ASSERT_TRUE(asked.ParseFromString(rows->String(0, 0)) && imported.ParseFromString(rows->String(1, 0)));
  EXPECT_TRUE(asked.consent_changed().confirmation_wanted());
  EXPECT_FALSE(imported.consent_changed().confirmation_wanted());
}

TEST_F(ConfirmationServiceTest, WhoDecidedOtherwiseOrLetItPassIsToldSo) {
  const std::string ada = Asked();
  const std::string token = TokenOf(ada);
  ASSERT_TRUE(Consent(ada, v1::Consent::STATE_WITHDRAWN, 0).ok());
  EXPECT_EQ(Read(token)->state(), v1::Confirmation::STATE_ENDED);
  EXPECT_EQ(Confirm(token).error().reason, "CONFIRMATION_ENDED");
  EXPECT_EQ(Sent(ada).consent(), v1::Consent::STATE_WITHDRAWN);
  // Asked once more; a week and a day later it is too late, and nobody is sent the link any more.
  ASSERT_TRUE(Consent(ada, v1::Consent::STATE_PENDING, 0).ok());
  const std::string later = TokenOf(ada);
  for (const char* table : {"consent_log", "consent_state"})
    database_.Run(std::string("UPDATE ") + table + " SET record_time = record_time - interval '8 days'");
  EXPECT_EQ(Read(later)->state(), v1::Confirmation::STATE_EXPIRED);
  EXPECT_EQ(Confirm(later).error().reason, "CONFIRMATION_EXPIRED");
  EXPECT_EQ(Sent(ada).confirmation_path(), "");
}

TEST_F(ConfirmationServiceTest, WhatIsNoLinkLeadsNowhere) {
  const std::string ada = Asked();
  const std::string token = TokenOf(ada);
  EXPECT_EQ(Confirm(token, "not an address").error().violations[0].reason, "IP_SYNTAX");
  std::string forged = token;
  forged[40] = forged[40] == 'A' ? 'B' : 'A';
  for (const std::string& bad : {forged, std::string(), Sent(ada).preference_path().substr(3)}) {
    EXPECT_EQ(Read(bad).error().reason, "TOKEN_INVALID");
    EXPECT_EQ(Confirm(bad).error().reason, "TOKEN_INVALID");
  }
  // A line that asks nothing cannot be confirmed by a link to it.
  const Uuid id = *ParseResourceName("contacts", ada);
  ASSERT_TRUE(Consent(ada, v1::Consent::STATE_WITHDRAWN, 0).ok());
  const int64_t withdrawn = database_.Count("SELECT max(line) FROM consent_log");
  EXPECT_EQ(Confirm(links_.confirmations.Make({tenant_, id, withdrawn})).error().reason, "TOKEN_INVALID");
  ASSERT_TRUE(Erase(ada).ok());
  EXPECT_EQ(Read(token).error().reason, "TOKEN_INVALID");
}

TEST_F(ConfirmationServiceTest, WhoPausedEverythingIsSaidToBePaused) {
  const std::string ada = Asked();
  EXPECT_FALSE(Sent(ada).paused());
  const std::string id = ada.substr(ada.find('/') + 1);
  database_.Run("INSERT INTO preference (tenant_id, contact_id, topics_on, topics_off, messages_per_day, messages_per_week, pause_until,"
                    " preferred_channel, version, update_time) VALUES ('" + tenant_.ToString() + "', '" + id +
                    "', '{}', '{}', 0, 0, now() + interval '1 day', 0, 1, now())");
  EXPECT_TRUE(Sent(ada).paused());
  database_.Run("UPDATE preference SET pause_until = now() - interval '1 second'");
  EXPECT_FALSE(Sent(ada).paused());
}

}  // namespace
}  // namespace vefa::contact
