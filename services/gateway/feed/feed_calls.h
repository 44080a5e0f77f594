#pragma once

#include <memory>
#include <string>

#include "services/gateway/feed/feed_reader.h"
#include "services/gateway/feed/subscription_store.h"
#include "vefa/event/v1/event_feed_service.pb.h"

namespace vefa::gateway {

inline constexpr std::chrono::milliseconds kListWaitMax(20'000);

// What streams do by time; changed by tests only.
struct FeedTimes {
  std::chrono::milliseconds keep_alive{30'000};   // A gRPC stream says where it stands at least so often.
  std::chrono::milliseconds heartbeat{15'000};    // So does one of server-sent events.
  std::chrono::milliseconds check_every{15'000};  // A stream must not outlive its session.
  // A client that takes nothing of what it asked for, for so long, is gone.
  std::chrono::milliseconds stall_max{60'000};
  // A signed principal is checked once; its stream ends in time for the next.
  std::chrono::milliseconds principal_max{3'600'000};
};

// Who reads the feed.
struct FeedCaller {
  Uuid tenant;
  std::string subject;  // `users/{uuid}` or `services/{name}`
};

// What EventFeed's RPCs do, whatever door they came by. Thread-safe.
class FeedCalls {
 public:
  FeedCalls(Feed& feed, const SubscriptionStore& subscriptions, const FeedTimes& times = {})
      : feed_(feed), subscriptions_(subscriptions), times_(times) {}

  Feed& feed() { return feed_; }
  const FeedTimes& times() const { return times_; }
  const SubscriptionStore& subscriptions() const { return subscriptions_; }

  static Result<FeedFilter> FilterOf(const event::v1::EventFilter& filter);
  // Where a reader begins: after a cursor, which is not looked up yet, or before the newest `last` events,
  // or before the oldest kept. INVALID_ARGUMENT `CURSOR_MALFORMED`; PERMISSION_DENIED `CURSOR_FORGED`.
  Result<FeedPlace> After(const Uuid& tenant, const std::string& cursor) const;
  Result<FeedPlace> Last(const Uuid& tenant, int last, Deadline deadline) const;
  Result<FeedPlace> Earliest(const Uuid& tenant, Deadline deadline) const;

  // ListEvents, checked and ready to be read.
  struct Listing {
    std::unique_ptr<FeedReader> reader;
    size_t most = 0;
    Deadline until = Deadline::Never();
    StreamLimits::Lease lease;  // Taken only by one that waits.
  };
  Result<Listing> OpenListing(const FeedCaller& caller, const event::v1::ListEventsRequest& request, Deadline deadline);
  event::v1::ListEventsResponse ToResponse(const Listing& listing, const FeedReader::Page& page);

  Result<std::shared_ptr<const FeedEntry>> GetEvent(const FeedCaller& caller, const event::v1::GetEventRequest& request,
                                                    Deadline deadline) const;
  Result<event::v1::ListSubscriptionsResponse> ListSubscriptions(const FeedCaller& caller, Deadline deadline) const;
  Result<event::v1::Subscription> Commit(const FeedCaller& caller, const event::v1::CommitSubscriptionRequest& request,
                                         Deadline deadline) const;
  Status DeleteSubscription(const FeedCaller& caller, const event::v1::DeleteSubscriptionRequest& request,
                            Deadline deadline) const;

  // An event with its cursor.
  event::v1::Event ToEvent(const Uuid& tenant, const FeedEntry& entry) const;

 private:
  event::v1::Subscription ToProto(const Uuid& tenant, const StoredSubscription& stored, const FeedPlace& head) const;

  Feed& feed_;
  const SubscriptionStore& subscriptions_;
  const FeedTimes times_;
};

}  // namespace vefa::gateway
