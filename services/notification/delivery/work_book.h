#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "services/notification/delivery/delivery_store.h"

namespace vefa::notification {

// A chunk under way.
struct ActiveChunk {
  Chunk chunk;
  int64_t epoch = 0;
  int slot = -1;                            // In the flight file.
  std::vector<std::string> address_hashes;  // By place; of the addresses just fetched.
  int unrecorded = 0;                       // Places without a recorded end; guarded by the book.
  bool held = false;                        // Something was held back: the chunk is not finished by us.
};

// The chunks under way by a small number, which with a place makes the ticket of a mail. Thread-safe.
class WorkBook {
 public:
  // Puts a chunk in, with as many places still to be ended; returns its number.
  uint64_t Add(std::shared_ptr<ActiveChunk> chunk, int unrecorded);
  std::shared_ptr<ActiveChunk> Find(uint64_t ticket) const;
  // That many places came to their end. True when it was the last one; the chunk is out then.
  bool Settle(const std::shared_ptr<ActiveChunk>& chunk, int places);
  void Hold(const std::shared_ptr<ActiveChunk>& chunk);
  int Unrecorded(const std::shared_ptr<ActiveChunk>& chunk) const;
  bool IsHeld(const std::shared_ptr<ActiveChunk>& chunk) const;
  std::vector<Uuid> ActiveIds() const;

  static uint64_t Ticket(uint64_t number, int ord) { return number << 16 | static_cast<uint64_t>(ord); }
  static int OrdOf(uint64_t ticket) { return static_cast<int>(ticket & 0xFFFF); }

 private:
  mutable std::mutex mutex_;
  uint64_t next_ = 1;
  std::unordered_map<uint64_t, std::shared_ptr<ActiveChunk>> chunks_;
};

}  // namespace vefa::notification
