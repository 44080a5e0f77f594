#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/load/door.h"
#include "tests/load/history.h"
#include "tests/load/pace.h"

namespace vefa::load {

// What all writers did so far.
struct Totals {
  std::atomic<int64_t> requests{0};      // Writes asked for; a chunk is one.
  std::atomic<int64_t> acknowledged{0};  // Writes acknowledged; a row of a chunk is one.
  std::atomic<int64_t> refused{0};
  std::atomic<int64_t> unknown{0};       // Tries whose outcome was not known.
  std::atomic<int64_t> given_up{0};      // Writes whose outcome nobody will know.
};

// Whose writes, and the words by which they would be found elsewhere.
struct Writing {
  Uuid tenant;
  std::string run;     // Begins every external id.
  std::string canary;  // Stands in names and sources of this tenant only.
};

// Makes contacts, consents, imports and orders, one after the other, and tries each with the same request
// id until it knows what became of it. One thread.
class Writer {
 public:
  Writer(int number, uint64_t seed, Writing writing, std::unique_ptr<Door> door, Pace& pace, History& history,
         Totals& totals, const Clock& clock);

  // Until the pace is stopped, and then until the last write is known or `grace` is over.
  void Run(std::chrono::seconds grace);

 private:
  struct Known {
    std::string name;
    std::string external_id;
  };
  void Create(bool bad);
  void Consent();
  void Import();
  void Orders();
  // Tries until the answer is known; notes every try. Lines hold what is the same for each.
  Answer Until(const std::function<Answer()>& call, std::vector<Line> lines);
  void Note(const Answer& answer, std::vector<Line>& lines, int attempt);
  ContactDraft Draft();
  Known& Anyone() { return known_[random_() % known_.size()]; }
  std::string NextId(const char* what);

  const int number_;
  const Writing writing_;
  const std::unique_ptr<Door> door_;
  Pace& pace_;
  History& history_;
  Totals& totals_;
  const Clock& clock_;
  std::mt19937_64 random_;
  int64_t made_ = 0;
  Time last_time_{};
  std::deque<Known> known_;
  std::deque<std::string> imported_;  // External ids that an import made.
  Deadline give_up_ = Deadline::Never();
  std::chrono::seconds grace_{0};
};

}  // namespace vefa::load
