#include "tests/bench/relay/direct.h"

namespace vefa::bench {

Direct::Direct(Outbox& outbox) : writer_(outbox.source), producer_(testing::KafkaBrokers(), "bench") {
  Outbox::Must(producer_.CountPartitions(outbox.source.topic, Deadline::After(std::chrono::seconds(30))).ok(),
               "finding the topic");
  event_.tenant = outbox.database.tenant();
  event_.type = "thing.happened";
  event_.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  event_.payload = std::string(200, 'x');
  event_.aggregate_version = 1;
  thread_ = std::thread([this] { Produce(); });
}

void Direct::Committed() {
  {
    std::lock_guard lock(mutex_);
    waiting_.push_back(std::chrono::steady_clock::now());
  }
  producer_.Wake();
}

std::vector<double> Direct::Finish() {
  {
    std::lock_guard lock(mutex_);
    finished_ = true;
  }
  producer_.Wake();
  thread_.join();
  return std::move(publish_ms_);
}

void Direct::Produce() {
  for (bool last = false; !last || producer_.in_flight() > 0;) {
    auto report = producer_.Poll(std::chrono::milliseconds(50));
    Outbox::Must(!report.lost, "producing");
    SteadyTime now = std::chrono::steady_clock::now();
    for (uint64_t token : report.acknowledged) publish_ms_.push_back(Milliseconds(committed_[token], now));
    size_t from = committed_.size();
    {
      std::lock_guard lock(mutex_);
      committed_.insert(committed_.end(), waiting_.begin(), waiting_.end());
      waiting_.clear();
      last = finished_;
    }
    for (size_t token = from; token < committed_.size(); ++token) Send(token);
  }
}

void Direct::Send(size_t token) {
  event_.id = NewUuidV7(clock_);
  event_.subject = "things/" + event_.id.ToString();
  event_.occur_time = event_.record_time = clock_.Now();
  Outbox::Must(producer_.Send(writer_.Write(event_), token), "producing");
}

}  // namespace vefa::bench
