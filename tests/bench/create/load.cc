#include "tests/bench/create/load.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "libs/rpc/peer.h"
#include "tests/bench/create/servers.h"
#include "vefa/contact/v1/contact_service.grpc.pb.h"

namespace vefa::bench {
namespace {

using Moment = std::chrono::steady_clock::time_point;
constexpr int kOutstanding = 64;

// What is called: Fill makes the n-th request, Start begins it.
struct Creating {
  using Request = contact::v1::CreateContactRequest;
  std::string prefix;
  void Fill(Request& request, long n) const {
    request.mutable_contact()->set_external_id(prefix + "-" + std::to_string(n));
    request.mutable_contact()->set_display_name("Person Number");
    request.mutable_contact()->set_email("person@bench.example");
  }
  template <typename... Arguments>
  void Start(contact::v1::ContactService::Stub& stub, Arguments... arguments) const {
    stub.async()->CreateContact(arguments...);
  }
};
struct Getting {
  using Request = contact::v1::GetContactRequest;
  const std::vector<std::string>& names;
  void Fill(Request& request, long n) const { request.set_name(names[static_cast<size_t>(n) % names.size()]); }
  template <typename... Arguments>
  void Start(contact::v1::ContactService::Stub& stub, Arguments... arguments) const {
    stub.async()->GetContact(arguments...);
  }
};

template <typename Calling>
class Caller {
 public:
  Caller(int port, const Uuid& tenant, Calling calling, Moment end)
      : tenant_(tenant), calling_(std::move(calling)), end_(end),
        peer_("127.0.0.1:" + std::to_string(port), key_, "bench"),
        stub_(contact::v1::ContactService::NewStub(peer_.channel())), slots_(kOutstanding) {}

  std::vector<double> Run() {
    running_ = kOutstanding;
    for (Slot& slot : slots_) Start(slot);
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return running_ == 0; });
    return std::move(milliseconds_);
  }

 private:
  struct Slot {
    std::unique_ptr<grpc::ClientContext> context;
    typename Calling::Request request;
    contact::v1::Contact response;
    Moment begin;
  };

  void Start(Slot& slot) {
    slot.context = std::make_unique<grpc::ClientContext>();
    peer_.Prepare(*slot.context, tenant_, {"*"}, Deadline::After(std::chrono::seconds(10)));
    calling_.Fill(slot.request, next_++);
    slot.begin = std::chrono::steady_clock::now();
    std::function<void(grpc::Status)> done = [this, &slot](const grpc::Status& status) { Finished(slot, status); };
    calling_.Start(*stub_, slot.context.get(), &slot.request, &slot.response, done);
  }
  void Finished(Slot& slot, const grpc::Status& status) {
    if (!status.ok()) {
      std::fprintf(stderr, "a call failed: %s\n", status.error_message().c_str());
      std::exit(1);
    }
    Moment now = std::chrono::steady_clock::now();
    bool last = now >= end_;
    {
      std::lock_guard lock(mutex_);
      milliseconds_.push_back(std::chrono::duration<double, std::milli>(now - slot.begin).count());
      if (last && --running_ == 0) done_.notify_one();
    }
    if (!last) Start(slot);
  }

  const Uuid tenant_;
  const Calling calling_;
  const Moment end_;
  const rpc::PrincipalKey key_{kSecret};
  const rpc::Peer peer_;
  const std::unique_ptr<contact::v1::ContactService::Stub> stub_;
  std::vector<Slot> slots_;
  std::atomic<long> next_{0};
  std::mutex mutex_;
  std::condition_variable done_;
  std::vector<double> milliseconds_;
  int running_ = 0;
};

template <typename Calling>
Served Load(int port, const Uuid& tenant, Calling calling, std::chrono::seconds time) {
  auto end = std::chrono::steady_clock::now() + time;
  std::vector<double> ms = Caller<Calling>(port, tenant, std::move(calling), end).Run();
  std::sort(ms.begin(), ms.end());
  auto at = [&](double share) { return ms[static_cast<size_t>(share * static_cast<double>(ms.size() - 1))]; };
  return {static_cast<double>(ms.size()) / static_cast<double>(time.count()), at(0.5), at(0.99)};
}

}  // namespace

Served LoadCreate(int port, const Uuid& tenant, const std::string& prefix, std::chrono::seconds time) {
  return Load(port, tenant, Creating{prefix}, time);
}

Served LoadGet(int port, const Uuid& tenant, const std::vector<std::string>& names, std::chrono::seconds time) {
  return Load(port, tenant, Getting{names}, time);
}

}  // namespace vefa::bench
