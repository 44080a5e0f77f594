#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libs/base/result.h"

namespace vefa::gateway {

// The path of a google.api.http rule: `/v1/{name=contacts/*}/consents`, `/v1/{name=segments/*}:count`.
// Segments are literals or `*`; a variable covers one or more of them and stands for a field.
class PathTemplate {
 public:
  // Fields of the request and the text of the path that fills them.
  using Bindings = std::vector<std::pair<std::string, std::string>>;

  // INVALID_ARGUMENT `PATH_TEMPLATE`: also for `**`, which no RPC of ours needs.
  static Result<PathTemplate> Parse(std::string_view text);

  // What the variables stand for when the (escaped) path fits. A part that holds an escaped slash
  // never fits, and a colon in the last part is only ever that of a verb.
  std::optional<Bindings> Match(std::string_view path) const;

  std::vector<std::string> Fields() const;
  // Equal for two templates that fit the same paths.
  std::string Shape() const;

 private:
  struct Variable {
    std::string field;
    size_t first = 0;  // Index of its first segment.
    size_t count = 0;
  };
  std::vector<std::string> segments_;  // `*` or a literal.
  std::string prefix_;                 // The literals that every path begins with.
  std::vector<Variable> variables_;
  std::string verb_;
};

}  // namespace vefa::gateway
