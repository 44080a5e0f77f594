#include "tests/load/history.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>

namespace vefa::load {
namespace {

constexpr std::chrono::milliseconds kWriteEvery(200);

// The file is tab-separated; what a server said may hold anything.
std::string Plain(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  return text;
}

}  // namespace

const char* OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAcknowledged: return "acknowledged";
    case Outcome::kRefused: return "refused";
    default: return "unknown";
  }
}

Result<std::unique_ptr<History>> History::Open(const std::string& path, const Clock& clock) {
  std::FILE* file = std::fopen(path.c_str(), "a");
  if (file == nullptr) return Unavailable("HISTORY_FILE", path + ": " + std::strerror(errno));
  return std::unique_ptr<History>(new History(file, clock));
}

History::History(std::FILE* file, const Clock& clock) : file_(file), clock_(clock), writer_([this] { Write(); }) {}

History::~History() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  writer_.join();
  std::fclose(file_);
}

void History::Add(const Line& line) {
  std::string text = std::to_string(clock_.Now().time_since_epoch().count());
  for (const std::string& field :
       {line.operation.ToString(), line.tenant.ToString(), std::string(line.kind), line.key, line.value,
        std::to_string(line.attempt), std::string(OutcomeName(line.outcome)), line.name, Plain(line.reason)})
    text += '\t' + field;
  std::lock_guard lock(mutex_);
  buffer_ += text + '\n';
}

void History::Write() {
  for (bool last = false; !last;) {
    std::string text;
    {
      std::unique_lock lock(mutex_);
      last = changed_.wait_for(lock, kWriteEvery, [this] { return ending_; });
      text.swap(buffer_);
    }
    std::fwrite(text.data(), 1, text.size(), file_);
    std::fflush(file_);
  }
}

}  // namespace vefa::load
