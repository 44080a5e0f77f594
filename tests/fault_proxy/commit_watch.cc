#include "tests/fault_proxy/commit_watch.h"

#include <algorithm>
#include <cctype>

namespace vefa::fault_proxy {
namespace {

// Enough of a Parse or a Bind to see names and the beginning of the text; writes inside WITH come later.
constexpr size_t kMessageMax = 64 * 1024;
constexpr uint32_t kProtocol3 = 196608;

uint32_t BigEndian(std::string_view bytes) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

std::string_view UpToNul(std::string_view& bytes) {
  std::string_view text = bytes.substr(0, bytes.find('\0'));
  bytes.remove_prefix(std::min(bytes.size(), text.size() + 1));
  return text;
}

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return upper;
}

bool IsWrite(const std::string& upper) {
  for (const char* word : {"INSERT INTO", "UPDATE ", "DELETE FROM", "APPEND_EVENTS"})
    if (upper.find(word) != std::string::npos) return true;
  return false;
}

bool BeginsWith(const std::string& upper, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(), [&](const char* word) { return upper.starts_with(word); });
}

}  // namespace

size_t CommitWatch::Feed(std::string_view bytes) {
  size_t found = kNone;
  size_t at = 0;
  while (at < bytes.size()) {
    if (skip_ > 0) {
      size_t passed = std::min(skip_, bytes.size() - at);
      skip_ -= passed;
      at += passed;
      continue;
    }
    // The first messages of a connection have no type byte.
    size_t head = started_ ? 5 : 4;
    if (held_.size() < head) {
      held_ += bytes[at++];
      if (held_.size() < head) continue;
    }
    size_t whole = BigEndian(std::string_view(held_).substr(head - 4)) + (started_ ? 1 : 0);
    size_t kept = std::min(whole, kMessageMax);
    size_t more = std::min(kept - std::min(kept, held_.size()), bytes.size() - at);
    held_.append(bytes.substr(at, more));
    at += more;
    if (held_.size() < kept) break;
    skip_ = whole - kept;
    std::string message = std::move(held_);
    held_.clear();
    std::string_view body = std::string_view(message).substr(std::min(head, message.size()));
    if (!started_) {
      // Questions about encryption come before the real beginning.
      started_ = body.size() >= 4 && BigEndian(body) == kProtocol3;
      continue;
    }
    Message(message[0], body);
    bool is_end = message[0] == 'S' || message[0] == 'Q';
    if (is_end && Synced() && found == kNone) found = at;
  }
  return found;
}

void CommitWatch::Message(char type, std::string_view body) {
  if (type == 'P') Prepare(body);
  if (type == 'B') Bind(body);
  if (type == 'Q') Simple(UpToNul(body));
}

void CommitWatch::Prepare(std::string_view body) {
  std::string name(UpToNul(body));
  std::string sql = Upper(UpToNul(body));
  for (auto* names : {&writes_, &begins_, &commits_, &rollbacks_}) names->erase(name);
  if (BeginsWith(sql, {"BEGIN", "START TRANSACTION"})) begins_.insert(name);
  else if (BeginsWith(sql, {"COMMIT", "END"})) commits_.insert(name);
  else if (BeginsWith(sql, {"ROLLBACK", "ABORT"})) rollbacks_.insert(name);
  else if (IsWrite(sql)) writes_.insert(name);
}

void CommitWatch::Bind(std::string_view body) {
  UpToNul(body);  // The portal.
  std::string name(UpToNul(body));
  if (begins_.contains(name)) in_block_ = true;
  if (writes_.contains(name)) wrote_ = true;
  if (commits_.contains(name)) committing_ = true;
  if (rollbacks_.contains(name)) in_block_ = wrote_ = false;
}

void CommitWatch::Simple(std::string_view sql) {
  std::string upper = Upper(sql);
  if (BeginsWith(upper, {"BEGIN", "START TRANSACTION"})) in_block_ = true;
  if (IsWrite(upper)) wrote_ = true;
  if (BeginsWith(upper, {"COMMIT", "END"})) committing_ = true;
  if (BeginsWith(upper, {"ROLLBACK", "ABORT"})) in_block_ = wrote_ = false;
}

// Whether what was said since the last end commits a write.
bool CommitWatch::Synced() {
  bool commits = wrote_ && (committing_ || !in_block_);
  if (committing_) in_block_ = false;
  if (committing_ || !in_block_) wrote_ = false;
  committing_ = false;
  return commits;
}

}  // namespace vefa::fault_proxy
