#include "services/gateway/feed/feed_rest.h"

#include "services/gateway/json.h"

namespace vefa::gateway {

namespace pb = google::protobuf;

namespace {

FeedCaller CallerOf(const LocalCall& call) { return {call.caller->principal.tenant, call.caller->principal.subject}; }

Status ListEvents(FeedCalls& calls, const LocalCall& call, const event::v1::ListEventsRequest& request) {
  // Whoever asks to wait allows for it, unless they say otherwise.
  VEFA_TRY(Deadline deadline,
           DeadlineOf(call.http, kDefaultTimeout + std::min(kListWaitMax, std::chrono::milliseconds(request.wait_ms())),
                      kLongestTimeout));
  VEFA_TRY(FeedCalls::Listing listing, calls.OpenListing(CallerOf(call), request, deadline));
  bool waits = request.wait_ms() > 0;
  if (waits) calls.feed().NoteOpen(FeedDoor::kPage, 1);
  auto page = AwaitFeed(calls.feed(), *listing.reader, listing.most, listing.until);
  if (waits) calls.feed().NoteOpen(FeedDoor::kPage, -1);
  if (!page.ok()) return std::move(page).error();
  // Written here: the events' JSON is shared by all readers, and some payloads only the feed can write.
  std::string json = "{\"events\":[";
  for (const auto& entry : page->entries) {
    if (json.back() == '}') json += ',';
    json += entry->Json(calls.feed().codec());
  }
  call.json =
      json + "],\"nextCursor\":\"" + listing.reader->cursor() + "\",\"more\":" + (page->more ? "true}" : "false}");
  calls.feed().NoteSent(FeedDoor::kPage, page->entries.size());
  return Ok();
}

template <typename Response>
Status Fill(Result<Response> result, pb::Message& out) {
  if (!result.ok()) return std::move(result).error();
  static_cast<Response&>(out) = *std::move(result);
  return Ok();
}

}  // namespace

bool MayWait(const http::Request& head) {
  return head.path == "/v1/events" &&
         (head.query.find("wait_ms") != std::string::npos || head.query.find("waitMs") != std::string::npos ||
          head.query.find('%') != std::string::npos);
}

void AddFeedCalls(Api& api, FeedCalls& calls) {
  const std::string service = "vefa.event.v1.EventFeed.";
  api.AddLocal(service + "ListEvents", [&calls](const LocalCall& call, const pb::Message& in, pb::Message&) -> Status {
    return ListEvents(calls, call, static_cast<const event::v1::ListEventsRequest&>(in));
  });
  api.AddLocal(service + "GetEvent", [&calls](const LocalCall& call, const pb::Message& in, pb::Message&) -> Status {
    VEFA_TRY(auto entry,
             calls.GetEvent(CallerOf(call), static_cast<const event::v1::GetEventRequest&>(in), call.deadline));
    call.json = entry->Json(calls.feed().codec());
    return Ok();
  });
  api.AddLocal(service + "ListSubscriptions", [&calls](const LocalCall& call, const pb::Message&, pb::Message& out) {
    return Fill(calls.ListSubscriptions(CallerOf(call), call.deadline), out);
  });
  api.AddLocal(service + "CommitSubscription", [&calls](const LocalCall& call, const pb::Message& in,
                                                        pb::Message& out) {
    return Fill(
        calls.Commit(CallerOf(call), static_cast<const event::v1::CommitSubscriptionRequest&>(in), call.deadline), out);
  });
  api.AddLocal(service + "DeleteSubscription", [&calls](const LocalCall& call, const pb::Message& in, pb::Message&) {
    return calls.DeleteSubscription(CallerOf(call), static_cast<const event::v1::DeleteSubscriptionRequest&>(in),
                                    call.deadline);
  });
}

}  // namespace vefa::gateway
