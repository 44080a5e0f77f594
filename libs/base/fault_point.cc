#include "libs/base/fault_point.h"

#ifndef VEFA_NO_FAULT_POINTS

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "libs/base/backoff.h"
#include "libs/base/clock.h"

namespace vefa {
namespace {

constexpr auto kLookEvery = std::chrono::seconds(1);
// More lines than points exist; what comes after them is not read.
constexpr size_t kFaultsMax = 64;
constexpr int kSleepMaxMs = 60'000;

struct Fault {
  std::string name;
  std::string kind;
  int sleep_ms = 0;
  long one_in = 1;
};

// Lines that do not parse arm nothing: a fault that never strikes is noticed by whoever armed it.
std::vector<Fault> ReadFaults(const std::string& path) {
  std::vector<Fault> faults;
  std::ifstream file(path);
  for (std::string line; faults.size() < kFaultsMax && std::getline(file, line);) {
    Fault fault;
    std::istringstream words(line);
    words >> fault.name >> fault.kind;
    if (fault.kind == "sleep") words >> fault.sleep_ms;
    words >> fault.one_in;
    if (words && fault.one_in >= 1 && fault.sleep_ms >= 0 && fault.sleep_ms <= kSleepMaxMs) faults.push_back(fault);
  }
  return faults;
}

// What the file arms. One for the process, made at the first point that is passed; any thread.
class ArmedFaults {
 public:
  ArmedFaults() : path_(Path()), enabled_(!path_.empty()) {}

  bool enabled() const { return enabled_; }

  bool Strike(const char* name) {
    Fault fault;
    {
      std::lock_guard lock(mutex_);
      Look();
      const Fault* found = Find(name);
      if (found == nullptr || RandomShare() * static_cast<double>(found->one_in) >= 1) return false;
      fault = *found;
      if (!Claim(fault)) return false;
    }
    Note(fault);
    if (fault.kind == "kill") kill(getpid(), SIGKILL);
    if (fault.kind == "stop") kill(getpid(), SIGSTOP);
    if (fault.kind == "sleep") std::this_thread::sleep_for(std::chrono::milliseconds(fault.sleep_ms));
    return fault.kind == "error";
  }

 private:
  static std::string Path() {
    const char* path = std::getenv("VEFA_FAULTS_FILE");
    return path == nullptr ? "" : path;
  }

  void Look() {
    if (!next_look_.Passed()) return;
    next_look_ = Deadline::After(kLookEvery);
    faults_ = ReadFaults(path_);
  }

  const Fault* Find(const char* name) const {
    for (const Fault& fault : faults_)
      if (fault.name == name) return &fault;
    return nullptr;
  }

  // A kill or a stop strikes once: it uses up the file, so that the next life of the process, or a second
  // process that reads the same file, is not struck by it again.
  bool Claim(const Fault& fault) {
    if (fault.kind != "kill" && fault.kind != "stop") return true;
    faults_.clear();
    return unlink(path_.c_str()) == 0;
  }

  // `<file>.hits` tells whoever armed the fault that it struck. One write, whole even beside other processes.
  void Note(const Fault& fault) const {
    std::string line = fault.name + " " + fault.kind + " " + std::to_string(getpid()) + "\n";
    int file = open((path_ + ".hits").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0) return;
    [[maybe_unused]] ssize_t written = write(file, line.data(), line.size());
    close(file);
  }

  const std::string path_;
  const bool enabled_;
  std::mutex mutex_;
  Deadline next_look_ = Deadline::After(std::chrono::milliseconds(0));
  std::vector<Fault> faults_;
};

}  // namespace

bool FaultPoint(const char* name) {
  static ArmedFaults armed;
  return armed.enabled() && armed.Strike(name);
}

}  // namespace vefa

#endif  // VEFA_NO_FAULT_POINTS
