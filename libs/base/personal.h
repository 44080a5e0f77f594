#pragma once

#include <concepts>
#include <utility>

namespace vefa {

// Something that is said of a person: a name, an address. Everything can become one, and it becomes nothing else: it
// cannot be printed, logged, formatted or passed where a text is wanted. Who needs the value says Reveal, and that is the
// word a reviewer looks for.
template <typename T>
class Personal {
 public:
  Personal() = default;
  template <typename From>
    requires std::convertible_to<From, T>
  Personal(From&& value) : value_(std::forward<From>(value)) {}  // NOLINT: implicit by design

  const T& Reveal() const { return value_; }
  // Whether there is nothing, which says nothing of anybody.
  bool empty() const { return value_.empty(); }
  bool operator==(const Personal&) const = default;

 private:
  T value_{};
};

}  // namespace vefa
