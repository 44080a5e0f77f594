#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "libs/base/id.h"
#include "services/notification/recipients.h"
#include "vefa/contact/v1/contact_service.grpc.pb.h"

namespace vefa::notification {

// Contact's half of the contract for tests: a real gRPC server that answers BatchGetRecipients from
// what the test put in. Thread-safe.
class ContactPeer final : public contact::v1::ContactService::CallbackService {
 public:
  ContactPeer();
  ~ContactPeer() override;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void Put(const Uuid& contact, Recipient recipient);
  void Remove(const Uuid& contact);
  // While false every call is answered UNAVAILABLE.
  void Answer(bool answers) { answers_ = answers; }
  int calls() const { return calls_; }

  grpc::ServerUnaryReactor* BatchGetRecipients(grpc::CallbackServerContext* context,
                                               const contact::v1::BatchGetRecipientsRequest* request,
                                               contact::v1::BatchGetRecipientsResponse* response) override;

 private:
  int port_ = 0;
  std::atomic<bool> answers_{true};
  std::atomic<int> calls_{0};
  std::mutex mutex_;
  std::map<std::string, Recipient> recipients_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace vefa::notification
