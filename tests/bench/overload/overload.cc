// overload: five times as many calls as a service can answer. How much of its best it still answers, how soon, with how
// much memory, and what another tenant feels of it. A call waits 20 ms in PostgreSQL, so that the load and not
// the two cores of the generator is what is measured.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "libs/rpc/peer.h"
#include "tests/bench/common/result.h"
#include "tests/bench/common/server.h"
#include "vefa/contact/v1/contact_service.grpc.pb.h"

namespace vefa::bench {
namespace {

using contact::v1::Contact;
using contact::v1::GetContactRequest;
using Moment = std::chrono::steady_clock::time_point;

constexpr std::chrono::seconds kTime(5);
constexpr double kCallSeconds = 0.02;
constexpr double kPeak = kWorkers / kCallSeconds;  // Calls per second that the workers can do at best.
constexpr int kTimes = 5;
constexpr double kQuietRate = kPeak / 20;

const postgres::Statement kWait{"bench_wait", "SELECT pg_sleep($1)"};

class Waiter final : public contact::v1::ContactService::CallbackService {
 public:
  explicit Waiter(House& house) : house_(house) {}

 private:
  grpc::ServerUnaryReactor* GetContact(grpc::CallbackServerContext* context, const GetContactRequest* request,
                                       Contact* response) override {
    return rpc::Serve(house_.door, context, "GetContact", [=, this](const rpc::CallContext& call) -> Status {
      VEFA_TRY_OK(house_.database.Run(postgres::Scope::Tenant(call.tenant), kWait, postgres::Bound(kCallSeconds), call.deadline));
      response->set_name(request->name());
      return Ok();
    });
  }
  House& house_;
};

struct Outcome {
  std::vector<double> answered_ms;
  size_t refused = 0;
  size_t failed = 0;

  double per_second() const { return static_cast<double>(answered_ms.size()) / static_cast<double>(kTime.count()); }
  double share() const {
    return static_cast<double>(answered_ms.size()) / static_cast<double>(answered_ms.size() + refused + failed);
  }
  double p99() {
    std::sort(answered_ms.begin(), answered_ms.end());
    return answered_ms.empty() ? 0 : answered_ms[answered_ms.size() * 99 / 100];
  }
};

// Calls at an even pace, whether they are answered or not.
class Flood {
 public:
  Flood(int port, const Uuid& tenant, double rate)
      : tenant_(tenant), rate_(rate), peer_("127.0.0.1:" + std::to_string(port), key_, "bench"),
        stub_(contact::v1::ContactService::NewStub(peer_.channel())) {}

  Outcome Run() {
    Moment begin = std::chrono::steady_clock::now();
    auto pace = std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(1 / rate_));
    std::unique_lock lock(mutex_);
    for (Moment due = begin; due < begin + kTime; due += pace) {
      // Nobody notifies for this: only the pace ends it.
      pace_.wait_until(lock, due, [] { return false; });
      ++running_;
      lock.unlock();
      Start();
      lock.lock();
    }
    idle_.wait(lock, [this] { return running_ == 0; });
    return std::move(outcome_);
  }

 private:
  struct Call {
    grpc::ClientContext context;
    GetContactRequest request;
    Contact response;
    Moment begin = std::chrono::steady_clock::now();
  };
  void Start() {
    auto call = std::make_shared<Call>();
    peer_.Prepare(call->context, tenant_, {"*"}, Deadline::After(std::chrono::seconds(5)));
    stub_->async()->GetContact(&call->context, &call->request, &call->response,
                               [this, call](const grpc::Status& status) { Finished(*call, status); });
  }
  void Finished(const Call& call, const grpc::Status& status) {
    double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - call.begin).count();
    std::lock_guard lock(mutex_);
    if (status.ok()) {
      outcome_.answered_ms.push_back(ms);
    } else if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
      ++outcome_.refused;
    } else {
      ++outcome_.failed;
    }
    if (--running_ == 0) idle_.notify_one();
  }

  const Uuid tenant_;
  const double rate_;
  const rpc::PrincipalKey key_{kSecret};
  const rpc::Peer peer_;
  const std::unique_ptr<contact::v1::ContactService::Stub> stub_;
  std::mutex mutex_;
  std::condition_variable pace_, idle_;
  size_t running_ = 0;
  Outcome outcome_;
};

void Run() {
  testing::TestDatabase database({});
  Server server = Fork([&](int pipe) {
    House house(database, "vefa.contact.v1.ContactService");
    Waiter service(house);
    Serve(service, pipe);
  });
  Outcome peak = Flood(server.port, database.tenant(), kPeak).Run();
  Outcome quiet_alone = Flood(server.port, database.other_tenant(), kQuietRate).Run();
  double memory = server.ResidentMegabytes();
  Outcome flooded, quiet;
  std::thread flood([&] { flooded = Flood(server.port, database.tenant(), kPeak * kTimes).Run(); });
  quiet = Flood(server.port, database.other_tenant(), kQuietRate).Run();
  flood.join();
  Print("overload goodput", flooded.per_second() + quiet.per_second(), "calls/s", "at its best", peak.per_second());
  Print("overload p99 of answered calls", flooded.p99(), "ms", "the limit", 500);
  Print("overload failed, not refused", static_cast<double>(flooded.failed), "calls", "calls", static_cast<double>(flooded.answered_ms.size() + flooded.refused));
  Print("overload memory", server.ResidentMegabytes(), "MB", "before", memory);
  Print("overload answered of a quiet tenant", quiet.share(), "share", "everything", 1);
  Print("overload p99 of a quiet tenant", quiet.p99(), "ms", "without the flood", quiet_alone.p99());
  server.Kill();
}

}  // namespace
}  // namespace vefa::bench

int main() {
  vefa::bench::Run();
  return 0;
}
