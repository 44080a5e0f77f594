#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "libs/events/projection.h"
#include "libs/postgres/database.h"

namespace vefa::testing {

// Reads ledgers straight from test databases, as their owners would answer. Thread-safe.
class DatabaseLedger final : public events::LedgerReader {
 public:
  // `owners` tells whose ledger a topic is, as the service role; they must outlive this.
  explicit DatabaseLedger(std::map<std::string, postgres::Database*> owners) : owners_(std::move(owners)) {}

  Result<std::vector<events::Event>> Fetch(const std::string& topic, const Uuid& tenant, const std::string& subject,
                                           int64_t from, int64_t to, Deadline deadline) override;
  Result<std::vector<events::Event>> Read(const std::string& topic, const Uuid& tenant, std::string& token,
                                          Deadline deadline) override;

  // Called before each page of Read; set before anything reads.
  std::function<void()> before_page = [] {};

 private:
  const std::map<std::string, postgres::Database*> owners_;
};

}  // namespace vefa::testing
