#pragma once

#include <string>
#include <vector>

#include "libs/base/id.h"
#include "libs/base/result.h"
#include "services/notification/mail/message_builder.h"
#include "vefa/notification/v1/notification.pb.h"

namespace vefa::notification {

// Adds everything that is wrong with a content: sizes, languages, placeholders.
void CheckContent(const v1::Content& content, std::vector<Violation>& violations);

// Whether the words hold the link of a double opt-in, in any language: a message with it goes to those only who have something to confirm.
bool AsksToConfirm(const v1::Content& content);

// The bytes that are stored, the same for the same content, and the id that follows from them.
std::string StoredContent(const v1::Content& content);
Uuid ContentId(const std::string& stored);

// A stored content, ready to build mails from.
struct CompiledContent {
  MessageBuilder builder;
  std::string title;
};
Result<CompiledContent> CompileContent(const std::string& stored, const Mailbox& sender);

}  // namespace vefa::notification
