#include "libs/events/projection_stream.h"

#include <future>
#include <iterator>
#include <thread>

#include "libs/base/backoff.h"
#include "libs/kafka/replay.h"
#include "libs/telemetry/log.h"

namespace vefa::events {
namespace {

// What one transaction of a fold takes at most, about.
constexpr size_t kBatchMax = 2000;
constexpr size_t kBatchBytesMax = 8 << 20;
constexpr std::chrono::seconds kCallTimeout(30);
// How long a source may be away before the run is given back to be tried later.
constexpr std::chrono::seconds kPatience(60);
// How far the clocks of two databases may be apart.
constexpr std::chrono::seconds kClockMargin(30);

Error Stopping() { return Unavailable("RUN_STOPPING", "The process is stopping; the run goes on in another."); }

bool IsPassing(const Error& error) {
  return error.code == Code::kUnavailable || error.code == Code::kDeadlineExceeded ||
         error.code == Code::kResourceExhausted;
}

class LedgerStream final : public EventStream {
 public:
  LedgerStream(LedgerReader& ledgers, std::vector<std::string> topics, std::vector<Uuid> tenants, Time until,
               std::function<bool()> stopping)
      : ledgers_(ledgers),
        topics_(std::move(topics)),
        tenants_(std::move(tenants)),
        until_(until + kClockMargin),
        stopping_(std::move(stopping)) {}

  Result<std::vector<Event>> Next() override {
    std::vector<Event> batch;
    size_t bytes = 0;
    while (topic_ < topics_.size() && batch.size() < kBatchMax && bytes < kBatchBytesMax) {
      if (tenant_ >= tenants_.size()) {
        tenant_ = 0;
        ++topic_;
        continue;
      }
      VEFA_TRY(std::vector<Event> page, Page());
      for (Event& event : page) {
        event.topic = topics_[topic_];
        bytes += event.payload.size();
      }
      std::move(page.begin(), page.end(), std::back_inserter(batch));
      bool is_beyond = !batch.empty() && batch.back().record_time > until_;
      if (is_beyond) token_.clear();
      if (token_.empty()) ++tenant_;
    }
    return batch;
  }

 private:
  Result<std::vector<Event>> Page() {
    Deadline patience = Deadline::After(kPatience);
    for (int attempt = 0;; ++attempt) {
      if (stopping_()) return Stopping();
      std::string token = token_;
      auto page = ledgers_.Read(topics_[topic_], tenants_[tenant_], token, Deadline::After(kCallTimeout));
      if (page.ok()) token_ = token;
      if (page.ok() || !IsPassing(page.error()) || patience.Passed()) return page;
      std::this_thread::sleep_for(
          Backoff(attempt, std::chrono::milliseconds(50), std::chrono::seconds(2), RandomShare()));
    }
  }

  LedgerReader& ledgers_;
  const std::vector<std::string> topics_;
  const std::vector<Uuid> tenants_;
  const Time until_;
  const std::function<bool()> stopping_;
  size_t topic_ = 0;
  size_t tenant_ = 0;
  std::string token_;
};

class KafkaStream final : public EventStream {
 public:
  KafkaStream(std::unique_ptr<kafka::Replay> replay, std::function<bool()> stopping)
      : replay_(std::move(replay)), stopping_(std::move(stopping)) {}

  Result<std::vector<Event>> Next() override {
    std::vector<Event> batch;
    Deadline patience = Deadline::After(kPatience);
    while (batch.empty() && !replay_->done()) {
      if (stopping_()) return Stopping();
      if (patience.Passed())
        return Unavailable("KAFKA_UNAVAILABLE", "Kafka stopped answering; the run is tried again.");
      for (kafka::Message& message : replay_->Poll(kBatchMax, std::chrono::seconds(1))) {
        // What is no event of ours the live projection skips, too, and keeps note of.
        auto event = FromMessage(std::move(message));
        if (event.ok()) batch.push_back(*std::move(event));
      }
    }
    return batch;
  }

 private:
  std::unique_ptr<kafka::Replay> replay_;
  const std::function<bool()> stopping_;
};

// Reads the next batch while its user is busy with the last one.
class AheadStream final : public EventStream {
 public:
  explicit AheadStream(std::unique_ptr<EventStream> source) : source_(std::move(source)) {}

  Result<std::vector<Event>> Next() override {
    auto batch = next_.valid() ? next_.get() : source_->Next();
    if (batch.ok() && !batch->empty()) next_ = std::async(std::launch::async, [this] { return source_->Next(); });
    return batch;
  }

 private:
  std::unique_ptr<EventStream> source_;
  std::future<Result<std::vector<Event>>> next_;  // Last: waits for the reading under way.
};

}  // namespace

std::unique_ptr<EventStream> StreamLedgers(LedgerReader& ledgers, std::vector<std::string> topics,
                                           std::vector<Uuid> tenants, Time until, std::function<bool()> stopping) {
  return std::make_unique<AheadStream>(
      std::make_unique<LedgerStream>(ledgers, std::move(topics), std::move(tenants), until, std::move(stopping)));
}

Result<std::unique_ptr<EventStream>> StreamKafka(const std::string& brokers, const std::vector<std::string>& topics,
                                                 std::function<bool()> stopping) {
  VEFA_TRY(auto replay, kafka::Replay::Open(brokers, topics, Deadline::After(kPatience)));
  return std::unique_ptr<EventStream>(std::make_unique<KafkaStream>(std::move(replay), std::move(stopping)));
}

}  // namespace vefa::events
