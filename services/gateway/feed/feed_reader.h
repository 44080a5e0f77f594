#pragma once

#include <memory>
#include <optional>
#include <string>

#include "services/gateway/feed/feed.h"
#include "services/gateway/feed/filter.h"

namespace vefa::gateway {

// One reader's way through its tenant's feed, whatever door it came by: a place, a filter, a page at a
// time. What the filter drops moves the place all the same. Used by one thread at a time.
class FeedReader {
 public:
  // `caller` is who takes turns with the other callers of the tenant.
  FeedReader(Feed& feed, const Uuid& tenant, std::string caller, FeedFilter filter, FeedPlace place);
  ~FeedReader();
  FeedReader(const FeedReader&) = delete;
  FeedReader& operator=(const FeedReader&) = delete;

  struct Page {
    FeedEntries entries;  // Those that passed the filter.
    bool more = false;    // Whether there is more to look at already.
  };
  // The next page: at most `most` events, and never more than kFeedPageMax looked at. Of memory where that
  // reaches; `follows` trusts it about the newest event as well, because the feed calls whoever watches it when there
  // is another. UNAVAILABLE when PostgreSQL cannot say; OUT_OF_RANGE `CURSOR_EXPIRED`, `CURSOR_UNKNOWN`.
  Result<Page> Read(size_t most, bool follows, Deadline deadline);

  const Uuid& tenant() const { return tenant_; }
  const std::string& caller() const { return caller_; }
  const FeedPlace& place() const { return place_; }
  // Goes on from elsewhere.
  void Move(const FeedPlace& place) { place_ = place; }
  std::string cursor() const { return feed_.codec().Encode(tenant_, place_); }

 private:
  Page Take(const FeedEntries& looked_at, size_t most);
  void SetBehind(bool behind);

  Feed& feed_;
  const Uuid tenant_;
  const std::string caller_;
  const FeedFilter filter_;
  FeedPlace place_;
  bool behind_ = false;
};

// Waits for a reader's next page without holding a thread: reads in the feed's pool, sleeps until
// the feed moves. `done` is called once, from the pool (always so with events), the feed's thread, or whoever
// nudges. The reader must not be used, and must stay, until then.
class FeedPoll final : public FeedWatcher, public std::enable_shared_from_this<FeedPoll> {
 public:
  using Done = std::function<void(Result<FeedReader::Page>)>;
  // At most `most` events (0 only waits), at the latest at `until`, which may be now. Ends without events also when
  // the filter dropped very many: `more` is true then.
  static std::shared_ptr<FeedPoll> Start(Feed& feed, FeedReader& reader, size_t most, Deadline until, Done done);

  // Ends the wait with what there is, at once or when the page being read is there.
  void Nudge();
  void OnFeed(bool moved) override;

 private:
  FeedPoll(Feed& feed, FeedReader& reader, size_t most, Deadline until, Done done)
      : feed_(feed), reader_(reader), most_(most), until_(until), done_(std::move(done)), working_(most > 0) {}
  void Post();
  void Work();
  // What comes after a page; under the lock. True when `result` is the end.
  bool Settle(Result<FeedReader::Page>& result);
  void Finish(std::unique_lock<std::mutex> lock, Result<FeedReader::Page> result);

  Feed& feed_;
  FeedReader& reader_;
  const size_t most_;
  const Deadline until_;
  std::mutex mutex_;
  Done done_;                       // Null once called.
  std::shared_ptr<FeedPoll> self_;  // Held until then, whoever started it.
  Feed::Watch watch_;
  bool working_;  // From the start, so that no look at the clock ends it before its first reading.
  bool moved_ = false;
  bool nudged_ = false;
  int dropped_pages_ = 0;
  std::optional<Error> trouble_;  // Why the last try failed, while another will be made.
};

// The same for a thread that may wait.
Result<FeedReader::Page> AwaitFeed(Feed& feed, FeedReader& reader, size_t most, Deadline until);

}  // namespace vefa::gateway
