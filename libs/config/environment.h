#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libs/base/result.h"

namespace vefa::config {

// One setting as it is in force, and what it may be.
struct Setting {
  std::string name;
  std::string value;     // Passwords within addresses left out. Secrets are files; this is their path.
  bool set = false;      // By the operator; otherwise it is the default.
  std::string fallback;  // What holds where nothing is set; empty: none.
  std::string takes;     // What it may be, in words.
  bool required = false;
};

// Reads settings from the environment and from the file that VEFA_CONFIG_FILE names, the only place that does; of a setting in
// both the environment's holds. Collects every mistake, so that an operator sees all of them at once. Used by one thread, at
// the start. What each setting is for stands in libs/config/catalog.cc.
class Environment {
 public:
  Environment();

  // A setting that must be there; "" and a remembered mistake when it is not.
  std::string Require(const std::string& name, const std::string& takes = "a text");
  std::string Get(const std::string& name, const std::string& fallback, const std::string& takes = "a text");
  // A required one that holds a secret, such as a conninfo with a password: itself, or the text of the file that NAME_FILE names.
  std::string RequireSecret(const std::string& name, const std::string& takes) { return ReadSecret(name, takes, true); }
  std::string GetSecret(const std::string& name, const std::string& takes) { return ReadSecret(name, takes, false); }
  // One that may not be seen where a foreign rule wants a variable: shown as `***`.
  std::string GetHidden(const std::string& name, const std::string& takes);
  // One of a few words.
  std::string GetOneOf(const std::string& name, const std::string& fallback, std::initializer_list<const char*> words);
  // A whole number within [least, most]; the fallback when unset.
  int GetInt(const std::string& name, int fallback, int least, int most);
  bool GetFlag(const std::string& name);  // `1` or `true`; `0`, `false` or unset
  // The bytes of a file of hexadecimal digits named by a setting; at least `least` bytes.
  std::string RequireKey(const std::string& name, size_t least);
  // One that only its reader can find; said with the others.
  void Mistake(std::string what) { mistakes_.push_back(std::move(what)); }
  // Makes a mistake of each `VEFA_…` that is set and that nobody has read up to now: a name with a typing error must not
  // be a default in silence. After everything else was read.
  void RefuseUnknown();
  // What was read up to now, by name.
  std::vector<Setting> settings() const;
  const std::vector<std::string>& mistakes() const { return mistakes_; }
  // FAILED_PRECONDITION `CONFIGURATION` that names every mistake.
  Status Check() const;

 private:
  void ReadFile(const std::string& path);
  std::string ReadSecret(const std::string& name, const std::string& takes, bool required);
  // The environment's, or the file's; an empty one counts as unset.
  std::string Find(const std::string& name) const;
  void Note(const std::string& name, const std::string& fallback, const std::string& takes, bool required);

  std::vector<std::string> mistakes_;
  std::map<std::string, std::string> file_;
  std::map<std::string, Setting> settings_;
};

}  // namespace vefa::config
