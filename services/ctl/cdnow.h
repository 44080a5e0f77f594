#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"

// The CDNOW 1/10 sample (lifetimes/datasets/CDNOW_sample.txt): real purchases of 2,357 customers.
// The set holds no names or addresses; those here are made up from the sample id by fixed rules,
// under a domain that is reserved and reaches nobody. Pure: no I/O, no clock, no random.
namespace vefa::ctl::cdnow {

// One line of the sample.
struct Purchase {
  int sample_id = 0;
  int number = 0;  // 1 for the customer's first line, 2 for the second, …
  int32_t day = 0;  // Since 1970-01-01.
  int cds = 0;
  int64_t cents = 0;
};

// `00004 0001 19970101 2 29.33`: master id, sample id, date, CDs, dollars. INVALID_ARGUMENT
// `SAMPLE_SYNTAX` names the line.
Result<std::vector<Purchase>> ReadSample(std::string_view text);

// The sample ids in it, ascending.
std::vector<int> SampleIds(const std::vector<Purchase>& purchases);

// Who customer n is said to be. Even n speak Turkish, odd n English; n mod 50 = 7 has an address
// that the mail sink refuses.
struct Customer {
  std::string external_id;   // `cdnow/<n>`
  std::string display_name;
  std::string email;         // `customer.<n>@cdnow.example`, `gone.<n>@…` where it is refused
  std::string language;
};
Customer CustomerOf(int n);

// What customer n said about e-mail for win-back: n mod 10 = 0 was never asked, n mod 10 = 1
// agreed and later withdrew, all others agreed.
struct ConsentLine {
  bool granted = true;
  Time time;
  std::string source;
};
std::vector<ConsentLine> ConsentsOf(int n);

// `cdnow/<n>/<k>`.
std::string OrderIdOf(const Purchase& purchase);

// A made-up name; see cdnow_names.cc.
std::string NameOf(int n);

}  // namespace vefa::ctl::cdnow
