#pragma once

#include <memory>

#include "libs/filter/lexer.h"

namespace vefa::filter {

// A filter as it was written, before anybody asks whether there are such fields.
struct Written {
  enum class Kind : uint8_t { kAnd, kOr, kNot, kCompare, kWord };
  Kind kind = Kind::kAnd;
  std::vector<Written> terms;
  Token subject;  // The field, or the word.
  Op op = Op::kEqual;
  Token value;
};

// Nothing for an empty filter. One violation at most: what comes after a broken place cannot be judged.
struct Parsed {
  std::optional<Written> tree;
  std::optional<Violation> broken;
};
Parsed Parse(std::string_view text, std::string_view request_field);

}  // namespace vefa::filter
