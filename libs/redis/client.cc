#include "libs/redis/client.h"

#include <hiredis/hiredis.h>

#include <charconv>

#include "libs/telemetry/log.h"

namespace vefa::redis {
namespace {

constexpr timeval kConnectTimeout{0, 100000};
constexpr timeval kCommandTimeout{0, 50000};
// How long Redis is left alone after a failure.
constexpr int64_t kRestMs = 1000;

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Error Gone() { return Unavailable("REDIS_UNAVAILABLE", "Redis is not reachable."); }

}  // namespace

struct Client::Connection {
  redisContext* context = nullptr;
  ~Connection() { redisFree(context); }
};

struct Client::Reply {
  std::unique_ptr<redisReply, void (*)(void*)> reply{nullptr, &freeReplyObject};
};

Client::Client(std::string address, int size) : size_(static_cast<size_t>(size)) {
  size_t colon = address.rfind(':');
  host_ = address.substr(0, colon);
  if (colon != std::string::npos)
    std::from_chars(address.data() + colon + 1, address.data() + address.size(), port_);
}

Client::~Client() = default;

void Client::Rest() {
  int64_t until = NowMs() + kRestMs;
  if (resting_until_ms_.exchange(until) < until - kRestMs)
    telemetry::Warn("Redis is not reachable; going on without it", {{"host", host_}, {"port", port_}});
  std::lock_guard lock(mutex_);
  idle_.clear();
}

Result<std::unique_ptr<Client::Connection>> Client::Acquire() {
  if (NowMs() < resting_until_ms_.load()) return Gone();
  {
    std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  auto connection = std::make_unique<Connection>();
  connection->context = redisConnectWithTimeout(host_.c_str(), port_, kConnectTimeout);
  if (connection->context == nullptr || connection->context->err != 0) {
    Rest();
    return Gone();
  }
  redisSetTimeout(connection->context, kCommandTimeout);
  return connection;
}

void Client::Release(std::unique_ptr<Connection> connection) {
  std::lock_guard lock(mutex_);
  if (idle_.size() < size_) idle_.push_back(std::move(connection));
}

Result<Client::Reply> Client::Command(const std::vector<std::string_view>& words) {
  VEFA_TRY(std::unique_ptr<Connection> connection, Acquire());
  std::vector<const char*> data;
  std::vector<size_t> sizes;
  for (std::string_view word : words) {
    data.push_back(word.data());
    sizes.push_back(word.size());
  }
  Reply reply;
  reply.reply.reset(static_cast<redisReply*>(
      redisCommandArgv(connection->context, static_cast<int>(words.size()), data.data(), sizes.data())));
  if (reply.reply == nullptr) {
    // A context with an error is dead, and so are, most likely, the idle ones.
    Rest();
    return Gone();
  }
  if (reply.reply->type == REDIS_REPLY_ERROR)
    return Unavailable("REDIS_UNAVAILABLE", std::string("Redis refused: ") + reply.reply->str);
  Release(std::move(connection));
  return reply;
}

Result<std::optional<std::string>> Client::Get(std::string_view key) {
  VEFA_TRY(Reply reply, Command({"GET", key}));
  if (reply.reply->type != REDIS_REPLY_STRING) return std::optional<std::string>();
  return std::optional<std::string>(std::string(reply.reply->str, static_cast<size_t>(reply.reply->len)));
}

Status Client::Set(std::string_view key, std::string_view value, std::chrono::seconds time_to_live) {
  std::string seconds = std::to_string(time_to_live.count());
  VEFA_TRY_OK(Command({"SET", key, value, "EX", seconds}));
  return Ok();
}

Status Client::Delete(std::string_view key) {
  VEFA_TRY_OK(Command({"DEL", key}));
  return Ok();
}

Status Client::Ping() {
  VEFA_TRY_OK(Command({"PING"}));
  return Ok();
}

}  // namespace vefa::redis
