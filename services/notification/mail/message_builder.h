#pragma once

#include <map>
#include <string>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/personal.h"
#include "libs/base/result.h"
#include "services/notification/mail/header_text.h"
#include "services/notification/mail/pattern.h"

namespace vefa::notification {

// The words of one language, as templates hold them.
struct Words {
  std::string subject;
  std::string text;
  std::string html;  // May be empty.
};

// What one mail needs beside the words.
struct MailFacts {
  Uuid message;
  Personal<std::string> display_name;
  Personal<std::string> address;
  std::string language;
  std::string unsubscribe_url;
  std::string campaign_name;
  std::string purpose;
  std::string originator;  // `campaigns/win-back`
  Time date;               // Of the decision: the same on every attempt.
  std::string preferences_url{};
  std::string confirmation_url{};
  std::string purpose_title{};
};

// Builds mails from one content in several languages. The words are compiled once; a mail then
// costs its headers and its fields. Not thread-safe to build, safe to use by many.
class MessageBuilder {
 public:
  // Words by BCP 47 language, at least `en`. INVALID_ARGUMENT that names the language and field.
  static Result<MessageBuilder> Compile(const std::map<std::string, Words>& words, const Mailbox& sender);

  // The mail as it goes on the wire, without its final dot. A display name that cannot stand in a
  // header is left out there.
  std::string Build(const MailFacts& facts) const;
  // The language a mail will be in: the one asked for, its primary part, or `en`.
  std::string LanguageFor(const std::string& wanted) const;
  // Whether the words hold the link of a double opt-in, in any language.
  bool asks_to_confirm() const { return asks_to_confirm_; }

 private:
  struct Compiled {
    Pattern subject;
    WireBody text;
    std::optional<WireBody> html;
  };
  explicit MessageBuilder(Mailbox sender) : sender_(std::move(sender)) {}
  void AppendHeaders(const MailFacts& facts, const std::string& subject, std::string& out) const;

  Mailbox sender_;
  std::map<std::string, Compiled> compiled_;
  bool asks_to_confirm_ = false;
};

}  // namespace vefa::notification
