#include "services/campaign/campaign/submitter.h"

#include <map>

namespace vefa::campaign {
namespace {

using notification::v1::NotificationService;
using notification::v1::SubmitMessagesRequest;
using notification::v1::SubmitMessagesResponse;

SubmitMessagesRequest ToRequest(const Batch& batch) {
  SubmitMessagesRequest request;
  std::string originator = "campaigns/" + batch.campaign;
  request.set_originator(originator);
  request.set_purpose(batch.purpose);
  request.set_channel(static_cast<contact::v1::Channel>(batch.channel));
  request.mutable_content()->set_title(batch.title);
  for (const TemplateText& text : batch.texts) {
    auto& words = (*request.mutable_content()->mutable_texts())[text.language];
    words.set_subject(text.subject);
    words.set_text(text.text);
    words.set_html(text.html);
  }
  for (const Uuid& contact : batch.contacts) {
    auto* message = request.add_messages();
    message->set_send_key(originator + "/" + contact.ToString());
    message->set_contact(ResourceName("contacts", contact));
  }
  return request;
}

Error Incomplete() {
  return Internal("DECISIONS_INCOMPLETE", "Notification did not decide every message of the batch.");
}

}  // namespace

Result<std::vector<Outcome>> Submitter::Submit(const Batch& batch, Deadline deadline) const {
  SubmitMessagesRequest request = ToRequest(batch);
  VEFA_TRY(SubmitMessagesResponse response,
           rpc::Call(peer_, *stub_, &NotificationService::Stub::SubmitMessages, request, batch.tenant,
                     {"messages.send"}, deadline));
  std::map<std::string, const notification::v1::MessageDecision*> decisions;
  for (const auto& decision : response.decisions()) decisions[decision.send_key()] = &decision;
  std::vector<Outcome> outcomes;
  for (int i = 0; i < request.messages_size(); ++i) {
    auto found = decisions.find(request.messages(i).send_key());
    if (found == decisions.end()) return Incomplete();
    const auto& decision = *found->second;
    VEFA_TRY(Uuid message, ParseResourceName("messages", decision.message()));
    outcomes.push_back({batch.tenant, batch.campaign, batch.contacts[static_cast<size_t>(i)], message,
                        decision.accepted() ? RecipientState::kAccepted : RecipientState::kRefused,
                        decision.accepted() ? "" : decision.reason()});
  }
  return outcomes;
}

}  // namespace vefa::campaign
