#include "services/contact/interest/interest_service.h"

#include "services/contact/contact_fixture.h"

namespace vefa::contact {
namespace {

// The service behind a real gRPC server, beside that of contacts.
class InterestTest : public ContactServiceTest {
 protected:
  using Stubs = v1::InterestService::Stub;

  InterestTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&interests_);
    interest_server_ = builder.BuildAndStart();
    interest_peer_ = std::make_unique<rpc::Peer>("127.0.0.1:" + std::to_string(port), key_, "test");
    interest_stub_ = v1::InterestService::NewStub(interest_peer_->channel());
  }
  ~InterestTest() override { interest_server_->Shutdown(); }

  template <typename Request, typename Response>
  Result<Response> Ask(grpc::Status (Stubs::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request) {
    return rpc::Call(*interest_peer_, *interest_stub_, method, request, tenant_, {"*"}, Soon());
  }
  static v1::InterestSignal& Add(v1::RecordInterestSignalsRequest& request, const std::string& contact, const std::string& topic,
                                 v1::InterestKind kind, double weight) {
    v1::InterestSignal& signal = *request.add_signals();
    signal.set_contact(contact);
    signal.set_topic(topic);
    signal.set_kind(kind);
    signal.set_weight(weight);
    return signal;
  }
  Result<v1::ListInterestsResponse> List(const std::string& contact) {
    v1::ListInterestsRequest request;
    request.set_contact(contact);
    return Ask(&Stubs::ListInterests, request);
  }
  int64_t Changes() { return database_.Count("SELECT count(*) FROM event_log WHERE event_type = 'interests.changed'"); }

  rpc::Door interest_door_{"vefa.contact.v1.InterestService", pool_, key_, tenants_, metrics_, clock_};
  InterestService interests_{interest_door_, database_.service(), copies_, nullptr, clock_};
  std::unique_ptr<grpc::Server> interest_server_;
  std::unique_ptr<rpc::Peer> interest_peer_;
  std::unique_ptr<Stubs> interest_stub_;
};

TEST_F(InterestTest, ABatchIsOneEventOfEachContact) {
  const std::string ada = Call(&Stub::CreateContact, Person("1"))->name(), veli = Call(&Stub::CreateContact, Person("2"))->name();
  v1::RecordInterestSignalsRequest request;
  Add(request, ada, "coffee", v1::INTEREST_KIND_OBSERVED, 2).set_id("0197f0aa-0000-7000-8000-000000000001");
  Add(request, ada, "coffee", v1::INTEREST_KIND_OBSERVED, 1).set_id("0197f0aa-0000-7000-8000-000000000002");
  Add(request, ada, "tea", v1::INTEREST_KIND_DECLARED, 0).set_id("0197f0aa-0000-7000-8000-000000000003");
  Add(request, veli, "tea", v1::INTEREST_KIND_INFERRED, 0).set_id("0197f0aa-0000-7000-8000-000000000001");
  auto first = Ask(&Stubs::RecordInterestSignals, request);
  ASSERT_TRUE(first.ok()) << first.error().reason;
  EXPECT_EQ(first->recorded(), 4);
  EXPECT_EQ(Changes(), 2);
  EXPECT_EQ(Get(ada)->version(), 2);
  auto interests = List(ada);
  ASSERT_TRUE(interests.ok()) << interests.error().reason;
  ASSERT_EQ(interests->interests_size(), 2);
  EXPECT_EQ(interests->interests(0).topic(), "coffee");
  EXPECT_NEAR(interests->interests(0).sum(), 3, 0.01);
  EXPECT_NEAR(interests->interests(0).strength(), 0.875, 0.01);
  // What was taken already is not taken again, and nothing happened.
  auto again = Ask(&Stubs::RecordInterestSignals, request);
  EXPECT_EQ(again->recorded(), 0);
  EXPECT_EQ(again->repeated_signals(), 4);
  EXPECT_EQ(Changes(), 2);
  EXPECT_NEAR(List(ada)->interests(0).sum(), 3, 0.01);
}

TEST_F(InterestTest, ANoHoldsAgainstWhatIsObserved) {
  const std::string ada = Call(&Stub::CreateContact, Person("1"))->name();
  v1::RecordInterestSignalsRequest no;
  v1::InterestSignal& said = Add(no, ada, "coffee", v1::INTEREST_KIND_DECLARED, 0);
  said.set_not_interested(true);
  *said.mutable_occur_time() = rpc::ToProto(clock_.Now() - std::chrono::hours(1));
  Add(no, ada, "coffee", v1::INTEREST_KIND_OBSERVED, 50);
  ASSERT_TRUE(Ask(&Stubs::RecordInterestSignals, no).ok());
  ASSERT_EQ(List(ada)->interests_size(), 1);
  EXPECT_TRUE(List(ada)->interests(0).not_interested());
  v1::RecordInterestSignalsRequest yes;
  Add(yes, ada, "coffee", v1::INTEREST_KIND_DECLARED, 0);
  ASSERT_TRUE(Ask(&Stubs::RecordInterestSignals, yes).ok());
  EXPECT_FALSE(List(ada)->interests(0).not_interested());
  EXPECT_GT(List(ada)->interests(0).sum(), 50);
}

TEST_F(InterestTest, HalfLivesAreTheTenantsOwn) {
  v1::SetInterestHalfLifeRequest set;
  set.mutable_half_life()->set_topic("coffee");
  set.mutable_half_life()->set_kind(v1::INTEREST_KIND_OBSERVED);
  set.mutable_half_life()->set_days(5);
  EXPECT_EQ(Ask(&Stubs::SetInterestHalfLife, set)->days(), 5);
  auto all = Ask(&Stubs::ListInterestHalfLives, v1::ListInterestHalfLivesRequest());
  ASSERT_EQ(all->half_lives_size(), 4);
  EXPECT_TRUE(all->half_lives(0).is_default());
  EXPECT_FALSE(all->half_lives(3).is_default());
  const std::string ada = Call(&Stub::CreateContact, Person("1"))->name();
  v1::RecordInterestSignalsRequest request;
  *Add(request, ada, "coffee", v1::INTEREST_KIND_OBSERVED, 4).mutable_occur_time() = rpc::ToProto(clock_.Now() - std::chrono::hours(24 * 5));
  ASSERT_TRUE(Ask(&Stubs::RecordInterestSignals, request).ok());
  EXPECT_NEAR(List(ada)->interests(0).sum(), 2, 0.01);
  set.mutable_half_life()->set_days(0);
  EXPECT_EQ(Ask(&Stubs::SetInterestHalfLife, set)->days(), 60);
}

TEST_F(InterestTest, WhatIsWrongIsRefusedWholeAndErasureForgets) {
  const std::string ada = Call(&Stub::CreateContact, Person("1"))->name();
  v1::RecordInterestSignalsRequest wrong;
  Add(wrong, ada, "coffee", v1::INTEREST_KIND_OBSERVED, 1);
  Add(wrong, "people/1", "Coffee!", v1::INTEREST_KIND_UNSPECIFIED, -1).set_id("x");
  v1::InterestSignal& observed = Add(wrong, ada, "coffee", v1::INTEREST_KIND_OBSERVED, 0);
  observed.set_not_interested(true);
  *observed.mutable_occur_time() = rpc::ToProto(clock_.Now() + std::chrono::hours(1));
  auto refused = Ask(&Stubs::RecordInterestSignals, wrong);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().violations.size(), 7u);
  v1::RecordInterestSignalsRequest nobody;
  Add(nobody, ada, "coffee", v1::INTEREST_KIND_OBSERVED, 1);
  Add(nobody, "contacts/0197f0aa-0000-7000-8000-000000000009", "coffee", v1::INTEREST_KIND_OBSERVED, 1);
  EXPECT_EQ(Ask(&Stubs::RecordInterestSignals, nobody).error().reason, "CONTACT_NOT_FOUND");
  EXPECT_EQ(database_.Count("SELECT count(*) FROM interest_signal"), 0);
  v1::RecordInterestSignalsRequest many;
  for (int i = 0; i < 201; ++i) Add(many, ada, "t-" + std::to_string(i), v1::INTEREST_KIND_OBSERVED, 1);
  EXPECT_EQ(Ask(&Stubs::RecordInterestSignals, many).error().reason, "INTERESTS_TOO_MANY");
  many.mutable_signals()->RemoveLast();
  ASSERT_TRUE(Ask(&Stubs::RecordInterestSignals, many).ok());
  ASSERT_TRUE(Erase(ada).ok());
  EXPECT_EQ(database_.Count("SELECT count(*) FROM interest_signal") + database_.Count("SELECT count(*) FROM interest"), 0);
  many.mutable_signals()->DeleteSubrange(1, 199);
  EXPECT_EQ(Ask(&Stubs::RecordInterestSignals, many).error().reason, "CONTACT_ERASED");
}

}  // namespace
}  // namespace vefa::contact
