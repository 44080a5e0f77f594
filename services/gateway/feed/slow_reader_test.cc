#include <unistd.h>

#include <future>

#include "libs/http/lines.h"
#include "libs/testing/sanitizer.h"
#include "services/gateway/gateway_fixture.h"
#include "vefa/event/v1/event_feed_service.grpc.pb.h"

namespace vefa::gateway {
namespace {

using std::chrono::seconds;

constexpr int kEvents = kSanitized ? 1'000 : 12'000;
constexpr int kPayload = 3000;
// Long enough that a reader which only waits for its share of a busy machine is not taken for one that reads nothing.
constexpr seconds kStall{10};

// What this process, servers and clients, takes of memory.
size_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  size_t pages = 0, resident = 0;
  file >> pages >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

class SlowReaderTest : public GatewayStreamTest {
 protected:
  void Change(Settings& settings) override { settings.feed_times.stall_max = kStall; }

  void WriteAll() {
    for (int written = 0; written < kEvents; written += 500) {
      auto events = maker_.Many(database_.tenant(), 500);
      for (auto& event : events) event.payload = std::string(kPayload, 'x');
      WriteEvents(events);
    }
  }
  std::unique_ptr<event::v1::EventFeed::Stub> Stub() {
    return event::v1::EventFeed::NewStub(grpc::CreateCustomChannel(
        "127.0.0.1:" + std::to_string(gateway_->grpc_port()), grpc::InsecureChannelCredentials(), OwnConnection()));
  }
  static grpc::ChannelArguments OwnConnection() {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    // A window that does not grow: what is not read stays with the gateway.
    arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    return arguments;
  }
  // How many streams of a door the gateway says it has.
  std::string Streams(const std::string& door) {
    http::Client client(http::Url{{"127.0.0.1", gateway_->ops_port()}, ""});
    auto metrics = client.Send({"GET", "/metrics", "", {}, "", ""}, Soon());
    const std::string line = "\nvefa_feed_streams{door=\"" + door + "\"} ";
    size_t at = metrics.ok() ? metrics->body.find(line) : std::string::npos;
    return at == std::string::npos ? "" : metrics->body.substr(at + line.size(), metrics->body.find('\n', at + 1) - at - line.size());
  }
  using GrpcStream = grpc::ClientReaderWriter<event::v1::SubscribeRequest, event::v1::SubscribeResponse>;
  static event::v1::SubscribeRequest Earliest(int credit) {
    event::v1::SubscribeRequest request;
    request.set_replay_preset(event::v1::REPLAY_PRESET_EARLIEST);
    request.set_num_requested(credit);
    return request;
  }
  // Events that came by gRPC, asked for as they were dealt with, in order.
  int64_t ReadByGrpc(const std::string& token) {
    auto stub = Stub();
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + seconds(100));
    context.AddMetadata("authorization", "Bearer " + token);
    std::unique_ptr<GrpcStream> stream = stub->Subscribe(&context);
    stream->Write(Earliest(500));
    event::v1::SubscribeResponse response;
    int64_t seen = 0;
    while (seen < kEvents && stream->Read(&response)) {
      for (const auto& event : response.events())
        if (event.aggregate_version() != ++seen) return -seen;
      event::v1::SubscribeRequest more;
      more.set_num_requested(response.events_size());
      if (response.events_size() > 0) stream->Write(more);
    }
    context.TryCancel();
    while (stream->Read(&response)) {
    }
    grpc::Status status = stream->Finish();
    EXPECT_TRUE(seen == kEvents || status.ok()) << status.error_code() << ' ' << status.error_message();
    return seen;
  }
  int64_t ReadBySse(const std::string& token) {
    http::Client client(http::Url{{"127.0.0.1", gateway_->port()}, ""});
    auto first =
        client.Send({"GET", "/v1/events", "pageSize=1", {{"Authorization", "Bearer " + token}}, "", ""}, Soon());
    std::string after = nlohmann::json::parse(first->body)["nextCursor"];
    auto stream = client.Open(
        {"GET", "/v1/events:stream", "after=" + after, {{"Authorization", "Bearer " + token}}, "", ""}, false, Soon());
    if (!stream.ok() || (*stream)->ReadHead(Soon())->status != 200) return -1;
    http::LineCutter lines(1 << 20);
    auto deadline = Deadline::After(seconds(100));
    // The first one came as a page.
    int64_t seen = 1;
    while (seen < kEvents) {
      auto bytes = (*stream)->Read(deadline);
      if (!bytes.ok() || bytes->empty()) return -seen;
      lines.Feed(*bytes);
      while (auto line = *lines.Next()) {
        if (!line->starts_with("data: ")) continue;
        ++seen;
        if (line->find("\"aggregateVersion\":\"" + std::to_string(seen) + "\"") == std::string::npos) return -seen;
      }
    }
    return seen;
  }
};

TEST_F(SlowReaderTest, WhoNeverReadsHoldsNeitherMemoryNorTheOthers) {
  SignIn("admin@example.com");
  std::string admin = token_;
  SignIn("viewer@example.com");
  std::string viewer = token_;
  WriteAll();
  // One of each kind asks for all it may and takes nothing.
  auto lazy_sse = Open("GET", "/v1/events:stream", {}, false, "last=1000");
  auto stub = Stub();
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer " + viewer);
  std::unique_ptr<GrpcStream> lazy = stub->Subscribe(&context);
  lazy->Write(Earliest(500));
  for (int i = 0; i < 3; ++i) {
    event::v1::SubscribeRequest more;
    more.set_num_requested(500);
    lazy->Write(more);
  }
  size_t before = ResidentBytes();
  std::vector<std::future<int64_t>> readers;
  for (int i = 0; i < 20; ++i)
    readers.push_back(std::async(std::launch::async, [this, i, &admin, &viewer] {
      const std::string& token = i % 4 < 2 ? admin : viewer;
      return i % 2 == 0 ? ReadByGrpc(token) : ReadBySse(token);
    }));
  auto started = std::chrono::steady_clock::now();
  size_t most = before;
  for (auto& reader : readers) {
    while (reader.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready)
      most = std::max(most, ResidentBytes());
    EXPECT_EQ(reader.get(), kEvents);
  }
  // All that was sent is twenty times the feed; what was held is a page or two of each.
  size_t sent = size_t{20} * kEvents * kPayload;
  RecordProperty("seconds",
                 std::to_string(std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count()));
  RecordProperty("held_mib", std::to_string((most - before) >> 20));
  if (!kSanitized) {
    EXPECT_LT(most - before, sent / 4);
  }
  // Who took nothing for long was let go, and can go on from any cursor. To read sooner would be to read after all.
  EXPECT_TRUE(testing::Eventually([&] { return Streams("grpc") == "0"; }, 2 * kStall));
  event::v1::SubscribeResponse response;
  while (lazy->Read(&response)) {
  }
  EXPECT_FALSE(lazy->Finish().ok());
}

}  // namespace
}  // namespace vefa::gateway
