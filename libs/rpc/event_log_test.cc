#include "libs/rpc/event_log.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>

#include "libs/events/append.h"
#include "libs/events/catalog.h"
#include "libs/events/fold.h"
#include "libs/rpc/ledger_client.h"
#include "libs/rpc/time.h"
#include "libs/testing/engines.h"
#include "libs/testing/soon.h"
#include "vefa/contact/v1/contact_events.pb.h"
#include "vefa/contact/v1/contact_personal.pb.h"

namespace vefa::rpc {
namespace {

using contact::v1::ContactEvent;
using contact::v1::ContactSnapshot;
using event::v1::GetStateAsOfRequest;
using Stub = event::v1::EventLogService::Stub;

constexpr char kTrace[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

// The state is the latest; a contact is erased by its event.
Status FoldContact(const events::Event& event, google::protobuf::Message& state, bool& erased) {
  ContactEvent change;
  VEFA_TRY_OK(events::ParsePayload(event, change));
  if (change.has_created()) *static_cast<ContactSnapshot&>(state).mutable_state() = change.created().state();
  if (change.has_erased()) {
    state.Clear();
    erased = true;
  }
  return Ok();
}

// The service behind a real gRPC server on a real ledger, called through a real channel.
class EventLogTest : public ::testing::Test {
 protected:
  EventLogTest() {
    service_.FoldBy({&ContactSnapshot::default_instance(), FoldContact});
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    std::string address = "127.0.0.1:" + std::to_string(port);
    peer_ = std::make_unique<Peer>(address, key_, "test");
    stub_ = event::v1::EventLogService::NewStub(peer_->channel());
    client_ = std::make_unique<LedgerClient>(
        std::map<std::string, std::string>{{"vefa.contact.v1", address}, {"vefa.gone.v1", "127.0.0.1:1"}}, key_, "test");
  }
  ~EventLogTest() override { server_->Shutdown(); }

  template <typename Request, typename Response>
  Result<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                        const Request& request, std::vector<std::string> permissions = {"events.read"}) {
    return rpc::Call(*peer_, *stub_, method, request, database_.tenant(), std::move(permissions), Soon());
  }
  Result<event::v1::StateAsOf> AsOf(const GetStateAsOfRequest& request, std::vector<std::string> permissions = {"events.read"}) {
    return Call(&Stub::GetStateAsOf, request, std::move(permissions));
  }
  GetStateAsOfRequest Ask(int64_t version = 0) {
    GetStateAsOfRequest request;
    request.set_subject(kSubject);
    request.set_version(version);
    return request;
  }

  // Records one event as a service would.
  Uuid Append(const Uuid& tenant, const std::string& subject, int64_t version, const ContactEvent& change,
              const Uuid& cause = {}) {
    static const postgres::Statement kAppend{
        "test_append", "SELECT append_events(ARRAY[($1, $2, $3, $4, $5, $6, $7, $8, $9)::event_draft])"};
    Uuid id = NewUuidV7(clock_);
    std::optional<Uuid> causation;
    if (!cause.is_nil()) causation = cause;
    std::string bytes = change.SerializeAsString();
    auto done = database_.service().Run(
        postgres::Scope::Tenant(tenant), kAppend,
        postgres::Bound(tenant, subject, version, id, change.has_erased() ? "contact.erased" : "contact.created",
                        Time(std::chrono::seconds(852076800)), kTrace, causation, postgres::Bytes{bytes}),
        Soon());
    EXPECT_TRUE(done.ok()) << done.error().message;
    return id;
  }
  void AppendLanguages(int64_t count) {
    for (int64_t version = 1; version <= count; ++version)
      Append(database_.tenant(), kSubject, version, Created("language " + std::to_string(version)));
  }
  static ContactEvent Created(const std::string& language) {
    ContactEvent change;
    change.mutable_created()->mutable_state()->set_language(language);
    change.mutable_created()->mutable_state()->mutable_personal()->set_key_id("0191e5f0-0000-7000-8000-0123456789ab");
    return change;
  }
  static std::string LanguageOf(const event::v1::StateAsOf& at) {
    ContactSnapshot state;
    EXPECT_TRUE(at.state().UnpackTo(&state));
    return state.state().language();
  }

  static constexpr char kSubject[] = "contacts/0191e5f0-0000-7000-8000-0123456789ab";
  SystemClock clock_;
  testing::TestDatabase database_{{}};
  telemetry::Metrics metrics_;
  PrincipalKey key_{std::string(32, 'k')};
  runtime::WorkerPool pool_{4, {.waiting_max = 64}};
  TenantDirectory tenants_{database_.service()};
  Door door_{"vefa.event.v1.EventLogService", pool_, key_, tenants_, metrics_, clock_};
  EventLogService service_{door_, database_.service(), events::MakeSource(ContactEvent::descriptor()), key_.secret()};
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Peer> peer_;
  std::unique_ptr<Stub> stub_;
  std::unique_ptr<LedgerClient> client_;
};

TEST_F(EventLogTest, AFetchedEventIsWhatKafkaWouldHaveBrought) {
  Uuid cause = NewUuidV7(clock_);
  Uuid id = Append(database_.tenant(), kSubject, 1, Created("tr"), cause);
  auto fetched = client_->Fetch("vefa.contact.v1", database_.tenant(), kSubject, 1, 1, Soon());
  ASSERT_TRUE(fetched.ok()) << fetched.error().message;
  ASSERT_EQ(fetched->size(), 1u);
  const events::Event& event = fetched->front();
  EXPECT_EQ(event.topic, "vefa.contact.v1");
  EXPECT_FALSE(event.incarnation.is_nil());

  // The same event as the relay would send it and a subscriber read it.
  events::Source source = events::MakeSource(ContactEvent::descriptor());
  source.incarnation = event.incarnation;
  kafka::Record record = events::ToRecord(event, source);
  kafka::Message message;
  message.key = record.key;
  message.value = record.value;
  message.headers = record.headers;
  auto read = events::FromMessage(message);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->id, id);
  EXPECT_EQ(event.id, id);
  EXPECT_EQ(event.type, read->type);
  EXPECT_EQ(event.subject, read->subject);
  EXPECT_EQ(event.aggregate_version, read->aggregate_version);
  EXPECT_EQ(event.tenant, read->tenant);
  EXPECT_EQ(event.occur_time, read->occur_time);
  EXPECT_EQ(event.record_time, read->record_time);
  EXPECT_EQ(event.traceparent, kTrace);
  EXPECT_EQ(event.causation_id, cause);
  EXPECT_EQ(event.classification, "personal");
  EXPECT_EQ(event.data_schema, read->data_schema);
  EXPECT_EQ(event.payload, read->payload);
}

TEST_F(EventLogTest, EveryFieldOfTheEnvelopeIsFilled) {
  Append(database_.tenant(), kSubject, 1, Created("tr"));
  event::v1::FetchEventsRequest request;
  request.set_service("contact");
  request.set_subject(kSubject);
  auto page = Call(&Stub::FetchEvents, request);
  ASSERT_TRUE(page.ok()) << page.error().message;
  const event::v1::Event& event = page->events(0);
  EXPECT_TRUE(event.source().starts_with("/vefa/contact/"));
  EXPECT_EQ(event.data_classification(), "personal");
  EXPECT_EQ(event.correlation_id(), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(event.data_schema(), "vefa.contact.v1.ContactEvent");
  ContactEvent change;
  ASSERT_TRUE(event.payload().UnpackTo(&change));
  EXPECT_EQ(change.created().state().language(), "tr");
}

TEST_F(EventLogTest, VersionsComeInPages) {
  AppendLanguages(7);
  event::v1::FetchEventsRequest request;
  request.set_subject(kSubject);
  request.set_from_version(2);
  request.set_to_version(6);
  request.set_page_size(3);
  auto page = Call(&Stub::FetchEvents, request);
  ASSERT_EQ(page->events_size(), 3);
  EXPECT_EQ(page->events(0).aggregate_version(), 2);
  EXPECT_EQ(page->next_version(), 5);
  request.set_from_version(5);
  page = Call(&Stub::FetchEvents, request);
  EXPECT_EQ(page->events_size(), 2);
  EXPECT_EQ(page->next_version(), 0);
  // By the client in one go, whatever the pages; 0 means the newest.
  auto all = client_->Fetch("vefa.contact.v1", database_.tenant(), kSubject, 0, 0, Soon());
  ASSERT_EQ(all->size(), 7u);
  for (size_t i = 0; i < all->size(); ++i) EXPECT_EQ((*all)[i].aggregate_version, static_cast<int64_t>(i) + 1);
}

TEST_F(EventLogTest, AnAnswerIsBoundedInBytesToo) {
  for (int64_t version = 1; version <= 8; ++version)
    Append(database_.tenant(), kSubject, version, Created(std::string(900'000, 'x')));
  event::v1::FetchEventsRequest request;
  request.set_subject(kSubject);
  auto page = Call(&Stub::FetchEvents, request);
  ASSERT_TRUE(page.ok()) << page.error().message;
  EXPECT_EQ(page->events_size(), 5);
  EXPECT_EQ(page->next_version(), 6);
  EXPECT_EQ(client_->Fetch("vefa.contact.v1", database_.tenant(), kSubject, 1, 8, Soon())->size(), 8u);
  EXPECT_EQ(LanguageOf(*AsOf(Ask())).size(), 900'000u);
  std::string token;
  size_t read = 0, pages = 0;
  do {
    auto log = client_->Read("vefa.contact.v1", database_.tenant(), token, Soon());
    ASSERT_TRUE(log.ok()) << log.error().message;
    read += log->size();
    ++pages;
  } while (!token.empty());
  EXPECT_EQ(read, 8u);
  EXPECT_EQ(pages, 2u);
}

TEST_F(EventLogTest, WhatIsNoLongerKeptIsSaidAndNotSkipped) {
  AppendLanguages(5);
  database_.Run("DELETE FROM event_log WHERE aggregate_version <= 2");
  event::v1::FetchEventsRequest request;
  request.set_subject(kSubject);
  auto dropped = Call(&Stub::FetchEvents, request);
  ASSERT_FALSE(dropped.ok());
  EXPECT_EQ(dropped.error().code, Code::kFailedPrecondition);
  EXPECT_EQ(dropped.error().reason, "EVENTS_DROPPED");
  EXPECT_EQ(dropped.error().metadata.at("earliest_version"), "3");
  request.set_from_version(3);
  EXPECT_EQ(Call(&Stub::FetchEvents, request)->events_size(), 3);
  EXPECT_EQ(client_->Fetch("vefa.contact.v1", database_.tenant(), kSubject, 2, 4, Soon()).error().reason, "EVENTS_DROPPED");
  EXPECT_EQ(client_->Fetch("vefa.contact.v1", database_.tenant(), kSubject, 3, 9, Soon()).error().reason, "EVENTS_DROPPED");
  EXPECT_EQ(client_->Fetch("vefa.contact.v1", database_.tenant(), "contacts/none", 1, 1, Soon()).error().reason, "EVENTS_DROPPED");

  // States can still be told from the stored one on, and from nowhere before it.
  EXPECT_EQ(AsOf(Ask()).error().reason, "EVENTS_DROPPED");
  ContactSnapshot stored;
  stored.mutable_state()->set_language("stored");
  static const postgres::Statement kStore{
      "test_store",
      "INSERT INTO aggregate_state (tenant_id, subject, version, event_id, occur_time, record_time, state, erased)"
      " SELECT tenant_id, subject, 3, event_id, occur_time, record_time, $1, false FROM event_log WHERE aggregate_version = 3"};
  std::string bytes = stored.SerializeAsString();
  ASSERT_TRUE(database_.pump().Run(postgres::Scope::EveryTenant(), kStore, postgres::Bound(postgres::Bytes{bytes}), Soon()).ok());
  EXPECT_EQ(LanguageOf(*AsOf(Ask(3))), "stored");
  EXPECT_EQ(LanguageOf(*AsOf(Ask(4))), "language 4");
  EXPECT_EQ(LanguageOf(*AsOf(Ask())), "language 5");
  EXPECT_EQ(AsOf(Ask(2)).error().reason, "EVENTS_DROPPED");
}

TEST_F(EventLogTest, RefusesWithTheRightCodeAndReason) {
  AppendLanguages(1);
  event::v1::FetchEventsRequest request;
  EXPECT_EQ(Call(&Stub::FetchEvents, request).error().violations.at(0).field, "subject");
  request.set_subject("contacts/none");
  EXPECT_EQ(Call(&Stub::FetchEvents, request).error().reason, "SUBJECT_UNKNOWN");
  EXPECT_EQ(Call(&Stub::FetchEvents, request, {"contacts.read"}).error().reason, "PERMISSION_MISSING");
  request.set_service("interaction");
  EXPECT_EQ(Call(&Stub::FetchEvents, request).error().reason, "SERVICE_OTHER");
  request.set_service("");
  request.set_from_version(-1);
  EXPECT_EQ(Call(&Stub::FetchEvents, request).error().reason, "VERSION_NEGATIVE");
  event::v1::ReadLedgerRequest read;
  read.set_page_token("garbage");
  EXPECT_EQ(Call(&Stub::ReadLedger, read).error().reason, "PAGE_TOKEN_INVALID");
  GetStateAsOfRequest ask = Ask(1);
  *ask.mutable_time() = ToProto(clock_.Now());
  EXPECT_EQ(AsOf(ask).error().code, Code::kInvalidArgument);
  EXPECT_EQ(AsOf(ask).error().reason, "VERSION_AND_TIME");
  EXPECT_EQ(AsOf(Ask(2)).error().reason, "VERSION_UNKNOWN");
  EXPECT_EQ(client_->Fetch("vefa.unheard.v1", database_.tenant(), kSubject, 1, 1, Soon()).error().reason, "LEDGER_UNKNOWN");
  EXPECT_EQ(client_->Fetch("vefa.gone.v1", database_.tenant(), kSubject, 1, 1, Soon()).error().code, Code::kUnavailable);
}

TEST_F(EventLogTest, ATenantReadsItsOwnLedgerInOrderAndNoOther) {
  for (int64_t version = 1; version <= 3; ++version) {
    Append(database_.tenant(), kSubject, version, Created("mine"));
    Append(database_.other_tenant(), kSubject, version, Created("theirs"));
  }
  event::v1::ReadLedgerRequest request;
  request.set_page_size(2);
  auto first = Call(&Stub::ReadLedger, request);
  ASSERT_EQ(first->events_size(), 2);
  request.set_page_token(first->next_page_token());
  auto second = Call(&Stub::ReadLedger, request);
  ASSERT_EQ(second->events_size(), 1);
  EXPECT_EQ(second->events(0).aggregate_version(), 3);
  EXPECT_EQ(second->events(0).tenant_id(), database_.tenant().ToString());
  EXPECT_TRUE(second->next_page_token().empty());
  // Another tenant cannot go on from it.
  auto theirs = rpc::Call(*peer_, *stub_, &Stub::ReadLedger, request, database_.other_tenant(), {"events.read"}, Soon());
  EXPECT_EQ(theirs.error().reason, "PAGE_TOKEN_INVALID");
}

// A small tenant's page must not cost a walk through the whole ledger of a large one.
TEST_F(EventLogTest, APageLooksThroughABoundedPartOfTheLedger) {
  Append(database_.tenant(), kSubject, 1, Created("first"));
  database_.Run("SELECT setval('event_log_id_seq', 450000)");
  Append(database_.tenant(), kSubject, 2, Created("last"));
  event::v1::ReadLedgerRequest request;
  std::vector<int> sizes;
  do {
    auto page = Call(&Stub::ReadLedger, request);
    ASSERT_TRUE(page.ok()) << page.error().message;
    sizes.push_back(page->events_size());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(sizes, (std::vector<int>{1, 0, 1}));
  std::string token;
  EXPECT_EQ(client_->Read("vefa.contact.v1", database_.tenant(), token, Soon())->size(), 1u);
  EXPECT_EQ(client_->Read("vefa.contact.v1", database_.tenant(), token, Soon())->front().aggregate_version, 2);
  EXPECT_TRUE(token.empty());
}

TEST_F(EventLogTest, AStateIsTheFoldUpToAVersionOrATime) {
  AppendLanguages(4);
  EXPECT_EQ(LanguageOf(*AsOf(Ask())), "language 4");
  EXPECT_EQ(AsOf(Ask(2))->version(), 2);
  EXPECT_EQ(LanguageOf(*AsOf(Ask(2))), "language 2");
  GetStateAsOfRequest by_time = Ask();
  *by_time.mutable_time() = AsOf(Ask(3))->record_time();
  EXPECT_EQ(AsOf(by_time)->version(), 3);
  EXPECT_EQ(LanguageOf(*AsOf(by_time)), "language 3");
  *by_time.mutable_time() = ToProto(Time(std::chrono::seconds(1)));
  EXPECT_EQ(AsOf(by_time)->version(), 0);
  EXPECT_FALSE(AsOf(by_time)->has_state());
  ContactEvent erased;
  erased.mutable_erased();
  Append(database_.tenant(), kSubject, 5, erased);
  EXPECT_EQ(AsOf(Ask())->version(), 5);
  EXPECT_FALSE(AsOf(Ask())->has_state());
  EXPECT_EQ(LanguageOf(*AsOf(Ask(4))), "language 4");
}

TEST_F(EventLogTest, BoxesAreOpenedForWhoMayAndWhereTheKeysAre) {
  AppendLanguages(1);
  GetStateAsOfRequest ask = Ask();
  ask.set_open(true);
  EXPECT_EQ(AsOf(ask).error().reason, "PERMISSION_MISSING");
  EXPECT_EQ(AsOf(ask, {"events.read", "pii.read"}).error().reason, "PII_KEYS_ELSEWHERE");
  std::atomic<bool> destroyed = false;
  service_.OpenBy([&](const Uuid& tenant, const event::v1::PiiBox& box,
                      Deadline) -> Result<std::optional<google::protobuf::Any>> {
    EXPECT_EQ(tenant, database_.tenant());
    if (destroyed) return std::optional<google::protobuf::Any>();
    contact::v1::ContactPersonal person;
    person.set_display_name("opened with " + box.key_id());
    std::optional<google::protobuf::Any> any(std::in_place);
    any->PackFrom(person);
    return any;
  });
  auto opened = AsOf(ask, {"events.read", "pii.read"});
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  contact::v1::ContactPersonal person;
  ASSERT_TRUE(opened->opened().at("state.personal").UnpackTo(&person));
  EXPECT_EQ(person.display_name(), "opened with 0191e5f0-0000-7000-8000-0123456789ab");
  EXPECT_TRUE(AsOf(Ask())->opened().empty());
  destroyed = true;
  EXPECT_TRUE(AsOf(ask, {"events.read", "pii.read"})->opened().empty());
}

}  // namespace
}  // namespace vefa::rpc
