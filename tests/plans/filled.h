#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libs/testing/engines.h"

namespace vefa::plans {

const std::vector<std::string>& Services();

// A database of each service with a million rows in its main tables, filled by tests/plans/fill, two at a time.
class FilledDatabases {
 public:
  FilledDatabases();
  testing::TestDatabase& of(const std::string& service) { return *databases_.at(service); }

 private:
  std::map<std::string, std::unique_ptr<testing::TestDatabase>> databases_;
};

}  // namespace vefa::plans
