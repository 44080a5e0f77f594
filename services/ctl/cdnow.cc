#include "services/ctl/cdnow.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>

#include "libs/base/text.h"

namespace vefa::ctl::cdnow {
namespace {

constexpr std::string_view kDomain = "@cdnow.example";
// Every customer made a first purchase between January and March 1997.
constexpr int kFirstConsentDay = 9862;  // 1997-01-01
constexpr int kConsentSpreadDays = 90;
constexpr int kDaysUntilWithdrawal = 120;
constexpr std::chrono::hours kConsentHour(10);
constexpr int64_t kDollarsMax = 1'000'000;

std::optional<int64_t> NumberIn(std::string_view text) {
  int64_t number = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

std::vector<std::string_view> Words(std::string_view line) {
  std::vector<std::string_view> words;
  for (size_t at = line.find_first_not_of(" \r"); at != line.npos; at = line.find_first_not_of(" \r", at)) {
    size_t end = std::min(line.find_first_of(" \r", at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

std::optional<int64_t> CentsIn(std::string_view text) {
  size_t point = text.find('.');
  if (point == text.npos || text.size() - point != 3) return std::nullopt;
  auto dollars = NumberIn(text.substr(0, point));
  auto cents = NumberIn(text.substr(point + 1));
  if (!dollars || !cents || *dollars > kDollarsMax) return std::nullopt;
  return *dollars * 100 + *cents;
}

std::optional<Purchase> PurchaseIn(std::string_view line) {
  std::vector<std::string_view> words = Words(line);
  if (words.size() != 5 || words[2].size() != 8) return std::nullopt;
  auto id = NumberIn(words[1]);
  auto date = NumberIn(words[2]);
  auto cds = NumberIn(words[3]);
  auto cents = CentsIn(words[4]);
  if (!id || !date || !cds || !cents || *id < 1 || *id > 1'000'000 || *cds > 1'000'000) return std::nullopt;
  auto day = DaysFromCivil(static_cast<int>(*date / 10000), static_cast<unsigned>(*date / 100 % 100),
                           static_cast<unsigned>(*date % 100));
  if (!day.ok()) return std::nullopt;
  return Purchase{static_cast<int>(*id), 0, *day, static_cast<int>(*cds), *cents};
}

}  // namespace

Result<std::vector<Purchase>> ReadSample(std::string_view text) {
  std::vector<Purchase> purchases;
  std::map<int, int> seen;
  for (int number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (Words(line).empty()) continue;
    auto purchase = PurchaseIn(line);
    if (!purchase)
      return InvalidArgument("SAMPLE_SYNTAX", "Line " + std::to_string(number) +
                                                  " is not 'master id, sample id, date, CDs, dollars' of CDNOW_sample.txt.");
    purchase->number = ++seen[purchase->sample_id];
    purchases.push_back(*purchase);
  }
  if (purchases.empty()) return InvalidArgument("SAMPLE_SYNTAX", "The sample holds no purchases.");
  return purchases;
}

std::vector<int> SampleIds(const std::vector<Purchase>& purchases) {
  std::set<int> ids;
  for (const Purchase& purchase : purchases) ids.insert(purchase.sample_id);
  return {ids.begin(), ids.end()};
}

Customer CustomerOf(int n) {
  std::string number = std::to_string(n);
  Customer customer;
  customer.external_id = "cdnow/" + number;
  customer.display_name = NameOf(n);
  customer.email = (n % 50 == 7 ? "gone." : "customer.") + number + std::string(kDomain);
  customer.language = n % 2 == 0 ? "tr" : "en";
  return customer;
}

std::vector<ConsentLine> ConsentsOf(int n) {
  if (n % 10 == 0) return {};
  Time granted = StartOfDay(kFirstConsentDay + n % kConsentSpreadDays) + kConsentHour;
  std::vector<ConsentLine> lines{{true, granted, "shop checkout"}};
  if (n % 10 == 1) lines.push_back({false, granted + std::chrono::hours(24 * kDaysUntilWithdrawal), "preference page"});
  return lines;
}

std::string OrderIdOf(const Purchase& purchase) {
  return "cdnow/" + std::to_string(purchase.sample_id) + "/" + std::to_string(purchase.number);
}

}  // namespace vefa::ctl::cdnow
