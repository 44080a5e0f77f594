#include "services/notification/delivery/result_writer.h"

#include <map>
#include <tuple>

#include "libs/base/backoff.h"
#include "libs/telemetry/log.h"

namespace vefa::notification {
namespace {

using std::chrono::milliseconds;

constexpr size_t kFlushMax = 500;
constexpr milliseconds kGather{10};
constexpr milliseconds kIdle{1000};
constexpr milliseconds kRetryFirst{50};
constexpr milliseconds kRetryLongest{2000};
constexpr std::chrono::seconds kWriteTimeout{10};

}  // namespace

ResultWriter::ResultWriter(postgres::Database& pump, WorkBook& book, FlightFile& flights, const Clock& clock,
                           telemetry::Metrics& metrics, std::function<void()> recorded)
    : pump_(pump),
      book_(book),
      flights_(flights),
      clock_(clock),
      recorded_(std::move(recorded)),
      duration_(metrics.AddHistogram("vefa_notification_record_seconds", "How long recording a batch of results took.")),
      failures_metric_(metrics.AddCounter("vefa_notification_record_failures_total", "Batches that could not be recorded.")),
      loop_([this] { return Step(); }) {}

void ResultWriter::Add(std::vector<Entry> entries) {
  if (entries.empty()) return;
  {
    std::lock_guard lock(mutex_);
    if (queue_.empty()) oldest_ = std::chrono::steady_clock::now();
    waiting_ += entries.size();
    std::move(entries.begin(), entries.end(), std::back_inserter(queue_));
    // The first starts the clock, a full batch need not wait for it.
    if (queue_.size() != entries.size() && queue_.size() < kFlushMax) return;
  }
  loop_.Wake();
}

milliseconds ResultWriter::Step() {
  if (batch_.empty()) {
    std::lock_guard lock(mutex_);
    if (queue_.empty()) return kIdle;
    auto age = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - oldest_);
    if (queue_.size() < kFlushMax && age < kGather) return kGather - age;
    Take();
  }
  if (!RecordBatch()) return Backoff(failures_++, kRetryFirst, kRetryLongest, RandomShare());
  failures_ = 0;
  return milliseconds(0);
}

// With the mutex held.
void ResultWriter::Take() {
  size_t n = std::min(queue_.size(), kFlushMax);
  auto end = queue_.begin() + static_cast<long>(n);
  batch_.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
  queue_.erase(queue_.begin(), end);
}

bool ResultWriter::RecordBatch() {
  std::map<Uuid, std::vector<const Entry*>> by_tenant;
  for (const Entry& entry : batch_) by_tenant[entry.chunk->chunk.tenant].push_back(&entry);
  // One transaction holds one tenant's rows. If a later tenant fails, the earlier ones are repeated
  // and change nothing; their places are settled once, after all went in.
  for (const auto& [tenant, own] : by_tenant) {
    auto start = std::chrono::steady_clock::now();
    Status recorded = Record(pump_, FlushOf(tenant, own), clock_, Deadline::After(kWriteTimeout));
    if (!recorded.ok()) {
      failures_metric_.Add();
      telemetry::Warn("results could not be recorded", {{"reason", recorded.error().reason}, {"results", own.size()}});
      return false;
    }
    duration_.Observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  for (const auto& [tenant, own] : by_tenant) Settle(own);
  waiting_ -= batch_.size();
  batch_.clear();
  recorded_();
  return true;
}

Flush ResultWriter::FlushOf(const Uuid& tenant, const std::vector<const Entry*>& entries) const {
  Flush flush;
  flush.tenant = tenant;
  std::map<std::shared_ptr<ActiveChunk>, int> places;
  std::map<std::tuple<Uuid, milliseconds, std::optional<Time>>, Retry> retries;
  for (const Entry* entry : entries) {
    flush.results.push_back(entry->result);
    ++places[entry->chunk];
    if (entry->result.state != MessageState::kDeferred) continue;
    Retry& retry = retries[{entry->result.chunk, entry->retry_wait, entry->hold_until}];
    // Made from the first message in it, so that a repeated flush makes the same chunk again.
    if (retry.messages.empty()) {
      retry.id = entry->result.info.id;
      retry.id.bytes[14] = static_cast<uint8_t>(retry.id.bytes[14] ^ (entry->chunk->chunk.attempt + 1));
    }
    retry.from = entry->result.chunk;
    retry.wait = entry->retry_wait;
    retry.hold_until = entry->hold_until;
    retry.messages.push_back(entry->result.info.id);
    retry.contacts.push_back(entry->result.info.contact);
  }
  for (auto& [key, retry] : retries) flush.retries.push_back(std::move(retry));
  for (const auto& [chunk, n] : places)
    if (!book_.IsHeld(chunk) && book_.Unrecorded(chunk) == n) flush.finished.push_back(chunk->chunk.id);
  return flush;
}

void ResultWriter::Settle(const std::vector<const Entry*>& entries) {
  std::map<std::shared_ptr<ActiveChunk>, int> places;
  for (const Entry* entry : entries) ++places[entry->chunk];
  for (const auto& [chunk, n] : places)
    if (book_.Settle(chunk, n) && !book_.IsHeld(chunk)) flights_.Release(chunk->slot);
}

void ResultWriter::Stop() {
  loop_.Stop();
  // The thread is gone; what cannot be recorded now is recovered at the next start.
  for (;;) {
    if (batch_.empty()) {
      std::lock_guard lock(mutex_);
      if (queue_.empty()) return;
      Take();
    }
    if (!RecordBatch()) return;
  }
}

}  // namespace vefa::notification
