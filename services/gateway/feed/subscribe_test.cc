#include <google/protobuf/empty.pb.h>

#include <thread>

#include "services/gateway/gateway_fixture.h"
#include "vefa/event/v1/event_feed_service.grpc.pb.h"

namespace vefa::gateway {
namespace {

using event::v1::EventFeed;
using event::v1::SubscribeRequest;
using event::v1::SubscribeResponse;
using std::chrono::milliseconds;
using std::chrono::seconds;

class SubscribeTest : public GatewayTest {
 protected:
  void Change(Settings& settings) override {
    settings.feed_times.keep_alive = milliseconds(700);
    settings.feed_times.check_every = milliseconds(200);
  }
  void SetUp() override {
    GatewayTest::SetUp();
    channel_ =
        grpc::CreateChannel("127.0.0.1:" + std::to_string(gateway_->grpc_port()), grpc::InsecureChannelCredentials());
    stub_ = EventFeed::NewStub(channel_);
    SignIn("admin@example.com");
  }

  // One stream and what came by it.
  struct Reader {
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReaderWriter<SubscribeRequest, SubscribeResponse>> stream;
    SubscribeResponse response;

    bool Read() { return stream->Read(&response); }
    // The types of the next `count` events; fewer when the stream ended.
    std::vector<std::string> Take(size_t count) {
      std::vector<std::string> types;
      while (types.size() < count && Read())
        for (const auto& event : response.events()) types.push_back(event.type());
      return types;
    }
    Error Finish() {
      while (Read()) {
      }
      grpc::Status status = stream->Finish();
      return status.ok() ? Error{Code::kUnknown, "OK", ""} : rpc::FromGrpc(status);
    }
  };
  static SubscribeRequest Ask(event::v1::ReplayPreset preset, int credit = 0, const std::string& cursor = "") {
    SubscribeRequest request;
    request.set_replay_preset(preset);
    request.set_num_requested(credit);
    request.set_cursor(cursor);
    return request;
  }
  static SubscribeRequest More(int credit, const std::string& commit = "") {
    SubscribeRequest request;
    request.set_num_requested(credit);
    request.set_commit_cursor(commit);
    return request;
  }
  void Prepare(grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() + seconds(30));
    if (!token_.empty()) context.AddMetadata("authorization", "Bearer " + token_);
  }
  std::unique_ptr<Reader> Open(const SubscribeRequest& request) {
    auto reader = std::make_unique<Reader>();
    Prepare(reader->context);
    reader->stream = stub_->Subscribe(&reader->context);
    reader->stream->Write(request);
    return reader;
  }
  // Opens and waits for the first answer, which says where the reader begins.
  std::unique_ptr<Reader> Opened(const SubscribeRequest& request) {
    auto reader = Open(request);
    EXPECT_TRUE(reader->Read());
    EXPECT_EQ(reader->response.events_size(), 0);
    EXPECT_FALSE(reader->response.latest_cursor().empty());
    return reader;
  }
  void WriteTypes(int from, int to) {
    std::vector<events::Event> events;
    for (int i = from; i <= to; ++i) events.push_back(maker_.Make(database_.tenant(), "contact.n" + std::to_string(i)));
    WriteEvents(events);
  }
  static std::vector<std::string> Types(int from, int to) {
    std::vector<std::string> types;
    for (int i = from; i <= to; ++i) types.push_back("contact.n" + std::to_string(i));
    return types;
  }

  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<EventFeed::Stub> stub_;
};

TEST_F(SubscribeTest, LatestEarliestAndCustomBeginWhereTheySay) {
  WriteTypes(1, 3);
  auto latest = Opened(Ask(event::v1::REPLAY_PRESET_LATEST, 10));
  auto earliest = Opened(Ask(event::v1::REPLAY_PRESET_EARLIEST, 10));
  EXPECT_EQ(earliest->Take(3), Types(1, 3));
  std::string second = earliest->response.events(1).cursor();
  auto custom = Opened(Ask(event::v1::REPLAY_PRESET_CUSTOM, 10, second));
  EXPECT_EQ(custom->Take(1), Types(3, 3));
  WriteTypes(4, 5);
  for (auto* reader : {latest.get(), earliest.get(), custom.get()}) EXPECT_EQ(reader->Take(2), Types(4, 5));
  const event::v1::Event& event = latest->response.events(0);
  EXPECT_EQ(event.tenant_id(), database_.tenant().ToString());
  EXPECT_EQ(event.payload().type_url(), "type.googleapis.com/vefa.contact.v1.ContactEvent");
  EXPECT_EQ(event.correlation_id(), "0af7651916cd43dd8448eb211c80319c");
}

TEST_F(SubscribeTest, EveryCursorGoesOnWithEveryLaterEventOnce) {
  WriteTypes(1, 30);
  auto reader = Opened(Ask(event::v1::REPLAY_PRESET_EARLIEST, 30));
  std::vector<std::string> cursors;
  while (cursors.size() < 30 && reader->Read())
    for (const auto& event : reader->response.events()) cursors.push_back(event.cursor());
  for (int i = 0; i < 30; i += 7) {
    auto resumed = Opened(Ask(event::v1::REPLAY_PRESET_CUSTOM, 100, cursors[static_cast<size_t>(i)]));
    EXPECT_EQ(resumed->Take(static_cast<size_t>(29 - i)), Types(i + 2, 30));
  }
}

TEST_F(SubscribeTest, NoMoreComesThanWasAskedFor) {
  WriteTypes(1, 10);
  auto reader = Opened(Ask(event::v1::REPLAY_PRESET_EARLIEST));
  // Without credit only the keep-alive comes.
  ASSERT_TRUE(reader->Read());
  EXPECT_EQ(reader->response.events_size(), 0);
  reader->stream->Write(More(3));
  EXPECT_EQ(reader->Take(3), Types(1, 3));
  EXPECT_EQ(reader->response.pending_num_requested(), 0);
  ASSERT_TRUE(reader->Read());
  EXPECT_EQ(reader->response.events_size(), 0);
  reader->stream->Write(More(2));
  reader->stream->Write(More(2));
  EXPECT_EQ(reader->Take(4), Types(4, 7));
  ASSERT_TRUE(reader->Read());
  EXPECT_EQ(reader->response.events_size(), 0);
}

TEST_F(SubscribeTest, WhoSaysNoMoreGetsWhatWasAskedForAndTheEnd) {
  WriteTypes(1, 5);
  auto reader = Opened(Ask(event::v1::REPLAY_PRESET_EARLIEST, 7));
  reader->stream->WritesDone();
  EXPECT_EQ(reader->Take(5), Types(1, 5));
  WriteTypes(6, 9);
  EXPECT_EQ(reader->Take(2), Types(6, 7));
  EXPECT_EQ(reader->Finish().reason, "OK");
}

TEST_F(SubscribeTest, AFilterDropsAndTheCursorMovesOnWithKeepAlives) {
  SubscribeRequest request = Ask(event::v1::REPLAY_PRESET_LATEST, 100);
  request.mutable_filter()->add_types("order.*");
  auto reader = Opened(request);
  std::string start = reader->response.latest_cursor();
  WriteEvents(700);
  auto moved = testing::Eventually([&] { return reader->Read() && reader->response.latest_cursor() != start; });
  ASSERT_TRUE(moved);
  EXPECT_EQ(reader->response.events_size(), 0);
  WriteEvents(1, "order.placed");
  EXPECT_EQ(reader->Take(1), std::vector<std::string>{"order.placed"});
  std::string cursor = reader->response.latest_cursor();
  auto resumed = Opened(Ask(event::v1::REPLAY_PRESET_CUSTOM, 10, cursor));
  WriteEvents(1, "contact.updated");
  EXPECT_EQ(resumed->Take(1), std::vector<std::string>{"contact.updated"});
}

TEST_F(SubscribeTest, AManagedSubscriptionKeepsItsPlace) {
  SubscribeRequest request = Ask(event::v1::REPLAY_PRESET_UNSPECIFIED, 10);
  request.set_subscription("subscriptions/crm");
  {
    // Made where it begins, so that nothing is lost should its reader die before the first commit.
    auto reader = Opened(request);
    WriteTypes(1, 6);
  }
  std::string third, fifth;
  {
    auto reader = Opened(request);
    EXPECT_EQ(reader->Take(6), Types(1, 6));
    third = reader->response.events(2).cursor();
    fifth = reader->response.events(4).cursor();
    reader->stream->Write(More(0, fifth));
    while (reader->Read() && reader->response.committed_cursor().empty()) {
    }
    EXPECT_EQ(reader->response.committed_cursor(), fifth);
    reader->stream->Write(More(0, third));
    EXPECT_EQ(reader->Finish().reason, "COMMIT_BEHIND");
  }
  EXPECT_EQ(Opened(request)->Take(1), Types(6, 6));
  // From the beginning on purpose: then its place may go back as well.
  SubscribeRequest again = Ask(event::v1::REPLAY_PRESET_EARLIEST, 10);
  again.set_subscription("subscriptions/crm");
  {
    auto reader = Opened(again);
    reader->stream->Write(More(0, third));
    while (reader->Read() && reader->response.committed_cursor().empty()) {
    }
    EXPECT_EQ(reader->response.committed_cursor(), third);
  }
  EXPECT_EQ(Opened(request)->Take(3), Types(4, 6));
  grpc::ClientContext context;
  Prepare(context);
  event::v1::ListSubscriptionsResponse all;
  ASSERT_TRUE(stub_->ListSubscriptions(&context, {}, &all).ok());
  ASSERT_EQ(all.subscriptions_size(), 1);
  EXPECT_EQ(all.subscriptions(0).name(), "subscriptions/crm");
  EXPECT_EQ(all.subscriptions(0).behind(), 3);
}

TEST_F(SubscribeTest, WhatIsWrongIsNamed) {
  WriteTypes(1, 3);
  auto custom = [&](const std::string& cursor) {
    return Open(Ask(event::v1::REPLAY_PRESET_CUSTOM, 1, cursor))->Finish().reason;
  };
  CursorCodec codec(kTestKey);
  auto reader = Opened(Ask(event::v1::REPLAY_PRESET_LATEST));
  FeedPlace head = *codec.Decode(reader->response.latest_cursor(), database_.tenant());
  EXPECT_EQ(custom("17"), "CURSOR_MALFORMED");
  EXPECT_EQ(custom(""), "CURSOR_MALFORMED");
  EXPECT_EQ(custom(codec.Encode(database_.other_tenant(), head)), "CURSOR_FORGED");
  EXPECT_EQ(custom(CursorCodec("another").Encode(database_.tenant(), head)), "CURSOR_FORGED");
  EXPECT_EQ(custom(codec.Encode(database_.tenant(), {head.life, 4})), "CURSOR_UNKNOWN");
  EXPECT_EQ(Open(Ask(event::v1::REPLAY_PRESET_LATEST, 501))->Finish().reason, "CREDIT_RANGE");
  EXPECT_EQ(Open(Ask(event::v1::REPLAY_PRESET_LATEST, -1))->Finish().reason, "CREDIT_RANGE");
  EXPECT_EQ(Open(Ask(event::v1::REPLAY_PRESET_LATEST, 1, "x"))->Finish().reason, "CURSOR_UNEXPECTED");
  EXPECT_EQ(Open(Ask(static_cast<event::v1::ReplayPreset>(999), 1))->Finish().reason, "PRESET_UNKNOWN");
  EXPECT_EQ(Open(More(1, "x"))->Finish().reason, "SUBSCRIPTION_MISSING");
  SubscribeRequest named = More(1);
  named.set_subscription("subscriptions/Not A Name");
  EXPECT_EQ(Open(named)->Finish().reason, "NAME_SYNTAX");
  auto twice = Opened(More(1));
  twice->stream->Write(Ask(event::v1::REPLAY_PRESET_EARLIEST));
  EXPECT_EQ(twice->Finish().reason, "FIRST_REQUEST_ONLY");
  auto greedy = Opened(Ask(event::v1::REPLAY_PRESET_LATEST, 500));
  for (int i = 0; i < 4; ++i) greedy->stream->Write(More(500));
  EXPECT_EQ(greedy->Finish().reason, "CREDIT_EXCEEDED");
  auto silent = std::make_unique<Reader>();
  Prepare(silent->context);
  silent->stream = stub_->Subscribe(&silent->context);
  silent->stream->WritesDone();
  EXPECT_EQ(silent->Finish().reason, "REQUEST_MISSING");
}

TEST_F(SubscribeTest, OnlyWhoMayReadEventsReadsThoseOfTheirTenant) {
  WriteEvents(maker_.Many(database_.other_tenant(), 3));
  WriteTypes(1, 1);
  token_ = "nonsense";
  EXPECT_EQ(Open(Ask(event::v1::REPLAY_PRESET_EARLIEST, 10))->Finish().reason, "SESSION_MISSING");
  token_.clear();
  EXPECT_EQ(Open(Ask(event::v1::REPLAY_PRESET_EARLIEST, 10))->Finish().reason, "PRINCIPAL_MISSING");
  // The house's own services come with a signed principal.
  auto as = [&](const Uuid& tenant, const std::string& permission) {
    auto reader = std::make_unique<Reader>();
    Prepare(reader->context);
    reader->context.AddMetadata(
        rpc::kPrincipalMetadata,
        rpc::PrincipalKey(kTestKey).Sign(
            {tenant, "services/notification", {permission}, clock_.Now() + std::chrono::minutes(1)}));
    reader->stream = stub_->Subscribe(&reader->context);
    reader->stream->Write(Ask(event::v1::REPLAY_PRESET_EARLIEST, 10));
    return reader;
  };
  EXPECT_EQ(as(database_.tenant(), "contacts.read")->Finish().reason, "PERMISSION_MISSING");
  EXPECT_EQ(as(NewUuidV7(clock_), "events.read")->Finish().reason, "TENANT_UNKNOWN");
  EXPECT_EQ(as(database_.tenant(), "events.read")->Take(1), Types(1, 1));
  EXPECT_EQ(as(database_.other_tenant(), "events.read")->Take(3).size(), 3u);
}

TEST_F(SubscribeTest, TheEndOfTheSessionEndsTheStream) {
  auto reader = Opened(Ask(event::v1::REPLAY_PRESET_LATEST));
  EXPECT_EQ(GatewayTest::Ask("DELETE", "/v1/session").status, 200);
  EXPECT_EQ(reader->Finish().reason, "SESSION_EXPIRED");
}

TEST_F(SubscribeTest, ACallerHasSixteenStreams) {
  std::vector<std::unique_ptr<Reader>> open;
  for (int i = 0; i < StreamLimits::kPerCaller; ++i) open.push_back(Opened(Ask(event::v1::REPLAY_PRESET_LATEST)));
  Error refused = Open(Ask(event::v1::REPLAY_PRESET_LATEST))->Finish();
  EXPECT_EQ(refused.code, Code::kResourceExhausted);
  EXPECT_EQ(refused.reason, "TOO_MANY_STREAMS");
  EXPECT_EQ(refused.metadata["limit"], "16");
  EXPECT_GT(refused.retry_after_ms, 0);
  // Another caller of the tenant has their own.
  SignIn("viewer@example.com");
  EXPECT_NE(Opened(Ask(event::v1::REPLAY_PRESET_LATEST)), nullptr);
  open.pop_back();
  SignIn("admin@example.com");
  EXPECT_TRUE(testing::Eventually([&] {
    auto reader = Open(Ask(event::v1::REPLAY_PRESET_LATEST));
    return reader->Read();
  }));
}

TEST_F(SubscribeTest, StoppingTellsEveryStreamToGoOnElsewhere) {
  auto reader = Opened(Ask(event::v1::REPLAY_PRESET_LATEST, 5));
  auto idle = Opened(Ask(event::v1::REPLAY_PRESET_LATEST));
  std::thread stopper([&] { gateway_->Stop(); });
  EXPECT_EQ(reader->Finish().reason, "DRAINING");
  EXPECT_EQ(idle->Finish().reason, "DRAINING");
  stopper.join();
}

TEST_F(SubscribeTest, PagesAndSingleEventsAreAnsweredOverGrpcToo) {
  WriteTypes(1, 5);
  event::v1::ListEventsRequest request;
  request.set_page_size(3);
  event::v1::ListEventsResponse page;
  {
    grpc::ClientContext context;
    Prepare(context);
    ASSERT_TRUE(stub_->ListEvents(&context, request, &page).ok());
  }
  ASSERT_EQ(page.events_size(), 3);
  EXPECT_TRUE(page.more());
  EXPECT_EQ(page.next_cursor(), page.events(2).cursor());
  grpc::ClientContext found;
  Prepare(found);
  event::v1::GetEventRequest get;
  get.set_id(page.events(1).id());
  event::v1::Event event;
  ASSERT_TRUE(stub_->GetEvent(&found, get, &event).ok());
  EXPECT_EQ(event.SerializeAsString(), page.events(1).SerializeAsString());
  // Two more, and then one that is waited for.
  request.set_after(page.next_cursor());
  {
    grpc::ClientContext context;
    Prepare(context);
    ASSERT_TRUE(stub_->ListEvents(&context, request, &page).ok());
    EXPECT_FALSE(page.more());
  }
  request.set_after(page.next_cursor());
  request.set_wait_ms(20'000);
  std::thread writer([&] { WriteTypes(6, 6); });
  grpc::ClientContext context;
  Prepare(context);
  grpc::Status waited = stub_->ListEvents(&context, request, &page);
  writer.join();
  ASSERT_TRUE(waited.ok()) << waited.error_message();
  ASSERT_EQ(page.events_size(), 1);
  EXPECT_EQ(page.events(0).type(), "contact.n6");
}

}  // namespace
}  // namespace vefa::gateway
