#include "services/notification/smtp/session.h"

#include <strings.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "libs/base/check.h"

namespace vefa::notification::smtp {
namespace {

// Whether an address can stand between < and > of a command. Nothing else may reach the wire: a
// line end in an address would be a command of its own.
bool IsWireAddress(std::string_view address, bool may_be_empty) {
  if (address.empty()) return may_be_empty;
  if (address.size() > 254 || address.find('@') == std::string_view::npos) return false;
  return std::all_of(address.begin(), address.end(), [](char c) { return c > ' ' && c <= '~' && c != '<' && c != '>'; });
}

bool StartsWithWord(std::string_view line, const char* word) {
  size_t n = std::strlen(word);
  return line.size() >= n && strncasecmp(line.data(), word, n) == 0 &&
         (line.size() == n || line[n] == ' ' || line[n] == '=');
}

}  // namespace

Session::Session(const SessionSettings& settings, Host& host, SteadyTime now)
    : settings_(settings),
      host_(host),
      mails_max_(settings.mails_max),
      deadline_(now + settings.timeouts.greeting),
      idle_since_(now) {}

void Session::Receive(std::string_view octets, SteadyTime now) {
  reader_.Add(octets);
  Reply reply;
  // Only a whole reply is progress: a server that trickles octets is not waited for any longer.
  for (bool replied = false; state_ != State::kOver; replied = true) {
    switch (reader_.Next(reply)) {
      case ReplyReader::Step::kMore:
        if (replied) Arm(now);
        return;
      case ReplyReader::Step::kGarbage:
        if (pipelining_ && !expected_.empty() && expected_.front() != Owed::kDot) pipelining_failed_ = true;
        return EndAll();
      case ReplyReader::Step::kReply:
        OnReply(reply, now);
    }
  }
}

void Session::OnReply(const Reply& reply, SteadyTime now) {
  if (state_ == State::kGreeting) return OnGreeting(reply);
  if (state_ == State::kHello || state_ == State::kHelo) return OnHello(reply, now);
  if (state_ == State::kQuitting || expected_.empty()) return EndAll();  // 221, 421, or nobody asked.
  Owed owed = expected_.front();
  expected_.pop_front();
  if (OnBusy(owed, reply)) return;
  switch (owed) {
    case Owed::kReset:
      // Whatever the server still holds, it is not what we believe.
      if (!reply.positive()) return EndAll();
      if (!pipelining_) StartEnvelope(now);
      return;
    case Owed::kMail:
      return OnMailReply(reply, now);
    case Owed::kRcpt:
      return OnRcptReply(reply, now);
    case Owed::kData:
      return OnDataReply(reply, now);
    case Owed::kDot:
      return OnDotReply(reply, now);
    case Owed::kStrayDot:
      return EndAll();
  }
}

void Session::OnGreeting(const Reply& reply) {
  if (!reply.positive()) {
    refused_ = true;
    return EndAll();
  }
  Write("EHLO " + settings_.helo_name + "\r\n");
  state_ = State::kHello;
}

void Session::OnHello(const Reply& reply, SteadyTime now) {
  if (!reply.positive()) {
    bool speaks_old = reply.code == 500 || reply.code == 502 || reply.code == 504;
    if (state_ == State::kHello && speaks_old) {
      Write("HELO " + settings_.helo_name + "\r\n");
      state_ = State::kHelo;
      return;
    }
    refused_ = true;
    return EndAll();
  }
  if (state_ == State::kHello) ReadExtensions(reply.text);
  state_ = State::kReady;
  idle_since_ = now;
  StartNext(now);
}

void Session::ReadExtensions(std::string_view text) {
  size_t at = text.find('\n');  // The first line is the server's name.
  while (at != std::string_view::npos) {
    size_t end = text.find('\n', at + 1);
    std::string_view line = text.substr(at + 1, end == std::string_view::npos ? end : end - at - 1);
    if (StartsWithWord(line, "PIPELINING")) pipelining_ = !settings_.lock_step;
    if (StartsWithWord(line, "SIZE")) {
      size_offered_ = true;
      if (line.size() > 5) size_max_ = std::strtoull(std::string(line.substr(5)).c_str(), nullptr, 10);
    }
    size_t mail_max = line.find("MAILMAX=");  // RFC 9422
    if (StartsWithWord(line, "LIMITS") && mail_max != std::string_view::npos) {
      int limit = std::atoi(std::string(line.substr(mail_max + 8)).c_str());
      if (limit > 0) mails_max_ = std::min(mails_max_, limit);
    }
    at = end;
  }
}

// 421 may come at any time and means that the server is closing.
bool Session::OnBusy(Owed owed, const Reply& reply) {
  if (reply.code != 421 || owed == Owed::kDot) return false;
  EndAll();
  return true;
}

void Session::OnMailReply(const Reply& reply, SteadyTime now) {
  Transaction& front = transactions_.front();
  front.mail_accepted = reply.positive();
  if (!reply.positive()) Refuse(Stage::kMail, reply);
  if (pipelining_) return;
  if (front.refusal) {
    FinishFront(*front.refusal);
    return StartNext(now);
  }
  Write("RCPT TO:<" + front.mail.to.Reveal() + ">\r\n");
  Expect(Owed::kRcpt);
}

void Session::OnRcptReply(const Reply& reply, SteadyTime now) {
  Transaction& front = transactions_.front();
  if (!reply.positive() && !front.refusal) Refuse(Stage::kRcpt, reply);
  if (pipelining_) return;
  if (front.refusal) {
    reset_needed_ = true;
    FinishFront(*front.refusal);
    return StartNext(now);
  }
  Write("DATA\r\n");
  Expect(Owed::kData);
}

void Session::OnDataReply(const Reply& reply, SteadyTime now) {
  Transaction& front = transactions_.front();
  if (reply.code == 354 && front.refusal) {
    // RFC 2920 3.1: the server waits for text although nobody is to get it. A lone dot ends that,
    // and the connection with it.
    Write(".\r\n");
    expected_.clear();
    Expect(Owed::kStrayDot);
    mails_max_ = started_;
    return FinishFront(*front.refusal);
  }
  if (reply.code == 354) return SendBody(now);
  if (!front.refusal) Refuse(Stage::kData, reply);
  reset_needed_ = front.mail_accepted;
  FinishFront(*front.refusal);
  StartNext(now);
}

void Session::OnDotReply(const Reply& reply, SteadyTime now) {
  Verdict verdict = Classify(Stage::kDot, reply);
  ++done_;
  FinishFront(Stated(verdict, reply));
  if (reply.code == 421 || verdict.fate == Fate::kUnknown) return EndAll();
  StartNext(now);
}

void Session::Refuse(Stage stage, const Reply& reply) {
  transactions_.front().refusal = Stated(Classify(stage, reply), reply);
}

Outcome Session::Stated(Verdict verdict, const Reply& reply) const {
  return {verdict, reply.code, reply.enhanced, Printable(reply.text)};
}

void Session::Kick(SteadyTime now) {
  if (idle()) StartNext(now);
  Arm(now);
}

void Session::StartNext(SteadyTime now) {
  if (state_ != State::kReady) return;
  bool envelope_under_way = std::any_of(expected_.begin(), expected_.end(), [](Owed o) { return o != Owed::kDot; });
  if (envelope_under_way) return;
  if (transactions_.empty()) idle_since_ = now;
  while (started_ < mails_max_) {
    auto mail = host_.Next();
    if (!mail) return;
    bool sound = IsWireAddress(mail->to.Reveal(), false) && IsWireAddress(mail->from, true);
    bool fits = size_max_ == 0 || mail->data.size() <= size_max_;
    if (!sound || !fits) {
      Outcome own{{Fate::kFailed, sound ? "size" : "address", false},
                  0,
                  sound ? "5.3.4" : "5.1.3",
                  sound ? "larger than the server takes" : "the address cannot be written in SMTP"};
      host_.Ended(*std::move(mail), std::move(own));
      continue;
    }
    ++started_;
    transactions_.push_back({*std::move(mail), {}, false, 0});
    return StartEnvelope(now);
  }
  if (transactions_.empty()) Quit(now);
}

void Session::StartEnvelope(SteadyTime now) {
  const Mail& mail = transactions_.back().mail;
  if (expected_.empty()) deadline_ = now + settings_.timeouts.command;
  if (reset_needed_) {
    reset_needed_ = false;
    Write("RSET\r\n");
    Expect(Owed::kReset);
    if (!pipelining_) return;
  }
  Write("MAIL FROM:<" + mail.from + (size_offered_ ? "> SIZE=" + std::to_string(mail.data.size()) : ">") + "\r\n");
  Expect(Owed::kMail);
  if (!pipelining_) return;
  Write("RCPT TO:<" + mail.to.Reveal() + ">\r\nDATA\r\n");
  Expect(Owed::kRcpt);
  Expect(Owed::kData);
}

void Session::SendBody(SteadyTime now) {
  Transaction& front = transactions_.front();
  if (!host_.MayEnd(front.mail.ticket)) {
    // Without its dot the server must discard what it has, so closing here sends nothing.
    FinishFront({{Fate::kQueued, "held", false}, 0, "", ""});
    return EndAll();
  }
  Write(front.mail.data);
  Write(".\r\n");
  front.dot_end = appended_;
  Expect(Owed::kDot);
  if (pipelining_) StartNext(now);
}

void Session::FinishFront(Outcome outcome) {
  Transaction ended = std::move(transactions_.front());
  transactions_.pop_front();
  host_.Ended(std::move(ended.mail), std::move(outcome));
}

void Session::Quit(SteadyTime now) {
  if (!idle()) return;
  Write("QUIT\r\n");
  state_ = State::kQuitting;
  deadline_ = now + settings_.timeouts.quit;
}

void Session::Disconnected() { EndAll(); }

void Session::TimedOut(SteadyTime) {
  if (state_ == State::kGreeting || state_ == State::kHello || state_ == State::kHelo) refused_ = true;
  if (pipelining_ && !expected_.empty() && expected_.front() != Owed::kDot) pipelining_failed_ = true;
  EndAll();
}

void Session::EndAll() {
  state_ = State::kOver;
  deadline_ = SteadyTime::max();
  expected_.clear();
  while (!transactions_.empty()) {
    Transaction& front = transactions_.front();
    bool dot_written = front.dot_end != 0 && written_ >= front.dot_end;
    Outcome lost{Lost(dot_written), 0, "", "the connection ended without a reply"};
    FinishFront(front.refusal ? *front.refusal : lost);
  }
}

void Session::Write(std::string_view text) {
  output_.append(text);
  appended_ += text.size();
}

void Session::Written(size_t octets) {
  sent_ += octets;
  written_ += octets;
  VEFA_CHECK(sent_ <= output_.size());
  if (sent_ == output_.size()) {
    output_.clear();
    sent_ = 0;
  }
}

void Session::Arm(SteadyTime now) {
  if (state_ == State::kOver || state_ == State::kQuitting) return;
  const Timeouts& wait = settings_.timeouts;
  if (state_ == State::kGreeting) deadline_ = now + wait.greeting;
  else if (state_ != State::kReady) deadline_ = now + wait.command;
  else if (expected_.empty()) deadline_ = SteadyTime::max();
  else if (expected_.front() == Owed::kDot) deadline_ = now + wait.dot;
  else if (expected_.front() == Owed::kData) deadline_ = now + wait.data;
  else deadline_ = now + wait.command;
}

}  // namespace vefa::notification::smtp
