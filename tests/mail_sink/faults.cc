#include "tests/mail_sink/faults.h"

namespace vefa::mail_sink {

Status SetFault(Faults& faults, std::string_view kind, int count, int ms, std::string_view stage) {
  if (kind == "tempfail") {
    if (stage != "mail" && stage != "rcpt" && stage != "data" && stage != "dot")
      return InvalidArgument("FAULT_UNKNOWN", "`stage` is mail, rcpt, data or dot.");
    faults.tempfail = count;
    faults.tempfail_stage = std::string(stage);
  } else if (kind == "close-after-dot") {
    faults.close_after_dot = count;
  } else if (kind == "hang") {
    faults.hang = count;
  } else if (kind == "half-reply") {
    faults.half_reply = count;
  } else if (kind == "mixed-codes") {
    faults.mixed_codes = count;
  } else if (kind == "421") {
    faults.too_many = count;
  } else if (kind == "slow") {
    faults.slow_ms = ms;
  } else if (kind == "no-pipelining") {
    faults.no_pipelining = true;
  } else {
    return InvalidArgument("FAULT_UNKNOWN",
                           "`kind` is tempfail, close-after-dot, hang, half-reply, mixed-codes, 421, slow or "
                           "no-pipelining.");
  }
  return Ok();
}

}  // namespace vefa::mail_sink
