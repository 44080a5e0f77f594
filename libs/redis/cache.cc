#include "libs/redis/cache.h"

#include <cinttypes>
#include <cstdio>

#include "libs/base/backoff.h"

namespace vefa::redis {
namespace {

// Before a copy stands its row's version in as many hexadecimal digits. Only the version stands there alone while all
// that is known is that older copies are outdated.
constexpr size_t kVersionDigits = 16;

constexpr std::string_view kScript = R"(
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
  return std::to_string(static_cast<int64_t>(static_cast<double>(Cache::kTimeToLive.count()) * (0.8 + 0.4 * RandomShare())));
}

telemetry::Counter* Requests(telemetry::Metrics* metrics, const std::string& cache, const std::string& result) {
  if (metrics == nullptr) return nullptr;
  return &metrics->AddCounter("vefa_cache_requests_total", "Reads that asked a cache first, by what it said.",
                              {{"cache", cache}, {"result", result}});
}
void Count(telemetry::Counter* counter) {
  if (counter != nullptr) counter->Add();
}

}  // namespace

const Script& Cache::script() {
  static const Script kMade(kScript);
  return kMade;
}

Cache::Cache(Client& redis, std::string name, telemetry::Metrics* metrics)
    : redis_(redis),
      prefix_("c:" + name + ":"),
      hits_(Requests(metrics, name, "hit")),
      misses_(Requests(metrics, name, "miss")),
      away_(Requests(metrics, name, "unavailable")) {
  if (metrics != nullptr)
    unsaid_ = &metrics->AddCounter("vefa_cache_outdate_failures_total",
                                   "Changes that a cache could not be told of; copies die within 72 s.",
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
  redis_.Send(Keep(entries), [](Result<Replies>) {});
}

void Cache::Outdate(const std::vector<Entry>& entries) {
  if (entries.empty()) return;
  std::vector<Entry> versions;
  for (const Entry& entry : entries) versions.push_back({entry.key, entry.version});
  if (!redis_.Run(Keep(versions)).ok()) Count(unsaid_);
}

std::optional<std::string_view> Cache::CopyOf(const Result<Replies>& replies) const {
  if (!replies.ok()) {
    Count(away_);
    return std::nullopt;
  }
  const Reply& reply = replies->front();
  if (reply.kind != Reply::Kind::kText || reply.text.size() <= kVersionDigits) {
    Count(misses_);
    return std::nullopt;
  }
  Count(hits_);
  return std::string_view(reply.text).substr(kVersionDigits);
}

}  // namespace vefa::redis
