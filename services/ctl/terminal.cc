#include "services/ctl/terminal.h"

#include <cstdio>
#include <iostream>
#include <thread>

#include "services/ctl/verbs.h"

namespace vefa::ctl {
namespace {

constexpr std::chrono::seconds kShowEvery(2);
constexpr std::chrono::milliseconds kAskEvery(100);

}  // namespace

int Fail(const Error& error) {
  std::cerr << "vefactl: " << error.message << " (" << error.reason << ")\n";
  for (const Violation& violation : error.violations)
    std::cerr << "  " << violation.field << ": " << violation.description << " (" << violation.reason << ")\n";
  // What the database itself said is for whoever sets it up, and only set-up verbs see it.
  if (auto detail = error.metadata.find("detail"); detail != error.metadata.end())
    std::cerr << "  " << detail->second << "\n";
  return kFailure;
}

void SayWaiting(const Error& error) {
  std::cerr << "    waiting: " << error.message << " (" << error.reason << ")" << std::endl;
}

std::string Grouped(int64_t number) {
  std::string digits = std::to_string(number);
  for (int at = static_cast<int>(digits.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3)
    digits.insert(static_cast<size_t>(at), ",");
  return digits;
}

Progress::Progress(std::string title)
    : title_(std::move(title)), start_(std::chrono::steady_clock::now()), last_(start_) {}

void Progress::Print(const std::string& text) {
  std::cout << "    " << title_ << ": " << text << std::endl;
}

void Progress::Show(const std::string& text) {
  auto now = std::chrono::steady_clock::now();
  if (now - last_ < kShowEvery) return;
  last_ = now;
  Print(text);
}

void Progress::Done(const std::string& text) {
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, " (%.1f s)", Seconds());
  Print(text + seconds);
}

double Progress::Seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void Pause(std::chrono::milliseconds wait) { std::this_thread::sleep_for(wait); }

Status WaitFor(Progress& progress, Deadline deadline, const std::function<Result<std::string>()>& ask) {
  for (;;) {
    VEFA_TRY(std::string waiting, ask());
    if (waiting.empty()) return Ok();
    if (deadline.Passed())
      return Error{Code::kDeadlineExceeded, "NOT_IN_TIME", "It took too long; the last that was heard: " + waiting + "."};
    progress.Show(waiting);
    Pause(kAskEvery);
  }
}

}  // namespace vefa::ctl
