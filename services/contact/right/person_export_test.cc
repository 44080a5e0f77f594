#include "services/contact/boundary/boundary_store.h"
#include "services/contact/consent/chain_keeper.h"
#include "services/contact/merge/merging.h"
#include "services/contact/right/person_export_service.h"
#include "services/contact/right/right_fixture.h"

namespace vefa::contact {
namespace {

class ExportTest : public RightsTest {
 protected:
  using Exports = v1::PersonExportService::Stub;

  ExportTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&export_service_);
    export_server_ = builder.BuildAndStart();
    export_peer_ = std::make_unique<rpc::Peer>("127.0.0.1:" + std::to_string(port), key_, "test");
    exports_ = v1::PersonExportService::NewStub(export_peer_->channel());
  }
  ~ExportTest() override { export_server_->Shutdown(); }

  Result<v1::ExportPersonResponse> Export(const std::string& contact, v1::ExportPersonRequest::Format format = {},
                                          std::vector<std::string> permissions = {"rights.export"}) {
    v1::ExportPersonRequest request;
    request.set_contact(contact);
    request.set_format(format);
    return rpc::Call(*export_peer_, *exports_, &Exports::ExportPerson, request, tenant_, std::move(permissions), Soon());
  }

  void AddBoundary(const Uuid& contact) {
    auto bound = postgres::InTransaction(database_.service(), postgres::Scope::Tenant(tenant_), Soon(), [&](postgres::Transaction& transaction) {
      Boundary boundary;
      boundary.about = {Party::Kind::kContact, contact};
      boundary.rule.mutable_channel()->add_channels(v1::CHANNEL_SMS);
      boundary.reason = "she said so";
      boundary.valid_from = clock_.Now();
      return SetBoundary(transaction, tenant_, boundary, clock_);
    });
    ASSERT_TRUE(bound.ok()) << bound.error().message;
  }
  // A purpose with a title.
  void AddPurpose() {
    database_.Run("INSERT INTO purpose (tenant_id, id, code, title, lawful_basis, is_commercial, retention_days, text_version, version, create_time,"
                  " update_time) VALUES ('" + tenant_.ToString() + "', gen_random_uuid(), 'win-back', 'Geri kazanma iletileri', 1, true, 0, 0, 1, now(), now())");
  }
  // What IYS knows of somebody.
  void AddIysEntry(const Uuid& contact) {
    database_.Run("INSERT INTO iys_entry (tenant_id, contact_id, channel, recipient_type, address_hash, wanted, registered, sent, state, say_time,"
                  " capture_source, due_time, next_time, attempts, request_id, request_index, register_time, transaction_id, error_code, error_message)"
                  " VALUES ('" + tenant_.ToString() + "', '" + contact.ToString() + "', 1, 1, '', 1, 1, 1, 3, '2026-01-02 10:00Z', 'HS_WEB', now(), now(), 0, '', 0,"
                  " '2026-01-03 11:00Z', 'transaction-1', '', '')");
  }

  rpc::Door export_door_{"vefa.contact.v1.PersonExportService", pool_, key_, tenants_, metrics_, clock_};
  PersonExportService export_service_{export_door_, database_.service(), keys_, nullptr, clock_};
  std::unique_ptr<grpc::Server> export_server_;
  std::unique_ptr<rpc::Peer> export_peer_;
  std::unique_ptr<Exports> exports_;
};

TEST_F(ExportTest, NothingIsHandedOutBeforeItIsKnownWhoAsks) {
  const std::string ada = NewPerson();
  EXPECT_EQ(Export(ada).error().reason, "IDENTITY_UNCHECKED");
  const std::string access = Received(ada, v1::RIGHT_KIND_ACCESS);
  EXPECT_EQ(Export(ada).error().reason, "IDENTITY_UNCHECKED");
  ASSERT_TRUE(Confirm(access).ok());
  EXPECT_EQ(Export(ada, {}, {"rights.read", "rights.write", "contacts.read"}).error().reason, "PERMISSION_MISSING");
  auto exported = Export(ada);
  ASSERT_TRUE(exported.ok()) << exported.error().message;
  EXPECT_EQ(exported->document().rights_request(), access);
  EXPECT_EQ(GetRequest(access)->steps(2).action(), "EXPORTED");
  ASSERT_TRUE(Fulfill(access).ok());
  EXPECT_EQ(Export(ada).error().reason, "IDENTITY_UNCHECKED") << "the request is at its end";
  ASSERT_TRUE(Erase(ada).ok());
  EXPECT_EQ(Export(ada).error().reason, "CONTACT_ERASED");
}

