#include "services/notification/smtp/pool.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "libs/base/backoff.h"
#include "libs/telemetry/log.h"

namespace vefa::notification::smtp {
namespace {

constexpr int kTriesMax = 2;  // Connections a message may lose before its dot, then the schedule has it.
constexpr size_t kReadSize = 64 << 10;
constexpr std::chrono::hours kLockStep{24};

void Watch(int epoll, int operation, int fd, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  epoll_ctl(epoll, operation, fd, &event);
}

}  // namespace

Pool::Pool(PoolSettings settings, PoolOwner& owner)
    : settings_(std::move(settings)),
      owner_(owner),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      buffer_(kReadSize, '\0'),
      now_(std::chrono::steady_clock::now()),
      next_connect_(now_),
      lock_step_until_(now_) {
  VEFA_CHECK(epoll_ >= 0 && wake_ >= 0);
  Watch(epoll_, EPOLL_CTL_ADD, wake_, EPOLLIN);
}

Pool::~Pool() {
  for (auto& [fd, link] : links_) close(fd);
  close(wake_);
  close(epoll_);
}

void Pool::Post(std::vector<Mail> mails) {
  {
    std::lock_guard lock(inbox_mutex_);
    std::move(mails.begin(), mails.end(), std::back_inserter(inbox_));
  }
  Wake();
}

void Pool::Wake() {
  uint64_t one = 1;
  [[maybe_unused]] ssize_t n = write(wake_, &one, sizeof one);  // Full means that it is awake anyhow.
}

void Pool::Step(std::chrono::milliseconds wait) {
  epoll_event events[64];
  int n = epoll_wait(epoll_, events, 64, WaitMs(wait));
  now_ = std::chrono::steady_clock::now();
  for (int i = 0; i < n; ++i) {
    if (events[i].data.fd == wake_) {
      uint64_t count;
      [[maybe_unused]] ssize_t got = read(wake_, &count, sizeof count);
    } else {
      Serve(events[i].data.fd, events[i].events);
    }
  }
  TakeInbox();
  Settle();
  ExpireQueue();
  OpenMore();
}

int Pool::WaitMs(std::chrono::milliseconds wait) const {
  if (queue_.empty() || now_ >= next_connect_) return static_cast<int>(wait.count());
  auto until = std::chrono::duration_cast<std::chrono::milliseconds>(next_connect_ - now_) + std::chrono::milliseconds(1);
  return static_cast<int>(std::min(wait, until).count());
}

void Pool::TakeInbox() {
  std::vector<Mail> arrived;
  {
    std::lock_guard lock(inbox_mutex_);
    arrived.swap(inbox_);
  }
  for (Mail& mail : arrived) {
    mail.queued_at = now_;
    queue_.push_back(std::move(mail));
  }
}

void Pool::Serve(int fd, uint32_t events) {
  auto found = links_.find(fd);
  if (found == links_.end()) return;
  Link& link = found->second;
  if (link.connecting) return Connected(link);
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) Read(link);
  if (!link.session->over() && (events & EPOLLOUT)) Flush(link);
}

void Pool::Connected(Link& link) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(link.fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) {
    HostTrouble();
    return Drop(link.fd);
  }
  link.connecting = false;
  link.watching_write = false;
  Watch(epoll_, EPOLL_CTL_MOD, link.fd, EPOLLIN);
  SessionSettings session{settings_.helo_name, settings_.timeouts, settings_.mails_per_connection,
                          now_ < lock_step_until_};
  Host& host = *this;
  link.session = std::make_unique<Session>(session, host, now_);
}

void Pool::Read(Link& link) {
  ssize_t n = recv(link.fd, buffer_.data(), buffer_.size(), 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) {
    if (!link.session->ready() && link.session->mails_done() == 0) HostTrouble();
    link.session->Disconnected();
    return;
  }
  bool was_ready = link.session->ready();
  link.session->Receive({buffer_.data(), static_cast<size_t>(n)}, now_);
  if (!was_ready && link.session->ready()) failures_ = 0;
  Flush(link);
}

