#include "libs/redis/cache.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "libs/base/backoff.h"

namespace vefa::redis {
namespace {

// Before a copy stands its row's version in as many hexadecimal digits. Only the version stands there alone while all
// that is known is that older copies are outdated.
constexpr size_t kVersionDigits = 16;

// At most every so often it is tried to tell what could not be told.
constexpr std::chrono::milliseconds kTellEvery(200);
constexpr double kLifeLeast = 0.8, kLifeMost = 1.2;  // Shares of kTimeToLive.

constexpr std::string_view kKeepScript = R"(
local held = tonumber(redis.call('GETRANGE', KEYS[1], 0, 15), 16)
local given = tonumber(ARGV[1], 16)
if held and (held > given or (held == given and ARGV[2] == '')) then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2], 'PX', ARGV[3])
return 1
)";

std::string Digits(int64_t version) {
  char digits[kVersionDigits + 1];
  std::snprintf(digits, sizeof digits, "%016" PRIx64, static_cast<uint64_t>(version));
  return digits;
}

// Copies that were made together do not die together.
std::string LifeMs() {
  return std::to_string(static_cast<int64_t>(static_cast<double>(Cache::kTimeToLive.count()) * (kLifeLeast + (kLifeMost - kLifeLeast) * RandomShare())));
}

telemetry::Counter* Requests(telemetry::Metrics* metrics, const std::string& cache, const std::string& result) {
  if (metrics == nullptr) return nullptr;
  return &metrics->AddCounter("vefa_cache_requests_total", "Reads that asked a cache first, by what it said.",
                              {{"cache", cache}, {"result", result}});
}
void Count(telemetry::Counter* counter, size_t by = 1) {
  if (counter != nullptr && by > 0) counter->Add(static_cast<double>(by));
}

}  // namespace

const Script& Cache::script() {
  static const Script kMade(kKeepScript);
  return kMade;
}

Cache::Cache(Client& redis, std::string name, telemetry::Metrics* metrics)
    : redis_(redis),
      prefix_("c:" + name + ":"),
      hits_(Requests(metrics, name, "hit")),
      misses_(Requests(metrics, name, "miss")),
      away_(Requests(metrics, name, "unavailable")) {
  if (metrics != nullptr)
    failed_ = &metrics->AddCounter("vefa_cache_outdate_failures_total",
                                   "Rounds of changes that a cache could not be told of at once.",
                                   {{"cache", name}});
}

Commands Cache::Keep(const std::vector<Entry>& entries) const {
  Commands commands;
  for (const Entry& entry : entries)
    commands.Add({"EVALSHA", script().sha1, "1", KeyOf(entry.key), Digits(entry.version), entry.copy, LifeMs()});
  return commands;
}

void Cache::Put(const std::vector<Entry>& entries) {
  if (entries.empty()) return;
  redis_.Send(Keep(entries), [](const Result<Replies>&) {});
}

void Cache::Outdate(const std::vector<Entry>& entries) {
  if (entries.empty()) return;
  std::vector<Entry> versions;
  for (const Entry& entry : entries) versions.push_back({entry.key, entry.version});
  if (redis_.Run(Keep(versions)).ok()) return;
  Count(failed_);
  Remember(versions);
}

void Cache::Remember(const std::vector<Entry>& entries) {
  auto until = std::chrono::steady_clock::now() +
               std::chrono::milliseconds(static_cast<int64_t>(static_cast<double>(kTimeToLive.count()) * kLifeMost));
  std::lock_guard lock(mutex_);
  for (const Entry& entry : entries) {
    if (untold_.size() >= kUntoldMax && !untold_.contains(entry.key)) break;
    Outdated& outdated = untold_[entry.key];
    outdated = {std::max(outdated.version, entry.version), until};
  }
  any_untold_ = true;
}

void Cache::TellAgain() {
  auto now = std::chrono::steady_clock::now();
  std::vector<Entry> entries;
  {
    std::lock_guard lock(mutex_);
    if (now < tell_next_) return;
    tell_next_ = now + kTellEvery;
    std::erase_if(untold_, [&](const auto& entry) { return entry.second.until < now; });
    any_untold_ = !untold_.empty();
    // A part each time: more than may wait for Redis would never go out.
    for (const auto& [key, outdated] : untold_) {
      entries.push_back({key, outdated.version});
      if (entries.size() == Client::kBatchMax) break;
    }
  }
  if (entries.empty()) return;
  Commands commands = Keep(entries);
  redis_.Send(std::move(commands), [this, entries = std::move(entries)](Result<Replies> replies) {
    if (!replies.ok()) return;
    std::lock_guard lock(mutex_);
    for (const Entry& entry : entries) {
      auto told = untold_.find(entry.key);
      if (told != untold_.end() && told->second.version == entry.version) untold_.erase(told);
    }
    any_untold_ = !untold_.empty();
    // The next part at once.
    tell_next_ = {};
  });
}

std::vector<std::optional<std::string>> Cache::Get(const std::vector<std::string>& keys) {
  std::vector<std::optional<std::string>> copies(keys.size());
  if (any_untold_) TellAgain();
  Commands commands;
  for (const std::string& key : keys) commands.Add({"GET", KeyOf(key)});
  auto replies = redis_.Run(std::move(commands));
  if (!replies.ok()) {
    Count(away_, keys.size());
    return copies;
  }
  size_t hits = 0;
  for (size_t i = 0; i < keys.size(); ++i) {
    copies[i] = CopyOf(keys[i], std::move((*replies)[i]));
    hits += copies[i].has_value() ? 1 : 0;
  }
  Count(hits_, hits);
  Count(misses_, keys.size() - hits);
  return copies;
}

std::optional<std::string> Cache::CopyOf(const std::string& key, Reply reply) {
  // Nothing, or a version alone.
  if (reply.kind != Reply::Kind::kText || reply.text.size() <= kVersionDigits) return std::nullopt;
  if (any_untold_) {
    std::lock_guard lock(mutex_);
    if (untold_.contains(key)) return std::nullopt;
  }
  return std::move(reply.text).substr(kVersionDigits);
}

}  // namespace vefa::redis
