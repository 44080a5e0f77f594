#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libs/base/result.h"

namespace vefa::gateway {

// Most patterns of a kind in one filter.
inline constexpr size_t kFilterPatternsMax = 50;

// Which events of the feed a reader wants: each list that is not empty must have a pattern that fits.
// Pure, immutable after Make, thread-safe.
class FeedFilter {
 public:
  FeedFilter() = default;  // Everything.
  // Types are `contact.created` or `contact.*`, subjects `contacts/{uuid}` or `contacts/*`. INVALID_ARGUMENT with
  // every violation: `FILTER_TOO_LONG`, `TYPE_SYNTAX`, `SUBJECT_SYNTAX`, `CLASSIFICATION_UNKNOWN`.
  static Result<FeedFilter> Make(std::vector<std::string> types, std::vector<std::string> subjects,
                                 std::vector<std::string> classifications);

  bool Passes(std::string_view type, std::string_view subject, std::string_view classification) const;
  // Whether there may be events that do not pass.
  bool drops() const { return !types_.empty() || !subjects_.empty() || !classifications_.empty(); }

 private:
  std::vector<std::string> types_, subjects_, classifications_;
};

}  // namespace vefa::gateway
