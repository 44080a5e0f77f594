#pragma once

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "libs/base/text.h"
#include "services/interaction/model/purchase_history.h"

// Reads the CDNOW sample (2,357 customers, 1997-01-01 to 1998-06-30) for tests and benchmarks. It is
// not in the repository; `./vefa` puts it into the state folder.
namespace vefa::interaction::model {

// VEFA_CDNOW, or the file among the downloads of the state folder.
inline std::string CdnowPath() {
  if (const char* path = std::getenv("VEFA_CDNOW")) return path;
  if (const char* downloads = std::getenv("VEFA_DEPS")) return std::string(downloads) + "/cdnow/CDNOW_sample.txt";
  if (const char* state = std::getenv("VEFA_STATE")) return std::string(state) + "/deps/cdnow/CDNOW_sample.txt";
  return VEFA_SOURCE_DIR "/.vefa/deps/cdnow/CDNOW_sample.txt";
}

// The sample id as a customer's id.
inline Uuid CdnowCustomer(uint32_t sample_id) {
  Uuid id;
  for (size_t i = 0; i < 4; ++i) id.bytes[15 - i] = static_cast<uint8_t>(sample_id >> (8 * i));
  return id;
}

inline int32_t CdnowDay(int date) {
  return *DaysFromCivil(date / 10000, static_cast<unsigned>(date / 100 % 100), static_cast<unsigned>(date % 100));
}

// Columns: master id, sample id, date as YYYYMMDD, CDs, dollars with two decimals.
inline Result<std::vector<Purchase>> ReadCdnow(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    return NotFound("CDNOW_MISSING", "There is no " + path + ": run ./vefa test, which fetches it, or set VEFA_CDNOW.");
  }
  std::vector<Purchase> purchases;
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    uint32_t master = 0, sample = 0;
    int date = 0, cds = 0;
    int64_t dollars = 0;
    std::string cents;
    char point = 0;
    if (!(fields >> master >> sample >> date >> cds >> dollars >> point >> cents) || point != '.' || cents.size() != 2) {
      return InvalidArgument("CDNOW_LINE", "Line " + std::to_string(purchases.size() + 1) + " of " + path + " is not one.");
    }
    purchases.push_back({CdnowCustomer(sample), CdnowDay(date), dollars * 100 + std::atoi(cents.c_str())});
  }
  return purchases;
}

}  // namespace vefa::interaction::model
