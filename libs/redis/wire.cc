#include "libs/redis/wire.h"

#include <hiredis/hiredis.h>

#include <array>
#include <chrono>

namespace vefa::redis {
namespace {

constexpr timeval kConnectTimeout{0, 100000};
constexpr timeval kReadTimeout{0, 50000};
// For a whole exchange: a server that answers drop by drop is as good as none.
constexpr std::chrono::milliseconds kExchangeTimeout(200);

// Replies that say something of the server rather than of the command.
bool Unfit(const Reply& reply) {
  if (reply.kind != Reply::Kind::kRefused) return false;
  static constexpr std::array<std::string_view, 8> kSigns{"READONLY", "MASTERDOWN", "LOADING", "CLUSTERDOWN",
                                                          "NOSCRIPT", "NOAUTH",     "WRONGPASS", "MISCONF"};
  for (std::string_view sign : kSigns)
    if (reply.text.starts_with(sign)) return true;
  return false;
}

Error Gone(const std::string& why) { return Unavailable("REDIS_UNAVAILABLE", "Redis cannot be used: " + why + "."); }

}  // namespace

Wire::~Wire() { redisFree(context_); }

Result<std::unique_ptr<Wire>> Wire::Open(const Address& address, const std::vector<const Script*>& scripts) {
  redisContext* context = redisConnectWithTimeout(address.host.c_str(), address.port, kConnectTimeout);
  if (context == nullptr) return Gone("out of memory");
  std::unique_ptr<Wire> wire(new Wire(context));
  if (context->err != 0) return Gone(context->errstr);
  if (redisSetTimeout(context, kReadTimeout) != REDIS_OK) return Gone(context->errstr);
  redisEnableKeepAlive(context);
  VEFA_TRY_OK(wire->Greet(address, scripts));
  return wire;
}

Status Wire::Greet(const Address& address, const std::vector<const Script*>& scripts) {
  Commands greeting{"PING"};
  if (!address.password.empty() && address.user.empty()) greeting = {"AUTH", address.password};
  if (!address.password.empty() && !address.user.empty()) greeting = {"AUTH", address.user, address.password};
  for (const Script* script : scripts) greeting.Add({"SCRIPT", "LOAD", script->text});
  VEFA_TRY(auto replies, Exchange({&greeting}));
  for (const Reply& reply : replies.front())
    if (reply.kind == Reply::Kind::kRefused) return Gone(reply.text);
  return Ok();
}

Result<std::vector<Replies>> Wire::Exchange(const std::vector<const Commands*>& batch) {
  auto start = std::chrono::steady_clock::now();
  for (const Commands* commands : batch)
    redisAppendFormattedCommand(context_, commands->bytes().data(), commands->bytes().size());
  std::vector<Replies> all(batch.size());
  bool answered = false;
  for (size_t i = 0; i < batch.size(); ++i) {
    all[i].reserve(batch[i]->count());
    while (all[i].size() < batch[i]->count()) {
      auto reply = Read();
      if (!reply.ok()) {
        bool closed = context_->err == REDIS_ERR_EOF || (context_->err == REDIS_ERR_IO && errno != EAGAIN);
        if (closed && !answered) return Unavailable("REDIS_CLOSED", reply.error().message);
        return std::move(reply).error();
      }
      if (Unfit(*reply)) return Gone(reply->text);
      if (std::chrono::steady_clock::now() - start > kExchangeTimeout) return Gone("it answers too slowly");
      answered = true;
      all[i].push_back(*std::move(reply));
    }
  }
  return all;
}

Result<Reply> Wire::Read() {
  void* raw = nullptr;
  if (redisGetReply(context_, &raw) != REDIS_OK) return Gone(context_->errstr);
  std::unique_ptr<redisReply, void (*)(void*)> from(static_cast<redisReply*>(raw), &freeReplyObject);
  Reply reply;
  switch (from->type) {
    case REDIS_REPLY_INTEGER:
      reply.kind = Reply::Kind::kInteger;
      reply.integer = from->integer;
      break;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      reply.kind = Reply::Kind::kText;
      reply.text.assign(from->str, static_cast<size_t>(from->len));
      break;
    case REDIS_REPLY_ERROR:
      reply.kind = Reply::Kind::kRefused;
      reply.text.assign(from->str, static_cast<size_t>(from->len));
      break;
    default: break;
  }
  return reply;
}

}  // namespace vefa::redis
