#pragma once

#include "services/contact/contact_fixture.h"
#include "services/contact/interest/interest_service.h"
#include "services/contact/persona/persona_service.h"
#include "services/contact/rating/rating_loop.h"
#include "services/contact/score/score_service.h"

namespace vefa::contact {

// Everything that rates, behind a real gRPC server beside that of contacts; the loop is stepped by the test.
class RatingTest : public ContactServiceTest {
 protected:
  RatingTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    for (grpc::Service* service : std::initializer_list<grpc::Service*>{&interests_, &scores_, &personas_}) builder.RegisterService(service);
    rating_server_ = builder.BuildAndStart();
    rating_peer_ = std::make_unique<rpc::Peer>("127.0.0.1:" + std::to_string(port), key_, "test");
    interest_stub_ = v1::InterestService::NewStub(rating_peer_->channel());
    score_stub_ = v1::ScoreService::NewStub(rating_peer_->channel());
    persona_stub_ = v1::PersonaService::NewStub(rating_peer_->channel());
  }
  ~RatingTest() override { rating_server_->Shutdown(); }

  template <typename Request, typename Response>
  Result<Response> Ask(grpc::Status (v1::ScoreService::Stub::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request) {
    return rpc::Call(*rating_peer_, *score_stub_, method, request, tenant_, {"*"}, Soon());
  }
  template <typename Request, typename Response>
  Result<Response> Ask(grpc::Status (v1::PersonaService::Stub::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request) {
    return rpc::Call(*rating_peer_, *persona_stub_, method, request, tenant_, {"*"}, Soon());
  }
  void Signal(const std::string& contact, const std::string& topic, double weight, int days_ago = 0) {
    v1::RecordInterestSignalsRequest request;
    v1::InterestSignal& signal = *request.add_signals();
    signal.set_contact(contact);
    signal.set_topic(topic);
    signal.set_kind(v1::INTEREST_KIND_OBSERVED);
    signal.set_weight(weight);
    *signal.mutable_occur_time() = rpc::ToProto(clock_.Now() - std::chrono::hours(24 * days_ago));
    auto done = rpc::Call(*rating_peer_, *interest_stub_, &v1::InterestService::Stub::RecordInterestSignals, request, tenant_, {"*"}, Soon());
    ASSERT_TRUE(done.ok()) << done.error().reason;
    Hear(contact, "interests.changed");
  }
  std::string Somebody(const std::string& external_id, const std::string& country, const std::string& language = "tr") {
    v1::CreateContactRequest request = Person(external_id);
    request.mutable_contact()->set_country(country);
    request.mutable_contact()->set_language(language);
    return Call(&Stub::CreateContact, request)->name();
  }
  // What the subscription does with an event of a contact.
  void Hear(const std::string& contact, const std::string& type = "contact.updated", const std::string& payload = "") {
    events::Event event;
    event.type = type;
    event.tenant = tenant_;
    event.subject = contact;
    event.payload = payload;
    auto done = postgres::InTransaction(database_.pump(), postgres::Scope::Tenants({tenant_}), Soon(),
                                        [&](postgres::Transaction& tx) { return handler_.Apply(tx, {&event, 1}); });
    ASSERT_TRUE(done.ok()) << done.error().message;
  }
  void Rate() {
    Status rated = loop_.RateAll();
    ASSERT_TRUE(rated.ok()) << rated.error().reason << rated.error().message;
  }
  int64_t Events(const std::string& type) { return database_.Count("SELECT count(*) FROM event_log WHERE event_type = '" + type + "'"); }

  Rater rater_{database_.service(), keys_, attributes_, copies_, nullptr, clock_};
  RatingLoop loop_{database_.pump(), rater_, clock_, metrics_, false};
  RatingHandler handler_{loop_};
  rpc::Door interest_door_{"vefa.contact.v1.InterestService", pool_, key_, tenants_, metrics_, clock_};
  InterestService interests_{interest_door_, database_.service(), copies_, nullptr, clock_};
  rpc::Door score_door_{"vefa.contact.v1.ScoreService", pool_, key_, tenants_, metrics_, clock_};
  ScoreService scores_{score_door_, database_.service(), nullptr, clock_, key_.secret()};
  rpc::Door persona_door_{"vefa.contact.v1.PersonaService", pool_, key_, tenants_, metrics_, clock_};
  PersonaService personas_{persona_door_, database_.service(), nullptr, clock_};
  std::unique_ptr<grpc::Server> rating_server_;
  std::unique_ptr<rpc::Peer> rating_peer_;
  std::unique_ptr<v1::InterestService::Stub> interest_stub_;
  std::unique_ptr<v1::ScoreService::Stub> score_stub_;
  std::unique_ptr<v1::PersonaService::Stub> persona_stub_;
};

}  // namespace vefa::contact
