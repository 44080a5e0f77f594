#pragma once

#include <string>
#include <vector>

#include "libs/base/result.h"

namespace vefa::config {

// Reads settings from the environment, the only place that does. Collects every mistake, so that
// an operator sees all of them at once. Used by one thread, at the start.
class Environment {
 public:
  // A setting that must be there; "" and a remembered mistake when it is not.
  std::string Require(const std::string& name);
  std::string Get(const std::string& name, const std::string& fallback);
  // A whole number within [least, most]; the fallback when unset.
  int GetInt(const std::string& name, int fallback, int least, int most);
  bool GetFlag(const std::string& name);  // `1` or `true`
  // The bytes of a file of hexadecimal digits named by a setting; at least `least` bytes.
  std::string RequireKey(const std::string& name, size_t least);
  // FAILED_PRECONDITION `CONFIGURATION` that names every mistake.
  Status Check() const;

 private:
  std::vector<std::string> mistakes_;
};

}  // namespace vefa::config
