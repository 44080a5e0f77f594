#pragma once

#include <charconv>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "libs/base/result.h"
#include "libs/postgres/database.h"
#include "tests/verify/evidence.h"

// How evidence is gathered. One thread.
namespace vefa::verify {

// The word of each tenant that must stand in its own outputs only.
class Canaries {
 public:
  void Add(const Uuid& tenant, std::string word) { words_[tenant] = std::move(word); }
  // Looks for the others' words in what belongs to a tenant, and notes where they are.
  void Search(const Uuid& tenant, std::string_view output, std::string_view place, Evidence& evidence) const;

 private:
  std::map<Uuid, std::string> words_;
};

// What stands at the beginning of a text, 0 where that is no number.
inline int64_t Integer(std::string_view text) {
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Calls `take` with every batch of rows of a query.
Status Stream(postgres::Database& database, const char* sql, const std::function<void(const postgres::Rows&)>& take);

// The history of vefa-load, what its readers of the feed saw, and what the campaign sampled. An empty path is
// nothing. NOT_FOUND `FILE_UNREADABLE`, DATA_LOSS `FILE_MALFORMED`.
Status ReadHistory(const std::string& path, Evidence& evidence);
Status ReadFeedReaders(const std::string& path, Evidence& evidence);
Status ReadPositions(const std::string& path, Evidence& evidence);
Status ReadProcesses(const std::string& path, Evidence& evidence);
Status ReadInjected(const std::string& path, Evidence& evidence);

// Tables and ledgers of every service. `conninfo` has {service} where its name stands.
Status ReadDatabases(const std::string& conninfo, const Canaries& canaries, Evidence& evidence);
// One service's ledger, and what of it must be on a timeline.
Status ReadLedger(postgres::Database& database, uint32_t service, Evidence& evidence);
// Every record of the topics, from offset zero.
Status ReadKafka(const std::string& brokers, const Canaries& canaries, Evidence& evidence);

// What a line of a timeline says, for comparison.
uint64_t ContentOf(std::string_view subject, std::string_view facts);

}  // namespace vefa::verify
