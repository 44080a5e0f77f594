#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libs/filter/filter.h"

namespace vefa::filter {

struct Token {
  enum class Kind : uint8_t { kWord, kString, kOp, kOpen, kClose, kMinus, kAnd, kOr, kNot, kEnd };
  Kind kind = Kind::kEnd;
  std::string text;  // Of a string without its quotes.
  Op op = Op::kEqual;
  size_t at = 0;     // Of its first character, counted from 1.
};

// Never fails: what cannot be read is `broken`, said once, and ends the tokens.
struct Lexed {
  std::vector<Token> tokens;  // The last is kEnd.
  std::optional<Violation> broken;
};
Lexed Lex(std::string_view text, std::string_view request_field);

// A violation whose description says where.
Violation At(size_t at, std::string_view request_field, const char* reason, const std::string& description);

}  // namespace vefa::filter
