#include "services/notification/testing/contact_peer.h"

namespace vefa::notification {

ContactPeer::ContactPeer() {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
}

ContactPeer::~ContactPeer() { server_->Shutdown(); }

void ContactPeer::Put(const Uuid& contact, Recipient recipient) {
  std::lock_guard lock(mutex_);
  recipients_[ResourceName("contacts", contact)] = std::move(recipient);
}

void ContactPeer::Remove(const Uuid& contact) {
  std::lock_guard lock(mutex_);
  recipients_.erase(ResourceName("contacts", contact));
}

grpc::ServerUnaryReactor* ContactPeer::BatchGetRecipients(grpc::CallbackServerContext* context,
                                                          const contact::v1::BatchGetRecipientsRequest* request,
                                                          contact::v1::BatchGetRecipientsResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  ++calls_;
  if (!answers_) {
    reactor->Finish({grpc::StatusCode::UNAVAILABLE, "away"});
    return reactor;
  }
  std::lock_guard lock(mutex_);
  for (const std::string& name : request->contacts()) {
    auto found = recipients_.find(name);
    if (found == recipients_.end()) continue;
    auto* recipient = response->add_recipients();
    recipient->set_contact(name);
    recipient->set_address(found->second.address.Reveal());
    recipient->set_display_name(found->second.display_name.Reveal());
    recipient->set_language(found->second.language);
    recipient->set_consent(static_cast<contact::v1::Consent::State>(found->second.consent));
    recipient->set_suppressed(found->second.suppressed);
    recipient->set_paused(found->second.paused);
    recipient->set_allowed(found->second.allowed);
    recipient->set_preference_path(found->second.preference_path);
    recipient->set_confirmation_path(found->second.confirmation_path);
    recipient->set_essential(found->second.essential);
    const Wishes& wishes = found->second.wishes;
    recipient->set_time_zone(wishes.time_zone);
    recipient->set_messages_per_day(wishes.messages_per_day);
    recipient->set_messages_per_week(wishes.messages_per_week);
    if (wishes.quiet_hours) {
      recipient->mutable_quiet_hours()->set_start_minute(wishes.quiet_hours->start_minute);
      recipient->mutable_quiet_hours()->set_end_minute(wishes.quiet_hours->end_minute);
    }
    recipient->set_purpose_title(found->second.purpose_title);
  }
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

}  // namespace vefa::notification
