#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vefa::http {

// Whether two ASCII texts are equal but for case, as header names are compared.
bool EqualsIgnoreCase(std::string_view a, std::string_view b);

// The headers of a message in the order they came. Names compare without case.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> entries) : entries_(entries) {}

  // Appends; a name may occur several times (Set-Cookie).
  void Add(std::string name, std::string value) { entries_.emplace_back(std::move(name), std::move(value)); }
  // Replaces every header of that name by one.
  void Set(std::string_view name, std::string value);
  void Remove(std::string_view name);
  bool Has(std::string_view name) const { return Find(name) != nullptr; }
  // The first value, empty when there is none.
  std::string_view Get(std::string_view name) const;
  // Whether one of the comma-separated values of the header is `token`, without case.
  bool HasToken(std::string_view name, std::string_view token) const;
  const std::vector<std::pair<std::string, std::string>>& entries() const { return entries_; }

  // `Name: value\r\n` for each. CR, LF and NUL in a name or value become spaces: whatever a handler
  // puts into a header, it cannot start another one.
  void AppendTo(std::string& out) const;

 private:
  const std::string* Find(std::string_view name) const;
  std::vector<std::pair<std::string, std::string>> entries_;
};

// The value of a cookie in a `Cookie` header; nothing when it is not there.
std::optional<std::string> FindCookie(std::string_view cookie_header, std::string_view name);

// What a `Set-Cookie` header says. HttpOnly, SameSite=Lax and Path=/ always.
struct SetCookie {
  std::string name;
  std::string value;
  bool secure = false;
  long max_age_seconds = 0;  // 0 deletes the cookie.
  std::string ToString() const;
};

// The standard phrase of a status, for example `Not Found`.
const char* StatusPhrase(int status);
// An HTTP date (IMF-fixdate) of a Unix time.
std::string HttpDate(long unix_seconds);

}  // namespace vefa::http
