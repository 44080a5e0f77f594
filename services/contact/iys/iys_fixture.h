#pragma once

#include "services/contact/consent/consent_fixture.h"
#include "services/contact/iys/iys_account_store.h"
#include "services/contact/iys/iys_client.h"
#include "services/contact/iys/iys_keeper.h"
#include "services/contact/iys/iys_service.h"
#include "services/contact/iys/testing/iys_server.h"
#include "services/contact/purpose/purpose_service.h"

namespace vefa::contact {

inline constexpr char kMail[] = "ayse@deniz.example";

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
    if (auto polled = keeper_under_test_.Poll(tenant_, **registry, Soon()); !polled.ok()) return polled.error().reason;
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

}  // namespace vefa::contact
