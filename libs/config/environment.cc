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

Environment::Environment() {
  Note("VEFA_CONFIG_FILE", "", "a file of lines `NAME=value`; what the environment says holds", false);
  std::string path = Find("VEFA_CONFIG_FILE");
  if (!path.empty()) ReadFile(path);
}

void Environment::ReadFile(const std::string& path) {
  std::ifstream file(path);
  if (!file) return Mistake("VEFA_CONFIG_FILE names " + path + ", which cannot be read");
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty() || line.front() == '#') continue;
    size_t equals = line.find('=');
    if (equals == std::string::npos || !line.starts_with("VEFA_")) {
      Mistake(path + ":" + std::to_string(number) + " must be `VEFA_NAME=value` or begin with #");
    } else if (!file_.emplace(line.substr(0, equals), line.substr(equals + 1)).second) {
      Mistake(path + ":" + std::to_string(number) + " sets " + line.substr(0, equals) + " again");
    }
  }
}

std::string Environment::Find(const std::string& name) const {
  const char* value = std::getenv(name.c_str());
  if (value != nullptr && *value != '\0') return value;
  auto found = file_.find(name);
  return found == file_.end() ? "" : found->second;
}

void Environment::Note(const std::string& name, const std::string& fallback, const std::string& takes, bool required) {
  std::string value = Find(name);
  bool set = !value.empty();
  // Who needs it says more of it than who could also use it.
  auto before = settings_.find(name);
  if (before != settings_.end() && before->second.required && !required) return;
  settings_[name] = {name, WithoutPasswords(set ? value : fallback), set, fallback, takes, required};
}

std::string Environment::Get(const std::string& name, const std::string& fallback, const std::string& takes) {
  Note(name, fallback, takes, false);
  std::string value = Find(name);
  return value.empty() ? fallback : value;
}

void Environment::RefuseUnknown() {
  auto known = [this](const std::string& name) { return settings_.contains(name) || kOfTheHouse.contains(name); };
  for (char** entry = environ; *entry != nullptr; ++entry) {
    std::string_view text(*entry);
    std::string name(text.substr(0, text.find('=')));
    if (name.starts_with("VEFA_") && !known(name)) Mistake(name + " is not a setting of this program");
  }
  for (const auto& [name, value] : file_)
    if (!known(name)) Mistake(name + " of " + Find("VEFA_CONFIG_FILE") + " is not a setting of this program");
}

std::vector<Setting> Environment::settings() const {
  std::vector<Setting> all;
  for (const auto& [name, setting] : settings_) all.push_back(setting);
  return all;
}

std::string Environment::Require(const std::string& name, const std::string& takes) {
  Note(name, "", takes, true);
  std::string value = Find(name);
  if (value.empty()) Mistake(name + " is not set; it takes " + takes);
  return value;
}

std::string Environment::ReadSecret(const std::string& name, const std::string& takes, bool required) {
  const std::string file_name = name + "_FILE";
  Note(name, "", takes + ", or the file that " + file_name + " names", required);
  Note(file_name, "", "a file that holds " + name, false);
  std::string value = Find(name);
  std::string path = Find(file_name);
  if (!value.empty() && !path.empty()) Mistake(name + " and " + file_name + " are both set; keep one");
  if (value.empty() && path.empty() && required) Mistake(name + " is not set, nor is " + file_name + "; it takes " + takes);
  if (!value.empty() || path.empty()) return value;
  std::ifstream file(path);
  std::getline(file, value);
  if (value.empty()) Mistake(file_name + " must name a readable file whose first line is " + takes);
  return value;
}

std::string Environment::GetHidden(const std::string& name, const std::string& takes) {
  std::string value = Get(name, "", takes);
  if (!value.empty()) settings_[name].value = "***";
  return value;
}

std::string Environment::GetOneOf(const std::string& name, const std::string& fallback,
                                  std::initializer_list<const char*> words) {
  std::string takes;
  for (const char* word : words) takes += (takes.empty() ? "" : ", ") + std::string(word);
  std::string value = Get(name, fallback, takes);
  for (const char* word : words)
    if (value == word) return value;
  Mistake(name + " must be one of " + takes);
  return fallback;
}

int Environment::GetInt(const std::string& name, int fallback, int least, int most) {
  const std::string takes = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  std::string text = Get(name, std::to_string(fallback), takes);
  int value = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    Mistake(name + " must be " + takes);
    return fallback;
  }
  return value;
}

bool Environment::GetFlag(const std::string& name) {
  std::string value = GetOneOf(name, "false", {"1", "true", "0", "false"});
  return value == "1" || value == "true";
}

std::string Environment::RequireKey(const std::string& name, size_t least) {
  const std::string takes = "a readable file with at least " + std::to_string(2 * least) + " hexadecimal digits";
  std::string path = Require(name, takes);
  if (path.empty()) return "";
  std::ifstream file(path);
  std::string digits;
  file >> digits;
  auto key = FromHex(digits);
  if (!key.ok() || key->size() < least) {
    Mistake(name + " must name " + takes);
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
