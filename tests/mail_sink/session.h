#pragma once

#include <string>
#include <string_view>

#include "tests/mail_sink/faults.h"
#include "tests/mail_sink/mailbox.h"

namespace vefa::mail_sink {

struct Settings {
  std::string host_name = "sink.vefa.example";
  size_t mail_max = 10 << 20;                // Octets of one mail; offered as SIZE.
  size_t recipients_max = 100;               // Per transaction.
  std::vector<std::string> refuse_prefixes;  // Local parts refused with 550 5.1.1.
};

// The server's half of one SMTP conversation (RFC 5321, 2920, 1870, 2034, 6152), without a socket:
// bytes in, bytes out. Stricter than servers are used to be, because it is there to find a sender's
// mistakes: bare CR or LF, lines over the limits, 8-bit text that was not declared and bytes sent
// where the protocol says to wait are refused.
class Session {
 public:
  Session(const Settings& settings, Faults& faults, Counters& counters, Mailbox& mailbox);

  // What the peer sent. The first call may come only after the greeting was sent.
  void Receive(std::string_view bytes);
  // Replies to be sent; the caller empties it.
  std::string& output() { return output_; }
  // Send what is in output, then close.
  bool closing() const { return closing_; }
  // Close at once, without sending anything more.
  bool abandoned() const { return abandoned_; }

 private:
  enum class Mode { kCommand, kData, kSilent };

  bool TakeCommand();
  bool TakeDataLine();
  void Command(std::string_view line);
  void Hello(std::string_view domain, bool extended);
  void MailFrom(std::string_view rest);
  void RcptTo(std::string_view rest);
  void StartData();
  void EndOfData();
  void Misbehave(int64_t number);
  bool Tempfail(const char* stage);
  void Reply(std::string_view text);
  void BreakOff(std::string_view text);
  void Forget();
  size_t left() const { return input_.size() - at_; }

  const Settings& settings_;
  Faults& faults_;
  Counters& counters_;
  Mailbox& mailbox_;
  Mode mode_ = Mode::kCommand;
  std::string input_;
  size_t at_ = 0;  // The first octet of input_ not yet taken.
  std::string output_;
  bool closing_ = false;
  bool abandoned_ = false;
  bool greeted_ = false;
  bool mail_given_ = false;
  bool eight_bit_ = false;
  bool too_large_ = false;
  bool line_too_long_ = false;
  bool nul_seen_ = false;
  Mail mail_;
};

}  // namespace vefa::mail_sink
