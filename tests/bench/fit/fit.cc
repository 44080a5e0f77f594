// Fits BG/NBD to the CDNOW sample and prints how long it took and what came out, as one JSON line.
// Usage: vefa-bench-fit [FILE]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "services/interaction/model/bg_nbd_fit.h"
#include "services/interaction/model/cdnow_for_test.h"

namespace vefa::interaction::model {
namespace {

constexpr int kRounds = 31;

int Fail(const Error& error) {
  std::fprintf(stderr, "vefa-bench-fit: %s: %s\n", error.reason.c_str(), error.message.c_str());
  return 1;
}

// From the customers' histories to accepted parameters, merging included; nothing is kept between rounds.
int Main(const std::string& path) {
  auto purchases = ReadCdnow(path);
  if (!purchases.ok()) return Fail(purchases.error());
  const auto history = BuildPurchaseHistory(*std::move(purchases), CdnowDay(19970930));
  if (!history.ok()) return Fail(history.error());
  const std::vector<Customer> customers = KnownCustomers(*history);
  std::vector<double> seconds;
  BgNbdFit last;
  for (int round = 0; round < kRounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    const auto fit = FitBgNbd(customers);
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    if (!fit.ok()) return Fail(fit.error());
    last = *fit;
  }
  std::nth_element(seconds.begin(), seconds.begin() + kRounds / 2, seconds.end());
  std::printf("{\"seconds\": %.9f, \"log_likelihood\": %.9f, \"parameters\": [%.9f, %.9f, %.9f, %.9f], \"customers\": %lld}\n",
              seconds[kRounds / 2], last.log_likelihood, last.parameters.r, last.parameters.alpha, last.parameters.a,
              last.parameters.b, static_cast<long long>(last.customers));
  return 0;
}

}  // namespace
}  // namespace vefa::interaction::model

int main(int argc, char** argv) {
  return vefa::interaction::model::Main(argc > 1 ? argv[1] : vefa::interaction::model::CdnowPath());
}
