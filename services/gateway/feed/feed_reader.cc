#include "services/gateway/feed/feed_reader.h"

#include <future>

namespace vefa::gateway {
namespace {

constexpr std::chrono::seconds kPageTimeout(5);
// Pages without one event that passes, before a reader is told how far it came.
constexpr int kDroppedPagesMax = 20;

Error Busy() {
  Error error{Code::kResourceExhausted, "AT_CAPACITY", "The feed is at capacity; try again shortly."};
  error.retry_after_ms = 200;
  return error;
}

}  // namespace

FeedReader::FeedReader(Feed& feed, const Uuid& tenant, std::string caller, FeedFilter filter, FeedPlace place)
    : feed_(feed), tenant_(tenant), caller_(std::move(caller)), filter_(std::move(filter)), place_(place) {
  feed_.rings().Follow(tenant_);
}

FeedReader::~FeedReader() {
  SetBehind(false);
  feed_.rings().Leave(tenant_);
}

void FeedReader::SetBehind(bool behind) {
  if (behind != behind_) feed_.NoteBehind(behind ? 1 : -1);
  behind_ = behind;
}

FeedReader::Page FeedReader::Take(const FeedEntries& looked_at, size_t most) {
  Page page;
  int64_t bytes = 0;
  for (const auto& entry : looked_at) {
    bool passes = filter_.Passes(entry->type, entry->subject, entry->classification);
    bytes += passes ? static_cast<int64_t>(entry->envelope.size()) : 0;
    if (passes && (page.entries.size() == most || (bytes > kFeedPageBytes && !page.entries.empty()))) {
      page.more = true;
      break;
    }
    place_ = entry->place();
    if (passes) page.entries.push_back(entry);
  }
  return page;
}

Result<FeedReader::Page> FeedReader::Read(size_t most, bool follows, Deadline deadline) {
  auto held = feed_.rings().After(tenant_, place_, kFeedPageMax);
  if (held && (follows || !held->empty())) {
    feed_.NotePage(false);
    SetBehind(false);
    Page page = Take(*held, most);
    page.more = page.more || held->size() == kFeedPageMax;
    return page;
  }
  feed_.NotePage(true);
  VEFA_TRY(FeedPage stored, feed_.store().Read(tenant_, place_, deadline, most <= kFeedFew && !filter_.drops()));
  if (stored.entries.empty()) place_ = stored.next;
  Page page = Take(stored.entries, most);
  page.more = place_.seq < stored.head.seq;
  SetBehind(page.more);
  return page;
}

std::shared_ptr<FeedPoll> FeedPoll::Start(Feed& feed, FeedReader& reader, size_t most, Deadline until, Done done) {
  std::shared_ptr<FeedPoll> poll(new FeedPoll(feed, reader, most, until, std::move(done)));
  poll->self_ = poll;
  Feed::Watch watch = feed.AddWatcher(reader.tenant(), poll);
  std::unique_lock lock(poll->mutex_);
  // The first call may have come already, and been the last.
  if (poll->done_ == nullptr) return poll;
  poll->watch_ = std::move(watch);
  if (feed.stopping()) {
    poll->Finish(std::move(lock), FeedDraining());
  } else if (most > 0) {
    lock.unlock();
    poll->Post();
  }
  return poll;
}

void FeedPoll::Post() {
  if (feed_.pool().TryPost({reader_.tenant(), reader_.caller()}, [self = shared_from_this()] { self->Work(); })) return;
  std::unique_lock lock(mutex_);
  Finish(std::move(lock), feed_.stopping() ? FeedDraining() : Busy());
}

void FeedPoll::Work() {
  {
    std::lock_guard lock(mutex_);
    moved_ = false;
  }
  Result<FeedReader::Page> result = reader_.Read(most_, !until_.Passed(), Deadline::After(kPageTimeout));
  std::unique_lock lock(mutex_);
  if (Settle(result)) {
    Finish(std::move(lock), std::move(result));
  } else if (working_) {
    lock.unlock();
    Post();
  }
}

bool FeedPoll::Settle(Result<FeedReader::Page>& result) {
  if (feed_.stopping()) {
    result = FeedDraining();
    return true;
  }
  if (!result.ok()) {
    bool passes = result.error().code == Code::kUnavailable || result.error().code == Code::kDeadlineExceeded;
    if (!passes || until_.Passed()) return true;
    // A database in trouble is waited for; the next look at the feed tries again.
    trouble_ = std::move(result).error();
    working_ = false;
    return false;
  }
  trouble_.reset();
  if (!result->entries.empty()) return true;
  if (result->more) return ++dropped_pages_ >= kDroppedPagesMax || nudged_;
  if (nudged_ || until_.Passed()) return true;
  working_ = moved_;
  return false;
}

void FeedPoll::OnFeed(bool moved) {
  std::unique_lock lock(mutex_);
  if (done_ == nullptr) return;
  moved_ = moved_ || moved;
  if (working_) return;
  if (feed_.stopping()) return Finish(std::move(lock), FeedDraining());
  if (until_.Passed()) {
    if (trouble_) return Finish(std::move(lock), *trouble_);
    return Finish(std::move(lock), FeedReader::Page{});
  }
  if (most_ == 0 || (!moved && !trouble_)) return;
  working_ = true;
  lock.unlock();
  Post();
}

void FeedPoll::Nudge() {
  std::unique_lock lock(mutex_);
  if (done_ == nullptr) return;
  nudged_ = true;
  if (!working_) Finish(std::move(lock), FeedReader::Page{});
}

void FeedPoll::Finish(std::unique_lock<std::mutex> lock, Result<FeedReader::Page> result) {
  Done done = std::exchange(done_, nullptr);
  std::shared_ptr<FeedPoll> self = std::move(self_);
  Feed::Watch watch = std::move(watch_);
  lock.unlock();
  if (done) done(std::move(result));
}

Result<FeedReader::Page> AwaitFeed(Feed& feed, FeedReader& reader, size_t most, Deadline until) {
  // Shared, because whoever keeps the promise may still be at it when the waiting is over.
  auto promise = std::make_shared<std::promise<Result<FeedReader::Page>>>();
  auto page = promise->get_future();
  FeedPoll::Start(feed, reader, most, until,
                  [promise](Result<FeedReader::Page> result) { promise->set_value(std::move(result)); });
  return page.get();
}

}  // namespace vefa::gateway
