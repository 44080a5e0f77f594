// What strangers do to a gRPC port. However it ends for them, everyone else is served meanwhile and afterwards.
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>

#include "libs/base/clock.h"
#include "libs/rpc/listener.h"
#include "libs/rpc/peer.h"
#include "libs/rpc/server_limits.h"
#include "vefa/event/v1/event_log_service.grpc.pb.h"

namespace vefa::rpc {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr char kKnown[] = "/vefa.event.v1.EventLogService/GetEventLogStatus";
const std::string kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// A frame of HTTP/2 (RFC 9113 4.1) that says of itself what it is told to.
std::string Frame(uint8_t type, uint8_t flags, uint32_t stream, std::string_view payload, size_t said) {
  std::string frame;
  for (int shift : {16, 8, 0}) frame += static_cast<char>(said >> shift);
  frame += static_cast<char>(type);
  frame += static_cast<char>(flags);
  for (int shift : {24, 16, 8, 0}) frame += static_cast<char>(stream >> shift);
  return frame + std::string(payload);
}
std::string Frame(uint8_t type, uint8_t flags, uint32_t stream, std::string_view payload) {
  return Frame(type, flags, stream, payload, payload.size());
}
const std::string kSettings = Frame(4, 0, 0, "");

// The head of a call, each field as a literal that is not remembered (RFC 7541 6.2.2).
std::string Head(const std::string& path) {
  std::string block;
  for (const auto& [name, value] : std::initializer_list<std::pair<std::string, std::string>>{
           {":method", "POST"}, {":scheme", "http"}, {":path", path}, {":authority", "a"}, {"te", "trailers"},
           {"content-type", "application/grpc"}}) {
    block += '\0';
    block += static_cast<char>(name.size()) + name;
    block += static_cast<char>(value.size()) + value;
  }
  return block;
}

class Stranger {
 public:
  explicit Stranger(int port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  }
  ~Stranger() { close(fd_); }
  bool Say(std::string_view bytes) {
    return send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }
  // Whether the server ends the connection in time; what it says before is dropped. `drip` is said again and again.
  bool IsCut(milliseconds longest, std::string_view drip = "") {
    Deadline deadline = Deadline::After(longest);
    char bytes[4096];
    while (!deadline.Passed()) {
      pollfd wait{fd_, POLLIN, 0};
      if (poll(&wait, 1, 50) > 0 && recv(fd_, bytes, sizeof bytes, MSG_DONTWAIT) <= 0) return true;
      if (!drip.empty() && !Say(drip)) return true;
    }
    return false;
  }

 private:
  const int fd_;
};

// Answers one question, as our own services do: by callback.
class Someone final : public event::v1::EventLogService::CallbackService {
  grpc::ServerUnaryReactor* GetEventLogStatus(grpc::CallbackServerContext* context, const event::v1::GetEventLogStatusRequest*,
                                              event::v1::EventLogStatus*) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

class GrpcHostileTest : public ::testing::Test {
 protected:
  void Start(ServerLimits limits = {}) {
    Prepare(limits);
    if (listener_) listener_->Start();
  }
  // Its port takes connections, and nobody greets yet.
  void Prepare(ServerLimits limits = {}) {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    auto listener = Listener::Open("127.0.0.1:0");
    ASSERT_TRUE(listener.ok()) << listener.error().message;
    listener_ = *std::move(listener);
    port_ = listener_->port();
    listener_->AddTo(builder, grpc::InsecureServerCredentials());
    limits.ApplyTo(builder);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
    channel_ = MakeChannel("127.0.0.1:" + std::to_string(port_), Transport());
  }
  // How a call with these bytes as its message ends.
  grpc::Status Ask(const std::string& path, const std::string& message) {
    grpc::TemplatedGenericStub<grpc::ByteBuffer, grpc::ByteBuffer> stub(channel_);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + seconds(10));
    grpc::Slice slice(message);
    grpc::ByteBuffer request(&slice, 1), response;
    grpc::CompletionQueue queue;
    auto call = stub.PrepareUnaryCall(&context, path, request, &queue);
    call->StartCall();
    grpc::Status status;
    call->Finish(&response, &status, this);
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    return status;
  }
  void TearDown() override {
    if (listener_) listener_->Stop();
    if (server_) server_->Shutdown(std::chrono::system_clock::now());
  }
  void ExpectAlive() { EXPECT_EQ(Ask(kKnown, "").error_message(), ""); }

