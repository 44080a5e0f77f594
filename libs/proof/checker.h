#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libs/proof/proof.h"

namespace vefa::proof {

// How a file begins.
struct Header {
  int64_t format = kFormat;
  Uuid tenant;
  Uuid contact;  // Nil: the whole chain. Else only this contact's lines are told, the others by their digests.
  std::string public_key;
};

// One line of the chain as a file tells it.
struct Entry {
  int64_t sequence = 0;
  Line line;
  crypto::Digest hash{};
  // What opens the commitment; nothing of it is left once the person was erased.
  std::optional<std::string> salt;
  Person person;
};

// A signed thing as a file tells it.
struct SignedAnchor {
  Anchor anchor;
  std::string signature;
};
struct SignedClosing {
  Closing closing;
  std::string signature;
};

// Something that is not as it must be.
struct Problem {
  int64_t file_line = 0;
  int64_t sequence = 0;  // 0: not about one line of the chain.
  std::string reason;    // UPPER_SNAKE, for example `ENTRY_CHANGED`.
  std::string message;   // What was found and what was expected.
};

// Checks a proof record by record, in the order of the file, and goes on after a problem. Give it every record and then call
// End. Holds nothing but the last hash. Used by one thread.
class Checker {
 public:
  // `trusted` is the public key that signatures must be of; empty: the file's own, which proves only that nobody changed the
  // file who does not have that key's secret.
  explicit Checker(std::string trusted = "") : key_(std::move(trusted)) {}

  void Take(int64_t file_line, const Header& header);
  void Take(int64_t file_line, const Entry& entry);
  // Lines that are told by their digests only; `before` is the hash before the first of them, where a run begins.
  void TakeDigests(int64_t file_line, int64_t first, const std::vector<crypto::Digest>& digests);
  // A run of a contact's file begins after line `sequence`, whose hash this is.
  void TakeStart(int64_t file_line, int64_t sequence, const crypto::Digest& hash);
  void Take(int64_t file_line, const SignedAnchor& anchor);
  void Take(int64_t file_line, const SignedClosing& closing);
  void Unreadable(int64_t file_line, const std::string& what);
  // After the last record, which stood on this line.
  void End(int64_t file_line);

  // At most kProblemsMax are kept.
  const std::vector<Problem>& problems() const { return problems_; }
  int64_t problem_count() const { return problem_count_; }
  int64_t entries() const { return entries_; }  // Told in full.
  int64_t opened() const { return opened_; }
  int64_t anchors() const { return anchors_; }
  int64_t last_sequence() const { return sequence_; }
  const std::string& key() const { return key_; }

  static constexpr size_t kProblemsMax = 20;

 private:
  void Add(int64_t file_line, int64_t sequence, const char* reason, std::string message);
  bool Began(int64_t file_line);
  // Whether `sequence` is the next; says so when it is not.
  void Expect(int64_t file_line, int64_t sequence);
  void Signature(int64_t file_line, int64_t sequence, const std::string& statement, const std::string& signature,
                 const char* what);

  std::string key_;
  std::optional<Header> header_;
  int64_t sequence_ = 0;
  crypto::Digest hash_{};
  bool following_ = false;   // `hash_` is that of line `sequence_`.
  bool unsigned_ = false;    // Lines were taken that nothing signed so far vouches for.
  std::optional<crypto::Digest> last_anchor_;
  int32_t last_day_ = 0;
  bool closed_ = false;
  int64_t entries_ = 0, opened_ = 0, anchors_ = 0, problem_count_ = 0;
  std::vector<Problem> problems_;
};

}  // namespace vefa::proof
