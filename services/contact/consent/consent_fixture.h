#pragma once

#include <string>
#include <vector>

#include "libs/proof/checker.h"
#include "services/contact/consent/chain_keeper.h"
#include "services/contact/consent/consent_service.h"
#include "services/contact/consent/proof_key.h"
#include "services/contact/contact_fixture.h"

namespace vefa::contact {

// The consent service behind a real gRPC server, beside that of contacts, and the sealing, which happens when it is asked for.
class ConsentTest : public ContactServiceTest {
 protected:
  using ConsentStub = v1::ConsentService::Stub;
  using Records = std::vector<v1::ExportConsentProofResponse>;

  ConsentTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&consents_);
    consent_server_ = builder.BuildAndStart();
    consent_peer_ = std::make_unique<rpc::Peer>("127.0.0.1:" + std::to_string(port), key_, "test");
    consent_stub_ = v1::ConsentService::NewStub(consent_peer_->channel());
  }
  ~ConsentTest() override { consent_server_->Shutdown(); }

  std::string MakePerson(const std::string& external_id) {
    auto made = Call(&Stub::CreateContact, Person(external_id));
    EXPECT_TRUE(made.ok());
    return made->name();
  }
  Result<v1::Consent> Record(const std::string& contact, v1::Consent consent) {
    v1::RecordConsentRequest request;
    request.set_contact(contact);
    *request.mutable_consent() = std::move(consent);
    return Call(&Stub::RecordConsent, request);
  }
  v1::Consent Said(v1::Consent::State state, std::chrono::minutes ago, const std::string& purpose = "win-back") {
    v1::Consent consent;
    consent.set_purpose(purpose);
    consent.set_channel(v1::CHANNEL_EMAIL);
    consent.set_state(state);
    consent.set_source("checkout");
    *consent.mutable_occur_time() = rpc::ToProto(clock_.Now() - ago);
    return consent;
  }
  // Seals all that waits of the tenant; how many lines.
  int Seal() {
    int all = 0;
    for (;;) {
      auto sealed = keeper_.SealSome(tenant_, Soon());
      EXPECT_TRUE(sealed.ok()) << (sealed.ok() ? "" : sealed.error().reason);
      if (!sealed.ok() || *sealed == 0) return all;
      all += *sealed;
    }
  }
  // What the stream brought, and how it ended.
  Records Export(const std::string& contact = "", std::string* ended = nullptr, std::vector<std::string> permissions = {"*"}) {
    grpc::ClientContext context;
    consent_peer_->Prepare(context, tenant_, std::move(permissions), Soon());
    auto stream = consent_stub_->ExportConsentProof(&context);
    v1::ExportConsentProofRequest request;
    request.set_contact(contact);
    stream->Write(request);
    stream->WritesDone();
    Records records;
    for (v1::ExportConsentProofResponse record; stream->Read(&record);) records.push_back(record);
    grpc::Status status = stream->Finish();
    if (ended != nullptr) *ended = status.error_message();
    EXPECT_TRUE(status.ok() || ended != nullptr) << status.error_message();
    return records;
  }
  Result<v1::CheckConsentResponse> Check(const v1::CheckConsentRequest& request) {
    return rpc::Call(*consent_peer_, *consent_stub_, &ConsentStub::CheckConsent, request, tenant_, {"consents.read"}, Soon());
  }
  v1::ConsentDecision Decision(const std::string& contact, const std::string& purpose = "win-back") {
    v1::CheckConsentRequest request;
    auto& question = *request.add_questions();
    question.set_contact(contact);
    question.set_purpose(purpose);
    question.set_channel(v1::CHANNEL_EMAIL);
    auto answer = Check(request);
    EXPECT_TRUE(answer.ok());
    return answer.ok() ? answer->decisions(0) : v1::ConsentDecision();
  }

  const crypto::SigningKey proof_key_ = MakeProofKey(std::string(32, 'f'));
  rpc::Door consent_door_{"vefa.contact.v1.ConsentService", pool_, key_, tenants_, metrics_, clock_};
  ConsentService consents_{consent_door_, database_.service(), keys_, proof_key_, clock_};
  ChainKeeper keeper_{database_.pump(), keys_, proof_key_, clock_, metrics_, false};
  std::unique_ptr<grpc::Server> consent_server_;
  std::unique_ptr<rpc::Peer> consent_peer_;
  std::unique_ptr<ConsentStub> consent_stub_;
};

}  // namespace vefa::contact
