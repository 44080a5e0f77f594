#pragma once

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "libs/base/id.h"
#include "libs/rpc/principal.h"
#include "vefa/notification/v1/notification_service.grpc.pb.h"

namespace vefa::campaign {

// The notification service as far as a runner can see it: decides each send key once, behind a real
// port, and fails when told to.
class FakeNotification final : public notification::v1::NotificationService::Service {
 public:
  explicit FakeNotification(const rpc::PrincipalKey& key) : key_(key) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~FakeNotification() override { server_->Shutdown(); }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  grpc::Status SubmitMessages(grpc::ServerContext* context, const notification::v1::SubmitMessagesRequest* request,
                              notification::v1::SubmitMessagesResponse* response) override {
    ++calls;
    auto token = context->client_metadata().find(rpc::kPrincipalMetadata);
    auto principal = key_.Verify(token == context->client_metadata().end()
                                     ? std::string_view()
                                     : std::string_view(token->second.data(), token->second.size()),
                                 SystemClock().Now());
    if (!principal.ok() || principal->permissions != std::vector<std::string>{"messages.send"})
      return {grpc::StatusCode::PERMISSION_DENIED, "principal"};
    if (reject) return {grpc::StatusCode::INVALID_ARGUMENT, "never"};
    if (failures.fetch_sub(1) > 0) return {grpc::StatusCode::UNAVAILABLE, "not now"};
    {
      std::lock_guard lock(mutex_);
      last = *request;
      largest = std::max(largest, request->messages_size());
      for (const auto& message : request->messages()) *response->add_decisions() = Decide(message);
    }
    if (decided) decided(*response);
    if (lost.fetch_sub(1) > 0) return {grpc::StatusCode::UNAVAILABLE, "the answer is lost"};
    return grpc::Status::OK;
  }

  struct Message {
    Uuid id;
    Uuid contact;
    std::string reason;  // Empty when it was accepted.
    int asked = 0;
  };
  std::map<std::string, Message> messages() {
    std::lock_guard lock(mutex_);
    return messages_;
  }

  std::atomic<int> calls{0};
  std::atomic<int> failures{0};  // This many calls fail before anything is decided,
  std::atomic<int> lost{0};      // and this many after.
  std::atomic<bool> reject{false};
  std::function<void(const notification::v1::SubmitMessagesResponse&)> decided;
  notification::v1::SubmitMessagesRequest last;
  int largest = 0;

 private:
  notification::v1::MessageDecision Decide(const notification::v1::MessageRequest& asked) {
    auto [known, fresh] = messages_.try_emplace(asked.send_key());
    Message& message = known->second;
    if (fresh) {
      message.id = NewUuidV7(SystemClock());
      message.contact = *ParseResourceName("contacts", asked.contact());
      // By rule, every fifth is refused for one of two reasons.
      size_t n = messages_.size();
      message.reason = n % 5 != 0 ? "" : n % 10 == 0 ? "NO_CONSENT" : "CONSENT_WITHDRAWN";
    }
    ++message.asked;
    notification::v1::MessageDecision decision;
    decision.set_send_key(asked.send_key());
    decision.set_message(ResourceName("messages", message.id));
    decision.set_accepted(message.reason.empty());
    decision.set_reason(message.reason);
    return decision;
  }

  const rpc::PrincipalKey& key_;
  int port_ = 0;
  std::mutex mutex_;
  std::map<std::string, Message> messages_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace vefa::campaign
