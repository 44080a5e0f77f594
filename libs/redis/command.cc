#include "libs/redis/command.h"

#include "libs/base/text.h"
#include "libs/crypto/crypto.h"

namespace vefa::redis {

Script::Script(std::string_view script_text) : text(script_text), sha1(crypto::Sha1Hex(script_text)) {}

void Commands::Add(std::initializer_list<std::string_view> words) {
  bytes_ += '*';
  bytes_ += std::to_string(words.size());
  bytes_ += "\r\n";
  for (std::string_view word : words) {
    bytes_ += '$';
    bytes_ += std::to_string(word.size());
    bytes_ += "\r\n";
    bytes_ += word;
    bytes_ += "\r\n";
  }
  ++count_;
}

}  // namespace vefa::redis
