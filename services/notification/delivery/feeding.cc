// The feeding thread of the dispatcher: from lanes to chunks to windows to mails.
#include "libs/telemetry/log.h"
#include "services/notification/delivery/dispatcher.h"

namespace vefa::notification {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTakeEvery{1'000};       // Between looks for free lanes.
constexpr milliseconds kFeedIdle{500};         // Between looks for due chunks; a submission wakes earlier.
constexpr milliseconds kNoRoom{200};       // An ended message wakes earlier.
constexpr milliseconds kTrouble{500};
constexpr std::chrono::seconds kPutOff{30};
constexpr std::chrono::seconds kFeedTimeout{10};
constexpr int kWindowsOpen = 4;
constexpr size_t kWindowLeast = 16;
constexpr size_t kWindowMost = 500;
constexpr double kWindowSeconds = 0.010;   // A window holds what is sent in that time.
constexpr size_t kUnrecordedMax = 4'000;   // Ended and not recorded: the database sets the pace then.

}  // namespace

milliseconds Dispatcher::Feed() {
  Status lanes = TakeLanes();
  if (!lanes.ok()) return Troubled(lanes.error());
  if (!feeding_) {
    auto next = NextChunk();
    if (!next.ok()) return Troubled(next.error());
    if (!*next) return kFeedIdle;
  }
  if (!feeding_) return milliseconds(0);  // The chunk had nothing left to do.
  if (!HasRoom()) return kNoRoom;
  Status fed = FeedWindow();
  return fed.ok() ? milliseconds(0) : Troubled(fed.error());
}

milliseconds Dispatcher::Troubled(const Error& error) {
  telemetry::Warn("delivery waits", {{"reason", error.reason}, {"error", error.message}});
  return kTrouble;
}

Status Dispatcher::TakeLanes() {
  auto now = std::chrono::steady_clock::now();
  if (now >= next_take_) {
    next_take_ = now + kTakeEvery;
    VEFA_TRY(auto taken, leases_.TakeFree());
    for (const LaneLeases::Lane& lane : taken) {
      ready_.erase(lane.id);
      std::erase_if(unrecovered_, [&](const auto& old) { return old.id == lane.id; });
      unrecovered_.push_back(lane);
    }
  }
  while (!unrecovered_.empty()) {
    LaneLeases::Lane lane = unrecovered_.back();
    VEFA_TRY(Recovered recovered, RecoverLane(pump_, *flights_, lane, clock_));
    unrecovered_.pop_back();
    ready_.insert(lane.id);
    telemetry::Info("lane taken", {{"lane", static_cast<int>(lane.id)},
                                   {"epoch", lane.epoch},
                                   {"unknown", recovered.unknown},
                                   {"delivered", recovered.delivered},
                                   {"unsent", recovered.unsent}});
  }
  return Ok();
}

// False when nothing is due, or enough is under way.
Result<bool> Dispatcher::NextChunk() {
  std::vector<LaneLeases::Lane> lanes;
  for (const LaneLeases::Lane& lane : leases_.Held())
    if (ready_.count(lane.id) > 0) lanes.push_back(lane);
  if (lanes.empty()) return false;
  std::vector<Uuid> others = book_.ActiveIds();
  // Without a slot in the flight file a kill would make the whole window unknown: wait for one.
  if (others.size() >= static_cast<size_t>(FlightFile::kSlots)) return false;
  std::erase_if(put_off_, [](const auto& entry) { return entry.second <= std::chrono::steady_clock::now(); });
  for (const auto& [id, until] : put_off_) others.push_back(id);
  VEFA_TRY(std::vector<Chunk> chunks, LoadDueChunks(pump_, lanes, others, 1, Deadline::After(kFeedTimeout)));
  if (chunks.empty()) return false;
  Uuid id = chunks.front().id;
  int64_t epoch = 0;
  for (const LaneLeases::Lane& lane : lanes)
    if (lane.id == chunks.front().lane) epoch = lane.epoch;
  Status begun = BeginChunk(std::move(chunks.front()), epoch);
  if (begun.ok()) return true;
  // What one chunk suffers from must not hold up the others; trouble of the database or of contact
  // is everybody's.
  if (begun.error().code != Code::kUnavailable && begun.error().code != Code::kDeadlineExceeded)
    put_off_[id] = std::chrono::steady_clock::now() + kPutOff;
  return std::move(begun).error();
}

Status Dispatcher::BeginChunk(Chunk chunk, int64_t epoch) {
  VEFA_TRY(std::unordered_set<int> settled, LoadSettled(pump_, chunk, Deadline::After(kFeedTimeout)));
  Feeding feeding;
  for (int ord = 0; ord < static_cast<int>(chunk.messages.size()); ++ord)
    if (settled.count(ord) == 0) feeding.ords.push_back(ord);
  if (feeding.ords.empty()) {
    Flush finished;
    finished.tenant = chunk.tenant;
    finished.finished = {chunk.id};
    return Record(pump_, finished, clock_, Deadline::After(kFeedTimeout));
  }
  feeding.active = std::make_shared<ActiveChunk>();
  feeding.active->chunk = std::move(chunk);
  feeding.active->epoch = epoch;
  VEFA_TRY_OK(preparer_.Fetch(*feeding.active, feeding.ords, Deadline::After(kFeedTimeout)));
  feeding.active->slot = flights_->Take(feeding.active->chunk.id, feeding.active->chunk.lane, epoch);
  feeding.number = book_.Add(feeding.active, static_cast<int>(feeding.ords.size()));
  feeding_ = std::move(feeding);
  return Ok();
}

Status Dispatcher::FeedWindow() {
  ActiveChunk& active = *feeding_->active;
  if (!leases_.Holds(active.chunk.lane, active.epoch)) {
    Abandon();
    return Ok();
  }
  if (preparer_.Stale()) {
    std::vector<int> rest(feeding_->ords.begin() + static_cast<long>(feeding_->next), feeding_->ords.end());
    VEFA_TRY_OK(preparer_.Fetch(active, rest, Deadline::After(kFeedTimeout)));
  }
  size_t end = std::min(feeding_->next + WindowSize(), feeding_->ords.size());
  std::vector<int> ords(feeding_->ords.begin() + static_cast<long>(feeding_->next),
                        feeding_->ords.begin() + static_cast<long>(end));
  std::vector<std::string> hashes;
  for (int ord : ords) hashes.push_back(active.address_hashes[static_cast<size_t>(ord)]);
  const Preparer::Counted counted = preparer_.CountsOf(active, ords);
  VEFA_TRY(Window window, OpenWindow(pump_, active.chunk, ords.front(), ords.back(), active.epoch, hashes, counted.counts,
                                     Deadline::After(kFeedTimeout)));
  if (!window.open) {
    Abandon();
    return leases_.Renew();  // Learns which lanes were lost, so that they can be taken again.
  }
  FillWindow(ords, counted, window);
  feeding_->next = end;
  if (end == feeding_->ords.size()) feeding_.reset();
  return Ok();
}

void Dispatcher::FillWindow(const std::vector<int>& ords, const Preparer::Counted& counted, const Window& window) {
  const auto& active = feeding_->active;
  std::vector<smtp::Mail> mails;
  std::vector<ResultWriter::Entry> kept;
  size_t next = 0;  // Of those counted, which are in the order of their places.
  for (int ord : ords) {
    const bool is_counted = next < counted.ords.size() && counted.ords[next] == ord;
    const HandedOver* handed = is_counted ? &window.handed[next++] : nullptr;
    const GateAnswer answer = preparer_.Decide(*active, ord, window.suppressed, handed);
    if (answer.refusal != Refusal::kNone) {
      // What was agreed to at submission was taken back since, or the person wants fewer messages now.
      kept.push_back(EntryOf(active, ord, {{smtp::Fate::kFailed, "gate"}, 0, "", RefusalName(answer.refusal)}));
    } else if (answer.hold_until) {
      kept.push_back(HeldEntry(active, ord, *answer.hold_until));
    } else {
      mails.push_back(preparer_.Build(*active, ord, WorkBook::Ticket(feeding_->number, ord)));
    }
  }
  writer_->Add(std::move(kept));
  in_flight_ += static_cast<int>(mails.size());
  pool_.Post(std::move(mails));
}

// The lane is not ours any more: what was not put into a window is the next owner's.
void Dispatcher::Abandon() {
  book_.Hold(feeding_->active);
  book_.Settle(feeding_->active, static_cast<int>(feeding_->ords.size() - feeding_->next));
  feeding_.reset();
}

bool Dispatcher::HasRoom() const {
  return in_flight_ <= static_cast<int>((kWindowsOpen - 1) * WindowSize()) && writer_->waiting() < kUnrecordedMax;
}

size_t Dispatcher::WindowSize() const {
  return std::clamp(static_cast<size_t>(rate_ * kWindowSeconds), kWindowLeast, kWindowMost);
}

}  // namespace vefa::notification
