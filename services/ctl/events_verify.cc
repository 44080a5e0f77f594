// `vefactl events verify`: whoever doubts that nothing is missing asks this. Reads the ledgers of every
// service, then the feed from its beginning, and compares them event by event.

#include <cstdio>
#include <map>
#include <unordered_map>

#include "libs/http/url.h"
#include "services/ctl/operations.h"
#include "services/ctl/terminal.h"

namespace vefa::ctl {
namespace {

// Differences named one by one; the others are counted.
constexpr int kNamedMax = 20;
// What was recorded last may still be on its way through Kafka.
constexpr std::chrono::seconds kCatchUp(60);

class Comparison {
 public:
  // Versions of a subject follow each other in the ledger.
  void TakeLedger(const Json& event) {
    int64_t version = IntegerOf(event, "aggregateVersion");
    int64_t& last = ledger_versions_[TextOf(event, "subject")];
    if (last != 0 && version != last + 1) Say("the ledger skips", event);
    last = version;
    // Ledgers begin before the feed does: what the feed no longer keeps is not missed in it.
    awaited_.emplace(TextOf(event, "id"), Known{TextOf(event, "subject"), version});
  }
  void TakeFeed(const Json& event) {
    ++feed_events_;
    int64_t version = IntegerOf(event, "aggregateVersion");
    auto [place, first] = feed_versions_.try_emplace(TextOf(event, "subject"), version);
    if (!first && version != place->second + 1) Say("the feed is out of order at", event);
    place->second = version;
    auto found = awaited_.find(TextOf(event, "id"));
    if (found == awaited_.end()) return;
    if (found->second.subject != TextOf(event, "subject") || found->second.version != version)
      Say("the feed says another thing than the ledger of", event);
    awaited_.erase(found);
  }
  // Ledger events the feed should have: those of subjects of which it has an earlier or the same version.
  int64_t Missing() const {
    int64_t missing = 0;
    for (const auto& [id, known] : awaited_) {
      auto first = feed_versions_.find(known.subject);
      if (first != feed_versions_.end() && known.version <= first->second) ++missing;
    }
    return missing;
  }
  int64_t OnlyInLedger() const { return static_cast<int64_t>(awaited_.size()); }
  int64_t problems() const { return problems_; }
  int64_t feed_events() const { return feed_events_; }

 private:
  struct Known {
    std::string subject;
    int64_t version;
  };
  void Say(const char* what, const Json& event) {
    if (++problems_ <= kNamedMax)
      std::printf("%s %s version %lld (%s)\n", what, TextOf(event, "subject").c_str(),
                  static_cast<long long>(IntegerOf(event, "aggregateVersion")), TextOf(event, "id").c_str());
  }
  std::unordered_map<std::string, int64_t> ledger_versions_;
  std::unordered_map<std::string, int64_t> feed_versions_;
  std::unordered_map<std::string, Known> awaited_;
  int64_t problems_ = 0;
  int64_t feed_events_ = 0;
};

Status ReadLedgers(Api& api, Comparison& comparison, Progress& progress, int64_t& total) {
  for (const std::string& service : kLedgerServices) {
    std::string token;
    do {
      VEFA_TRY(Json page, api.Get("/v1/ledgers/" + service + "/log?pageSize=1000&pageToken=" + http::PercentEncode(token)));
      const Json& events = MemberOf(page, "events");
      for (const Json& event : events.is_array() ? events : Json::array()) comparison.TakeLedger(event), ++total;
      token = TextOf(page, "nextPageToken");
      progress.Show(Grouped(total) + " events");
    } while (!token.empty());
  }
  return Ok();
}

Status ReadFeed(Api& api, Comparison& comparison, std::string& cursor, Progress& progress) {
  for (bool more = true; more;) {
    VEFA_TRY(Json page, api.Get("/v1/events?pageSize=500&after=" + http::PercentEncode(cursor)));
    const Json& events = MemberOf(page, "events");
    for (const Json& event : events.is_array() ? events : Json::array()) comparison.TakeFeed(event);
    cursor = TextOf(page, "nextCursor");
    const Json& left = MemberOf(page, "more");
    more = left.is_boolean() && left.get<bool>();
    progress.Show(Grouped(comparison.feed_events()) + " events");
  }
  return Ok();
}

}  // namespace

int EventsVerify() {
  return WithApi([](Api& api) -> Status {
    Comparison comparison;
    int64_t recorded = 0;
    Progress ledgers("ledgers");
    VEFA_TRY_OK(ReadLedgers(api, comparison, ledgers, recorded));
    ledgers.Done(Grouped(recorded) + " events");
    Progress feed("feed");
    std::string cursor;
    Deadline deadline = Deadline::After(kCatchUp);
    do {
      VEFA_TRY_OK(ReadFeed(api, comparison, cursor, feed));
      if (comparison.OnlyInLedger() > 0) Pause(std::chrono::milliseconds(200));
    } while (comparison.OnlyInLedger() > 0 && !deadline.Passed());
    feed.Done(Grouped(comparison.feed_events()) + " events");
    std::printf("%s events recorded, %s in the feed, %s only in the ledgers, %s out of place\n", Grouped(recorded).c_str(),
                Grouped(comparison.feed_events()).c_str(), Grouped(comparison.OnlyInLedger()).c_str(),
                Grouped(comparison.problems()).c_str());
    if (comparison.problems() + comparison.Missing() == 0) return Ok();
    return Error{Code::kDataLoss, "EVENTS_DIFFER", "The feed is not what the ledgers say; see `vefactl doctor`."};
  });
}

}  // namespace vefa::ctl
