#pragma once

#include <optional>
#include <string>

#include "libs/config/environment.h"

namespace vefa::config {

// What a service's command line asks for beside serving: `--check` says whether its settings are right, `--settings` lists
// every one there is (a line each: name, default or `required`, what it takes, what it is for, between tabs), `--version` says which program this is.
class CommandLine {
 public:
  // An argument it does not know becomes a mistake of `environment`.
  CommandLine(int argc, const char* const* argv, Environment& environment);

  // The exit code where the program ends here, after everything was read: 0, or 2 with every mistake on a line of its own.
  // Nothing where it is to serve and may.
  std::optional<int> Answer(const std::string& program, const std::string& version) const;

 private:
  enum class Wish { kServe, kCheck, kSettings, kVersion };
  Environment& environment_;
  Wish wish_ = Wish::kServe;
};

// What a setting is for, in one sentence; empty when it stands in no line of catalog.cc.
std::string DescriptionOf(const std::string& name);

}  // namespace vefa::config
