#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "libs/base/result.h"
#include "services/notification/smtp/session.h"

namespace vefa::notification::smtp {

struct PoolSettings {
  std::string address;             // host:port of the smart host.
  std::string helo_name;
  int connections = 8;             // Also the most messages whose fate a crash leaves open.
  int mails_per_connection = 1000;
  Timeouts timeouts;
  std::chrono::milliseconds connect_timeout{30'000};
  std::chrono::milliseconds idle{5'000};
  std::chrono::milliseconds age{300'000};
  // How long a message waits for a connection before it is deferred with reason `net`.
  std::chrono::milliseconds patience{60'000};
  std::chrono::milliseconds reconnect_first{100};
  std::chrono::milliseconds reconnect_longest{5'000};
};

// Who owns the messages of a pool. Called on the pool's thread.
class PoolOwner {
 public:
  virtual ~PoolOwner() = default;
  // Whether messages may still be sent at all; false gives a waiting one back as held.
  virtual bool MayStart(uint64_t ticket) = 0;
  virtual bool MayEnd(uint64_t ticket) = 0;  // As Host::MayEnd.
  // The message was lost before its dot left, and waits for another connection.
  virtual void Requeued(uint64_t ticket) = 0;
  // Never kQueued, but for messages that were held back.
  virtual void Ended(uint64_t ticket, Outcome outcome) = 0;
};

// Connections to one smart host and the messages waiting for them: opens as many as there is work
// for, re-uses them, retries at once what was lost before its dot, and keeps away for a while from
// a host that does not answer. Post and Wake are thread-safe; everything else belongs to one thread,
// which calls Step again and again.
class Pool final : Host {
 public:
  Pool(PoolSettings settings, PoolOwner& owner);
  ~Pool() override;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Hands messages over. The owner bounds how many are under way.
  void Post(std::vector<Mail> mails);
  void Wake();

  // One round: waits at most `wait` for the network, moves what can be moved.
  void Step(std::chrono::milliseconds wait);
  // Says QUIT on idle connections and drops the others; messages under way end by what is known.
  void Close();

  int open_connections() const { return static_cast<int>(links_.size()); }
  size_t waiting() const { return queue_.size(); }

 private:
  struct Link {
    int fd = -1;
    bool connecting = true;
    bool watching_write = true;
    SteadyTime born;
    SteadyTime connect_by;
    std::unique_ptr<Session> session;  // Null until connected.
  };

  std::optional<Mail> Next() override;
  bool MayEnd(uint64_t ticket) override { return owner_.MayEnd(ticket); }
  void Ended(Mail mail, Outcome outcome) override;

  void TakeInbox();
  void Serve(int fd, uint32_t events);
  void Connected(Link& link);
  void Read(Link& link);
  void Flush(Link& link);
  void Settle();
  void CheckLink(Link& link, std::vector<int>& over);
  void Drop(int fd);
  void OpenMore();
  Status Open();
  void HostTrouble();
  void ExpireQueue();
  int WaitMs(std::chrono::milliseconds wait) const;

  PoolSettings settings_;
  PoolOwner& owner_;
  int epoll_ = -1;
  int wake_ = -1;
  std::mutex inbox_mutex_;
  std::vector<Mail> inbox_;
  std::deque<Mail> queue_;
  std::unordered_map<int, Link> links_;
  std::string buffer_;
  int failures_ = 0;
  SteadyTime now_;
  SteadyTime next_connect_;
  SteadyTime lock_step_until_;
};

}  // namespace vefa::notification::smtp
