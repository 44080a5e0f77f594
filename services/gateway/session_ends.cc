#include "services/gateway/session_ends.h"

#include "libs/telemetry/log.h"

namespace vefa::gateway {
namespace {

constexpr std::chrono::milliseconds kEvery(250);
constexpr std::chrono::milliseconds kAskTimeout(500);
constexpr std::chrono::seconds kCleanEvery(30);
// Ends become visible when they are committed, which may be later than others that were noted after them.
constexpr std::chrono::seconds kOverlap(10);

// A reader that begins reads everything that may still matter.
const postgres::Statement kNew{
    "session_ends_new",
    "SELECT token_hash, user_id, valid_revision FROM session_end"
    " WHERE end_time > coalesce($1, now() - make_interval(secs => $2)) ORDER BY id"};
const postgres::Statement kTime{"session_ends_time", "SELECT now()"};
const postgres::Statement kClean{"session_ends_clean",
                                 "DELETE FROM session_end WHERE end_time < now() - make_interval(secs => 2 * $1)"};

}  // namespace

SessionEnds::SessionEnds(postgres::Database& database) : database_(database), loop_([this] { return Ask(); }) {}

bool SessionEnds::Believes(const crypto::Digest& token_hash, const Uuid& user, int64_t auth_revision) const {
  std::lock_guard lock(mutex_);
  if (std::chrono::steady_clock::now() - heard_ > kKnownWithin) return false;
  if (ended_.contains(std::string(crypto::Bytes(token_hash)))) return false;
  auto change = users_.find(user);
  return change == users_.end() || change->second.valid_revision == auth_revision;
}

std::chrono::milliseconds SessionEnds::Ask() {
  auto asked = std::chrono::steady_clock::now();
  std::optional<Time> from;
  if (read_until_ != Time()) from = read_until_ - kOverlap;
  auto remembered = static_cast<double>(kRemembered.count());
  std::vector<postgres::Call> calls;
  calls.push_back({&kTime, {}});
  calls.push_back({&kNew, postgres::Bound(from, remembered)});
  if (asked - cleaned_ > kCleanEvery) {
    calls.push_back({&kClean, postgres::Bound(remembered)});
    cleaned_ = asked;
  }
  auto rows = database_.Run(postgres::Scope::Tenant(Uuid()), std::move(calls), Deadline::After(kAskTimeout));
  // Until it answers again every session is asked for one by one.
  if (rows.ok()) {
    read_until_ = (*rows)[0].Timestamp(0, 0);
    Keep((*rows)[1], asked);
  }
  return kEvery;
}

void SessionEnds::Keep(const postgres::Rows& rows, TimePoint asked) {
  std::lock_guard lock(mutex_);
  for (int i = 0; i < rows.size(); ++i) {
    if (!rows.IsNull(i, 0)) ended_[rows.String(i, 0)] = asked;
    if (!rows.IsNull(i, 1)) users_[rows.Id(i, 1)] = {rows.Int64(i, 2), asked};
  }
  std::erase_if(ended_, [&](const auto& entry) { return asked - entry.second > kRemembered; });
  std::erase_if(users_, [&](const auto& entry) { return asked - entry.second.heard > kRemembered; });
  heard_ = asked;
}

}  // namespace vefa::gateway
