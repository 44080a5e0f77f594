#include "libs/config/command_line.h"

#include <iostream>

namespace vefa::config {
namespace {

constexpr int kWrong = 2;

int PrintSettings(const Environment& environment) {
  int code = 0;
  for (const Setting& setting : environment.settings()) {
    std::cout << setting.name << "\t" << (setting.required ? "required" : setting.fallback) << "\t" << setting.takes << "\t"
              << DescriptionOf(setting.name) << "\n";
    if (DescriptionOf(setting.name).empty()) {
      std::cerr << setting.name << " has no line in libs/config/catalog.cc\n";
      code = kWrong;
    }
  }
  return code;
}

}  // namespace

CommandLine::CommandLine(int argc, const char* const* argv, Environment& environment) : environment_(environment) {
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    if (word == "--check") {
      wish_ = Wish::kCheck;
    } else if (word == "--settings") {
      wish_ = Wish::kSettings;
    } else if (word == "--version") {
      wish_ = Wish::kVersion;
    } else {
      environment.Mistake("the argument " + word + " is unknown; there are --check, --settings and --version");
    }
  }
}

std::optional<int> CommandLine::Answer(const std::string& program, const std::string& version) const {
  if (wish_ == Wish::kVersion) {
    std::cout << program << " " << version << "\n";
    return 0;
  }
  if (wish_ == Wish::kSettings) return PrintSettings(environment_);
  for (const std::string& mistake : environment_.mistakes()) std::cerr << program << ": " << mistake << "\n";
  if (!environment_.mistakes().empty()) return kWrong;
  if (wish_ == Wish::kServe) return std::nullopt;
  std::cout << program << ": the settings are right\n";
  return 0;
}

}  // namespace vefa::config
