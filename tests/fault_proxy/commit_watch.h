#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

namespace vefa::fault_proxy {

// Follows what one client says to PostgreSQL (protocol 3, not encrypted) and finds the moments at which
// the next answer would say that something was committed: a COMMIT after a write, or the Sync of a write outside
// BEGIN. A pure function of the bytes; owned by one connection, used by the proxy's thread.
class CommitWatch {
 public:
  static constexpr size_t kNone = static_cast<size_t>(-1);

  // The end, in `bytes`, of the first message that completes a commit, or kNone. Bytes after it are
  // followed as well, so a caller that does not cut loses nothing.
  size_t Feed(std::string_view bytes);

 private:
  void Message(char type, std::string_view body);
  void Prepare(std::string_view body);
  void Bind(std::string_view body);
  void Simple(std::string_view sql);
  bool Synced();

  std::string held_;  // A message whose end has not come yet; what is not needed of it is not kept.
  bool started_ = false;
  size_t skip_ = 0;   // Bytes of a long message that are passed over.
  std::unordered_set<std::string> writes_, begins_, commits_, rollbacks_;  // Names of prepared statements.
  bool in_block_ = false;
  bool wrote_ = false;
  bool committing_ = false;
};

}  // namespace vefa::fault_proxy
