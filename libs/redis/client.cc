#include "libs/redis/client.h"

#include <future>

#include "libs/telemetry/log.h"

namespace vefa::redis {
namespace {

Error Resting() { return Unavailable("REDIS_UNAVAILABLE", "Redis is not reachable."); }
Error Busy() { return Unavailable("REDIS_UNAVAILABLE", "Too much waits for Redis."); }

Result<Reply> Only(Result<Replies> replies) {
  if (!replies.ok()) return std::move(replies).error();
  Reply reply = std::move(replies->front());
  if (reply.kind == Reply::Kind::kRefused) return Unavailable("REDIS_UNAVAILABLE", "Redis refused: " + reply.text);
  return reply;
}

}  // namespace

Client::Client(const std::string& address, std::vector<const Script*> scripts, telemetry::Metrics* metrics)
    : address_(Address::Parse(address).value()), scripts_(std::move(scripts)) {
  if (metrics != nullptr) {
    took_ = &metrics->AddHistogram("vefa_redis_exchange_seconds", "Round trips to Redis, each of many commands.");
    commands_ = &metrics->AddCounter("vefa_redis_commands_total", "Commands that Redis answered.");
    failures_ = &metrics->AddCounter("vefa_redis_failures_total", "Round trips that failed.");
    open_ = &metrics->AddGauge("vefa_breaker_open", "1 while a dependency is left alone after a failure.",
                               {{"dependency", "redis"}});
  }
  thread_ = std::thread([this] { Work(); });
}

Client::~Client() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ready_.notify_all();
  thread_.join();
}

void Client::Send(Commands commands, std::unique_ptr<Waiter> waiter) {
  if (!breaker_.Allows()) return waiter->Answered(Resting());
  {
    std::lock_guard lock(mutex_);
    if (waiting_commands_ + commands.count() <= kWaitingMax && !stopping_) {
      waiting_commands_ += commands.count();
      waiting_.push_back({std::move(commands), std::move(waiter)});
    }
  }
  if (waiter != nullptr) return waiter->Answered(Busy());
  ready_.notify_one();
}

Result<Replies> Client::Run(Commands commands) {
  std::promise<Result<Replies>> answer;
  auto answered = answer.get_future();
  Send(std::move(commands), [&answer](Result<Replies> replies) { answer.set_value(std::move(replies)); });
  // Comes for certain: every exchange is bounded, and what waits behind one that failed fails with it.
  return answered.get();
}

std::vector<Client::Request> Client::NextBatch() {
  std::unique_lock lock(mutex_);
  ready_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
  std::vector<Request> batch;
  size_t commands = 0;
  while (!waiting_.empty() && (batch.empty() || commands + waiting_.front().commands.count() <= kBatchMax)) {
    commands += waiting_.front().commands.count();
    batch.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  waiting_commands_ -= commands;
  return batch;
}

void Client::Work() {
  for (std::vector<Request> batch = NextBatch(); !batch.empty(); batch = NextBatch()) {
    std::vector<const Commands*> commands;
    for (const Request& request : batch) commands.push_back(&request.commands);
    auto start = std::chrono::steady_clock::now();
    auto replies = Exchange(commands);
    if (took_ != nullptr) took_->Observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    if (replies.ok()) {
      breaker_.Succeeded();
      if (open_ != nullptr) open_->Set(0);
    } else {
      Failed(replies.error());
    }
    for (size_t i = 0; i < batch.size(); ++i) {
      if (replies.ok() && commands_ != nullptr) commands_->Add(static_cast<double>((*replies)[i].size()));
      batch[i].waiter->Answered(replies.ok() ? Result<Replies>(std::move((*replies)[i])) : Resting());
    }
  }
}

// An idle connection may have been closed long ago, by a restart for example: once, that is no failure. Every command
// of ours may be done twice.
Result<std::vector<Replies>> Client::Exchange(const std::vector<const Commands*>& batch) {
  bool reused = wire_ != nullptr;
  auto replies = TryExchange(batch);
  if (!replies.ok() && reused && replies.error().reason == "REDIS_CLOSED") return TryExchange(batch);
  return replies;
}

Result<std::vector<Replies>> Client::TryExchange(const std::vector<const Commands*>& batch) {
  if (wire_ == nullptr) {
    VEFA_TRY(wire_, Wire::Open(address_, scripts_));
  }
  auto replies = wire_->Exchange(batch);
  if (!replies.ok()) wire_.reset();
  return replies;
}

void Client::Failed(const Error& error) {
  if (failures_ != nullptr) failures_->Add();
  if (breaker_.Failed()) {
    telemetry::Warn("going on without Redis for a moment",
                    {{"host", address_.host}, {"port", address_.port}, {"error", error.message}});
    if (open_ != nullptr) open_->Set(1);
  }
  // Whoever came meanwhile need not try what has just failed.
  std::deque<Request> waiting;
  {
    std::lock_guard lock(mutex_);
    waiting.swap(waiting_);
    waiting_commands_ = 0;
  }
  for (Request& request : waiting) request.waiter->Answered(Resting());
}

Result<std::optional<std::string>> Client::Get(std::string_view key) {
  VEFA_TRY(Reply reply, Only(Run({"GET", key})));
  if (reply.kind != Reply::Kind::kText) return std::optional<std::string>();
  return std::optional<std::string>(std::move(reply.text));
}

Status Client::Set(std::string_view key, std::string_view value, std::chrono::seconds time_to_live) {
  std::string seconds = std::to_string(time_to_live.count());
  VEFA_TRY_OK(Only(Run({"SET", key, value, "EX", seconds})));
  return Ok();
}

Status Client::Delete(std::string_view key) {
  VEFA_TRY_OK(Only(Run({"DEL", key})));
  return Ok();
}

Status Client::Ping() {
  VEFA_TRY_OK(Only(Run({"PING"})));
  return Ok();
}

}  // namespace vefa::redis