void Pool::Flush(Link& link) {
  while (!link.session->output().empty()) {
    std::string_view output = link.session->output();
    ssize_t n = send(link.fd, output.data(), output.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) return link.session->Disconnected();
    link.session->Written(static_cast<size_t>(n));
  }
  bool blocked = !link.session->output().empty();
  if (blocked != link.watching_write) {
    Watch(epoll_, EPOLL_CTL_MOD, link.fd, blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
    link.watching_write = blocked;
  }
}

// Looks at every connection: deadlines, idleness, new work, and those that are over.
void Pool::Settle() {
  std::vector<int> over;
  for (auto& [fd, link] : links_) CheckLink(link, over);
  for (int fd : over) Drop(fd);
}

void Pool::CheckLink(Link& link, std::vector<int>& over) {
  if (link.connecting) {
    if (now_ < link.connect_by) return;
    HostTrouble();
    over.push_back(link.fd);
    return;
  }
  Session& session = *link.session;
  if (now_ >= session.deadline()) session.TimedOut(now_);
  if (session.idle()) {
    bool tired = now_ - link.born >= settings_.age;
    if (!tired && !queue_.empty()) session.Kick(now_);
    else if (tired || now_ - session.idle_since() >= settings_.idle) session.Quit(now_);
    if (!session.output().empty()) Flush(link);
  }
  if (session.over()) {
    if (session.refused()) HostTrouble();
    if (session.pipelining_failed()) lock_step_until_ = now_ + kLockStep;
    over.push_back(link.fd);
  }
}

void Pool::Drop(int fd) {
  close(fd);
  links_.erase(fd);
}

void Pool::HostTrouble() {
  auto wait = Backoff(failures_++, settings_.reconnect_first, settings_.reconnect_longest, RandomShare());
  next_connect_ = std::max(next_connect_, now_ + wait);
  telemetry::Warn("the mail server does not answer", {{"failures", failures_}, {"wait_ms", wait.count()}});
}

void Pool::OpenMore() {
  size_t coming = static_cast<size_t>(
      std::count_if(links_.begin(), links_.end(), [](const auto& entry) { return !entry.second.session ||
                                                                                 !entry.second.session->ready(); }));
  // After a failure one connection at a time is tried, until the host answers again.
  size_t most = failures_ > 0 ? 1 : static_cast<size_t>(settings_.connections);
  while (now_ >= next_connect_ && links_.size() < most && coming < queue_.size()) {
    ++coming;
    if (Open().ok()) continue;
    HostTrouble();
  }
}

Status Pool::Open() {
  size_t colon = settings_.address.rfind(':');
  if (colon == std::string::npos) return InvalidArgument("SMTP_ADDRESS", "The mail server is named as host:port.");
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  std::string host = settings_.address.substr(0, colon);
  if (getaddrinfo(host.c_str(), settings_.address.substr(colon + 1).c_str(), &hints, &found) != 0)
    return Unavailable("SMTP_NAME", "The mail server's name does not resolve.");
  int fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  bool started = fd >= 0 && (connect(fd, found->ai_addr, found->ai_addrlen) == 0 || errno == EINPROGRESS);
  freeaddrinfo(found);
  if (!started) {
    if (fd >= 0) close(fd);
    return Unavailable("SMTP_CONNECT", "The mail server cannot be reached.");
  }
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  Link& link = links_[fd];
  link.fd = fd;
  link.born = now_;
  link.connect_by = now_ + settings_.connect_timeout;
  Watch(epoll_, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLOUT);
  return Ok();
}

std::optional<Mail> Pool::Next() {
  while (!queue_.empty()) {
    Mail mail = std::move(queue_.front());
    queue_.pop_front();
    if (owner_.MayStart(mail.ticket)) return mail;
    owner_.Ended(mail.ticket, {{Fate::kQueued, "held", false}, 0, "", ""});
  }
  return std::nullopt;
}

void Pool::Ended(Mail mail, Outcome outcome) {
  bool held = std::strcmp(outcome.verdict.reason, "held") == 0;
  if (outcome.code != 0) failures_ = 0;
  if (outcome.verdict.fate == Fate::kQueued && !held) {
    if (++mail.tries < kTriesMax) {
      owner_.Requeued(mail.ticket);
      queue_.push_front(std::move(mail));
      return;
    }
    outcome.verdict.fate = Fate::kDeferred;
  }
  owner_.Ended(mail.ticket, std::move(outcome));
}

void Pool::ExpireQueue() {
  while (!queue_.empty() && now_ - queue_.front().queued_at >= settings_.patience) {
    Mail mail = std::move(queue_.front());
    queue_.pop_front();
    owner_.Ended(mail.ticket, {{Fate::kDeferred, "net", false}, 0, "", "the mail server was not reached in time"});
  }
}

void Pool::Close() {
  for (auto& [fd, link] : links_) {
    if (link.session) {
      link.session->Quit(now_);
      Flush(link);
      link.session->Disconnected();
    }
    close(fd);
  }
  links_.clear();
}

}  // namespace vefa::notification::smtp
