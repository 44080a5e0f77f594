#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "libs/base/id.h"

// Everything that is looked at, as plain values: what writers were told, what is stored, what Kafka holds.
namespace vefa::verify {

// Numbers for texts that come again and again.
class Names {
 public:
  uint32_t Number(std::string_view text) {
    auto [found, added] = numbers_.try_emplace(std::string(text), static_cast<uint32_t>(texts_.size()));
    if (added) texts_.push_back(&found->first);
    return found->second;
  }
  // -1 when the text was never given.
  int64_t Find(std::string_view text) const {
    auto found = numbers_.find(std::string(text));
    return found == numbers_.end() ? -1 : static_cast<int64_t>(found->second);
  }
  const std::string& Text(uint32_t number) const { return *texts_[number]; }
  size_t size() const { return texts_.size(); }

 private:
  std::unordered_map<std::string, uint32_t> numbers_;
  std::vector<const std::string*> texts_;
};

enum class WriteKind : uint8_t { kCreate, kConsent, kImport, kOrder, kBad };
enum class Told : uint8_t { kAcknowledged, kRefused, kUnknown };

// One try of a write, in the order of the history.
struct Try {
  Uuid operation;
  Uuid tenant;
  WriteKind kind{};
  std::string key;
  std::string value;
  Told told{};
  std::string name;
  std::string reason;
};

struct Contact {
  Uuid tenant, id;
  std::string external_id, display_name;
  int64_t version = 0;
};
struct Consent {
  Uuid tenant, contact;
  int64_t occur_micros = 0;
  int state = 0;
};
struct Order {
  Uuid tenant, id, contact;
  std::string external_id;
};

// A line of a timeline, as it is stored or as it must be.
struct Entry {
  Uuid tenant, contact;
  int16_t kind = 0;
  int64_t occur_micros = 0, record_micros = 0;
  uint64_t content = 0;  // Hash of its subject and facts.
  auto operator<=>(const Entry&) const = default;
};

// A row of a ledger.
struct Recorded {
  uint32_t service = 0;    // Index in kServices.
  int64_t id = 0;
  uint32_t aggregate = 0;  // Number of `<tenant>/<subject>`.
  int64_t version = 0;
  Uuid event_id;
  uint32_t type = 0;
  uint64_t payload_hash = 0;
};

// A record of a topic.
struct Published {
  uint32_t service = 0;
  int32_t partition = 0;
  int64_t offset = 0;
  uint32_t aggregate = 0;  // Number of its key.
  int64_t version = 0;
  Uuid event_id;
  uint64_t payload_hash = 0;
  bool is_injected = false;   // A foreign producer's, by the mark it left.
  bool is_readable = true;    // Its headers name an event and agree with its key.
};

// How far a consumer has applied an aggregate, and what stands still.
struct Applied {
  uint32_t consumer = 0;
  uint32_t aggregate = 0;
  int64_t version = 0;
};
struct Parked {
  uint32_t consumer = 0;
  uint32_t aggregate = 0;
  std::string kind, reason;
};
struct Fed {
  Uuid tenant;
  int64_t seq = 0;
  Uuid event_id;
};
// A consumer's position as it was seen at some moment.
struct Position {
  std::string consumer, topic;
  int32_t partition = 0;
  int64_t next_offset = 0;
  bool may_go_back = false;  // It was moved back on purpose before this sample.
};
// A process at the beginning of the faults, or after them.
struct Process {
  std::string name;
  bool is_end = false;
  int64_t resident_kb = 0, files = 0, sockets = 0;
};

inline constexpr const char* kServices[] = {"contact", "interaction", "campaign", "notification"};

struct Evidence {
  Names names;  // Aggregates, types, consumers.
  std::vector<Try> tries;
  std::vector<Contact> contacts;
  std::vector<Consent> consents;
  std::vector<Order> orders;
  std::vector<Recorded> ledger;
  std::vector<Entry> timeline, timeline_wanted;
  std::vector<Published> kafka;
  std::vector<Applied> applied;
  std::map<uint32_t, std::set<uint32_t>> reads;  // Services by the consumer that reads their topic.
  std::vector<Parked> parked;
  std::set<uint32_t> injected;  // Aggregates a foreign producer wrote about, also where its records are gone.
  int64_t unreadable = 0;
  std::vector<Fed> feed;
  std::map<Uuid, std::vector<Uuid>> feed_read;  // What a reader of the feed saw, in order, by tenant.
  std::vector<Position> positions;
  std::vector<Process> processes;
  int64_t pending = 0;
  int64_t foreign_words = 0;   // Places in which a tenant's outputs hold another's canary.
  int64_t outputs_searched = 0;
  std::vector<std::string> foreign_places;
};

// Begins the external ids of whoever only looks whether writing works.
inline constexpr std::string_view kProbe = "probe-";

}  // namespace vefa::verify
