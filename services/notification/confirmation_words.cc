#include "services/notification/confirmation_words.h"

namespace vefa::notification {
namespace {

void Say(v1::Content& content, const char* language, const char* subject, const char* text) {
  v1::ContentText& words = (*content.mutable_texts())[language];
  words.set_subject(subject);
  words.set_text(text);
}

v1::Content MakeConfirmationWords() {
  v1::Content content;
  Say(content, "en", "Please confirm: {{purpose.title}}",
      "Hello {{contact.display_name}},\n\n"
      "somebody, most likely you, asked us to write to this address about:\n\n"
      "    {{purpose.title}}\n\n"
      "If it was you, confirm it here within seven days:\n\n"
      "{{confirmation_url}}\n\n"
      "If it was not, do nothing: without your word we will not write to you about it.\n");
  Say(content, "tr", "Lütfen onaylayın: {{purpose.title}}",
      "Merhaba {{contact.display_name}},\n\n"
      "bu adrese şu konuda yazmamız istendi, büyük olasılıkla sizin tarafınızdan:\n\n"
      "    {{purpose.title}}\n\n"
      "İsteyen sizseniz yedi gün içinde buradan onaylayın:\n\n"
      "{{confirmation_url}}\n\n"
      "Siz değilseniz bir şey yapmanız gerekmez: onayınız olmadan bu konuda size yazmayız.\n");
  return content;
}

}  // namespace

const v1::Content& ConfirmationWords() {
  static const v1::Content content = MakeConfirmationWords();
  return content;
}

}  // namespace vefa::notification
