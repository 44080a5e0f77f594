#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libs/base/result.h"

namespace vefa::mail_sink {

// How the sink is to misbehave, told by its control port. Counts run down to zero; then it behaves.
struct Faults {
  int tempfail = 0;                // The next replies at `tempfail_stage` are 451.
  std::string tempfail_stage = "rcpt";  // mail, rcpt, data or dot
  int close_after_dot = 0;         // Takes the mail, records it, closes without a reply.
  int hang = 0;                    // Takes the mail, records it, never replies.
  int half_reply = 0;              // Takes the mail, records it, sends half a reply line, closes.
  int mixed_codes = 0;             // Takes the mail, answers with two codes in one reply.
  int too_many = 0;                // The next MAIL commands are answered 421 and the connection is closed.
  int slow_ms = 0;                 // Every reply leaves this late.
  bool no_pipelining = false;      // EHLO does not offer PIPELINING.
};

// Sets one fault by the words of the control port; `count` and `ms` as given there.
// INVALID_ARGUMENT `FAULT_UNKNOWN`.
Status SetFault(Faults& faults, std::string_view kind, int count, int ms, std::string_view stage);

// What happened since the start or the last reset, but for `accepted`, `distinct` and `repeated`,
// which the mailbox counts.
struct Counters {
  int64_t connections = 0;
  int64_t refused_recipients = 0;
  int64_t tempfailed = 0;
  int64_t closed_after_dot = 0;
  int64_t hung = 0;
  int64_t bare_line_ends = 0;        // Mails and commands refused for a bare CR or LF.
  int64_t improper_pipelining = 0;   // Bytes sent where the protocol asks to wait.
  int64_t syntax_errors = 0;
};

}  // namespace vefa::mail_sink
