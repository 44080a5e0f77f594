#pragma once

#include <string>
#include <string_view>

#include "libs/base/id.h"
#include "libs/base/result.h"

namespace vefa::contact {

// Makes and checks the tokens of links that people use without an account. A token holds ids and numbers, nothing personal, and a code that
// only this service can make. Its key is derived from what VEFA_PII_KEY_FILE holds, for one use each. Immutable, so thread-safe.
class SignedLink {
 public:
  // `use` names what the links are for and never changes; `kind` is the first byte of their tokens; `size` is how many bytes a link says.
  SignedLink(std::string_view file_key, std::string_view use, char kind, size_t size);

  // The token of exactly `size` bytes.
  std::string Make(std::string_view said) const;
  // What a token says. NOT_FOUND `TOKEN_INVALID` for anything that is not a token of ours to the last bit.
  Result<std::string> Read(std::string_view token) const;

 private:
  const std::string key_;
  const char kind_;
  const size_t size_;
};

// NOT_FOUND `TOKEN_INVALID`: also where a token is ours, and leads nowhere any more.
Error TokenInvalid();

// The bytes of an id behind those that are there, and the id that begins with the first of `bytes`.
void AppendId(std::string& out, const Uuid& id);
Uuid ReadId(std::string_view bytes);

}  // namespace vefa::contact
