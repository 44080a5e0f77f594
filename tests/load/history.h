#pragma once

#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/result.h"

namespace vefa::load {

// How a try ended, as its caller knows it.
enum class Outcome { kAcknowledged, kRefused, kUnknown };
const char* OutcomeName(Outcome outcome);

// One try of one write, or one row of a chunk.
struct Line {
  Uuid operation;        // Stays the same when the write is tried again; also its request id.
  Uuid tenant;
  const char* kind = ""; // create, consent, import, order, bad
  std::string key;       // What identifies the effect: an external id, or a consent's contact and time.
  std::string value;     // What must be found there, for example a display name.
  int attempt = 1;
  Outcome outcome = Outcome::kUnknown;
  std::string name;      // The resource's name as it was answered.
  std::string reason;    // Why it was refused or is not known.
};

// An append-only file with a line for every try: what the writers know, to be compared with what is
// stored. Any thread; written every 200 ms by a thread of its own.
class History {
 public:
  // UNAVAILABLE `HISTORY_FILE` when it cannot be opened.
  static Result<std::unique_ptr<History>> Open(const std::string& path, const Clock& clock);
  ~History();
  void Add(const Line& line);

 private:
  History(std::FILE* file, const Clock& clock);
  void Write();

  std::FILE* const file_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string buffer_;
  bool ending_ = false;
  std::thread writer_;
};

}  // namespace vefa::load
