#include "services/gateway/feed/feed_calls.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>

namespace vefa::gateway {
namespace {

constexpr int kPageDefault = 100;
// Of a call's time, what is kept back from waiting to answer in.
constexpr std::chrono::milliseconds kAnswerTime(300);
constexpr char kCollection[] = "subscriptions";

}  // namespace

Result<FeedFilter> FeedCalls::FilterOf(const event::v1::EventFilter& filter) {
  return FeedFilter::Make({filter.types().begin(), filter.types().end()},
                          {filter.subjects().begin(), filter.subjects().end()},
                          {filter.classifications().begin(), filter.classifications().end()});
}

Result<FeedPlace> FeedCalls::After(const Uuid& tenant, const std::string& cursor) const {
  return feed_.codec().Decode(cursor, tenant);
}

Result<FeedPlace> FeedCalls::Last(const Uuid& tenant, int last, Deadline deadline) const {
  VEFA_TRY(FeedBounds bounds, feed_.store().Bounds(tenant, deadline));
  return FeedPlace{bounds.head.life, std::max(bounds.earliest.seq, bounds.head.seq - last)};
}

Result<FeedPlace> FeedCalls::Earliest(const Uuid& tenant, Deadline deadline) const {
  VEFA_TRY(FeedBounds bounds, feed_.store().Bounds(tenant, deadline));
  return bounds.earliest;
}

Result<FeedCalls::Listing> FeedCalls::OpenListing(const FeedCaller& caller, const event::v1::ListEventsRequest& request,
                                                  Deadline deadline) {
  std::vector<Violation> violations;
  if (request.page_size() < 0 || request.page_size() > kFeedPageMax)
    violations.push_back({"page_size", "PAGE_SIZE_RANGE", "Give 1 to 500, or nothing for 100."});
  if (request.wait_ms() < 0 || request.wait_ms() > kListWaitMax.count())
    violations.push_back({"wait_ms", "WAIT_RANGE", "Give 0 to 20,000 milliseconds."});
  if (request.last() < 0 || request.last() > kFeedPageMax)
    violations.push_back({"last", "LAST_RANGE", "Give 0 to 500 events."});
  if (request.last() > 0 && !request.after().empty())
    violations.push_back({"last", "LAST_AND_AFTER", "Give either a cursor or a number of events to begin with."});
  if (!violations.empty()) return Violations(std::move(violations));
  VEFA_TRY(FeedFilter filter, FilterOf(request.filter()));
  Listing listing;
  if (request.wait_ms() > 0) {
    VEFA_TRY(listing.lease, feed_.limits().Take(caller.tenant, caller.subject));
  }
  auto place = !request.after().empty() ? After(caller.tenant, request.after())
               : request.last() > 0     ? Last(caller.tenant, request.last(), deadline)
                                        : Earliest(caller.tenant, deadline);
  if (!place.ok()) return std::move(place).error();
  listing.reader = std::make_unique<FeedReader>(feed_, caller.tenant, caller.subject, std::move(filter), *place);
  listing.most = static_cast<size_t>(request.page_size() == 0 ? kPageDefault : request.page_size());
  listing.until = Deadline::After(
      std::min<std::chrono::milliseconds>(std::chrono::milliseconds(request.wait_ms()), deadline.Left() - kAnswerTime));
  return listing;
}

event::v1::ListEventsResponse FeedCalls::ToResponse(const Listing& listing, const FeedReader::Page& page) {
  event::v1::ListEventsResponse response;
  for (const auto& entry : page.entries) *response.add_events() = ToEvent(listing.reader->tenant(), *entry);
  response.set_next_cursor(listing.reader->cursor());
  response.set_more(page.more);
  feed_.NoteSent(FeedDoor::kPage, page.entries.size());
  return response;
}

Result<std::shared_ptr<const FeedEntry>> FeedCalls::GetEvent(const FeedCaller& caller,
                                                             const event::v1::GetEventRequest& request,
                                                             Deadline deadline) const {
  auto id = Uuid::Parse(request.id());
  if (!id.ok()) return Violations({{"id", "UUID_SYNTAX", "Give the event's id, a UUID of 36 characters."}});
  return feed_.store().Find(caller.tenant, *id, deadline);
}

event::v1::Event FeedCalls::ToEvent(const Uuid& tenant, const FeedEntry& entry) const {
  event::v1::Event event;
  static_cast<void>(event.ParseFromString(entry.envelope));
  event.set_cursor(feed_.codec().Encode(tenant, entry.place()));
  return event;
}

event::v1::Subscription FeedCalls::ToProto(const Uuid& tenant, const StoredSubscription& stored,
                                           const FeedPlace& head) const {
  event::v1::Subscription out;
  out.set_name(std::string(kCollection) + "/" + stored.id);
  out.set_cursor(feed_.codec().Encode(tenant, stored.place));
  out.set_behind(std::max<int64_t>(0, head.seq - stored.place.seq));
  *out.mutable_update_time() =
      google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(stored.update_time.time_since_epoch().count());
  return out;
}

Result<event::v1::ListSubscriptionsResponse> FeedCalls::ListSubscriptions(const FeedCaller& caller,
                                                                          Deadline deadline) const {
  VEFA_TRY(auto all, subscriptions_.List(caller.tenant, deadline));
  VEFA_TRY(FeedBounds bounds, feed_.store().Bounds(caller.tenant, deadline));
  event::v1::ListSubscriptionsResponse response;
  for (const StoredSubscription& stored : all)
    *response.add_subscriptions() = ToProto(caller.tenant, stored, bounds.head);
  return response;
}

Result<event::v1::Subscription> FeedCalls::Commit(const FeedCaller& caller,
                                                  const event::v1::CommitSubscriptionRequest& request,
                                                  Deadline deadline) const {
  VEFA_TRY(std::string id, ParseSlugName(kCollection, request.name()));
  VEFA_TRY(FeedPlace place, After(caller.tenant, request.cursor()));
  VEFA_TRY(place, feed_.store().Locate(caller.tenant, place, deadline));
  VEFA_TRY(StoredSubscription stored, subscriptions_.Commit(caller.tenant, id, place, request.rewind(), deadline));
  VEFA_TRY(FeedBounds bounds, feed_.store().Bounds(caller.tenant, deadline));
  return ToProto(caller.tenant, stored, bounds.head);
}

Status FeedCalls::DeleteSubscription(const FeedCaller& caller, const event::v1::DeleteSubscriptionRequest& request,
                                     Deadline deadline) const {
  VEFA_TRY(std::string id, ParseSlugName(kCollection, request.name()));
  return subscriptions_.Delete(caller.tenant, id, deadline);
}

}  // namespace vefa::gateway