TEST_F(ExportTest, EverythingThatIsHeldIsInIt) {
  const std::string ada = NewPerson("1"), twin = NewPerson("2");
  v1::RecordConsentRequest said;
  said.set_contact(ada);
  said.mutable_consent()->set_purpose("win-back");
  said.mutable_consent()->set_channel(v1::CHANNEL_EMAIL);
  said.mutable_consent()->set_state(v1::Consent::STATE_GRANTED);
  said.mutable_consent()->set_source("checkout");
  said.mutable_consent()->mutable_origin()->set_ip("192.0.2.7");
  *said.mutable_consent()->mutable_occur_time() = rpc::ToProto(clock_.Now() - std::chrono::hours(3));
  ASSERT_TRUE(Call(&Stub::RecordConsent, said).ok());
  ChainKeeper keeper(database_.pump(), keys_, proof_key_, clock_, metrics_);
  while (keeper.SealSome(tenant_, Soon()).value() > 0) {
  }
  keeper.Stop();
  ASSERT_TRUE(Consent(ada, v1::Consent::STATE_WITHDRAWN, 1).ok());
  v1::SetLifecycleStageRequest stage;
  stage.set_contact(ada);
  stage.set_stage(v1::LIFECYCLE_STAGE_LEAD);
  stage.set_reason("SIGNED_UP");
  ASSERT_TRUE(Call(&v1::LifecycleService::Stub::SetLifecycleStage, stage).ok());
  const Uuid id = *ParseResourceName("contacts", ada);
  AddBoundary(id);
  auto sealer = keys_.ForTenant(tenant_, Soon());
  auto definitions = attributes_.ForTenant(tenant_, Soon());
  auto merged = postgres::InTransaction(database_.service(), postgres::Scope::Tenant(tenant_), Soon(), [&](postgres::Transaction& transaction) {
    return Merging(transaction, **sealer, **definitions, clock_).Unite({{}, id, *ParseResourceName("contacts", twin), {}, "", {}, "", {}}, {}, false);
  });
  ASSERT_TRUE(merged.ok()) << merged.error().message;
  ASSERT_TRUE(Confirm(Received(ada, v1::RIGHT_KIND_PORTABILITY)).ok());
  AddPurpose();
  AddIysEntry(id);

  auto exported = Export(ada, v1::ExportPersonRequest::FORMAT_HTML);
  ASSERT_TRUE(exported.ok()) << exported.error().message;
  const v1::PersonDocument& document = exported->document();
  ASSERT_EQ(document.records_size(), 2);
  const v1::PersonRecord& record = document.records(0);
  EXPECT_EQ(record.contact().email(), "ayse@deniz.example");
  EXPECT_EQ(document.records(1).contact().external_id(), "2") << "what is a part of hers is hers";
  EXPECT_GE(record.points_size(), 1);
  ASSERT_EQ(record.consent_entries_size(), 1);
  EXPECT_EQ(record.consent_entries(0).opening().origin().ip(), "192.0.2.7") << "opened from its box";
  EXPECT_EQ(record.consent_entries(0).opening().source(), "checkout");
  ASSERT_EQ(record.unsealed_consents_size(), 1);
  EXPECT_EQ(record.unsealed_consents(0).state(), v1::Consent::STATE_WITHDRAWN);
  ASSERT_EQ(record.boundaries_size(), 1);
  EXPECT_EQ(record.boundaries(0).reason(), "she said so");
  EXPECT_EQ(record.lifecycle_changes(0).reason(), "SIGNED_UP");
  EXPECT_EQ(record.merges_size(), 1);
  EXPECT_EQ(document.rights_requests(0).note(), "kanarya wrote this");
  ASSERT_EQ(record.iys_entries_size(), 1);
  EXPECT_EQ(record.iys_entries(0).registered(), v1::IYS_STATUS_ONAY);
  EXPECT_EQ(record.iys_entries(0).transaction_id(), "transaction-1") << "the document has what the page leaves out";
  ASSERT_EQ(document.titles_size(), 1);
  EXPECT_EQ(document.titles(0).name(), "purposes/win-back");
  EXPECT_EQ(document.titles(0).titles().at("en"), "Geri kazanma iletileri");
  EXPECT_EQ(document.cut_size(), 0);
  EXPECT_EQ(document.elsewhere(0).path(), "/v1/" + ada + "/timeline");
  for (const char* text : {"ayse@deniz.example", "192.0.2.7", "Verilmiş", "Aday", "she said so", "kanarya wrote this",
                           "Geri kazanma iletileri", "2026-01-03 11:00:00 UTC"})
    EXPECT_NE(exported->html().find(text), std::string::npos) << text;
  for (const std::string& text : {std::string("transaction-1"), id.ToString(), std::string("win-back"), std::string("etag")})
    EXPECT_EQ(exported->html().find(text), std::string::npos) << text;
}

}  // namespace
}  // namespace vefa::contact
