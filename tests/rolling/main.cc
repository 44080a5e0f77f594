// Calls of GetContact without end, or as many as are asked for, to see whether one fails. Reads VEFA_PRINCIPAL_KEY_FILE.
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <vector>

#include "libs/config/environment.h"
#include "libs/rpc/peer.h"
#include "libs/runtime/signals.h"
#include "vefa/contact/v1/contact_service.grpc.pb.h"

namespace vefa::rolling {
namespace {

constexpr int kOutstanding = 16;
constexpr std::chrono::seconds kTimeout(10);

class Calls {
 public:
  Calls(const std::string& address, const rpc::PrincipalKey& key, const Uuid& tenant, const std::string& contact)
      : tenant_(tenant), peer_(address, key, "rolling"), stub_(contact::v1::ContactService::NewStub(peer_.channel())),
        slots_(kOutstanding) {
    for (Slot& slot : slots_) slot.request.set_name(contact);
    for (Slot& slot : slots_) Start(slot);
  }

  // Until so many were answered well; false when that does not happen in time.
  bool Await(long good, std::chrono::seconds longest) {
    std::unique_lock lock(mutex_);
    return done_.wait_for(lock, longest, [&] { return calls_ - failed_ >= good; });
  }
  // Ends what is under way; what there was.
  nlohmann::json Stop() {
    stopping_ = true;
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return ended_ == kOutstanding; });
    return {{"calls", calls_}, {"failed", failed_}, {"reasons", reasons_}};
  }

 private:
  struct Slot {
    std::unique_ptr<grpc::ClientContext> context;
    contact::v1::GetContactRequest request;
    contact::v1::Contact response;
  };
  void Start(Slot& slot) {
    slot.context = std::make_unique<grpc::ClientContext>();
    peer_.Prepare(*slot.context, tenant_, {"contacts.read"}, Deadline::After(kTimeout));
    stub_->async()->GetContact(slot.context.get(), &slot.request, &slot.response,
                               [this, &slot](const grpc::Status& status) { Finished(slot, status); });
  }
  void Finished(Slot& slot, const grpc::Status& status) {
    peer_.Note(status);
    bool last = stopping_;
    {
      std::lock_guard lock(mutex_);
      ++calls_;
      if (!status.ok()) {
        ++failed_;
        ++reasons_[std::to_string(status.error_code()) + " " + status.error_message()];
      }
      ended_ += last ? 1 : 0;
      done_.notify_one();
    }
    if (!last) Start(slot);
  }

  const Uuid tenant_;
  const rpc::Peer peer_;
  const std::unique_ptr<contact::v1::ContactService::Stub> stub_;
  std::vector<Slot> slots_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable done_;
  int ended_ = 0;
  long calls_ = 0;
  long failed_ = 0;
  std::map<std::string, long> reasons_;
};

}  // namespace
}  // namespace vefa::rolling

int main(int argc, char** argv) {
  vefa::runtime::BlockStopSignals();
  if (argc != 4 && argc != 6) {
    std::fprintf(stderr, "Usage: %s GRPC_NAME TENANT CONTACT [GOOD_CALLS SECONDS] with VEFA_PRINCIPAL_KEY_FILE set: calls until"
                         " SIGTERM, or until so many were answered well.\n", argv[0]);
    return 2;
  }
  auto tenant = vefa::Uuid::Parse(argv[2]);
  vefa::config::Environment environment;
  vefa::rpc::PrincipalKey key(environment.RequireKey("VEFA_PRINCIPAL_KEY_FILE", 32));
  vefa::Status configured = environment.Check();
  if (!configured.ok() || !tenant.ok()) {
    std::fprintf(stderr, "%s\n", (configured.ok() ? tenant.error() : configured.error()).message.c_str());
    return 2;
  }
  vefa::rolling::Calls calls(argv[1], key, *tenant, argv[3]);
  bool good = true;
  if (argc == 4)
    vefa::runtime::WaitForStopSignal();
  else
    good = calls.Await(std::atol(argv[4]), std::chrono::seconds(std::atol(argv[5])));
  std::printf("%s\n", calls.Stop().dump().c_str());
  return good ? 0 : 1;
}
