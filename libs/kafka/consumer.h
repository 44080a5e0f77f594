#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/kafka/message.h"

namespace vefa::kafka {

using Partition = std::pair<std::string, int32_t>;  // topic, number

// An offset that stands for the first record there is.
inline constexpr int64_t kBeginning = -2;

struct ConsumerOptions {
  // Kafka gives the partitions to others when this passes without a call.
  std::chrono::milliseconds poll_interval = std::chrono::minutes(5);
  // A name that outlives the process, unlike those of all others of the group: whoever comes back under it within ten
  // seconds has its partitions at once. Who goes for good keeps them that long, too. Empty: a fresh member each time,
  // whose partitions are given away at once when it ends by itself, and after ten seconds when it was killed.
  std::string instance = {};
};

// Reads topics as a member of a group. Where to start is decided by the owner, not by Kafka: on
// assignment `start` is asked for the next offset of each partition. Membership hangs on Poll or
// Serve being called, whether anything is read or not. Used by one thread, which is also the one that calls back.
class Consumer {
 public:
  // Returns the next offset per partition; a partition left out starts at its beginning. Nothing while that
  // cannot be known: then the partitions are ours and unread until Seek says where they start.
  using Start = std::function<std::optional<std::map<Partition, int64_t>>(const std::vector<Partition>&)>;
  // Told which partitions are no longer ours.
  using Revoked = std::function<void(const std::vector<Partition>&)>;

  Consumer(std::string brokers, std::string group, std::vector<std::string> topics, Start start, Revoked revoked,
           ConsumerOptions options = {});
  ~Consumer();

  // Up to `most` messages or `bytes` of them, but at least one; returns when that many are there, when no more
  // come for the moment, or when `wait` is over. UNAVAILABLE while no broker can be reached is not an error
  // here: the batch is empty.
  Result<std::vector<Message>> Poll(size_t most, std::chrono::milliseconds wait, size_t bytes = 4 << 20);
  // Reads nothing and stays a member; only while paused.
  Status Serve(std::chrono::milliseconds wait);
  // The next Poll or Serve stops and resumes fetching of everything assigned, now and later. What was fetched and not
  // polled is fetched again.
  void Pause();
  void Resume();
  // The next Poll reads from the given offsets, kBeginning among them. Partitions that are not ours are left alone.
  void Seek(const std::map<Partition, int64_t>& offsets);
  // Partitions whose position Kafka does not have (any more), since the last call or their last Seek. They are not
  // read until Seek moves them.
  std::vector<Partition> TakeLost() { return std::exchange(lost_, {}); }
  // Messages between these offsets and the ends of their partitions: as last heard, or as the brokers say when
  // asked, which takes a while. Fetching hears of the ends by itself.
  int64_t Lag(const std::map<Partition, int64_t>& next, bool ask = false) const;

 private:
  struct Handle;
  Status Open();
  void Notice(const void* message);
  Status Move();
  // Begins anew after an error that ends a member, such as another one of the same name.
  void Reopen();
  void Rest(std::chrono::milliseconds wait) const;
  std::string brokers_;
  std::string group_;
  std::vector<std::string> topics_;
  Start start_;
  Revoked revoked_;
  const ConsumerOptions options_;
  bool paused_ = false;
  bool fatal_ = false;
  Deadline rest_ = Deadline::After({});  // After a fatal error.
  bool rebalanced_ = false;  // Since Poll looked last.
  std::vector<Partition> assigned_;
  std::map<Partition, int64_t> next_;  // What Poll gives next of them; without those that are not known or lost.
  bool moved_ = false;                 // Something else is to be read than is being read.
  std::vector<Partition> lost_;
  std::unique_ptr<Handle> handle_;
};

// Reads every partition of some topics without a group, from their ends minus `back` messages
// each. For watchers such as the gateway's live stream. Used by one thread.
class Tail {
 public:
  Tail(std::string brokers, std::vector<std::string> topics, int64_t back);
  ~Tail();
  std::vector<Message> Poll(size_t most, std::chrono::milliseconds wait);

 private:
  struct Handle;
  bool Open();
  std::string brokers_;
  std::vector<std::string> topics_;
  int64_t back_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace vefa::kafka
