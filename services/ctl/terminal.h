#pragma once

#include <functional>
#include <string>

#include "libs/base/clock.h"
#include "libs/base/result.h"

namespace vefa::ctl {

// `vefactl: sentence (REASON)` with every violation to standard error; returns kFailure.
int Fail(const Error& error);

// Tells why nothing moves at the moment.
void SayWaiting(const Error& error);

// 2357 as `2,357`.
std::string Grouped(int64_t number);

// Tells a person how far a step is: a line when it begins, at most one every two seconds while it
// goes on, one at its end.
class Progress {
 public:
  explicit Progress(std::string title);
  // `text` such as `1,500 of 2,357`.
  void Show(const std::string& text);
  void Done(const std::string& text);
  // Since the construction.
  double Seconds() const;

 private:
  void Print(const std::string& text);
  const std::string title_;
  const std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point last_;
};

// Waits so long, for polling and retries.
void Pause(std::chrono::milliseconds wait);

// Asks until the answer is empty; a text that is not empty says how far things are and is shown.
// DEADLINE_EXCEEDED `NOT_IN_TIME` with the last such text when the time is over.
Status WaitFor(Progress& progress, Deadline deadline, const std::function<Result<std::string>()>& ask);

}  // namespace vefa::ctl
