#include "services/notification/smtp/verdict.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string_view>

namespace vefa::notification::smtp {
namespace {

// Subject and detail of an enhanced code (RFC 3463), -1 when there is none.
struct Enhanced {
  int subject = -1;
  int detail = -1;
};

Enhanced Parse(const std::string& code) {
  if (code.size() < 5) return {};
  size_t second = code.find('.', 2);
  return {std::atoi(code.c_str() + 2), std::atoi(code.c_str() + second + 1)};
}

bool Mentions(const Reply& reply, std::initializer_list<const char*> words) {
  std::string text = reply.text;
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::any_of(words.begin(), words.end(), [&](const char* word) { return text.find(word) != std::string::npos; });
}

// A refusal for good of the recipient. The enhanced code decides; only a server that sends none is
// judged by its words, and what is not understood does not suppress.
Verdict RecipientRefused(const Reply& reply) {
  Enhanced code = Parse(reply.enhanced);
  if (code.subject < 0) {
    if (Mentions(reply, {"user unknown", "unknown user", "no such user", "no such mailbox", "no such recipient",
                         "does not exist", "mailbox not found"}))
      return {Fate::kBounced, "bad_mailbox", true};
    return {Fate::kFailed, "unclassified"};
  }
  if (code.subject == 1) {
    if (code.detail == 2 || code.detail == 10) return {Fate::kBounced, "bad_domain", true};
    if (code.detail == 7 || code.detail == 8) return {Fate::kFailed, "sender"};
    return {Fate::kBounced, "bad_mailbox", code.detail == 1 || code.detail == 3 || code.detail == 6};
  }
  if (code.subject == 2 && code.detail == 1) return {Fate::kBounced, "bad_mailbox", true};
  if (code.subject == 2 && code.detail == 2) return {Fate::kBounced, "full"};
  if (code.subject == 7) {
    if (code.detail == 17 || code.detail == 18) return {Fate::kBounced, "bad_mailbox", true};
    if ((code.detail >= 20 && code.detail <= 27) || code.detail == 29 || code.detail == 30)
      return {Fate::kFailed, "auth"};
    return {Fate::kFailed, "block"};
  }
  if ((code.subject == 2 || code.subject == 3) && (code.detail == 3 || code.detail == 4))
    return {Fate::kFailed, "size"};
  if (code.subject == 4) return {Fate::kFailed, "net"};
  if (code.subject == 5 || code.subject == 6) return {Fate::kFailed, "protocol"};
  return {Fate::kFailed, "unclassified"};
}

Verdict Transient(Stage stage, const Reply& reply) {
  // 421 means that the server is about to close: before the dot nothing was taken, so a new
  // connection may try at once; as the answer to the dot it is a refusal like any other 4xx.
  if (reply.code == 421 && stage != Stage::kDot) return {Fate::kQueued, "busy"};
  if (stage == Stage::kRcpt && (reply.code == 450 || reply.code == 451) &&
      (reply.enhanced == "4.7.1" || reply.enhanced == "4.2.0"))
    return {Fate::kDeferred, "greylist"};
  if (stage == Stage::kRcpt && reply.code == 452 && reply.enhanced == "4.5.3") return {Fate::kQueued, "busy"};
  Enhanced code = Parse(reply.enhanced);
  if (code.subject == 2 && code.detail == 2) return {Fate::kDeferred, "full"};
  if (code.subject == 4 && (code.detail == 3 || code.detail == 6)) return {Fate::kDeferred, "dns"};
  if (code.subject == 7) return {Fate::kDeferred, "block"};
  return {Fate::kDeferred, "busy"};
}

Verdict AfterDotRefused(const Reply& reply) {
  Enhanced code = Parse(reply.enhanced);
  if ((code.subject == 7 && code.detail == 1) || code.subject == 6 || Mentions(reply, {"spam"}))
    return {Fate::kFailed, "spam"};
  Verdict verdict = RecipientRefused(reply);
  // Text decides nothing here: what a server says about the content names mailboxes too.
  if (code.subject < 0) return {Fate::kFailed, "unclassified"};
  return verdict;
}

}  // namespace

Verdict Classify(Stage stage, const Reply& reply) {
  if (stage == Stage::kDot && reply.positive()) return {Fate::kAccepted, "ok"};
  if (reply.transient()) return Transient(stage, reply);
  if (!reply.permanent()) {
    // A positive or intermediate reply where it ends the message makes no sense; before the dot
    // that is a server to be tried again, after it nobody knows.
    return stage == Stage::kDot ? Verdict{Fate::kUnknown, "protocol"} : Verdict{Fate::kQueued, "protocol"};
  }
  switch (stage) {
    case Stage::kConnect:
    case Stage::kGreeting:
    case Stage::kHello:
      return {Fate::kDeferred, "block"};
    case Stage::kMail:
      return {Fate::kFailed, reply.enhanced == "5.3.4" ? "size" : "sender"};
    case Stage::kRcpt:
      return RecipientRefused(reply);
    case Stage::kData:
      return {Fate::kFailed, "policy"};
    case Stage::kDot:
      return AfterDotRefused(reply);
  }
  return {Fate::kFailed, "unclassified"};
}

Verdict Lost(bool dot_written) {
  return dot_written ? Verdict{Fate::kUnknown, "lost"} : Verdict{Fate::kQueued, "net"};
}

}  // namespace vefa::notification::smtp
