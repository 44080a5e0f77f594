#pragma once

#include <string>
#include <vector>

#include "libs/base/id.h"
#include "vefa/notification/v1/notification_service.pb.h"

namespace vefa::notification {

// A request for one message to each contact, in two languages; send keys are `key/<contact>`.
inline v1::SubmitMessagesRequest RequestFor(const std::vector<Uuid>& contacts, const std::string& key = "win-back") {
  v1::SubmitMessagesRequest request;
  request.set_originator("campaigns/win-back");
  request.set_purpose("win-back");
  request.set_channel(contact::v1::CHANNEL_EMAIL);
  request.mutable_content()->set_title("Win back");
  auto& english = (*request.mutable_content()->mutable_texts())["en"];
  english.set_subject("We miss you, {{contact.display_name}}");
  english.set_text("Dear {{contact.display_name}},\nleave: {{unsubscribe_url}}\n");
  english.set_html("<p>Dear {{contact.display_name}}</p><a href=\"{{unsubscribe_url}}\">leave</a>\n");
  auto& turkish = (*request.mutable_content()->mutable_texts())["tr"];
  turkish.set_subject("Sizi özledik, {{contact.display_name}}");
  turkish.set_text("Sayın {{contact.display_name}},\nayrıl: {{unsubscribe_url}}\n");
  for (const Uuid& contact : contacts) {
    auto* message = request.add_messages();
    message->set_send_key(key + "/" + contact.ToString());
    message->set_contact(ResourceName("contacts", contact));
  }
  return request;
}

}  // namespace vefa::notification
