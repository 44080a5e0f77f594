#include <chrono>
#include <cstdlib>
#include <cstring>
#include <iomanip>
#include <iostream>
#include <random>
#include <string>

#include "tests/simulation/schedule.h"

namespace {

using vefa::simulation::Figures;
using vefa::simulation::ProfileOf;
using vefa::simulation::Run;
using vefa::simulation::Schedule;

constexpr const char* kUsage =
    "vefa-simulation [--seed N] [--count N] [--seconds N] [--trace] [--keep-going]\n"
    "  --seed N      the first seed; without it, one is chosen and printed\n"
    "  --count N     how many seeds from there on (1 with --trace)\n"
    "  --seconds N   stop after so long\n"
    "  --trace       print every step\n"
    "  --keep-going  do not stop at the first seed that fails\n";

struct Options {
  uint64_t seed = std::random_device()() % 1'000'000'000;
  uint64_t count = 10'000;
  double seconds = 1e9;
  bool trace = false;
  bool keep_going = false;
};

bool Read(int argc, char** argv, Options& options) {
  bool counted = false;
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    const char* value = i + 1 < argc ? argv[i + 1] : "";
    if (word == "--trace") {
      options.trace = true;
    } else if (word == "--keep-going") {
      options.keep_going = true;
    } else if (word == "--seed" && *value != 0) {
      options.seed = std::strtoull(argv[++i], nullptr, 10);
    } else if (word == "--count" && *value != 0) {
      options.count = std::strtoull(argv[++i], nullptr, 10);
      counted = true;
    } else if (word == "--seconds" && *value != 0) {
      options.seconds = std::strtod(argv[++i], nullptr);
    } else {
      return false;
    }
  }
  if (options.trace && !counted) options.count = 1;
  return true;
}

// One JSON object, so that a script can read it.
void Print(const Figures& all, uint64_t first, uint64_t failed, double seconds) {
  std::cout << std::fixed << std::setprecision(1) << "{\"first_seed\": " << first << ", \"failed\": " << failed
            << ", \"seconds\": " << seconds
            << ", \"schedules_per_second\": " << static_cast<double>(all.schedules) / seconds;
  for (const auto& [name, count] : {std::pair("schedules", all.schedules), {"steps", all.steps},
                                    {"faults", all.faults}, {"writes_acknowledged", all.acknowledged},
                                    {"events", all.events}, {"records", all.records}, {"duplicates", all.duplicates},
                                    {"fenced", all.fenced}, {"gaps", all.gaps}, {"healed", all.healed},
                                    {"parked", all.parked}, {"restored", all.restored}, {"lost", all.lost},
                                    {"disordered", all.disordered}})
    std::cout << ", \"" << name << "\": " << count;
  std::cout << "}\n";
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!Read(argc, argv, options)) {
    std::cerr << kUsage;
    return 2;
  }
  std::cout << "first seed " << options.seed << std::endl;
  auto begin = std::chrono::steady_clock::now();
  auto elapsed = [begin] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); };
  Figures all;
  uint64_t failed = 0;
  for (uint64_t i = 0; i < options.count && (i % 16 != 0 || elapsed() < options.seconds); ++i) {
    Run run(options.seed + i, options.trace);
    run.profile = ProfileOf(run.random);
    Schedule(run).Play();
    all.Add(run.figures);
    if (run.violations().empty()) continue;
    ++failed;
    std::cout << "seed " << options.seed + i << " fails:\n";
    for (const std::string& violation : run.violations()) std::cout << "  " << violation << '\n';
    std::cout << "  replay it: vefa-simulation --seed " << options.seed + i << " --trace" << std::endl;
    if (!options.keep_going) break;
  }
  Print(all, options.seed, failed, elapsed());
  return failed == 0 ? 0 : 1;
}
