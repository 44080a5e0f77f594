#include "services/gateway/feed/feed.h"

#include <algorithm>

#include "libs/telemetry/log.h"
#include "services/gateway/feed/feed_writer.h"

namespace vefa::gateway {
namespace {

// How soon what another gateway committed is noticed, and how exact waiting readers keep time.
constexpr std::chrono::milliseconds kLook(150);
constexpr std::chrono::milliseconds kIdle(5000);
constexpr std::chrono::seconds kLookTimeout(2);
constexpr int kPageThreads = 3;
// A stream has one page asked for at a time.
constexpr size_t kPagesWaiting = 2 * StreamLimits::kInAll;
constexpr std::chrono::minutes kKeepEvery(30);
constexpr std::chrono::minutes kKeepRetry(1);
constexpr std::chrono::seconds kKeepTimeout(30);

const std::map<FeedDoor, std::string> kDoors{
    {FeedDoor::kGrpc, "grpc"}, {FeedDoor::kSse, "sse"}, {FeedDoor::kPage, "page"}};

}  // namespace

Error FeedDraining() {
  return Unavailable("DRAINING", "This gateway is stopping; go on from the last cursor, at another or in a moment.");
}

Feed::Feed(postgres::Database& database, postgres::Database& pump, std::string_view secret, int days,
           const Clock& clock, telemetry::Metrics& metrics)
    : codec_(secret),
      store_(database, codec_),
      pump_(pump),
      days_(days),
      clock_(clock),
      readers_behind_(metrics.AddGauge("vefa_feed_readers_behind",
                                       "Open streams that read events from PostgreSQL, further "
                                       "back than the newest held in memory.")),
      pages_ring_(metrics.AddCounter("vefa_feed_pages_total", "Pages read, by where from.", {{"from", "memory"}})),
      pages_stored_(metrics.AddCounter("vefa_feed_pages_total", "Pages read, by where from.", {{"from", "postgres"}})),
      days_dropped_(metrics.AddCounter("vefa_feed_days_dropped_total", "Days of the feed dropped as too old.")),
      pool_(kPageThreads, {.waiting_max = kPagesWaiting, .tenant_max = kPagesWaiting}),
      keeper_([this] { return KeepDays(); }),
      loop_([this] { return Step(); }) {
  for (const auto& [door, name] : kDoors) {
    open_[door] = 0;
    streams_[door] = &metrics.AddGauge("vefa_feed_streams", "Readers that follow the feed.", {{"door", name}});
    sent_[door] = &metrics.AddCounter("vefa_feed_events_sent_total", "Events given to readers.", {{"door", name}});
  }
}

void Feed::NoteOpen(FeedDoor door, int by) { streams_.at(door)->Set(static_cast<double>(open_.at(door) += by)); }
void Feed::NoteSent(FeedDoor door, size_t events) { sent_.at(door)->Add(static_cast<double>(events)); }

Feed::Watch Feed::AddWatcher(const Uuid& tenant, const std::shared_ptr<FeedWatcher>& watcher) {
  uint64_t id = 0;
  bool first = false;
  {
    std::lock_guard lock(mutex_);
    first = watchers_.empty();
    id = next_id_++;
    watchers_[id] = {tenant, watcher};
  }
  // While others wait the thread looks often enough by itself.
  if (first) loop_.Wake();
  return Watch(this, id);
}

void Feed::Unwatch(uint64_t id) {
  std::lock_guard lock(mutex_);
  watchers_.erase(id);
}

void Feed::BeginStop() {
  stopping_ = true;
  loop_.Wake();
}

void Feed::Stop() {
  BeginStop();
  loop_.Stop();
  keeper_.Stop();
  pool_.Stop();
}

std::chrono::milliseconds Feed::Step() {
  std::set<Uuid> moved;
  Status refreshed = Refresh(moved);
  if (!refreshed.ok() && !in_trouble_)
    telemetry::Warn("the feed waits for the database", {{"reason", refreshed.error().reason}});
  in_trouble_ = !refreshed.ok();
  Call(moved);
  std::lock_guard lock(mutex_);
  return watchers_.empty() ? kIdle : kLook;
}

Status Feed::Refresh(std::set<Uuid>& moved) {
  std::vector<FeedRings::Followed> followed = rings_.AllFollowed();
  if (followed.empty() || stopping_) return Ok();
  std::vector<Uuid> tenants;
  for (const auto& each : followed) tenants.push_back(each.tenant);
  VEFA_TRY(auto read, ReadFeedHeads(pump_, tenants, Deadline::After(kLookTimeout)));
  std::map<Uuid, FeedPlace> heads(read.begin(), read.end());
  for (const auto& each : followed) {
    const FeedPlace& head = heads[each.tenant];
    if (each.tail == head) continue;
    VEFA_TRY_OK(Fill(each.tenant, each.tail, head));
    moved.insert(each.tenant);
  }
  return Ok();
}

Status Feed::Fill(const Uuid& tenant, const std::optional<FeedPlace>& tail, const FeedPlace& head) {
  // A ring that knows no place yet, or one of a life that ended: its readers go by PostgreSQL first.
  if (!tail || tail->life != head.life || tail->seq > head.seq) {
    rings_.Begin(tenant, head);
    return Ok();
  }
  FeedPlace at{head.life, std::max(tail->seq, head.seq - static_cast<int64_t>(FeedRings::kRingEvents))};
  while (at.seq < head.seq) {
    auto page = store_.Read(tenant, at, Deadline::After(kLookTimeout));
    if (!page.ok() && page.error().code != Code::kOutOfRange) return std::move(page).error();
    // Restored, or its days dropped, since the head was read.
    if (!page.ok() || page->entries.empty() || page->head.life != head.life) {
      rings_.Begin(tenant, head);
      break;
    }
    rings_.Extend(tenant, page->entries);
    at = page->next;
  }
  return Ok();
}

void Feed::Call(const std::set<Uuid>& moved) {
  std::vector<std::pair<std::shared_ptr<FeedWatcher>, bool>> calls;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [id, each] : watchers_)
      if (auto watcher = each.watcher.lock()) calls.emplace_back(std::move(watcher), moved.contains(each.tenant));
  }
  for (const auto& [watcher, has_moved] : calls) watcher->OnFeed(has_moved);
}

std::chrono::milliseconds Feed::KeepDays() {
  auto dropped = KeepFeedDays(pump_, clock_.Now(), days_, Deadline::After(kKeepTimeout));
  if (!dropped.ok()) {
    telemetry::Warn("the days of the feed could not be kept; trying again", {{"reason", dropped.error().reason}});
    return kKeepRetry;
  }
  if (*dropped > 0) {
    days_dropped_.Add(*dropped);
    telemetry::Info("days of the feed were dropped", {{"days", *dropped}});
  }
  return kKeepEvery;
}

}  // namespace vefa::gateway
