// create: CreateContact of the contact service, each call a commit with its event, against a bare
// gRPC server that echoes the same message; both under the same load, one after the other. Also
// the resident memory of the two servers after the load.
#include <grpcpp/grpcpp.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <thread>

#include "libs/rpc/peer.h"
#include "libs/testing/engines.h"
#include "services/contact/contact_service.h"
#include "tests/bench/common/result.h"

std::vector<vefa::postgres::Migration> vefa_contact_migrations();

namespace vefa {
namespace {

using contact::v1::CreateContactRequest;
using contact::v1::Contact;
constexpr int kCallers = 32;
constexpr int kRounds = 3;
constexpr std::chrono::seconds kRoundTime(3);
const char kSecret[] = "0123456789abcdef0123456789abcdef";

class Echo final : public contact::v1::ContactService::CallbackService {
  grpc::ServerUnaryReactor* CreateContact(grpc::CallbackServerContext* context, const CreateContactRequest* request,
                                          Contact* response) override {
    *response = request->contact();
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

// Serves until killed; tells its port through the pipe.
[[noreturn]] void Serve(grpc::Service& service, int pipe) {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  auto server = builder.BuildAndStart();
  if (write(pipe, &port, sizeof port) != sizeof port) _exit(1);
  server->Wait();
  _exit(0);
}

struct Child {
  pid_t pid = 0;
  int port = 0;
};

// Forks before this process has threads of gRPC's.
template <typename Body>
Child Fork(Body body) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  Child child;
  child.pid = fork();
  if (child.pid == 0) body(ends[1]);
  if (read(ends[0], &child.port, sizeof child.port) != sizeof child.port) std::abort();
  return child;
}

double ResidentMegabytes(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  std::string word;
  while (file >> word) {
    if (word != "VmRSS:") continue;
    double kilobytes = 0;
    file >> kilobytes;
    return kilobytes / 1024;
  }
  return 0;
}

// Calls per second that kCallers blocking callers get through.
double Load(int port, const Uuid& tenant, const std::string& prefix) {
  rpc::PrincipalKey key(kSecret);
  rpc::Peer peer("127.0.0.1:" + std::to_string(port), key, "bench");
  auto stub = contact::v1::ContactService::NewStub(peer.channel());
  std::atomic<long> calls{0};
  std::atomic<bool> failed{false};
  auto end = std::chrono::steady_clock::now() + kRoundTime;
  std::vector<std::thread> callers;
  for (int c = 0; c < kCallers; ++c)
    callers.emplace_back([&, c] {
      for (int n = 0; std::chrono::steady_clock::now() < end; ++n) {
        CreateContactRequest request;
        request.mutable_contact()->set_external_id(prefix + "-" + std::to_string(c) + "-" + std::to_string(n));
        request.mutable_contact()->set_display_name("Person Number");
        request.mutable_contact()->set_email("person@bench.example");
        auto answer = rpc::Call(peer, *stub, &contact::v1::ContactService::Stub::CreateContact, request, tenant, {"*"},
                                Deadline::After(std::chrono::seconds(10)));
        if (!answer.ok()) failed = true;
        ++calls;
      }
    });
  for (std::thread& caller : callers) caller.join();
  if (failed) {
    std::fprintf(stderr, "a call failed\n");
    std::exit(1);
  }
  return static_cast<double>(calls) / static_cast<double>(kRoundTime.count());
}

int Main() {
  testing::TestDatabase database(vefa_contact_migrations());
  Child echo = Fork([](int pipe) {
    Echo service;
    Serve(service, pipe);
  });
  Child ours = Fork([&](int pipe) {
    SystemClock clock;
    telemetry::Metrics metrics;
    rpc::PrincipalKey key{kSecret};
    runtime::WorkerPool pool(8, 256);
    postgres::Database service_database(database.service_conninfo(), 9);
    rpc::TenantDirectory tenants(service_database);
    rpc::Door door("vefa.contact.v1.ContactService", pool, key, tenants, metrics, clock);
    contact::PiiKeys keys(service_database, clock, kSecret);
    contact::ContactService service(door, service_database, keys, nullptr, clock, kSecret);
    Serve(service, pipe);
  });
  std::vector<double> echo_rate, our_rate;
  for (int round = 0; round < kRounds; ++round) {
    our_rate.push_back(Load(ours.port, database.tenant(), std::to_string(round)));
    echo_rate.push_back(Load(echo.port, database.tenant(), "echo"));
  }
  bench::Print("create_contact", bench::Median(our_rate), "calls/s", "bare gRPC echo of the same message",
               bench::Median(echo_rate));
  bench::Print("create_contact_memory", ResidentMegabytes(ours.pid), "MB", "bare gRPC server after the same load",
               ResidentMegabytes(echo.pid));
  for (const Child& child : {echo, ours}) {
    kill(child.pid, SIGKILL);
    waitpid(child.pid, nullptr, 0);
  }
  return 0;
}

}  // namespace
}  // namespace vefa

int main() { return vefa::Main(); }
