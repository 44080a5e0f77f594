#include "services/ctl/rejects.h"

#include <filesystem>

namespace vefa::ctl {

void Rejects::Open() {
  file_.open(path_, std::ios::binary | std::ios::trunc);
  file_ << "line,field,reason,message\r\n";
}

void Rejects::Add(const Reject& reject) {
  if (count_++ == 0) Open();
  file_ << reject.line << ',' << CsvText(reject.field) << ',' << CsvText(reject.reason) << ','
        << CsvText(reject.message) << "\r\n";
}

Status Rejects::Finish() {
  std::error_code ignored;
  if (count_ == 0 && !std::filesystem::exists(path_, ignored)) return Ok();
  if (count_ == 0) Open();
  file_.close();
  if (!file_)
    return Error{Code::kFailedPrecondition, "FILE_UNWRITABLE", path_ + " cannot be written; give another file by --rejects."};
  return Ok();
}

}  // namespace vefa::ctl