  Someone service_;
  int port_ = 0;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(GrpcHostileTest, WhatIsNotHttp2IsCutAtOnce) {
  Start();
  for (const std::string& bytes : {std::string("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), std::string(64, '\xff')}) {
    Stranger stranger(port_);
    stranger.Say(bytes);
    EXPECT_TRUE(stranger.IsCut(seconds(5))) << bytes;
    ExpectAlive();
  }
}

TEST_F(GrpcHostileTest, FramesThatBreakTheRulesEndTheirConnection) {
  Start();
  std::string pushed = Head("/a");
  for (const std::string& frame :
       {Frame(0, 0, 1, "data without a call"), Frame(1, 4, 2, pushed), Frame(4, 0, 0, "12345"), Frame(6, 0, 0, "short"),
        Frame(0, 0, 1, "", 0xFFFFFF), Frame(1, 4, 1, std::string(100, '\xff')), Frame(9, 4, 1, pushed)}) {
    Stranger stranger(port_);
    stranger.Say(kPreface + kSettings + frame + std::string(1 << 16, 'x'));
    EXPECT_TRUE(stranger.IsCut(seconds(5))) << "type " << static_cast<int>(frame[3]);
    ExpectAlive();
  }
}

// As a busy one is, or one far away.
TEST_F(GrpcHostileTest, AServerThatIsSlowToGreetIsWaitedFor) {
  Prepare();
  auto within = [](milliseconds time) { return std::chrono::system_clock::now() + time; };
  if (channel_->GetState(/*try_to_connect=*/true) == GRPC_CHANNEL_IDLE) {
    ASSERT_TRUE(channel_->WaitForStateChange(GRPC_CHANNEL_IDLE, within(seconds(10))));
  }
  EXPECT_FALSE(channel_->WaitForStateChange(GRPC_CHANNEL_CONNECTING, within(milliseconds(700))));
  EXPECT_EQ(channel_->GetState(false), GRPC_CHANNEL_CONNECTING);
  listener_->Start();
  ExpectAlive();
}

TEST_F(GrpcHostileTest, RandomFramesNeverHarm) {
  Start();
  std::mt19937 random(20261126);
  const std::string seed = kPreface + kSettings + Frame(1, 4, 1, Head(kKnown)) + Frame(0, 1, 1, std::string(5, '\0')) +
                           Frame(6, 0, 0, "12345678") + Frame(8, 0, 0, std::string("\0\0\1\0", 4)) + Frame(3, 0, 1, "1234");
  for (int round = 0; round < 300; ++round) {
    std::string bytes = seed;
    for (unsigned i = 0; i < 1 + random() % 6; ++i)
      bytes[kPreface.size() + random() % (bytes.size() - kPreface.size())] = static_cast<char>(random());
    Stranger(port_).Say(bytes.substr(0, 1 + random() % bytes.size()));
  }
  ExpectAlive();
}

TEST_F(GrpcHostileTest, WhatNobodyOffersIsUnimplemented) {
  Start();
  EXPECT_EQ(Ask("/vefa.contact.v1.ContactService/Nothing", "").error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(Ask("/", "").error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(Ask("/\xff\xfe", "").error_code(), grpc::StatusCode::UNIMPLEMENTED);
  ExpectAlive();
}

// gRPC's own word for it, whatever the method: nothing of ours is called.
TEST_F(GrpcHostileTest, BytesThatAreNoMessageAreUnimplemented) {
  Start();
  EXPECT_EQ(Ask(kKnown, "\xff\xff\xff").error_code(), grpc::StatusCode::UNIMPLEMENTED);
  // `service`, a text: UTF-8, and then two bytes that are none.
  EXPECT_EQ(Ask(kKnown, "\x0a\x02\xc3\xbc").error_message(), "");
  EXPECT_EQ(Ask(kKnown, "\x0a\x02\xc3\x28").error_code(), grpc::StatusCode::UNIMPLEMENTED);
  ExpectAlive();
}

TEST_F(GrpcHostileTest, TooLargeAMessageOrHeadIsResourceExhausted) {
  Start();
  EXPECT_EQ(Ask(kKnown, std::string(5 << 20, 'x')).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  ExpectAlive();
  EXPECT_EQ(Ask("/" + std::string(20'000, 'x'), "").error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  // That one cost its connection; the next calls may still find it gone.
  Deadline deadline = Deadline::After(seconds(5));
  while (!deadline.Passed() && !Ask(kKnown, "").ok()) continue;
  ExpectAlive();
}

TEST_F(GrpcHostileTest, WhoDoesNotEvenGreetIsCut) {
  ServerLimits limits;
  limits.handshake = milliseconds(500);
  Start(limits);
  Stranger silent(port_), slow(port_), unsettled(port_);
  slow.Say(kPreface.substr(0, 5));
  unsettled.Say(kPreface);
  EXPECT_TRUE(silent.IsCut(seconds(5)));
  EXPECT_TRUE(slow.IsCut(seconds(5)));
  EXPECT_TRUE(unsettled.IsCut(seconds(5)));
  ExpectAlive();
}

// A head that comes in drops: there is no call yet, so the connection counts as idle.
TEST_F(GrpcHostileTest, AHeadThatDripsIsCut) {
  ServerLimits limits;
  limits.idle = milliseconds(500);
  limits.age_grace = milliseconds(500);
  Start(limits);
  Stranger slow(port_);
  slow.Say(kPreface + kSettings + Frame(1, 0, 1, Head(kKnown).substr(0, 10)));
  std::string drop = Frame(9, 0, 1, std::string("\0\1x\1y", 5));
  EXPECT_TRUE(slow.IsCut(seconds(10), drop));
  ExpectAlive();
}

TEST_F(GrpcHostileTest, ACallWhoseMessageNeverComesIsCutWithItsConnection) {
  ServerLimits limits;
  limits.age = milliseconds(500);
  limits.age_grace = milliseconds(500);
  Start(limits);
  Stranger slow(port_);
  slow.Say(kPreface + kSettings + Frame(1, 4, 1, Head(kKnown)) + Frame(0, 0, 1, "\0"));
  EXPECT_TRUE(slow.IsCut(seconds(10)));
  ExpectAlive();
}

TEST_F(GrpcHostileTest, WhoDoesNotAnswerPingsIsCut) {
  ServerLimits limits;
  limits.ping_after = milliseconds(300);
  limits.ping_answer = milliseconds(300);
  Start(limits);
  Stranger gone(port_);
  gone.Say(kPreface + kSettings + Frame(1, 4, 1, Head(kKnown)));
  EXPECT_TRUE(gone.IsCut(seconds(10)));
  ExpectAlive();
}

// The limit of the test's own process, which holds both ends of each connection.
TEST_F(GrpcHostileTest, WhereDescriptorsEndConnectionsAreShedAndComeBack) {
  Start();
  ExpectAlive();
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit low = before;
  low.rlim_cur = 200;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  std::vector<std::unique_ptr<Stranger>> strangers;
  for (int i = 0; i < 90; ++i) strangers.push_back(std::make_unique<Stranger>(port_));
  EXPECT_TRUE(strangers.back()->IsCut(seconds(5)));
  EXPECT_FALSE(strangers.front()->IsCut(milliseconds(100)));
  ExpectAlive();
  // Not even one is left: those who come wait, and are served when there is one again.
  low.rlim_cur = 20;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  ExpectAlive();
  strangers.clear();
  low.rlim_cur = 200;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  channel_ = MakeChannel("ipv4:127.0.0.1:" + std::to_string(port_), Transport());
  auto started = std::chrono::steady_clock::now();
  ExpectAlive();
  EXPECT_LT(std::chrono::steady_clock::now() - started, seconds(5));
  setrlimit(RLIMIT_NOFILE, &before);
}

TEST_F(GrpcHostileTest, APortThatIsTakenIsSaid) {
  Start();
  auto second = Listener::Open("127.0.0.1:" + std::to_string(port_));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().reason, "LISTEN_FAILED");
  EXPECT_EQ(Listener::Open("nowhere").error().reason, "ADDRESS_SYNTAX");
}

}  // namespace
}  // namespace vefa::rpc
