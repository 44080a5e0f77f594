#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "libs/base/id.h"
#include "libs/base/result.h"

namespace vefa::notification {

// What is known of a message that is being handed over.
enum class Flight : uint8_t {
  kNothing = 0,   // Its dot was not written.
  kDot = 1,       // Its dot may have been written.
  kAccepted = 2,  // The server took it.
  kRefused = 3,   // The server did not take it.
};

// One byte per message under way in a memory-mapped file. It survives the death of the process, not
// of the machine: after a kill it tells the few messages whose dot was written from the hundreds in
// the same window that were never sent. Only who holds the file's lock, on the same boot, may believe
// it. Mark is called by the sending thread, the rest by the dispatcher's.
class FlightFile {
 public:
  static constexpr int kSlots = 64;
  static constexpr int kMessagesMax = 1000;  // Of one chunk.

  // Opens or creates `folder`/flight.bin. When another process holds it, works in memory only.
  static Result<std::unique_ptr<FlightFile>> Open(const std::string& folder);
  ~FlightFile();
  FlightFile(const FlightFile&) = delete;
  FlightFile& operator=(const FlightFile&) = delete;

  // Who we are to the lanes: the same after a restart, as long as the file is ours.
  Uuid owner() const;
  // Whether what is written here outlives this process.
  bool shared() const { return shared_; }

  // A slot for a chunk, all kNothing; -1 when none is free.
  int Take(const Uuid& chunk, int16_t lane, int64_t epoch);
  void Release(int slot);
  // Does nothing when the slot has gone to another chunk or epoch meanwhile.
  void Mark(int slot, const Uuid& chunk, int64_t epoch, int ord, Flight flight);
  // What a slot, of this or of an earlier process, says; nullopt when there is none for the chunk
  // in that epoch.
  std::optional<Flight> Find(const Uuid& chunk, int64_t epoch, int ord) const;
  // Frees the slots of a lane from before an epoch: they were read.
  void ReleaseBefore(int16_t lane, int64_t epoch);

 private:
  struct Slot;
  struct Layout;
  explicit FlightFile(int file) : file_(file) {}
  Status Map();

  int file_;
  bool shared_ = false;
  Layout* layout_ = nullptr;
};

}  // namespace vefa::notification
