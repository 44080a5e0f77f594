#include "libs/config/environment.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "libs/base/text.h"

namespace vefa::config {
namespace {

// Read elsewhere: by fault points, and by whoever looks for the processes of a stack.
const std::set<std::string> kOfTheHouse{"VEFA_FAULTS_FILE", "VEFA_SUPERVISED"};

// Where a word of a conninfo, or a parameter of a URI, ends that begins at `begin`.
size_t EndOfWord(const std::string& text, size_t begin) {
  if (begin >= text.size() || text[begin] != '\'') return std::min(text.find_first_of(" \t&", begin), text.size());
  size_t end = begin + 1;
  while (end < text.size() && text[end] != '\'') end += text[end] == '\\' ? 2 : 1;
  return std::min(end + 1, text.size());
}

// `scheme://user:password@host`, `password=…` and `sslpassword=…`, in every form libpq takes.
std::string WithoutPasswords(std::string text) {
  size_t scheme = text.find("://");
  if (scheme != std::string::npos) {
    size_t at = text.rfind('@', text.find_first_of("/?#", scheme + 3));
    size_t colon = text.find(':', scheme + 3);
    if (at != std::string::npos && at > scheme && colon < at) text.replace(colon + 1, at - colon - 1, "***");
  }
  static const std::string kPassword = "password";
  for (size_t found = text.find(kPassword); found != std::string::npos; found = text.find(kPassword, found + 1)) {
    size_t equals = text.find_first_not_of(" \t", found + kPassword.size());
    if (equals == std::string::npos || text[equals] != '=') continue;
    size_t begin = std::min(text.find_first_not_of(" \t", equals + 1), text.size());
    text.replace(begin, EndOfWord(text, begin) - begin, "***");
  }
  return text;
}

}  // namespace

std::string Environment::Get(const std::string& name, const std::string& fallback) {
  const char* value = std::getenv(name.c_str());
  bool set = value != nullptr && *value != '\0';
  Note(name, set ? value : fallback, set);
  return set ? value : fallback;
}

std::string Environment::GetSecret(const std::string& name) {
  std::string value = Get(name, "");
  if (!value.empty()) Note(name, "***", true);
  return value;
}

void Environment::Note(const std::string& name, const std::string& value, bool set) {
  settings_[name] = {name, WithoutPasswords(value), set};
}

void Environment::RefuseUnknown() {
  for (char** entry = environ; *entry != nullptr; ++entry) {
    std::string_view text(*entry);
    std::string name(text.substr(0, text.find('=')));
    if (name.starts_with("VEFA_") && !settings_.contains(name) && !kOfTheHouse.contains(name))
      mistakes_.push_back(name + " is not a setting of this program");
  }
}

std::vector<Setting> Environment::settings() const {
  std::vector<Setting> all;
  for (const auto& [name, setting] : settings_) all.push_back(setting);
  return all;
}

std::string Environment::Require(const std::string& name) {
  std::string value = Get(name, "");
  if (value.empty()) mistakes_.push_back(name + " is not set");
  return value;
}

int Environment::GetInt(const std::string& name, int fallback, int least, int most) {
  std::string text = Get(name, "");
  if (text.empty()) {
    Note(name, std::to_string(fallback), false);
    return fallback;
  }
  int value = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    mistakes_.push_back(name + " must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return fallback;
  }
  return value;
}

bool Environment::GetFlag(const std::string& name) {
  std::string value = Get(name, "");
  return value == "1" || value == "true";
}

std::string Environment::RequireKey(const std::string& name, size_t least) {
  std::string path = Require(name);
  if (path.empty()) return "";
  std::ifstream file(path);
  std::string digits;
  file >> digits;
  auto key = FromHex(digits);
  if (!key.ok() || key->size() < least) {
    mistakes_.push_back(name + " must name a readable file with at least " + std::to_string(2 * least) +
                        " hexadecimal digits");
    return "";
  }
  return *key;
}

Status Environment::Check() const {
  if (mistakes_.empty()) return Ok();
  std::string all;
  for (const std::string& mistake : mistakes_) all += (all.empty() ? "" : "; ") + mistake;
  return Error{Code::kFailedPrecondition, "CONFIGURATION", all + "."};
}

}  // namespace vefa::config
