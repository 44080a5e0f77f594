#include "services/notification/notification_service.h"

#include "libs/base/text.h"
#include "libs/rpc/page.h"
#include "libs/rpc/serve.h"
#include "services/notification/notification_proto.h"
#include "services/notification/suppression_store.h"

namespace vefa::notification {
namespace {

Error NoSuchToken() { return NotFound("TOKEN_INVALID", "This link is not one of ours: copy it whole from the message."); }

// Reads the filter of a list. INVALID_ARGUMENT with every field that is wrong.
Status ReadFilter(const v1::ListMessagesRequest& request, Time now, MessagePage& page) {
  std::vector<Violation> violations;
  if (!request.contact().empty()) {
    auto contact = ParseResourceName("contacts", request.contact());
    if (contact.ok()) page.contact = *contact;
    else violations.push_back({"contact", contact.error().reason, contact.error().message});
  }
  if (!request.originator().empty()) {
    if (!IsOriginator(request.originator()))
      violations.push_back({"originator", "ORIGINATOR_SYNTAX", "Name it as `campaigns/win-back`."});
    page.originator = request.originator();
  }
  if (request.state() != v1::Message::STATE_UNSPECIFIED) {
    if (!v1::Message::State_IsValid(request.state()))
      violations.push_back({"state", "STATE_UNKNOWN", "Give one of the states of Message."});
    page.state = static_cast<MessageState>(request.state());
  }
  if (request.reason() == kQuietHours) {
    page.held_at = now;
  } else if (!request.reason().empty()) {
    page.refusal = RefusalOf(request.reason());
    if (page.refusal == Refusal::kNone)
      violations.push_back({"reason", "REASON_UNKNOWN", "Give a reason of the gate, for example NO_CONSENT."});
  }
  if (!violations.empty()) return Violations(std::move(violations));
  return Ok();
}

}  // namespace

grpc::ServerUnaryReactor* NotificationService::SubmitMessages(grpc::CallbackServerContext* context,
                                                              const v1::SubmitMessagesRequest* request,
                                                              v1::SubmitMessagesResponse* response) {
  return rpc::Serve(door_, context, "SubmitMessages",
                    [=, this](const rpc::CallContext& call) { return Submit(call, *request, *response); });
}
grpc::ServerUnaryReactor* NotificationService::GetMessage(grpc::CallbackServerContext* context,
                                                          const v1::GetMessageRequest* request, v1::Message* response) {
  return rpc::Serve(door_, context, "GetMessage",
                    [=, this](const rpc::CallContext& call) { return Get(call, *request, *response); });
}
grpc::ServerUnaryReactor* NotificationService::ListMessages(grpc::CallbackServerContext* context,
                                                            const v1::ListMessagesRequest* request,
                                                            v1::ListMessagesResponse* response) {
  return rpc::Serve(door_, context, "ListMessages",
                    [=, this](const rpc::CallContext& call) { return List(call, *request, *response); });
}
grpc::ServerUnaryReactor* NotificationService::ListSuppressions(grpc::CallbackServerContext* context,
                                                                const v1::ListSuppressionsRequest* request,
                                                                v1::ListSuppressionsResponse* response) {
  return rpc::Serve(door_, context, "ListSuppressions",
                    [=, this](const rpc::CallContext& call) { return Suppressions(call, *request, *response); });
}
grpc::ServerUnaryReactor* NotificationService::ReadUnsubscribeToken(grpc::CallbackServerContext* context,
                                                                    const v1::ReadUnsubscribeTokenRequest* request,
                                                                    v1::ReadUnsubscribeTokenResponse* response) {
  return rpc::Serve(door_, context, "ReadUnsubscribeToken",
                    [=, this](const rpc::CallContext& call) { return ReadToken(call, *request, *response); });
}
grpc::ServerUnaryReactor* NotificationService::Unsubscribe(grpc::CallbackServerContext* context,
                                                           const v1::UnsubscribeRequest* request,
                                                           v1::UnsubscribeResponse* response) {
  return rpc::Serve(door_, context, "Unsubscribe",
                    [=, this](const rpc::CallContext& call) { return TakeBack(call, *request, *response); });
}

Status NotificationService::Submit(const rpc::CallContext& call, const v1::SubmitMessagesRequest& request,
                                   v1::SubmitMessagesResponse& response) {
  VEFA_TRY(response, submitter_.Submit(call.tenant, request, call.deadline));
  committed_();
  return Ok();
}

Status NotificationService::Get(const rpc::CallContext& call, const v1::GetMessageRequest& request,
                                v1::Message& response) {
  VEFA_TRY(Uuid id, ParseResourceName("messages", request.name()));
  VEFA_TRY(std::optional<Message> message, notification::GetMessage(database_, call.tenant, id, call.deadline));
  if (!message) return NotFound("MESSAGE_NOT_FOUND", "There is no such message; check the name.");
  response = ToProto(*message, clock_.Now());
  return Ok();
}

Status NotificationService::List(const rpc::CallContext& call, const v1::ListMessagesRequest& request,
                                 v1::ListMessagesResponse& response) {
  MessagePage page;
  const Time now = clock_.Now();
  VEFA_TRY(page.size, rpc::PageSize(request.page_size()));
  VEFA_TRY_OK(ReadFilter(request, now, page));
  std::string scope = "ListMessages|" + call.tenant.ToString() + "|" + request.contact() + "|" + request.originator() +
                      "|" + std::to_string(request.state()) + "|" + request.reason();
  VEFA_TRY(std::vector<std::string> keys, rpc::ReadPageToken(secret_, scope, request.page_token(), 1));
  if (!keys.empty()) {
    VEFA_TRY(page.before, Uuid::Parse(keys.front()));
  }
  // One row more than asked for tells whether there is a next page.
  auto wanted = static_cast<size_t>(page.size++);
  VEFA_TRY(std::vector<Message> messages, notification::ListMessages(database_, call.tenant, page, call.deadline));
  if (messages.size() > wanted) {
    messages.pop_back();
    response.set_next_page_token(rpc::MakePageToken(secret_, scope, {messages.back().info.id.ToString()}));
  }
  for (const Message& message : messages) *response.add_messages() = ToProto(message, now);
  return Ok();
}

Status NotificationService::Suppressions(const rpc::CallContext& call, const v1::ListSuppressionsRequest& request,
                                         v1::ListSuppressionsResponse& response) {
  VEFA_TRY(Uuid contact, ParseResourceName("contacts", request.contact()));
  VEFA_TRY(auto suppressions, notification::ListSuppressions(database_, call.tenant, contact, call.deadline));
  for (const Suppression& suppression : suppressions) *response.add_suppressions() = ToProto(suppression);
  return Ok();
}

// The token alone says whose message it is: these calls come from people, who have no account.
Result<UnsubscribeTarget> NotificationService::TargetOf(const std::string& token, Deadline deadline) {
  VEFA_TRY(UnsubscribeToken read, key_.ReadUnsubscribe(token));
  VEFA_TRY(auto target, FindUnsubscribeTarget(database_, read.tenant_ordinal, read.message, deadline));
  if (!target) return NoSuchToken();
  return *std::move(target);
}

Status NotificationService::ReadToken(const rpc::CallContext& call, const v1::ReadUnsubscribeTokenRequest& request,
                                      v1::ReadUnsubscribeTokenResponse& response) {
  VEFA_TRY(UnsubscribeTarget target, TargetOf(request.token(), call.deadline));
  response.set_language(target.language);
  response.set_purpose(target.info.purpose);
  response.set_unsubscribed(target.unsubscribed);
  return Ok();
}

Status NotificationService::TakeBack(const rpc::CallContext& call, const v1::UnsubscribeRequest& request,
                                     v1::UnsubscribeResponse& response) {
  VEFA_TRY(UnsubscribeTarget target, TargetOf(request.token(), call.deadline));
  if (!target.unsubscribed) {
    VEFA_TRY([[maybe_unused]] bool fresh, RecordUnsubscribe(database_, target, clock_, call.deadline));
    committed_();
  }
  response.set_language(target.language);
  response.set_purpose(target.info.purpose);
  return Ok();
}

}  // namespace vefa::notification
