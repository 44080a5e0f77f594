#pragma once

#include <map>
#include <string>
#include <vector>

#include "libs/base/result.h"

namespace vefa::config {

// One setting as it is in force.
struct Setting {
  std::string name;
  std::string value;  // Passwords within addresses left out. Secrets are files; this is their path.
  bool set = false;   // By the operator; otherwise it is the default.
};

// Reads settings from the environment, the only place that does. Collects every mistake, so that
// an operator sees all of them at once. Used by one thread, at the start.
class Environment {
 public:
  // A setting that must be there; "" and a remembered mistake when it is not.
  std::string Require(const std::string& name);
  std::string Get(const std::string& name, const std::string& fallback);
  // The same for what must not be seen: shown as `***` where it is set.
  std::string GetSecret(const std::string& name);
  // A whole number within [least, most]; the fallback when unset.
  int GetInt(const std::string& name, int fallback, int least, int most);
  bool GetFlag(const std::string& name);  // `1` or `true`
  // The bytes of a file of hexadecimal digits named by a setting; at least `least` bytes.
  std::string RequireKey(const std::string& name, size_t least);
  // One that only its reader can find; said with the others.
  void Mistake(std::string what) { mistakes_.push_back(std::move(what)); }
  // Makes a mistake of each `VEFA_…` that is set and that nobody has read up to now: a name with a typing error must not
  // be a default in silence. After everything else was read.
  void RefuseUnknown();
  // What was read up to now, by name.
  std::vector<Setting> settings() const;
  // FAILED_PRECONDITION `CONFIGURATION` that names every mistake.
  Status Check() const;

 private:
  void Note(const std::string& name, const std::string& value, bool set);

  std::vector<std::string> mistakes_;
  std::map<std::string, Setting> settings_;
};

}  // namespace vefa::config
