#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "libs/base/personal.h"
#include "services/notification/smtp/reply.h"
#include "services/notification/smtp/verdict.h"

namespace vefa::notification::smtp {

using SteadyTime = std::chrono::steady_clock::time_point;

// One message to one recipient.
struct Mail {
  uint64_t ticket = 0;   // The owner's name for it.
  std::string from;      // Envelope addresses, ASCII, without brackets.
  Personal<std::string> to;
  std::string data;      // Headers and body as they go on the wire, dots stuffed, ending in CRLF.
  int tries = 0;         // Connections that failed it before the dot.
  SteadyTime queued_at;  // Set by the pool.
};

// How a message ended.
struct Outcome {
  Verdict verdict;
  int code = 0;          // 0 when no reply decided.
  std::string enhanced;
  std::string text;      // Printable.
};

// What a session asks of its surroundings; called on the session's thread only.
class Host {
 public:
  virtual ~Host() = default;
  // The next message to send, if any.
  virtual std::optional<Mail> Next() = 0;
  // Asked right before the write that holds the final dot: the intent is durable, the flight byte
  // is set. False holds the message back for ever on this connection, which then ends.
  virtual bool MayEnd(uint64_t ticket) = 0;
  // The message ended; called exactly once for each that Next gave.
  virtual void Ended(Mail mail, Outcome outcome) = 0;
};

// Waits for a reply (RFC 5321 4.5.3.2). The one after the dot must not be shortened: whoever gives
// up early makes a message unknown.
struct Timeouts {
  std::chrono::milliseconds greeting{300'000};
  std::chrono::milliseconds command{300'000};
  std::chrono::milliseconds data{120'000};
  std::chrono::milliseconds dot{600'000};
  std::chrono::milliseconds quit{2'000};
};

struct SessionSettings {
  std::string helo_name;
  Timeouts timeouts;
  int mails_max = 100;     // Per connection.
  bool lock_step = false;  // Never pipeline, whatever the server offers.
};

// The client's half of one SMTP conversation, without a socket. One recipient per transaction. When
// the server offers PIPELINING, the envelope of the next message rides in the write that holds the
// final dot of the one before (RFC 2920), so a message costs one round trip. Replies owed are the
// only truth: each command pushes what it expects, each reply pops it, and a reply nobody waits for
// ends the connection.
class Session {
 public:
  Session(const SessionSettings& settings, Host& host, SteadyTime now);

  void Receive(std::string_view octets, SteadyTime now);
  // The peer or the network closed. Every message under way ends.
  void Disconnected();
  // The deadline passed.
  void TimedOut(SteadyTime now);
  // There may be something to send.
  void Kick(SteadyTime now);
  // Says QUIT if nothing is under way.
  void Quit(SteadyTime now);

  std::string_view output() const { return std::string_view(output_).substr(sent_); }
  // The kernel took that many octets of output().
  void Written(size_t octets);

  bool ready() const { return state_ == State::kReady; }
  bool idle() const { return state_ == State::kReady && transactions_.empty() && expected_.empty(); }
  // Close the socket, after what is in output() was tried.
  bool over() const { return state_ == State::kOver; }
  // When TimedOut is due; SteadyTime::max() when nothing is owed.
  SteadyTime deadline() const { return deadline_; }
  SteadyTime idle_since() const { return idle_since_; }
  int mails_done() const { return done_; }
  // The envelope phase timed out or got out of step on a pipelined connection: servers that lie
  // about PIPELINING exist, and are spoken to in lock-step then.
  bool pipelining_failed() const { return pipelining_failed_; }
  // The server refused us in its greeting or to EHLO, or never said them.
  bool refused() const { return refused_; }

 private:
  enum class State { kGreeting, kHello, kHelo, kReady, kQuitting, kOver };
  enum class Owed { kReset, kMail, kRcpt, kData, kDot, kStrayDot };
  struct Transaction {
    Mail mail;
    std::optional<Outcome> refusal;
    bool mail_accepted = false;
    uint64_t dot_end = 0;  // Offset in the stream behind the final dot; 0 before it is written.
  };

  void OnReply(const Reply& reply, SteadyTime now);
  void OnGreeting(const Reply& reply);
  void OnHello(const Reply& reply, SteadyTime now);
  void OnMailReply(const Reply& reply, SteadyTime now);
  void OnRcptReply(const Reply& reply, SteadyTime now);
  void OnDataReply(const Reply& reply, SteadyTime now);
  void OnDotReply(const Reply& reply, SteadyTime now);
  void Refuse(Stage stage, const Reply& reply);
  void ReadExtensions(std::string_view text);
  bool OnBusy(Owed owed, const Reply& reply);
  void StartNext(SteadyTime now);
  void StartEnvelope(SteadyTime now);
  void SendBody(SteadyTime now);
  void FinishFront(Outcome outcome);
  void EndAll();
  void Write(std::string_view text);
  void Expect(Owed owed) { expected_.push_back(owed); }
  void Arm(SteadyTime now);
  Outcome Stated(Verdict verdict, const Reply& reply) const;

  const SessionSettings settings_;
  Host& host_;
  State state_ = State::kGreeting;
  ReplyReader reader_;
  std::deque<Owed> expected_;
  std::deque<Transaction> transactions_;  // At most two: one in its dot, one in its envelope.
  std::string output_;
  size_t sent_ = 0;           // Octets of output_ the kernel took.
  uint64_t written_ = 0;      // Octets the kernel took in all.
  uint64_t appended_ = 0;     // Octets put into output_ in all.
  bool pipelining_ = false;
  bool reset_needed_ = false;  // The server still holds an envelope that led nowhere.
  size_t size_max_ = 0;        // SIZE; 0 is no limit.
  bool size_offered_ = false;
  int mails_max_;
  int started_ = 0;
  int done_ = 0;
  bool pipelining_failed_ = false;
  bool refused_ = false;
  SteadyTime deadline_;
  SteadyTime idle_since_;
};

}  // namespace vefa::notification::smtp
