#include "services/notification/delivery/flight_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "libs/telemetry/log.h"

namespace vefa::notification {
namespace {

constexpr char kMagic[8] = {'V', 'E', 'F', 'A', 'F', 'L', 'T', '1'};

std::string BootId() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

}  // namespace

// The chunk is written last and cleared first, so a slot that names one is whole.
struct FlightFile::Slot {
  Uuid chunk;
  int64_t epoch;
  int16_t lane;
  std::atomic<uint8_t> used;
  std::atomic<uint8_t> flights[kMessagesMax];
};

struct FlightFile::Layout {
  char magic[8];
  char boot[40];
  Uuid owner;
  Slot slots[kSlots];
};

Result<std::unique_ptr<FlightFile>> FlightFile::Open(const std::string& folder) {
  std::string path = folder + "/flight.bin";
  int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return Unavailable("FLIGHT_FILE", "Cannot open " + path + ": " + std::strerror(errno) + ".");
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    telemetry::Warn("another process holds the flight file; after a crash more messages will be unknown", {{"path", path}});
    close(file);
    file = -1;
  } else if (ftruncate(file, sizeof(Layout)) != 0) {
    close(file);
    return Unavailable("FLIGHT_FILE", "Cannot size " + path + ": " + std::strerror(errno) + ".");
  }
  std::unique_ptr<FlightFile> flight(new FlightFile(file));
  VEFA_TRY_OK(flight->Map());
  return flight;
}

Status FlightFile::Map() {
  int flags = file_ < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
  void* memory = mmap(nullptr, sizeof(Layout), PROT_READ | PROT_WRITE, flags, file_, 0);
  if (memory == MAP_FAILED) return Unavailable("FLIGHT_FILE", "Cannot map the flight file.");
  layout_ = static_cast<Layout*>(memory);
  shared_ = file_ >= 0;
  std::string boot = BootId();
  boot.resize(sizeof layout_->boot - 1);
  bool ours = std::memcmp(layout_->magic, kMagic, sizeof kMagic) == 0;
  if (!ours) {
    std::memset(memory, 0, sizeof(Layout));
    RandomBytes(layout_->owner.bytes.data(), layout_->owner.bytes.size());
    std::memcpy(layout_->magic, kMagic, sizeof kMagic);
  }
  // The file of a machine that went down says nothing about what the disk did not get.
  if (std::strncmp(layout_->boot, boot.c_str(), sizeof layout_->boot) != 0)
    for (Slot& slot : layout_->slots) slot.used = 0;
  std::strncpy(layout_->boot, boot.c_str(), sizeof layout_->boot - 1);
  return Ok();
}

FlightFile::~FlightFile() {
  if (layout_ != nullptr) munmap(layout_, sizeof(Layout));
  if (file_ >= 0) close(file_);
}

Uuid FlightFile::owner() const { return layout_->owner; }

int FlightFile::Take(const Uuid& chunk, int16_t lane, int64_t epoch) {
  for (int i = 0; i < kSlots; ++i) {
    Slot& slot = layout_->slots[i];
    if (slot.used) continue;
    slot.chunk = chunk;
    slot.epoch = epoch;
    slot.lane = lane;
    for (auto& flight : slot.flights) flight.store(0, std::memory_order_relaxed);
    slot.used.store(1, std::memory_order_release);
    return i;
  }
  return -1;
}

void FlightFile::Release(int slot) {
  if (slot >= 0) layout_->slots[slot].used.store(0, std::memory_order_release);
}

void FlightFile::Mark(int slot, const Uuid& chunk, int64_t epoch, int ord, Flight flight) {
  if (slot < 0 || ord < 0 || ord >= kMessagesMax) return;
  Slot& own = layout_->slots[slot];
  if (own.chunk != chunk || own.epoch != epoch) return;
  own.flights[ord].store(static_cast<uint8_t>(flight), std::memory_order_release);
}

std::optional<Flight> FlightFile::Find(const Uuid& chunk, int64_t epoch, int ord) const {
  if (ord < 0 || ord >= kMessagesMax) return std::nullopt;
  for (const Slot& slot : layout_->slots)
    if (slot.used && slot.chunk == chunk && slot.epoch == epoch)
      return static_cast<Flight>(slot.flights[ord].load(std::memory_order_acquire));
  return std::nullopt;
}

void FlightFile::ReleaseBefore(int16_t lane, int64_t epoch) {
  for (Slot& slot : layout_->slots)
    if (slot.used && slot.lane == lane && slot.epoch < epoch) slot.used.store(0, std::memory_order_release);
}

}  // namespace vefa::notification
