#include "services/notification/delivery/recovery.h"

#include <map>

#include "services/notification/delivery/delivery_store.h"

namespace vefa::notification {
namespace {

constexpr std::chrono::seconds kRecoveryTimeout{30};
constexpr size_t kRecoveredMax = 500;
constexpr char kUnknownText[] = "the sender stopped before the answer was recorded";

}  // namespace

Result<Recovered> RecoverLane(postgres::Database& pump, FlightFile& flights, const LaneLeases::Lane& lane,
                              const Clock& clock) {
  VEFA_TRY(std::vector<Ambiguous> ambiguous, LoadAmbiguous(pump, lane, Deadline::After(kRecoveryTimeout)));
  Recovered recovered;
  std::map<Uuid, std::vector<MessageResult>> results;
  for (Ambiguous& one : ambiguous) {
    // Without a slot nothing is known, and a message that may have been sent is not sent again.
    Flight flight = flights.Find(one.chunk, one.epoch, one.ord).value_or(Flight::kDot);
    if (flight == Flight::kNothing || flight == Flight::kRefused) {
      ++recovered.unsent;
      continue;
    }
    bool accepted = flight == Flight::kAccepted;
    ++(accepted ? recovered.delivered : recovered.unknown);
    MessageResult result;
    result.chunk = one.chunk;
    result.ord = one.ord;
    result.info = std::move(one.info);
    result.state = accepted ? MessageState::kDelivered : MessageState::kUnknown;
    result.code = accepted ? 250 : 0;
    result.text = accepted ? "" : kUnknownText;
    result.finish_time = clock.Now();
    result.traceparent = std::move(one.traceparent);
    results[one.tenant].push_back(std::move(result));
  }
  for (auto& [tenant, rows] : results) {
    for (size_t at = 0; at < rows.size(); at += kRecoveredMax) {
      Flush flush;
      flush.tenant = tenant;
      auto end = std::min(at + kRecoveredMax, rows.size());
      flush.results.assign(rows.begin() + static_cast<long>(at), rows.begin() + static_cast<long>(end));
      VEFA_TRY_OK(Record(pump, flush, clock, Deadline::After(kRecoveryTimeout)));
    }
  }
  VEFA_TRY_OK(DropWindows(pump, lane, Deadline::After(kRecoveryTimeout)));
  flights.ReleaseBefore(lane.id, lane.epoch);
  return recovered;
}

}  // namespace vefa::notification
