#pragma once

#include <fstream>
#include <string>

#include "services/ctl/csv.h"

namespace vefa::ctl {

// The file of rejected lines: CSV with line, field, reason, message. Written as they come; a run
// without rejects leaves no older rejects behind.
class Rejects {
 public:
  explicit Rejects(std::string path) : path_(std::move(path)) {}
  void Add(const Reject& reject);
  int64_t count() const { return count_; }
  const std::string& path() const { return path_; }
  // FAILED_PRECONDITION `FILE_UNWRITABLE` when not every reject could be written.
  Status Finish();

 private:
  void Open();
  const std::string path_;
  std::ofstream file_;
  int64_t count_ = 0;
};

}  // namespace vefa::ctl
