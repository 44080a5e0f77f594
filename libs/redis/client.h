#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "libs/base/result.h"
#include "libs/redis/address.h"
#include "libs/redis/command.h"
#include "libs/redis/wire.h"
#include "libs/base/breaker.h"
#include "libs/telemetry/metrics.h"

namespace vefa::redis {

// Session and cache state: what may be lost. One connection and one thread of its own; what many callers ask for at the
// same time goes out together, so a busy process makes one round trip for dozens of commands. Every answer comes within
// a fraction of a second, and after a failure the server is left alone for a moment, so that a Redis that is gone costs
// its callers next to nothing: they go on from PostgreSQL. UNAVAILABLE `REDIS_UNAVAILABLE` means "work without it".
// Thread-safe.
class Client {
 public:
  static constexpr size_t kBatchMax = 256;     // Commands of one round trip.
  static constexpr size_t kWaitingMax = 8192;  // Commands; who comes then goes on without Redis.

  // Who waits for the replies to what he sent.
  class Waiter {
   public:
    virtual ~Waiter() = default;
    // Once, by the client's thread or within Send; waits for nothing. One reply for each command; a refused command is
    // its own reply's business.
    virtual void Answered(Result<Replies> replies) = 0;
  };

  // Aborts when `address` is not one: settings are checked where they are read. `scripts` outlive the client.
  explicit Client(const std::string& address, std::vector<const Script*> scripts = {},
                  telemetry::Metrics* metrics = nullptr);
  // Works off what waits, or fails it; takes a fraction of a second.
  ~Client();

  void Send(Commands commands, std::unique_ptr<Waiter> waiter);
  // The same with a function of `Result<Replies>`.
  template <typename Done>
    requires(!std::is_convertible_v<Done, std::unique_ptr<Waiter>>)
  void Send(Commands commands, Done done) {
    struct Calls final : Waiter {
      explicit Calls(Done done_of) : call(std::move(done_of)) {}
      void Answered(Result<Replies> replies) override { call(std::move(replies)); }
      Done call;
    };
    Send(std::move(commands), std::unique_ptr<Waiter>(std::make_unique<Calls>(std::move(done))));
  }
  // Waits for the replies.
  Result<Replies> Run(Commands commands);

  // nullopt when there is no such key.
  Result<std::optional<std::string>> Get(std::string_view key);
  Status Set(std::string_view key, std::string_view value, std::chrono::seconds time_to_live);
  Status Delete(std::string_view key);
  Status Ping();

 private:
  struct Request {
    Commands commands;
    std::unique_ptr<Waiter> waiter;
  };
  void Work();
  std::vector<Request> NextBatch();
  Result<std::vector<Replies>> Exchange(const std::vector<const Commands*>& batch);
  Result<std::vector<Replies>> TryExchange(const std::vector<const Commands*>& batch);
  void Failed(const Error& error);

  const Address address_;
  const std::vector<const Script*> scripts_;
  telemetry::Histogram* took_ = nullptr;
  telemetry::Counter* commands_ = nullptr;
  telemetry::Counter* failures_ = nullptr;
  telemetry::Gauge* open_ = nullptr;
  Breaker breaker_;
  std::unique_ptr<Wire> wire_;  // The thread's.
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Request> waiting_;
  size_t waiting_commands_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace vefa::redis
