#include "services/notification/delivery/work_book.h"

namespace vefa::notification {

uint64_t WorkBook::Add(std::shared_ptr<ActiveChunk> chunk, int unrecorded) {
  std::lock_guard lock(mutex_);
  chunk->unrecorded = unrecorded;
  chunks_.emplace(next_, std::move(chunk));
  return next_++;
}

std::shared_ptr<ActiveChunk> WorkBook::Find(uint64_t ticket) const {
  std::lock_guard lock(mutex_);
  auto found = chunks_.find(ticket >> 16);
  return found == chunks_.end() ? nullptr : found->second;
}

bool WorkBook::Settle(const std::shared_ptr<ActiveChunk>& chunk, int places) {
  std::lock_guard lock(mutex_);
  chunk->unrecorded -= places;
  if (chunk->unrecorded > 0) return false;
  std::erase_if(chunks_, [&](const auto& entry) { return entry.second == chunk; });
  return true;
}

void WorkBook::Hold(const std::shared_ptr<ActiveChunk>& chunk) {
  std::lock_guard lock(mutex_);
  chunk->held = true;
}

int WorkBook::Unrecorded(const std::shared_ptr<ActiveChunk>& chunk) const {
  std::lock_guard lock(mutex_);
  return chunk->unrecorded;
}

bool WorkBook::IsHeld(const std::shared_ptr<ActiveChunk>& chunk) const {
  std::lock_guard lock(mutex_);
  return chunk->held;
}

std::vector<Uuid> WorkBook::ActiveIds() const {
  std::lock_guard lock(mutex_);
  std::vector<Uuid> ids;
  for (const auto& [number, chunk] : chunks_) ids.push_back(chunk->chunk.id);
  return ids;
}

}  // namespace vefa::notification
