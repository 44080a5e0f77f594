#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace vefa::redis {

// What Redis says to one command.
struct Reply {
  enum class Kind { kNothing, kInteger, kText, kRefused };
  Kind kind = Kind::kNothing;
  int64_t integer = 0;
  std::string text;  // Of kText, and why of kRefused.
};
using Replies = std::vector<Reply>;

// A script that Redis runs as one step, known to it by its hash.
struct Script {
  explicit Script(std::string_view script_text);
  std::string text;
  std::string sha1;
};

// Commands that go out together, ready for the wire. No word of a command is looked at: any byte may stand in one.
class Commands {
 public:
  Commands() = default;
  Commands(std::initializer_list<std::string_view> words) { Add(words); }
  void Add(std::initializer_list<std::string_view> words);

  size_t count() const { return count_; }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  size_t count_ = 0;
};

}  // namespace vefa::redis
