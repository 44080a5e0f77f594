#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"

namespace vefa::mail_sink {

// One mail as it was taken: lines end with CRLF and dots are unstuffed.
struct Mail {
  std::string from;
  std::vector<std::string> recipients;
  std::string data;
};

// The value of the first header of that name, unfolded; "" when there is none.
std::string HeaderOf(std::string_view mail, std::string_view name);

// Where accepted mails are recorded: one JSON line each, and the raw mail if asked. Lines are
// gathered by Accept and written by Flush, which must come before any reply leaves.
class Mailbox {
 public:
  // Both paths may be empty. Reads the sequence and the Message-IDs of a log that is already there,
  // so that a restarted sink still notices a second copy.
  static Result<std::unique_ptr<Mailbox>> Open(const std::string& log_path, const std::string& store_folder,
                                               const Clock& clock);
  ~Mailbox();

  // The mail's number.
  int64_t Accept(const Mail& mail);
  Status Flush();
  // Forgets counts and Message-IDs and empties the log; numbers go on.
  Status Reset();

  int64_t accepted() const { return accepted_; }
  int64_t repeated() const { return repeated_; }
  int64_t distinct() const { return static_cast<int64_t>(seen_.size()); }
  int64_t bytes() const { return bytes_; }

 private:
  Mailbox(int log, std::string store_folder, const Clock& clock)
      : log_(log), store_folder_(std::move(store_folder)), clock_(clock) {}
  void ReadLog(const std::string& path);

  const int log_;  // -1 when there is no log.
  const std::string store_folder_;
  const Clock& clock_;
  std::string pending_;
  std::string fault_;  // Why a raw mail could not be stored; told by Flush.
  std::unordered_set<std::string> seen_;
  int64_t sequence_ = 0;
  int64_t accepted_ = 0;
  int64_t repeated_ = 0;
  int64_t bytes_ = 0;
};

}  // namespace vefa::mail_sink
